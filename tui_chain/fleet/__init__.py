"""Many hosts: where they come from, how many at once, what fails, and the forms in which results are written."""
