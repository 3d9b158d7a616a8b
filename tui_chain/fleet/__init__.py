"""Many hosts: what counts as a failure among them, and the forms in which their results are written."""
