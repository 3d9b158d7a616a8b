"""Error texts of real clients, with their causes, and how many of them `explain` answers right."""
