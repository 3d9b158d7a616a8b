"""The command `tlschain`."""
