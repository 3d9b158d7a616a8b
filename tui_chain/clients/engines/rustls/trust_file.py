"""Which blocks of a trust file rustls takes (rustls-pki-types `pem.rs`, `base64.rs`), as uv reads SSL_CERT_FILE."""

from __future__ import annotations

import binascii
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tui_chain.clients.engines.rustls.certificate import anchor_of
from tui_chain.clients.engines.strict_der import raw_subject
from tui_chain.clients.trust_file import CertificateTable, Loaded, loaded
from tui_chain.x509.der import DERError

_BEGIN, _END, _CERTIFICATE = b"-----BEGIN ", b"-----END ", b"CERTIFICATE"
_LABEL = re.compile(rb"-----BEGIN (.*?[^-]|)-----[ \r\n]*")


def load(data: bytes, table: CertificateTable) -> Loaded:
    """Return the certificates that become anchors; what cannot be read is passed over in silence."""
    return loaded((der for der in certificates(data) if table.is_usual(der) or anchor_of(der) is not None), table)


def certificates(data: bytes) -> Iterator[bytes]:
    """Return each CERTIFICATE block, decoded; it need not be a certificate.

    A BEGIN line inside an open block does not throw away what was read before it, so that a block without its END
    line spoils the next one.
    """
    label: bytes | None = None
    body: list[bytes] = []
    for line in data.replace(b"\r", b"\n").split(b"\n"):
        if line.startswith(_BEGIN):
            begun = _LABEL.fullmatch(line)
            label, body = (begun[1], body) if begun else (None, [])
        elif label is not None and line.startswith(_END + label + b"-----"):
            decoded = _decoded(b"".join(body)) if label == _CERTIFICATE else None
            if decoded is not None:
                yield decoded
            label, body = None, []
        elif label is not None:
            body.append(line)


def by_subject(data: bytes) -> Mapping[bytes, tuple[bytes, ...]]:
    """Return the certificates of a trust file, each once, by the DER of their subject, ordered by their bytes."""
    found: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for der in sorted(set(certificates(data))):
        try:
            found[raw_subject(der)].append(der)
        except DERError:
            continue
    return {subject: tuple(ders) for subject, ders in found.items()}


def _decoded(body: bytes) -> bytes | None:
    """Return the bytes of base64 whose padding may be missing."""
    text = body.translate(None, b" \t\n\v\f\r")
    padding = b"" if b"=" in text else b"=" * (-len(text) % 4)
    if len(text + padding) % 4:
        return None
    try:
        return binascii.a2b_base64(text + padding, strict_mode=True)
    except binascii.Error:
        return None
