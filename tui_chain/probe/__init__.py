"""Stage 1: reach a host and record exactly what it served."""
