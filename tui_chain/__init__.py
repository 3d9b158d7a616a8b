"""tlschain-tui: finds the certificate a TLS server forgot, proves a repair, and writes it."""

__version__ = "0.1.0"
