"""Stage 4: choose a path, build the bundle, prove it, write it."""
