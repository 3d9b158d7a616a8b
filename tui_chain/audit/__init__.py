"""Looking after a bundle: what each kind of client would load from a file, what is wrong with it, and mending it."""
