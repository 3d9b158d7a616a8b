"""What webpki asks of a certificate by itself (rustls-webpki 0.103 `check_issuer_independent_properties`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tui_chain.clients.engines.rustls.certificate import BASIC_CONSTRAINTS, PURPOSES, WebpkiCertificate, octet
from tui_chain.clients.engines.strict_der import DERPart, StrictReader, boolean
from tui_chain.x509.der import BOOLEAN, OID, UTC_TIME, DERError

_GENERALIZED_TIME = 0x18
_SERVER_AUTH = bytes.fromhex("2b06010505070301")
_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z")
_EPOCH = 1970


def own_error(certificate: WebpkiCertificate, at: datetime, below: int | None) -> str | None:
    """Return webpki's name of the error in dates, basicConstraints or extendedKeyUsage, or None.

    `below` is the number of CA certificates between this one and the server's, None for the server's own.
    """
    extensions = certificate.extensions
    try:
        return (
            _validity_error(StrictReader(certificate.validity), at.replace(microsecond=0))
            or _basic_error(extensions.get(BASIC_CONSTRAINTS, b""), below)
            or (_purpose_error(extensions[PURPOSES]) if PURPOSES in extensions else None)
        )
    except DERError:
        return "BadDer"


def _validity_error(fields: StrictReader, at: datetime) -> str | None:
    start, end = _time(fields.any()), _time(fields.any())
    if start is None or end is None:
        return "BadDerTime"
    if start > end:
        return "InvalidCertValidity"
    if at < start:
        return "CertNotValidYet"
    if at > end:
        return "CertExpired"
    fields.finish()
    return None


def _time(value: DERPart) -> datetime | None:
    """Return a time with seconds in UTC from 1970 on, or None (`UnixTime::from_der`)."""
    text = value.content
    if value.tag == UTC_TIME:
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    found = _TIME.fullmatch(text) if value.tag in (UTC_TIME, _GENERALIZED_TIME) else None
    try:
        at = datetime(*map(int, found.groups()), tzinfo=UTC) if found else None  # type: ignore[arg-type, misc]
    except ValueError:
        return None
    return at if at and at.year >= _EPOCH else None


def _basic_error(value: bytes, below: int | None) -> str | None:
    reader = StrictReader(value)
    is_ca = boolean(reader.any().content) if reader.peek(BOOLEAN) else False
    length = None if reader.empty else octet(reader)
    reader.finish()
    if below is None:
        return "CaUsedAsEndEntity" if is_ca else None
    if not is_ca:
        return "EndEntityUsedAsCa"
    return "PathLenConstraintViolated" if length is not None and below > length else None


def _purpose_error(content: bytes) -> str | None:
    """Want serverAuth among the purposes, literally: anyExtendedKeyUsage does not count."""
    if not content:
        return "EmptyEkuExtension"
    purposes = StrictReader(content)
    while not purposes.empty:
        if purposes.read(OID) == _SERVER_AUTH:
            return None
    return "RequiredEkuNotFound"
