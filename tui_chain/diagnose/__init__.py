"""Stage 2: what is wrong with what was served, how bad it is, and whose fault."""
