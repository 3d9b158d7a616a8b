"""From the error text that a program printed to its likely causes."""
