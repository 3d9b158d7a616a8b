"""Trust files: what each client would load from one, what is wrong with it, fixing it, and refreshing bundles."""
