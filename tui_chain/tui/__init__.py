"""The Textual front end: `tlschain-tui`."""
