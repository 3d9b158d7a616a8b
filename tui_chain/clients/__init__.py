"""Clients, a module each, and client families: the sets of rules by which they judge a chain, and the engines."""
