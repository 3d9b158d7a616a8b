"""TLS alerts that a client received, in the spellings of the TLS libraries: the peer speaks, not the client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import fold


@dataclass(frozen=True)
class AlertName:
    """An alert of RFC 8446, section 6, with its number and the kind of error that it is for whoever receives it.

    `others` are names that cannot be made of its own: those of GnuTLS, Go, SecureTransport, NSS and OpenSSL.
    """

    number: int
    name: str
    kind: Kind
    others: tuple[str, ...] = ()


ALERTS: Final = (
    AlertName(0, "close_notify", Kind.ENDED),
    AlertName(10, "unexpected_message", Kind.OTHER_ALERT, ("handshake_unexpected_alert",)),
    AlertName(20, "bad_record_mac", Kind.OTHER_ALERT, ("BadRecordMac", "bad_mac")),
    AlertName(21, "decryption_failed", Kind.OTHER_ALERT),
    AlertName(22, "record_overflow", Kind.OTHER_ALERT),
    AlertName(30, "decompression_failure", Kind.OTHER_ALERT, ("decompression_fail", "Decompression has failed")),
    AlertName(
        40,
        "handshake_failure",
        Kind.HANDSHAKE,
        ("Handshake failed", "handshake_fail", "handshake alert: handshake_failure"),
    ),
    AlertName(41, "no_certificate", Kind.CLIENT_CERTIFICATE),
    AlertName(42, "bad_certificate", Kind.CLIENT_CERTIFICATE, ("Certificate is bad", "bad_cert")),
    AlertName(
        43, "unsupported_certificate", Kind.CLIENT_CERTIFICATE, ("unsupported_cert", "Certificate is not supported")
    ),
    AlertName(44, "certificate_revoked", Kind.CLIENT_CERTIFICATE, ("revoked_certificate", "Certificate was revoked")),
    AlertName(
        45,
        "certificate_expired",
        Kind.CLIENT_CERTIFICATE,
        ("expired_certificate", "expired_cert", "Certificate is expired"),
    ),
    AlertName(
        46,
        "certificate_unknown",
        Kind.CLIENT_CERTIFICATE,
        ("unknown_certificate", "cert_unknown", "Unknown certificate"),
    ),
    AlertName(47, "illegal_parameter", Kind.OTHER_ALERT),
    AlertName(48, "unknown_ca", Kind.CLIENT_CERTIFICATE, ("unknown certificate authority", "CA is unknown")),
    AlertName(49, "access_denied", Kind.ACCESS_DENIED, ("Access was denied",)),
    AlertName(50, "decode_error", Kind.OTHER_ALERT, ("error decoding message",)),
    AlertName(51, "decrypt_error", Kind.OTHER_ALERT, ("error decrypting message",)),
    AlertName(60, "export_restriction", Kind.OTHER_ALERT),
    AlertName(
        70,
        "protocol_version",
        Kind.VERSION,
        ("protocol version not supported", "Error in protocol version", "bad protocol version"),
    ),
    AlertName(
        71,
        "insufficient_security",
        Kind.HANDSHAKE,
        ("insufficient security level", "Insufficient security"),
    ),
    AlertName(80, "internal_error", Kind.INTERNAL, ("Internal error",)),
    AlertName(86, "inappropriate_fallback", Kind.VERSION),
    AlertName(90, "user_canceled", Kind.OTHER_ALERT, ("user_cancelled",)),
    AlertName(100, "no_renegotiation", Kind.OTHER_ALERT),
    AlertName(109, "missing_extension", Kind.OTHER_ALERT),
    AlertName(110, "unsupported_extension", Kind.OTHER_ALERT),
    AlertName(111, "certificate_unobtainable", Kind.OTHER_ALERT),
    AlertName(
        112,
        "unrecognized_name",
        Kind.NAME_ALERT,
        ("The server name sent was not recognized", "unrecognised_name"),
    ),
    AlertName(113, "bad_certificate_status_response", Kind.CLIENT_CERTIFICATE),
    AlertName(114, "bad_certificate_hash_value", Kind.OTHER_ALERT),
    AlertName(115, "unknown_psk_identity", Kind.CLIENT_CERTIFICATE),
    AlertName(116, "certificate_required", Kind.CLIENT_CERTIFICATE, ("Certificate is required",)),
    AlertName(
        120,
        "no_application_protocol",
        Kind.NO_ALPN,
        ("No supported application protocol could be negotiated",),
    ),
)
"""All alerts of TLS 1.0 to 1.3."""

_BY_NUMBER: Final = {alert.number: alert for alert in ALERTS}


def _spellings(alert: AlertName) -> Iterator[str]:
    for name in (alert.name, *alert.others):
        yield fold(name)
        yield fold(name).replace(" ", "")


_BY_NAME: Final = {spelling: alert for alert in ALERTS for spelling in _spellings(alert)}
_NAME = "|".join(sorted(map(re.escape, _BY_NAME), key=len, reverse=True))
_LEAD = "|".join(
    (
        r"(?:tlsv1|tlsv13|tlsv1 3|sslv3|ssl/tls) (?:alert )?",  # OpenSSL, LibreSSL, BoringSSL
        r"remote error: tls: ",  # Go
        r"received fatal alert[:,]? (?:the )?",  # Java, rustls
        r"fatal alert received: (?:\S+ )?",
        r"tls alert: '",  # .NET
        r"(?:received|got) (?:tls )?(?:fatal |warning )?(?:alert"
        r"|alert message),? (?:level \d )?(?:\[\d+\]: )?",  # GnuTLS
        r"gnutls handshake\(\) failed: ",  # libcurl with GnuTLS, which prints the alert's name alone
        r"errsslpeer",  # SecureTransport
        r"ssl error (?=\w+(?: \w+)* alert)",  # NSS
        r"received (?:server|client) alert: fatal ",  # Erlang, of the peer
        r"tls alert,? (?:from (?:server|peer)|read|\(in\)|, server hello \(2\)),?:? ?(?:fatal[:,] ?)?",
        r"alert (?:read|received)[:,]? ?(?:fatal[:,] ?)?",
        r"tls handshake fatal alert: ",
        r"handshake alert: ",
        r"\(remote\): tls: ",  # quic-go
        r"peer (?:sent|reported) (?:an? )?(?:tls )?alert:? ",
        r"alert\((?:fatal, )?\w*\)?,? ?",
    )
)
_NAMED = re.compile(rf"(?:{_LEAD})(?P<name>{_NAME})(?![a-z0-9])")
_NUMBERED = re.compile(
    r"ssl alert number (?P<a>\d{1,3})|received alert \[(?P<b>\d{1,3})\]|alert message, type: \[2:(?P<c>\d{1,3})\]"
    r"|level: fatal[^.]{0,40}description: (?P<d>\d{1,3})|fatal alert, code (?P<e>\d{1,3})"
)


_MARKS: Final = ("alert", "remote error", "(remote)", "sslv3", "tlsv1", "gnutls handshake", "errsslpeer")
"""One of these stands in every text with an alert."""


@dataclass(frozen=True)
class ReceivedAlert:
    """An alert in a folded text: which, and from where to where it stands."""

    alert: AlertName
    start: int
    end: int


def received_alerts(folded: str) -> Iterator[ReceivedAlert]:
    """The alerts that a folded text says were received: first those by name, then those by number."""
    if not any(mark in folded for mark in _MARKS):
        return
    for found in _NAMED.finditer(folded):
        yield ReceivedAlert(_BY_NAME[found["name"]], found.start(), found.end())
    for found in _NUMBERED.finditer(folded):
        number = int(next(value for value in found.groups() if value))
        if number in _BY_NUMBER:
            yield ReceivedAlert(_BY_NUMBER[number], found.start(), found.end())
