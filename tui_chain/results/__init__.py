"""What is known of a host as plain values: for JSON lines, the Python API, reports, other machines."""
