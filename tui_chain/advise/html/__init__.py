"""Documents as one HTML file: a frame that nothing foreign can leave, and the sections of a host's report."""
