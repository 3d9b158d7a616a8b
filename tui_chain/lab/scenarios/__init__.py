"""What the lab serves: one scenario a host, each with what a diagnosis has to say of it."""
