"""A model of GnuTLS."""
