"""Engines: how each TLS library judges a served chain. OpenSSL's is the library itself, the others are models."""
