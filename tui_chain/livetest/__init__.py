"""Stage 5: a real request, with exactly that bundle and nothing else."""
