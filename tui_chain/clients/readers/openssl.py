"""How OpenSSL reads PEM files (crypto/pem/pem_lib.c of 3.x), line by line, damage included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui_chain.clients.trust_file import NOTHING, Loaded, certificate_of, crl_of, decoded
from tui_chain.trust.settings import refused_anchors
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList

LINE = 254
"""Bytes of a line that `BIO_gets` hands on at once; the rest of a longer line counts as a line of its own."""

_BEGIN, _END, _TAIL = b"-----BEGIN ", b"-----END ", b"-----"
_PLAIN = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE"})
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class StoreBlock:
    """A block that OpenSSL's PEM reader hands on: its label and its bytes."""

    label: bytes
    der: bytes


class BadBlockError(Exception):
    """The reader stops here; the text is the reason."""


def load_store(data: bytes) -> Loaded:
    """Read as `X509_load_cert_crl_file` does for a CA file: certificates and CRLs, all of them or nothing.

    Certificates that their owner rejects for TLS servers are loaded and trusted for none: they are left out.

    Python's `cadata` is read otherwise, as by `load_each`, and has no CRLs.
    """
    found: list[Certificate] = []
    crls: list[RevocationList] = []
    rejected = refused_anchors(data)
    try:
        for block in blocks(data):
            if block.label in _PLAIN or block.label == b"TRUSTED CERTIFICATE":
                found.append(_certificate(block))
            elif block.label == b"X509 CRL":
                crls.append(_crl(block))
    except BadBlockError as error:
        return Loaded((), str(error))
    if not found and not crls:
        return Loaded((), NOTHING)
    trusted = tuple(one for one in found if one.der not in rejected)
    why = "trust settings reject certificates for TLS servers" if len(trusted) < len(found) else None
    return Loaded(trusted, why, tuple(crls))


def load_each(data: bytes) -> Loaded:
    """Read as a loop over `PEM_read_bio_X509` does: what stood before the first damage stays loaded."""
    found: list[Certificate] = []
    try:
        for block in blocks(data):
            if block.label in _PLAIN:
                found.append(_certificate(block))  # noqa: PERF401 - what stood before the damage stays
    except BadBlockError as error:
        return Loaded(tuple(found), str(error))
    return Loaded(tuple(found), None if found else NOTHING)


def _certificate(block: StoreBlock) -> Certificate:
    found = certificate_of(block.der)
    if found is None:
        raise BadBlockError("a block is not a certificate")
    return found


def _crl(block: StoreBlock) -> RevocationList:
    found = crl_of(block.der)
    if found is None:
        raise BadBlockError("a block is not a CRL")
    return found


def blocks(data: bytes) -> Iterator[StoreBlock]:
    """Yield the blocks of a file as `PEM_read_bio` does; raises BadBlockError where that gives up."""
    lines = _lines(data.removeprefix(_BOM))
    for line in lines:
        text = line.rstrip()
        if text.startswith(_BEGIN) and text.endswith(_TAIL) and len(text) > len(_BEGIN) + len(_TAIL) - 1:
            label = text[len(_BEGIN) : -len(_TAIL)]
            yield StoreBlock(label, _body(label, lines))


def _lines(data: bytes) -> Iterator[bytes]:
    for line in data.split(b"\n"):
        for start in range(0, max(len(line), 1), LINE):
            yield line[start : start + LINE]


def _body(label: bytes, lines: Iterator[bytes]) -> bytes:
    """The block after its BEGIN line; a blank line makes what stood before it an RFC 1421 header."""
    header: bytes | None = None
    kept = bytearray()
    for line in lines:
        text = line.rstrip()
        if text.startswith(_END):
            if text != _END + label + _TAIL:
                raise BadBlockError("a block's END line does not match its BEGIN line")
            return _decoded(header, bytes(kept))
        if not text:
            if header is not None:
                raise BadBlockError("a block has two blank lines")
            header, kept = bytes(kept), bytearray()
            continue
        if text.startswith(_BEGIN):
            raise BadBlockError("a block begins inside another")
        kept += text + b"\n"
    raise BadBlockError("the last block has no END line")


def _decoded(header: bytes | None, body: bytes) -> bytes:
    if header and not header.startswith(b"Proc-Type:"):
        raise BadBlockError("a block has a blank line in it")
    der = decoded(body)
    if der is None and not header:
        raise BadBlockError("a block is not base64")
    return der or b""
