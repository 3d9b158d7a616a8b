"""Certificates, names, keys, CRLs as values, whatever a parser thinks of them. Pure."""
