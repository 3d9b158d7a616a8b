"""How GnuTLS, Go and rustls read PEM files, damage included."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_chain.audit.loaded import Loaded, certificate_of, decoded
from tui_chain.x509.certificate import Certificate

NOTHING = "it finds no certificate in it"
_GO_END = b"\n-----END "
_GO_END_LINE = re.compile(rb"\n-----END ([^\r\n]*?)-----[ \t\r]*(?:\n|$)")
_GO_HEADER = 1000
"""Bytes of a block in which a header line is looked for."""
_GNUTLS_BEGIN = re.compile(rb"-----BEGIN CERTIFICATE[^-]*-----")


def load_gnutls(data: bytes) -> Loaded:
    """Read as `gnutls_x509_crt_list_import2` does: by the marks alone, whatever the lines; all or nothing."""
    found: list[Certificate] = []
    for begin in _GNUTLS_BEGIN.finditer(data):
        end = data.find(b"-----END ", begin.end())
        if end < 0:
            return Loaded((), "the last block has no END line")
        certificate = certificate_of(decoded(data[begin.end() : end]))
        if certificate is None:
            return Loaded((), "a block is not a certificate")
        found.append(certificate)
    return Loaded(tuple(found), None if found else NOTHING)


def load_go(data: bytes) -> Loaded:
    """Read as `CertPool.AppendCertsFromPEM` over `pem.Decode` does: damaged blocks are passed over in silence."""
    found = tuple(filter(None, map(certificate_of, _go_blocks(data))))
    return Loaded(found, None if found else NOTHING)


def _go_blocks(data: bytes) -> Iterator[bytes]:
    """DER of each well-formed CERTIFICATE block; a BEGIN counts only at the start of a line."""
    at = end = 0
    while (start := _go_start(data, at)) >= 0:
        line_end = data.find(b"\n", start)
        at = len(data) if line_end < 0 else line_end + 1
        label = data[start:at].rstrip()
        if not label.endswith(b"-----"):
            continue
        # the first END that follows, whatever it ends; found once for all the BEGINs before it
        end = end if end >= at - 1 else data.find(_GO_END, at - 1)
        if end < 0:
            return
        last = _GO_END_LINE.match(data, end)
        if last is None or last[1] + b"-----" != label or b":" in data[at : min(end, at + _GO_HEADER)]:
            continue
        body = decoded(data[at : end + 1])
        if body is not None:
            at = last.end() - 1
            if label == b"CERTIFICATE-----":
                yield body


def _go_start(data: bytes, at: int) -> int:
    """Where the label of the next BEGIN line starts, or -1."""
    if at == 0 and data.startswith(b"-----BEGIN "):
        return 11
    found = data.find(b"\n-----BEGIN ", max(at - 1, 0))
    return -1 if found < 0 else found + 12


def load_rustls(data: bytes) -> Loaded:
    """Read as rustls' `pki-types` does for uv: a damaged block costs itself, and what shares a line with it."""
    found: list[Certificate] = []
    label, body = None, bytearray()
    for line in re.split(rb"[\r\n]+", data):
        if line.startswith(b"-----BEGIN ") and line.rstrip().endswith(b"-----"):
            label, body = line.rstrip()[11:-5], bytearray()
        elif label is not None and line.startswith(b"-----END " + label + b"-----"):
            certificate = certificate_of(decoded(bytes(body))) if label == b"CERTIFICATE" else None
            found += () if certificate is None else (certificate,)
            label = None
        elif label is not None:
            body += line.strip()
    return Loaded(tuple(found), None if found else NOTHING)
