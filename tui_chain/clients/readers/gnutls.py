"""How GnuTLS reads PEM files, damage included."""

from __future__ import annotations

import re

from tui_chain.clients.trust_file import NOTHING, Loaded, certificate_of, decoded
from tui_chain.x509.certificate import Certificate

_BEGIN = re.compile(rb"-----BEGIN CERTIFICATE[^-]*-----")


def load_gnutls(data: bytes) -> Loaded:
    """Read as `gnutls_x509_crt_list_import2` does: by the marks alone, whatever the lines; all or nothing."""
    found: list[Certificate] = []
    for begin in _BEGIN.finditer(data):
        end = data.find(b"-----END ", begin.end())
        if end < 0:
            return Loaded((), "the last block has no END line")
        certificate = certificate_of(decoded(data[begin.end() : end]))
        if certificate is None:
            return Loaded((), "a block is not a certificate")
        found.append(certificate)
    return Loaded(tuple(found), None if found else NOTHING)
