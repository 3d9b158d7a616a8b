"""Programs that serve TLS, one module each: how each is given a chain file."""
