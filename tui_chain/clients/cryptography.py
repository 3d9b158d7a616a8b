"""pyca/cryptography, which reads files of certificates for other programs."""

from __future__ import annotations

import warnings

from tui_chain.clients.client import Client
from tui_chain.clients.trust_file import NOTHING, Loaded, Reads, TrustFileReader


def load_cryptography(data: bytes) -> Loaded:
    """Ask cryptography itself, which drops a cut last block without a word."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import InvalidVersion

    from tui_chain.x509.certificate import Certificate

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of certificates that it will refuse one day, but loads now
            loaded = x509.load_pem_x509_certificates(data)
            found = tuple(Certificate(one.public_bytes(Encoding.DER)) for one in loaded)
    except (ValueError, InvalidVersion):
        return Loaded((), "it refuses the file")
    return Loaded(found, None if found else NOTHING)


READER = TrustFileReader("cryptography", 80, load_cryptography)

CLIENT = Client("cryptography", place=270, reads=(Reads(READER, "x509.load_pem_x509_certificates"),))
