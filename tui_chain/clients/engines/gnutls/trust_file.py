"""A trust file as GnuTLS 3.7 loads it, and the anchors in the buckets where it looks for them."""

from __future__ import annotations

import binascii
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tui_chain.clients.engines.gnutls.certificate import GnuTLSCertificate, is_issuer, read
from tui_chain.clients.trust_file import NOTHING, CertificateTable, Loaded
from tui_chain.x509.der import DERError

_BUCKETS = 127
_WORD = (1 << 64) - 1
"""To turn a word of 64 bits left is to double it modulo this."""

_MARKS = (b"-----BEGIN CERTIFICATE", b"-----BEGIN X509 CERTIFICATE")
_DASHES, _END = b"-----", b"-----END "
_BLANKS = b" \t\r\n\v\f"


class TrustList:
    """The anchors of a file; raises DERError where GnuTLS refuses it as a whole.

    A certificate that is there twice counts once, in the place of the first.
    """

    def __init__(self, bundle: bytes) -> None:
        found: dict[int, dict[bytes, GnuTLSCertificate]] = defaultdict(dict)
        for der in blocks(bundle):
            one = read(der)
            found[bucket(one.subject)][der] = one
        self._anchors = {number: tuple(ones.values()) for number, ones in found.items()}

    def at(self, name: bytes) -> Sequence[GnuTLSCertificate]:
        """Return the anchors in the bucket of a name, which may hold another name's by a collision."""
        return self._anchors.get(bucket(name), ())

    def has_issuer(self, child: GnuTLSCertificate) -> bool:
        """Tell whether an anchor in the bucket of the issuer's name fits by name and key identifier."""
        return any(is_issuer(child, one) for one in self.at(child.issuer))


def load(data: bytes, table: CertificateTable) -> Loaded:
    """Return what `gnutls_x509_trust_list_add_trust_mem` loads: all certificates, or nothing."""
    found: list[bytes] = []
    try:
        for der in blocks(data):
            if not table.is_usual(der):
                read(der)
            found.append(der)
    except DERError as error:
        return Loaded((), f"a block is no certificate to it: {error}")
    return Loaded(table.certificates(found), None if found else NOTHING)


@lru_cache(maxsize=4096)
def bucket(name: bytes) -> int:
    """Return the number of a name's bucket (gnulib hash_pjw_bare, on 64 bits)."""
    value = 0
    for octet in name:
        value = (value << 9) + octet
    return value % _WORD % _BUCKETS


def blocks(text: bytes) -> Iterator[bytes]:
    """Decode the certificates of a PEM file; raises DERError at a block that cannot be decoded.

    The mark is the line's beginning alone, so a certificate request counts as a broken certificate. Blocks with
    `X509` are found where no plain one follows. Source: `x509.c`, gnutls_x509_crt_list_import.
    """
    at = _next(text, 0)
    while at >= 0:
        yield _certificate(text, at)
        at = _next(text, at + 1)


def _next(text: bytes, start: int) -> int:
    return next((at for mark in _MARKS if (at := text.find(mark, start)) >= 0), -1)


def _certificate(text: bytes, start: int) -> bytes:
    for mark in _MARKS:
        at = text.find(mark, start)
        body = None if at < 0 else _body(text, at)
        if body is not None:
            return body
    raise DERError("a block that cannot be decoded")


def _body(text: bytes, start: int) -> bytes | None:
    """Decode the base64 between a mark and the next END line, up to the first dash (`x509_b64.c`)."""
    opened = text.find(_DASHES, start + 1)
    if opened < 0:
        return None
    opened += len(_DASHES)
    closed = text.find(_END, opened)
    return None if closed < 0 else _decoded(text[opened:closed].split(b"-", 1)[0])


def _decoded(body: bytes) -> bytes | None:
    """Decode base64 as nettle does: with all padding, and without stray bits; six that are zero may stand alone."""
    bare = body.translate(None, _BLANKS)
    if len(bare) % 4 == 0 and not bare.endswith(b"=A==="):
        bare = bare.removesuffix(b"A===")
    try:
        data = binascii.a2b_base64(bare, strict_mode=True)
    except binascii.Error:
        return None
    last = data[(len(data) - 1) // 3 * 3 :]
    return data if data and binascii.b2a_base64(last, newline=False) == bare[-4:] else None
