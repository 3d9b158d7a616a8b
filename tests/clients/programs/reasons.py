"""Errors of OpenSSL that say nothing of the chain: a key or a host with which no handshake can be had."""

from __future__ import annotations

_NOTHING = (
    "wrong curve",
    "wrong signature type",
    "unsupported elliptic curve",
    "unknown certificate type",
    "bad ecc cert",
    "no suitable signature algorithm",
    "unexpected eof",
    "ssl_error_syscall",
    "timed out",
)


def says_nothing(text: str) -> bool:
    """Return whether an error text of an OpenSSL program speaks of the handshake and not of the chain."""
    folded = text.lower().replace("_", " ")
    return any(each.replace("_", " ") in folded for each in _NOTHING)
