"""The declarations of all findings, a module for each family; `diagnose.catalogue` puts them together."""
