"""A certificate as GnuTLS 3.7 reads it: what it refuses to read, and what it takes each extension for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

from tui_chain.clients.engines.gnutls import der
from tui_chain.clients.engines.gnutls.alternative_names import AltName, general_names, subject_names
from tui_chain.clients.engines.gnutls.der import GnuTLSUnreadable, Item
from tui_chain.clients.engines.gnutls.names import attributes, same_name
from tui_chain.x509.der import CONTEXT, DERError

KEY_ID, KEY_USAGE, SUBJECT_NAMES, ISSUER_NAMES, BASIC = (
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.18",
    "2.5.29.19",
)
NAME_CONSTRAINTS, AUTHORITY_KEY_ID, PURPOSES = "2.5.29.30", "2.5.29.35", "2.5.29.37"
TLS_FEATURES = "1.3.6.1.5.5.7.1.24"

DIGITAL_SIGNATURE, CERT_SIGN = 0x80, 0x04

_SERVER_AUTH, _ANY_PURPOSE = "1.3.6.1.5.5.7.3.1", "2.5.29.37.0"
_OLD_SERVER_PURPOSES = frozenset({"2.16.840.1.113730.4.1", "2.16.840.1.113733.1.8.1"})
_MAX_KEY_ID = 128

_KNOWN = frozenset(
    {
        KEY_ID,
        KEY_USAGE,
        SUBJECT_NAMES,
        ISSUER_NAMES,
        BASIC,
        NAME_CONSTRAINTS,
        AUTHORITY_KEY_ID,
        PURPOSES,
        TLS_FEATURES,
    }
    | {"2.5.29.31", "2.5.29.32", "2.5.29.54", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.14"}
)
"""Extensions that may be critical (`supported_exts.gperf`)."""

_EXPLICIT = frozenset({CONTEXT, CONTEXT + 3})
"""Tags of the version and the extensions."""

_T = TypeVar("_T")


class GnuTLSExtension(NamedTuple):
    """Whether an extension is critical, and the octets of its value."""

    critical: bool
    value: bytes


class Basic(NamedTuple):
    """What basicConstraints say; an extension that cannot be read says no CA."""

    ca: bool = False
    path_length: int | None = None


@dataclass(frozen=True)
class GnuTLSCertificate:
    """A certificate that GnuTLS can read; made by `read`. Equal and hashed by its DER.

    Times are seconds since 1970; names, key and the signed part are DER.
    """

    der: bytes
    version: int = field(compare=False)
    issuer: bytes = field(compare=False)
    subject: bytes = field(compare=False)
    not_before: int = field(compare=False)
    not_after: int = field(compare=False)
    spki: bytes = field(compare=False)
    tbs: bytes = field(compare=False)
    algorithm: bytes = field(compare=False)
    signature_bits: bytes = field(compare=False, repr=False)
    extensions: Mapping[str, GnuTLSExtension] = field(compare=False)
    names: tuple[AltName, ...] = field(compare=False)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def signature(self) -> bytes | None:
        """The signature's octets, or None where it is empty or does not fill them."""
        return self.signature_bits[1:] if self.signature_bits[:1] == b"\0" and len(self.signature_bits) > 1 else None

    @cached_property
    def self_issued(self) -> bool:
        """Whether it is its own issuer by name and key identifier."""
        return is_issuer(self, self)

    @cached_property
    def unknown_critical(self) -> bool:
        """Whether it has a critical extension that GnuTLS does not know."""
        return any(one.critical and oid not in _KNOWN for oid, one in self.extensions.items())

    @cached_property
    def subject_key_id(self) -> bytes | None:
        """The subjectKeyIdentifier, or None where there is none that can be read."""
        return self._tolerant(KEY_ID, _key_id)

    @cached_property
    def authority_key_id(self) -> bytes | None:
        """The keyIdentifier of the authorityKeyIdentifier, or None where there is none that can be read."""
        return self._tolerant(AUTHORITY_KEY_ID, _authority_key_id)

    @cached_property
    def basic(self) -> Basic | None:
        """The basicConstraints, or None where the extension is absent."""
        if BASIC not in self.extensions:
            return None
        return self._tolerant(BASIC, _basic) or Basic()

    @cached_property
    def key_usage(self) -> int | None:
        """The first octet of the keyUsage, 0 where it cannot be read, or None where it is absent."""
        if KEY_USAGE not in self.extensions:
            return None
        return self._tolerant(KEY_USAGE, _key_usage) or 0

    @cached_property
    def features(self) -> frozenset[int] | None:
        """The TLS features (RFC 7633); None where the extension is absent or cannot be read."""
        return self._tolerant(TLS_FEATURES, _features)

    @cached_property
    def server_purpose(self) -> bool:
        """Whether the extended key usage allows TLS servers (`verify.c`, _gnutls_check_key_purpose)."""
        if PURPOSES not in self.extensions:
            return True
        purposes = self._tolerant(PURPOSES, _purposes)
        if purposes is None:
            return False
        old = self.basic is not None and self.basic.ca and not _OLD_SERVER_PURPOSES.isdisjoint(purposes)
        return not purposes or old or _SERVER_AUTH in purposes or _ANY_PURPOSE in purposes

    def _tolerant(self, oid: str, read: Callable[[bytes], _T]) -> _T | None:
        """Read an extension, or return None where it is absent or cannot be read."""
        found = self.extensions.get(oid)
        try:
            return None if found is None else read(found.value)
        except DERError:
            return None


def is_issuer(child: GnuTLSCertificate, issuer: GnuTLSCertificate) -> bool:
    """Tell whether names fit and key identifiers, where both are there (`verify.c`, is_issuer)."""
    if not same_name(child.issuer, issuer.subject):
        return False
    wanted, given = child.authority_key_id, issuer.subject_key_id
    return wanted is None or given is None or wanted == given


@lru_cache(maxsize=512)
def read(data: bytes) -> GnuTLSCertificate:
    """Read the DER of a certificate; raises DERError, mostly Unreadable.

    Source: `x509.c`, gnutls_x509_crt_import and _gnutls_check_cert_sanity (without strict checks, as Debian builds).
    """
    outer = der.inside(data, der.whole(data, der.SEQUENCE), der.SEQUENCE)
    if len(outer) != 3 or outer[2].tag != der.BIT_STRING:
        raise GnuTLSUnreadable("it is no certificate")
    tbs, algorithm, signature = outer
    body = der.inside(data, tbs, der.SEQUENCE, _EXPLICIT)
    version = _version(data, body.pop(0)) if body and body[0].tag == CONTEXT else 1
    if len(body) < 6 or body[0].tag != der.INTEGER:
        raise GnuTLSUnreadable("it is no certificate")
    _same_algorithm(data, body[1], algorithm)
    not_before, not_after = _validity(data, body[3])
    extensions = _optional(data, version, body[6:])
    _check_key(data, body[5])
    return GnuTLSCertificate(
        data,
        version,
        _name(data, body[2]),
        _name(data, body[4]),
        not_before,
        not_after,
        _raw(data, body[5]),
        _raw(data, tbs),
        _raw(data, algorithm),
        der.content(data, signature),
        extensions,
        _alternative(extensions),
    )


def _raw(data: bytes, one: Item) -> bytes:
    return data[one.start : one.end]


def _version(data: bytes, one: Item) -> int:
    number = der.item(data, one.body, one.end)
    if number.tag != der.INTEGER or number.end - number.body != 1 or data[number.body] >= 0x80:
        raise GnuTLSUnreadable("its version cannot be read")
    return data[number.body] + 1


def _name(data: bytes, one: Item) -> bytes:
    raw = _raw(data, one)
    attributes(raw)
    return raw


def _identifier(data: bytes, one: Item) -> tuple[str, bytes]:
    """Read an AlgorithmIdentifier: its OID, and its parameters, where NULL is the same as none."""
    parts = der.inside(data, one, der.SEQUENCE)
    if not 1 <= len(parts) <= 2 or parts[0].tag != der.OID:
        raise GnuTLSUnreadable("an algorithm cannot be read")
    parameters = _raw(data, parts[1]) if len(parts) == 2 else b""
    return der.dotted(der.content(data, parts[0])), b"" if parameters == b"\x05\x00" else parameters


def _same_algorithm(data: bytes, inner: Item, outer: Item) -> None:
    if _identifier(data, inner) != _identifier(data, outer):
        raise GnuTLSUnreadable("its two signature algorithms differ", "CERTIFICATE_ERROR")


def _check_key(data: bytes, one: Item) -> None:
    parts = der.inside(data, one, der.SEQUENCE)
    if parts and (len(parts) != 2 or parts[1].tag != der.BIT_STRING):
        raise GnuTLSUnreadable("its key cannot be read")
    if parts and der.inside(data, parts[0], der.SEQUENCE):
        _identifier(data, parts[0])


def _validity(data: bytes, one: Item) -> tuple[int, int]:
    times = der.inside(data, one, der.SEQUENCE)
    if len(times) != 2:
        raise GnuTLSUnreadable("its validity cannot be read")
    return _time(data, times[0]), _time(data, times[1])


def _time(data: bytes, one: Item) -> int:
    """Read a Time as seconds since 1970; raises Unreadable.

    Years before 1970 give 0, seconds may be missing, and a day that a month does not have runs into the next
    (`time.c`, time2gtime and mktime_utc; libtasn1 _asn1_get_time_der). UTCTime's years 50 to 99 are 19xx.
    """
    text = der.content(data, one)
    digits, least = text[:-1], 12 if one.tag == der.GENERALIZED_TIME else 10
    right = one.tag in (der.UTC_TIME, der.GENERALIZED_TIME) and digits.isdigit() and text[-1:] == b"Z"
    if not right or not least <= len(text) < 64:
        raise GnuTLSUnreadable("a date cannot be read", "CERTIFICATE_TIME_ERROR")
    if one.tag == der.UTC_TIME:
        digits = (b"19" if digits[:2] >= b"50" else b"20") + digits
    return _seconds(digits)


def _seconds(digits: bytes) -> int:
    year, month = int(digits[:4]), int(digits[4:6] or 0)
    if year < 1970:
        return 0
    day, hour, minute, second = (int(digits[at : at + 2] or 0) for at in (6, 8, 10, 12))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59 and second <= 60):
        raise GnuTLSUnreadable("a date cannot be", "CERTIFICATE_TIME_ERROR")
    days = date(year, month, 1).toordinal() - date(1970, 1, 1).toordinal() + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def _optional(data: bytes, version: int, fields: list[Item]) -> dict[str, GnuTLSExtension]:
    """Read what may follow the key: two unique identifiers and the extensions, in this order."""
    tags = [one.tag for one in fields]
    if any(tag not in (0x81, 0x82, CONTEXT + 3) for tag in tags) or sorted(set(tags)) != tags:
        raise GnuTLSUnreadable("it has fields that do not belong there")
    table = fields.pop() if tags and tags[-1] == CONTEXT + 3 else None
    if version < 3 and (table is not None or (version < 2 and fields)):
        raise GnuTLSUnreadable("it has fields that its version does not have", "X509_CERTIFICATE_ERROR")
    return {} if table is None else _extensions(data, der.item(data, table.body, table.end))


def _extensions(data: bytes, table: Item) -> dict[str, GnuTLSExtension]:
    found: dict[str, GnuTLSExtension] = {}
    empty = False
    for one in der.inside(data, table, der.SEQUENCE):
        parts = der.inside(data, one, der.SEQUENCE)
        oid, extension = _extension(data, parts) if parts else ("", None)
        empty = empty or extension is None
        if extension is None or empty:  # GnuTLS sees none that follow an empty one
            continue
        if oid in found:
            raise GnuTLSUnreadable("it has an extension twice", "X509_DUPLICATE_EXTENSION")
        found[oid] = extension
    return found


def _extension(data: bytes, parts: list[Item]) -> tuple[str, GnuTLSExtension]:
    if parts[0].tag != der.OID or parts[-1].tag != der.OCTET_STRING or not 2 <= len(parts) <= 3:
        raise GnuTLSUnreadable("an extension cannot be read")
    critical = len(parts) == 3 and der.boolean(data, parts[1])
    return der.dotted(der.content(data, parts[0])), GnuTLSExtension(critical, der.content(data, parts[-1]))


def _alternative(extensions: Mapping[str, GnuTLSExtension]) -> tuple[AltName, ...]:
    """Read the alternative names, of subject and issuer, whose faults make the whole certificate unreadable."""
    if ISSUER_NAMES in extensions:
        subject_names(extensions[ISSUER_NAMES].value)
    return subject_names(extensions[SUBJECT_NAMES].value) if SUBJECT_NAMES in extensions else ()


def _key_id(value: bytes) -> bytes | None:
    return _within_limit(der.content(value, der.whole(value, der.OCTET_STRING)))


def _within_limit(key_id: bytes) -> bytes | None:
    return key_id if 0 < len(key_id) <= _MAX_KEY_ID else None


def _authority_key_id(value: bytes) -> bytes | None:
    found = der.inside(value, der.whole(value, der.SEQUENCE), der.SEQUENCE)
    parts = {one.tag: one for one in found}
    if [one.tag for one in found] != [tag for tag in (0x80, CONTEXT + 1, 0x82) if tag in parts]:
        raise DERError("an authorityKeyIdentifier that cannot be read")
    if CONTEXT + 1 in parts:
        general_names(value, parts[CONTEXT + 1])
    return _within_limit(der.content(value, parts[0x80])) if 0x80 in parts else None


def _basic(value: bytes) -> Basic:
    parts = der.inside(value, der.whole(value, der.SEQUENCE), der.SEQUENCE)
    ca = der.boolean(value, parts.pop(0)) if parts and parts[0].tag == der.BOOLEAN else False
    if not parts:
        return Basic(ca)
    if len(parts) > 1 or parts[0].tag != der.INTEGER:
        raise DERError("basicConstraints that cannot be read")
    length = der.unsigned(der.content(value, parts[0]))
    return Basic(ca, length if length != 0xFFFFFFFF else None)


def _key_usage(value: bytes) -> int:
    octets = der.content(value, der.whole(value, der.BIT_STRING))
    if not 1 <= len(octets) <= 3 or octets[0] > 8 * (len(octets) - 1):
        raise DERError("a keyUsage that cannot be read")
    return octets[1] if len(octets) > 1 else 0


def _purposes(value: bytes) -> tuple[str, ...]:
    parts = der.inside(value, der.whole(value, der.SEQUENCE), der.SEQUENCE)
    if any(one.tag != der.OID for one in parts):
        raise DERError("an extended key usage that cannot be read")
    return tuple(der.dotted(der.content(value, one)) for one in parts)


def _features(value: bytes) -> frozenset[int]:
    parts = der.inside(value, der.whole(value, der.SEQUENCE), der.SEQUENCE)
    if any(one.tag != der.INTEGER for one in parts):
        raise DERError("TLS features that cannot be read")
    features = frozenset(der.unsigned(der.content(value, one)) for one in parts)
    if any(feature > 0xFFFF for feature in features):
        raise DERError("a TLS feature that cannot be")
    return features
