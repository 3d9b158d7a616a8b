"""What every other folder is written in: failures as values, safe text, status words, bounded files, threads."""
