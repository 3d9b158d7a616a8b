"""How a client asks a server to switch to TLS: a protocol a module, each a `PROTOCOL` that `registry` finds."""
