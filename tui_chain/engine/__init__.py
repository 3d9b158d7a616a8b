"""The journey of a host, its state, and what both front ends share."""
