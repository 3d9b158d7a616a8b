"""The lab: an internet of broken TLS servers on loopback, the demo and the tests' ground."""
