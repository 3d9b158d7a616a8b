"""Readers of trust files that several clients share, and of Java, whose rules are long; loaded when one reads."""

from __future__ import annotations

from tui_chain.clients.trust_file import Loaded, TrustFileReader


def _openssl(data: bytes) -> Loaded:
    from tui_chain.clients.readers.openssl import load_store

    return load_store(data)


def _node(data: bytes) -> Loaded:
    from tui_chain.clients.readers.openssl import load_each

    return load_each(data)


def _gnutls(data: bytes) -> Loaded:
    from tui_chain.clients.readers.gnutls import load_gnutls

    return load_gnutls(data)


def _java(data: bytes) -> Loaded:
    from tui_chain.clients.readers.java import load_java

    return load_java(data)


def _keytool(data: bytes) -> Loaded:
    from tui_chain.clients.readers.java import load_keytool

    return load_keytool(data)


OPENSSL = TrustFileReader("OpenSSL", 10, _openssl)
NODE = TrustFileReader("Node", 20, _node)
GNUTLS = TrustFileReader("GnuTLS", 30, _gnutls)
JAVA = TrustFileReader("Java", 40, _java)
KEYTOOL = TrustFileReader("keytool", 50, _keytool, takes_one=True)
