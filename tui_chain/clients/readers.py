"""Every set of rules by which trust files are read; each is its engine's, and loaded when it reads."""

from __future__ import annotations

from tui_chain.clients.trust_file import CertificateTable, Loaded, TrustFileReader


def _openssl(data: bytes, table: CertificateTable) -> Loaded:
    from tui_chain.clients.engines.openssl.trust_file import load_store

    return load_store(data, table)


def _node(data: bytes, table: CertificateTable) -> Loaded:
    from tui_chain.clients.engines.openssl.trust_file import load_each

    return load_each(data, table)


def _gnutls(data: bytes, table: CertificateTable) -> Loaded:
    from tui_chain.clients.engines.gnutls.trust_file import load

    return load(data, table)


def _java(data: bytes, table: CertificateTable) -> Loaded:
    from tui_chain.clients.engines.java.trust_file import load

    return load(data, table)


def _keytool(data: bytes, table: CertificateTable) -> Loaded:
    from tui_chain.clients.engines.java.trust_file import load_first

    return load_first(data, table)


def _go(data: bytes, table: CertificateTable) -> Loaded:
    from tui_chain.clients.engines.go.trust_file import load

    return load(data, table)


def _rustls(data: bytes, table: CertificateTable) -> Loaded:
    from tui_chain.clients.engines.rustls.trust_file import load

    return load(data, table)


OPENSSL = TrustFileReader("OpenSSL", 10, _openssl)
NODE = TrustFileReader("Node", 20, _node)
GNUTLS = TrustFileReader("GnuTLS", 30, _gnutls)
JAVA = TrustFileReader("Java", 40, _java)
KEYTOOL = TrustFileReader("keytool", 50, _keytool, takes_one=True)
GO = TrustFileReader("Go", 60, _go)
RUSTLS = TrustFileReader("rustls", 70, _rustls)
