"""The server's first flight of a TLS 1.2 handshake, made from a served chain alone (RFC 5246 section 7.4)."""

from __future__ import annotations

from collections.abc import Sequence

from tui_chain.clients.engines.raw_certificate import raw_certificate
from tui_chain.x509.der import DERError

_HANDSHAKE, _TLS12 = 22, b"\x03\x03"
_SERVER_HELLO, _CERTIFICATE = 2, 11
_ECDHE_RSA, _ECDHE_ECDSA = b"\xc0\x2f", b"\xc0\x2b"
"""TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 and its ECDSA twin (RFC 5289): every client of today offers both."""
_RENEGOTIATION_INFO = b"\xff\x01\x00\x01\x00"
"""An empty renegotiation_info (RFC 5746), without which OpenSSL 3 stops before the certificates."""
_MAX_RECORD = 16_384
_RSA_KEYS = frozenset({"1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"})


def uses_rsa(leaf: bytes) -> bool:
    """Whether the leaf (DER) has an RSA or RSASSA-PSS key, which decides the kind of cipher suite."""
    try:
        return raw_certificate(leaf).key_algorithm in _RSA_KEYS
    except DERError:
        return True


def flight(served: Sequence[bytes], *, rsa: bool) -> bytes:
    """Return the records of a ServerHello and a Certificate message with `served` (DER, in the order sent)."""
    suite = _ECDHE_RSA if rsa else _ECDHE_ECDSA
    hello = _TLS12 + bytes(32) + b"\0" + suite + b"\0" + _sized(_RENEGOTIATION_INFO, 2)
    certificates = _sized(b"".join(_sized(der, 3) for der in served), 3)
    data = _message(_SERVER_HELLO, hello) + _message(_CERTIFICATE, certificates)
    parts = (data[at : at + _MAX_RECORD] for at in range(0, len(data), _MAX_RECORD))
    return b"".join(bytes([_HANDSHAKE]) + _TLS12 + _sized(part, 2) for part in parts)


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _sized(body, 3)


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data
