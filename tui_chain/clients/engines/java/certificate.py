"""A certificate as Java 17 reads it (X509CertImpl, X509CertInfo, CertificateExtensions), or why it cannot."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

from tui_chain.clients.engines.java import extensions as ext
from tui_chain.clients.engines.java.keys import bit_string, check_key, identifier, key_identity
from tui_chain.clients.engines.java.names import GeneralName, JavaName, read_name
from tui_chain.clients.engines.java.refusal import JavaUnreadable
from tui_chain.clients.engines.java.text import read_oid
from tui_chain.clients.engines.raw_certificate import GENERALIZED_TIME, RawCertificate, raw_certificate
from tui_chain.x509.der import (
    BOOLEAN,
    CONTEXT,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    UTC_TIME,
    DERError,
    Element,
    element,
)

T = TypeVar("T")

_INDEFINITE = 0x80


@dataclass(frozen=True)
class JavaCertificate:
    """A certificate that Java has read; equal and hashed by its DER."""

    der: bytes = field(repr=False)
    version: int = field(compare=False)
    issuer: JavaName = field(compare=False, repr=False)
    subject: JavaName = field(compare=False, repr=False)
    start: datetime = field(compare=False)
    end: datetime = field(compare=False)
    critical: frozenset[str] = field(compare=False)
    values: dict[str, object] = field(compare=False, repr=False)
    key_id: bytes | None = field(compare=False, repr=False)
    """The DER of the subjectKeyIdentifier's value, whatever it is, or None: Java compares it unread."""

    @cached_property
    def fields(self) -> RawCertificate:
        """The raw fields."""
        return raw_certificate(self.der)

    @property
    def sha256(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return self.fields.sha256

    @property
    def key(self) -> tuple[str, bytes, bytes]:
        """What equal keys have in common."""
        return key_identity(self.fields.spki)

    @property
    def self_issued(self) -> bool:
        """Whether issuer and subject are one name to Java (X509CertImpl.isSelfIssued)."""
        return self.issuer.rdns == self.subject.rdns

    @property
    def path_length(self) -> int:
        """pathLenConstraint, NO_LIMIT, or NOT_CA."""
        return self._value(ext.BASIC_CONSTRAINTS, int, ext.NOT_CA)

    @property
    def key_usage(self) -> ext.Bits | None:
        """The bits of keyUsage, nine at least, or None."""
        found = self.values.get(ext.KEY_USAGE)
        return found if isinstance(found, tuple) else None

    @property
    def may_sign_certificates(self) -> bool:
        """Whether keyUsage is absent or has keyCertSign."""
        return self.key_usage is None or self.key_usage[5]

    @property
    def usages(self) -> frozenset[str] | None:
        """The OIDs of extendedKeyUsage, or None."""
        found = self.values.get(ext.EXTENDED_KEY_USAGE)
        return found if isinstance(found, frozenset) else None

    @property
    def names(self) -> tuple[GeneralName, ...] | None:
        """The names of subjectAltName, or None where Java has none."""
        found = self.values.get(ext.ALTERNATIVE_NAME)
        return found if isinstance(found, tuple) else None

    @property
    def authority(self) -> ext.AuthorityKeyId | None:
        """The authorityKeyIdentifier, or None."""
        found = self.values.get(ext.AUTHORITY_KEY_ID)
        return found if isinstance(found, ext.AuthorityKeyId) else None

    @property
    def constraints(self) -> ext.JavaNameConstraints | None:
        """The name constraints, or None."""
        found = self.values.get(ext.NAME_CONSTRAINTS)
        return found if isinstance(found, ext.JavaNameConstraints) else None

    def _value(self, oid: str, kind: type[T], default: T) -> T:
        found = self.values.get(oid)
        return found if isinstance(found, kind) else default

    def valid_at(self, at: datetime) -> bool:
        """Tell whether `at` (aware) lies in its validity, both ends included (CertificateValidity.valid)."""
        return self.start <= at <= self.end


@lru_cache(maxsize=1024)
def _remembered(der: bytes) -> JavaCertificate | str:
    try:
        return _read(der)
    except JavaUnreadable as error:
        return str(error)
    except ValueError as error:
        return f"no certificate that it can decode: {error}"


def read_certificate(der: bytes) -> JavaCertificate:
    """Read a certificate, and remember it; raises Unreadable where Java throws CertificateException."""
    found = _remembered(der)
    if isinstance(found, str):
        raise JavaUnreadable(found)
    return found


def _read(der: bytes) -> JavaCertificate:
    outer = tuple(element(der).expect(SEQUENCE).children())
    if len(outer) != 3:
        raise JavaUnreadable("it has not three parts")
    signed, algorithm, signature = outer
    bit_string(signature)
    fields = _fields(signed.expect(SEQUENCE))
    if der[1] != _INDEFINITE and any(der[one.start + 1] == _INDEFINITE for one in fields[:-1]):
        raise JavaUnreadable("a field of indefinite length, behind which it loses its place")
    version, body = _version(fields)
    if len(body) < 6:
        raise JavaUnreadable("it ends before its key")
    serial, inner, issuer, validity, subject, key = body[:6]
    if not serial.expect(INTEGER).content:
        raise JavaUnreadable("its serial number has no octets")
    if identifier(inner) != identifier(algorithm):
        raise JavaUnreadable("its two signature algorithms differ")
    names = _issuer(issuer), read_name(subject.raw)
    start, end = _validity(validity)
    check_key(key)
    extensions = _extensions(version, body[6:], names[1])
    critical, values = _table(extensions)
    if names[1].empty and extensions and not (values.get(ext.ALTERNATIVE_NAME) and ext.ALTERNATIVE_NAME in critical):
        raise JavaUnreadable("an empty subject without a critical subjectAltName")
    key_ids = (one.value for one in extensions if one.oid == ext.SUBJECT_KEY_ID)
    whole = der[: element(der).after]
    return JavaCertificate(whole, version, *names, start, end, critical, values, next(key_ids, None))


def _fields(signed: Element) -> tuple[Element, ...]:
    """The signed fields; what stands behind the extensions is not looked at (X509CertInfo.parse)."""
    found: list[Element] = []
    try:
        for one in signed.children():
            found.append(one)  # noqa: PERF402 - what stood before the damage counts
    except DERError:
        if not found or found[-1].tag != CONTEXT + 3:
            raise
    return tuple(found)


def _version(body: tuple[Element, ...]) -> tuple[int, tuple[Element, ...]]:
    """Any number is a version to Java; it counts from 1 here."""
    if not body or body[0].tag not in {CONTEXT, 0x80}:
        return 1, body
    if body[0].tag == 0x80:
        return 1, body[1:]
    return ext.integer(body[0].first()) + 1, body[1:]


def _issuer(issuer: Element) -> JavaName:
    name = read_name(issuer.raw)
    if name.empty:
        raise JavaUnreadable("its issuer has no name")
    return name


def _validity(validity: Element) -> tuple[datetime, datetime]:
    times = tuple(validity.expect(SEQUENCE).children())
    if len(times) != 2:
        raise JavaUnreadable("its validity has not two times")
    return _moment(times[0]), _moment(times[1])


def _moment(time: Element) -> datetime:
    """DerValue.getTimeInternal: seconds may be missing, fractions and offsets are read, days overflow."""
    text = time.content.decode("ascii", "replace")
    if time.tag not in {UTC_TIME, GENERALIZED_TIME} or not len(text) >= 11:
        raise JavaUnreadable("a time of another type")
    if time.tag == UTC_TIME:
        text = f"{'20' if int(text[:2]) < 50 else '19'}{text}"
        if text[12:13] in {"+", "-"}:
            raise JavaUnreadable("a time with a zone and no seconds")
    zone = next((at for at, char in enumerate(text) if char in "Z+-"), len(text))
    digits, _, fraction = text[:zone].replace(",", ".").partition(".")
    if len(digits) not in {12, 14} or not digits.isdigit() or (fraction and not fraction.isdigit()):
        raise JavaUnreadable("a time that is none")
    year, month, day, hour, minute = (int(digits[:4]), *(int(digits[at : at + 2]) for at in (4, 6, 8, 10)))
    second = int(digits[12:] or 0)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise JavaUnreadable("a day that is none")
    first = datetime(max(year, 1), month, 1, hour, minute, second, tzinfo=UTC)
    return _shifted(first, timedelta(days=day - 1, seconds=-_offset(text[zone:]), milliseconds=_millis(fraction)))


def _shifted(first: datetime, by: timedelta) -> datetime:
    try:
        return first + by
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _millis(fraction: str) -> int:
    return int((fraction + "000")[:3])


def _offset(zone: str) -> int:
    """Seconds east of Greenwich."""
    if zone == "Z":
        return 0
    if len(zone) != 5 or not zone[1:].isdigit() or int(zone[1:3]) > 23 or int(zone[3:]) > 59:
        raise JavaUnreadable("a time zone that is none")
    seconds = 3600 * int(zone[1:3]) + 60 * int(zone[3:])
    return seconds if zone[0] == "+" else -seconds


def _extensions(version: int, rest: tuple[Element, ...], subject: JavaName) -> tuple[_JavaExtension, ...]:
    """Return the extensions (X509CertInfo.parse)."""
    if version == 1 and (rest or subject.empty):
        raise JavaUnreadable("version 1 with more fields, or without a subject")
    while rest and rest[0].tag & 0xDF in {0x81, 0x82}:
        rest = rest[1:]
    if rest and version != 3:
        raise JavaUnreadable("extensions in another version than 3")
    if not rest or rest[0].tag != CONTEXT + 3:
        return ()
    return tuple(map(_extension, rest[0].first().expect(SEQUENCE).children()))


class _JavaExtension(NamedTuple):
    """An extension: dotted OID, critical flag, and what its OCTET STRING holds."""

    oid: str
    critical: bool
    value: bytes


def _extension(entry: Element) -> _JavaExtension:
    if entry.tag not in {SEQUENCE, SET}:
        raise JavaUnreadable("an extension of another form")
    parts = entry.children()
    oid, value = next(parts, None), next(parts, None)
    critical = value is not None and value.tag == BOOLEAN and value.content != b"\0"
    if value is not None and value.tag == BOOLEAN:
        if len(value.content) != 1:
            raise JavaUnreadable("a boolean of another length")
        value = next(parts, None)
    if oid is None or value is None or value.tag & 0xDF != OCTET_STRING:
        raise JavaUnreadable("an extension without a value")
    return _JavaExtension(read_oid(oid), critical, value.octets())  # what follows is not looked at


def _table(extensions: tuple[_JavaExtension, ...]) -> tuple[frozenset[str], dict[str, object]]:
    values: dict[str, object] = {}
    for one in extensions:
        value = _value(one)
        if one.oid in values and value is not None:
            raise JavaUnreadable(f"extension {one.oid} twice")
        if value is not None:
            values[one.oid] = value
    return frozenset(one.oid for one in extensions if one.critical and one.oid in values), values


def _value(one: _JavaExtension) -> object | None:
    """None for one that is not critical and cannot be read: Java goes on without it."""
    if one.oid not in ext.READERS:
        return one.value
    try:
        return ext.read_value(one.oid, one.value, critical=one.critical)
    except JavaUnreadable:
        if one.critical:
            raise
        return None
