"""tlschain-tui: finds the certificate a TLS server forgot, proves a repair, and writes it."""
