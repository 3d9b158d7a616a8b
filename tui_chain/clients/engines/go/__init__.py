"""A model of Go's crypto/x509."""
