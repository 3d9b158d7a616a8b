"""Instructions: the repair as commands and code for clients, a letter to the administrator, and a report."""
