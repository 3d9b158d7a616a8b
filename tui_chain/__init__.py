"""tlschain-tui: finds the certificate a TLS server forgot, proves a repair, and writes it."""

__version__ = "1.0.0"
