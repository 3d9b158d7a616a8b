"""A model of rustls and webpki."""
