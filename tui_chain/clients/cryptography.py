"""pyca/cryptography, which reads files of certificates for other programs."""

from __future__ import annotations

import warnings

from tui_chain.clients.client import Client
from tui_chain.clients.trust_file import NOTHING, CertificateTable, Loaded, Reads, TrustFileReader


def load_cryptography(data: bytes, table: CertificateTable) -> Loaded:
    """Ask cryptography itself, which drops a cut last block without a word."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    from tui_chain.x509.faults import is_refusal

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of certificates that it will refuse one day, but loads now
            found = [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(data)]
    except BaseException as error:  # a panic in Rust is no Exception
        if not is_refusal(error):
            raise
        return Loaded((), "it refuses the file")
    return Loaded(table.certificates(found), None if found else NOTHING)


READER = TrustFileReader("cryptography", 80, load_cryptography)

CLIENT = Client("cryptography", place=270, reads=(Reads(READER, "x509.load_pem_x509_certificates"),))
