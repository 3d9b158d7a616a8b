"""The kinds of client that read trust files, and what each would load."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui_chain.audit.java_reader import load_java, load_keytool
from tui_chain.audit.loaded import Loaded
from tui_chain.audit.openssl_reader import load_each, load_store
from tui_chain.audit.other_readers import NOTHING, load_gnutls, load_go, load_rustls
from tui_chain.x509.certificate import Certificate


@dataclass(frozen=True)
class TrustClient:
    """A kind of client: its name, the programs that read that way, and its reader.

    `takes_one` says that it takes a file's first certificate by design.
    """

    name: str
    programs: str
    load: Callable[[bytes], Loaded]
    takes_one: bool = False


def load_cryptography(data: bytes) -> Loaded:
    """Ask cryptography itself, which drops a cut last block without a word."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import InvalidVersion

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of certificates that it will refuse one day, but loads now
            loaded = x509.load_pem_x509_certificates(data)
            found = tuple(Certificate(one.public_bytes(Encoding.DER)) for one in loaded)
    except (ValueError, InvalidVersion):
        return Loaded((), "it refuses the file")
    return Loaded(found, None if found else NOTHING)


CLIENTS: tuple[TrustClient, ...] = (
    TrustClient("OpenSSL", "Python ssl, requests, httpx, aiohttp, curl, openssl, Ruby, PHP", load_store),
    TrustClient("Node", "NODE_EXTRA_CA_CERTS", load_each),
    TrustClient("GnuTLS", "git and wget of Debian", load_gnutls),
    TrustClient("Java", "CertificateFactory; PKCS#12 as -Djavax.net.ssl.trustStore", load_java),
    TrustClient("keytool", "keytool -importcert", load_keytool, takes_one=True),
    TrustClient("Go", "SSL_CERT_FILE", load_go),
    TrustClient("rustls", "uv, SSL_CERT_FILE", load_rustls),
    TrustClient("cryptography", "x509.load_pem_x509_certificates", load_cryptography),
)
"""Every reader. Those of OpenSSL, Node, GnuTLS, Java and cryptography are held against the real clients in
tests/audit; Go's and rustls' follow encoding/pem and rustls-pki-types."""


def load_all(data: bytes) -> Mapping[str, Loaded]:
    """Say by client name what each would load from the bytes of a file."""
    return {client.name: client.load(data) for client in CLIENTS}
