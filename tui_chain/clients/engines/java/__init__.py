"""A model of Java's PKIX validation (SunJSSE)."""
