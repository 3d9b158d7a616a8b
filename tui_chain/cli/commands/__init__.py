"""The commands of `tlschain` as click reads them; each loads what it runs."""
