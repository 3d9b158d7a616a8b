"""What is wrong in an environment, a family of rules a module: each says what, for whom, and the one change."""
