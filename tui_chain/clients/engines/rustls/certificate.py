"""What webpki reads of a certificate, and asks of it by itself.

rustls-webpki 0.103 `cert.rs` and `trust_anchor.rs`; `check_issuer_independent_properties` in `verify_cert.rs`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from tui_chain.clients.engines.strict_der import DERPart, StrictReader, boolean
from tui_chain.x509.der import BIT_STRING, BOOLEAN, CONTEXT, INTEGER, OCTET_STRING, OID, SEQUENCE, UTC_TIME, DERError

_LIMIT = 0xFFFE
_V3 = 2
_CRITICAL_UNKNOWN, _VERSION = "UnsupportedCriticalExtension", "UnsupportedCertVersion"
KEY_USAGE, ALTERNATIVE_NAME, BASIC_CONSTRAINTS = b"\x55\x1d\x0f", b"\x55\x1d\x11", b"\x55\x1d\x13"
NAME_CONSTRAINTS, CRL_POINTS, PURPOSES = b"\x55\x1d\x1e", b"\x55\x1d\x1f", b"\x55\x1d\x25"
"""Extensions that webpki knows, as content octets of their OID; 0.104 also knows the list of SCTs (RFC 6962)."""

_SEQUENCES = frozenset({ALTERNATIVE_NAME, BASIC_CONSTRAINTS, NAME_CONSTRAINTS, CRL_POINTS, PURPOSES})


class RustlsUnreadable(DERError):
    """A certificate that webpki does not read; `code` is its name for the error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, eq=False)
class WebpkiCertificate:
    """A certificate as webpki has it: raw fields, read where they are used; `extensions` are values by OID.

    `algorithm`, `issuer`, `subject`, `validity` and `spki` are contents without tag and length.
    """

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)
    algorithm: bytes
    issuer: bytes
    validity: bytes
    subject: bytes
    spki: bytes = field(repr=False)
    extensions: Mapping[bytes, bytes]
    signature: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """All that counts of a trusted certificate: name, key and name constraints, contents without tag and length."""

    subject: bytes
    spki: bytes = field(repr=False)
    constraints: bytes | None


@lru_cache(maxsize=512)
def webpki_certificate(der: bytes) -> WebpkiCertificate | str:
    """Return a served certificate, or webpki's name for the error where it cannot be read."""
    try:
        return _certificate(der, anchor=False)
    except RustlsUnreadable as error:
        return error.code
    except DERError:
        return "BadDer"


@lru_cache(maxsize=1024)
def anchor_of(der: bytes) -> Anchor | None:
    """Return the anchor of a trusted certificate, or None where it is left out (`anchor_from_trusted_cert`)."""
    try:
        found = _certificate(der, anchor=True)
    except RustlsUnreadable as error:
        return _version_1(der) if error.code == _VERSION else None
    except DERError:
        return None
    return Anchor(found.subject, found.spki, found.extensions.get(NAME_CONSTRAINTS))


def _certificate(der: bytes, *, anchor: bool) -> WebpkiCertificate:
    whole = StrictReader(der, _LIMIT)
    outer = whole.enter(SEQUENCE)
    signed = outer.part(SEQUENCE)
    algorithm = outer.read(SEQUENCE)
    signature = bit_string(outer)
    outer.finish()
    whole.finish()
    body = StrictReader(signed.content, _LIMIT)
    _check_version(body)
    body.read(INTEGER)
    if body.read(SEQUENCE) != algorithm:
        raise RustlsUnreadable("SignatureAlgorithmMismatch")
    issuer, validity, subject, spki = (body.read(SEQUENCE) for _ in range(4))
    extensions = _extensions(body, anchor=anchor)
    return WebpkiCertificate(der, signed.raw, algorithm, issuer, validity, subject, spki, extensions, signature)


def _check_version(body: StrictReader) -> None:
    if not body.peek(CONTEXT):
        raise RustlsUnreadable(_VERSION)
    inside = body.enter(CONTEXT)
    version = octet(inside)
    if version != _V3 or not inside.empty:
        raise RustlsUnreadable(_VERSION)


def _extensions(body: StrictReader, *, anchor: bool) -> Mapping[bytes, bytes]:
    """Read the extensions; one that is unknown and critical is refused but in an anchor, a known one twice always.

    Unique identifiers, which may stand before them, are refused (0.104: skipped).
    """
    found: dict[bytes, bytes] = {}
    if body.empty:
        return found
    table = body.enter(CONTEXT + 3)
    entries = table.enter(SEQUENCE)
    table.finish()
    body.finish()
    while not entries.empty:
        _remember(found, entries.enter(SEQUENCE), anchor=anchor)
    return found


def _remember(found: dict[bytes, bytes], entry: StrictReader, *, anchor: bool) -> None:
    oid = entry.read(OID)
    critical = boolean(entry.any().content) if entry.peek(BOOLEAN) else False
    value = entry.read(OCTET_STRING)
    entry.finish()
    if oid not in _SEQUENCES and oid != KEY_USAGE:
        if critical and not anchor:
            raise RustlsUnreadable(_CRITICAL_UNKNOWN)
        return
    if oid in found:
        raise RustlsUnreadable("ExtensionValueInvalid")
    found[oid] = _value(oid, value)


def _value(oid: bytes, value: bytes) -> bytes:
    """Return the content of an extension's SEQUENCE; a keyUsage is not looked at."""
    if oid == KEY_USAGE:
        return value
    reader = StrictReader(value, _LIMIT)
    content = reader.read(SEQUENCE)
    reader.finish()
    return content


def _version_1(der: bytes) -> Anchor | None:
    """Return the anchor of a version 1 certificate without extensions (`extract_trust_anchor_from_v1_cert_der`)."""
    try:
        whole = StrictReader(der, _LIMIT)
        outer = whole.enter(SEQUENCE)
        body = outer.enter(SEQUENCE)
        body.read(INTEGER)
        *_, subject, spki = (body.read(SEQUENCE) for _ in range(5))
        outer.read(SEQUENCE)
        outer.read(BIT_STRING)
        for reader in (body, outer, whole):
            reader.finish()
    except DERError:
        return None
    return Anchor(subject, spki, None)


def bit_string(reader: StrictReader) -> bytes:
    """Read a BIT STRING of whole octets; raises DERError."""
    content = reader.read(BIT_STRING)
    if content[:1] != b"\x00":
        raise DERError("a BIT STRING with unused bits")
    return content[1:]


def octet(reader: StrictReader) -> int:
    """Read an INTEGER from 0 to 255; raises DERError."""
    content = reader.read(INTEGER)
    value = content[1:] if len(content) == 2 and content[0] == 0 and content[1] >= 0x80 else content
    if len(value) != 1 or (value is content and content[0] >= 0x80):
        raise DERError("an INTEGER that is no octet")
    return value[0]


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
