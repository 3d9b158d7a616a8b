"""The real OpenSSL, asked without a network."""
