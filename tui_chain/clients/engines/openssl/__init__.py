"""The real OpenSSL, judging without a network."""
