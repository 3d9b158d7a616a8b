"""Trust stores as their owners set them, and what is known of public ones."""
