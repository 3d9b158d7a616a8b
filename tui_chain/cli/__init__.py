"""The command line: `tlschain`, a module a command."""
