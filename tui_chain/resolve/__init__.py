"""Stage 3: where the missing certificates can be had."""
