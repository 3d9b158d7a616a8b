"""What Go reads of a certificate (crypto/x509 `parser.go`, cryptobyte `asn1.go`), as in Go 1.19."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tui_chain.clients.engines.go.algorithms import GoKey, read_key, signature_scheme
from tui_chain.clients.engines.go.der import bits, integer, oid
from tui_chain.clients.engines.go.extensions import GoExtensions, go_extensions
from tui_chain.clients.engines.strict_der import DERPart, StrictReader, boolean
from tui_chain.x509.algorithms import SignatureAlgorithm
from tui_chain.x509.der import BIT_STRING, BOOLEAN, CONTEXT, OCTET_STRING, SEQUENCE, SET, UTC_TIME, DERError
from tui_chain.x509.structure import RawExtension

GENERALIZED_TIME = 0x18
_UNIQUE_ID = 0x80
_PRINTABLE = re.compile(rb"[A-Za-z0-9'()+,\-./ :=?*&]*")
_NUMERIC = re.compile(rb"[0-9 ]*")
_UTF8, _NUMERIC_TAG, _PRINTABLE_TAG, _T61, _IA5, _BMP = 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1E
_TIME = re.compile(rb"(\d\d\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))")


@dataclass(frozen=True, slots=True, eq=False)
class GoCertificate:
    """A certificate as Go has it: raw names, dates (aware, UTC), extensions by their meaning.

    `algorithm` is None where Go knows no such signature algorithm.
    """

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)
    version: int
    algorithm: SignatureAlgorithm | None
    issuer: bytes
    subject: bytes
    not_before: datetime
    not_after: datetime
    key: GoKey
    extensions: GoExtensions
    signature: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()


@lru_cache(maxsize=512)
def go_certificate(der: bytes) -> GoCertificate | None:
    """Return the certificate, or None where Go cannot read it (`ParseCertificate`)."""
    try:
        whole = StrictReader(der)
        found = _certificate(der, whole.enter(SEQUENCE))
        whole.finish()
    except DERError:
        return None
    return found


def _certificate(der: bytes, outer: StrictReader) -> GoCertificate:
    """Read the three parts; what follows them, or the last field of the first, is not looked at."""
    signed = outer.part(SEQUENCE)
    body = StrictReader(signed.content)
    version = _version(body)
    integer(body)
    algorithm = body.read(SEQUENCE)
    if outer.read(SEQUENCE) != algorithm:
        raise DERError("the signature algorithms inside and outside differ")
    scheme = signature_scheme(algorithm)
    issuer = _name(body)
    validity = body.enter(SEQUENCE)
    dates = _time(validity.any()), _time(validity.any())
    subject = _name(body)
    key = read_key(body.enter(SEQUENCE))
    extensions = _extensions(body, version)
    signature = bits(outer.read(BIT_STRING))
    return GoCertificate(der, signed.raw, version, scheme, issuer, subject, *dates, key, extensions, signature)


def _version(body: StrictReader) -> int:
    """Return the version counted from 1; a number that is no version is refused."""
    field_ = body.optional(CONTEXT)
    if field_ is None:
        return 1
    inside = StrictReader(field_)
    version = integer(inside) + 1
    inside.finish()
    if not 1 <= version <= 3:
        raise DERError(f"version {version}")
    return version


def _name(body: StrictReader) -> bytes:
    whole = body.part(SEQUENCE)
    sets = StrictReader(whole.content)
    while not sets.empty:
        pairs = sets.enter(SET)
        while not pairs.empty:
            pair = pairs.enter(SEQUENCE)
            oid(pair)
            _check_string(pair.any())
    return whole.raw


def _check_string(value: DERPart) -> None:
    """Raise DERError for a string of a type that Go does not read, or with characters outside of it."""
    if value.tag == _UTF8:
        _check(_is_utf8(value.content))
    elif value.tag == _PRINTABLE_TAG:
        _check(_PRINTABLE.fullmatch(value.content))
    elif value.tag == _NUMERIC_TAG:
        _check(_NUMERIC.fullmatch(value.content))
    elif value.tag == _IA5:
        _check(value.content.isascii())
    elif value.tag == _BMP:
        _check(len(value.content) % 2 == 0)
    else:
        _check(value.tag == _T61)


def _check(sound: object) -> None:
    if not sound:
        raise DERError("a string that cannot be read")


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _time(value: DERPart) -> datetime:
    """Read a time (`ReadASN1UTCTime`, `ReadASN1GeneralizedTime`): zones are read, UTCTime also without seconds."""
    text = value.content
    if value.tag == UTC_TIME:
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    elif value.tag != GENERALIZED_TIME:
        raise DERError("a time of another type")
    found = _TIME.fullmatch(text)
    if found is None or (found[6] is None and value.tag == GENERALIZED_TIME):
        raise DERError("a time that cannot be read")
    return _moment(found)


def _moment(found: re.Match[bytes]) -> datetime:
    year, month, day, hour, minute, second = (int(digits or 0) for digits in found.groups()[:6])
    hours, minutes = int(found[8] or 0), int(found[9] or 0)
    if found[7] and (minutes > 59 or not hours + minutes):
        raise DERError("a zone that cannot be read")
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if found[7] == b"-" else 1)
    try:
        at = datetime(max(year, 1), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise DERError("a time that cannot be") from error
    try:
        return at - offset
    except OverflowError:
        return at


def _extensions(body: StrictReader, version: int) -> GoExtensions:
    """Read the extensions of version 3; in other versions they are not looked at."""
    if version > 1:
        body.optional(_UNIQUE_ID + 1)
        body.optional(_UNIQUE_ID + 2)
    table = body.optional(CONTEXT + 3) if version == 3 else None
    return GoExtensions() if table is None else go_extensions(_entries(StrictReader(table).enter(SEQUENCE)))


def _entries(entries: StrictReader) -> Iterator[RawExtension]:
    seen = set[str]()
    while not entries.empty:
        entry = entries.enter(SEQUENCE)
        name = oid(entry)
        if name in seen:
            raise DERError("an extension that is there twice")
        seen.add(name)
        critical = boolean(entry.any().content) if entry.peek(BOOLEAN) else False
        yield RawExtension(name, critical, entry.read(OCTET_STRING), b"")
