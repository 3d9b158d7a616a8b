"""Targets, host lists, name lookup, connections, STARTTLS, addresses, and bounded fetches."""
