"""Many hosts: where they come from, how many at once, and what is made of their results."""
