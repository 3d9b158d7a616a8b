"""The extensions that Java 17 reads while it parses a certificate, each with its own reader (sun.security.x509)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from tui_chain.clients.engines.java.names import (
    GeneralName,
    read_general_name,
    read_general_names,
)
from tui_chain.clients.engines.java.refusal import JavaUnreadable
from tui_chain.clients.engines.java.text import read_oid
from tui_chain.x509.der import (
    BIT_STRING,
    BOOLEAN,
    CONTEXT,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    DERError,
    Element,
    element,
    encode,
)

SUBJECT_KEY_ID, KEY_USAGE, ALTERNATIVE_NAME = "2.5.29.14", "2.5.29.15", "2.5.29.17"
BASIC_CONSTRAINTS, NAME_CONSTRAINTS, POLICIES = "2.5.29.19", "2.5.29.30", "2.5.29.32"
POLICY_MAPPINGS, AUTHORITY_KEY_ID, POLICY_CONSTRAINTS = "2.5.29.33", "2.5.29.35", "2.5.29.36"
EXTENDED_KEY_USAGE, INHIBIT_ANY_POLICY = "2.5.29.37", "2.5.29.54"
NETSCAPE_TYPE = "2.16.840.1.113730.1.1"

RESOLVED = frozenset(
    {
        KEY_USAGE,
        ALTERNATIVE_NAME,
        BASIC_CONSTRAINTS,
        NAME_CONSTRAINTS,
        POLICIES,
        POLICY_MAPPINGS,
        POLICY_CONSTRAINTS,
        EXTENDED_KEY_USAGE,
        INHIBIT_ANY_POLICY,
    }
)
"""What may be critical (the getSupportedExtensions of ConstraintsChecker, KeyChecker and PolicyChecker)."""

NO_LIMIT = 2**31 - 1
"""The path length of a CA without pathLenConstraint."""

NOT_CA = -1
"""The path length of a certificate that is no CA (X509Certificate.getBasicConstraints)."""

Bits = tuple[bool, ...]
T = TypeVar("T")


class AuthorityKeyId(NamedTuple):
    """The key id as a subjectKeyIdentifier's DER, and the serial number's octets; None where that is not there."""

    key_id: bytes | None
    serial: bytes | None


class Subtree(NamedTuple):
    """A GeneralSubtree: its base, and whether it has a minimum or maximum, which Java supports neither."""

    base: GeneralName
    bounded: bool = False


class JavaNameConstraints(NamedTuple):
    """Permitted and excluded subtrees, None where that field is absent."""

    permitted: tuple[Subtree, ...] | None
    excluded: tuple[Subtree, ...] | None


class PolicyConstraints(NamedTuple):
    """What policy processing needs: requireExplicitPolicy, inhibitPolicyMapping, None where absent."""

    require: int | None
    inhibit: int | None


def whole(value: bytes) -> Element:
    """Return the one element that the bytes are; raises DERError, Unreadable where more follows."""
    found = element(value)
    if found.after != len(value):
        raise JavaUnreadable("bytes after the value")
    return found


def key_id(value: Element) -> bytes:
    """SubjectKeyIdentifierExtension."""
    return value.expect(OCTET_STRING).content


def bits(value: Element) -> Bits:
    """The bits of a BIT STRING, at least nine (KeyUsageExtension, X509CertImpl.getKeyUsage)."""
    if value.tag == OCTET_STRING:
        value = whole(value.content)
    content = value.expect(BIT_STRING).content
    if not content or content[0] > 7 or (content[0] and len(content) == 1):
        raise JavaUnreadable("no bit string")
    used = 8 * (len(content) - 1) - content[0]
    found = tuple(bool(content[1 + number // 8] & 0x80 >> number % 8) for number in range(used))
    return found + (False,) * (9 - used)


def path_length(value: Element) -> int:
    """pathLenConstraint, NO_LIMIT or NOT_CA (BasicConstraintsExtension)."""
    parts = tuple(value.expect(SEQUENCE).children())
    if not parts or parts[0].tag != BOOLEAN:
        return NOT_CA
    if len(parts[0].content) != 1:
        raise JavaUnreadable("no boolean")
    limit = integer(parts[1]) if len(parts) > 1 else NO_LIMIT
    return limit if parts[0].content != b"\0" else NOT_CA


def integer(value: Element) -> int:
    """A Java int."""
    if not value.content or not -(2**31) <= (number := value.integer()) <= NO_LIMIT:
        raise JavaUnreadable("no int")
    return number


def implicit_integer(value: Element) -> int:
    """A Java int whose tag is implicit."""
    number = int.from_bytes(value.content, "big", signed=True)
    if not value.content or not -(2**31) <= number <= NO_LIMIT:
        raise JavaUnreadable("no int")
    return number


def names(value: Element) -> tuple[GeneralName, ...]:
    """SubjectAlternativeNameExtension."""
    return read_general_names(value.expect(SEQUENCE))


def usages(value: Element) -> frozenset[str]:
    """ExtendedKeyUsageExtension."""
    return frozenset(read_oid(one) for one in value.expect(SEQUENCE).children())


def authority(value: Element) -> AuthorityKeyId:
    """AuthorityKeyIdentifierExtension: each field once, in any order."""
    found: dict[int, Element] = {}
    for field in value.expect(SEQUENCE).children():
        if field.tag in found or field.tag not in {0x80, 0xA1, 0x82}:
            raise JavaUnreadable("an authorityKeyIdentifier of another form")
        found[field.tag] = field
    if CONTEXT + 1 in found:
        read_general_names(found[CONTEXT + 1])
    serial = found.get(0x82)
    if serial is not None and not serial.content:
        raise JavaUnreadable("a serial number without octets")
    return AuthorityKeyId(
        encode(OCTET_STRING, found[0x80].content) if 0x80 in found else None, serial.content if serial else None
    )


def constraints(value: Element) -> JavaNameConstraints:
    """NameConstraintsExtension."""
    found: dict[int, tuple[Subtree, ...]] = {}
    for field in value.expect(SEQUENCE).children():
        if field.tag in found or field.tag not in {CONTEXT, CONTEXT + 1}:
            raise JavaUnreadable("name constraints of another form")
        found[field.tag] = tuple(map(_subtree, field.children()))
    return JavaNameConstraints(found.get(CONTEXT), found.get(CONTEXT + 1))


def _subtree(tree: Element) -> Subtree:
    base, *bounds = tree.expect(SEQUENCE).children()
    if any(bound.tag not in {0x80, 0x81} for bound in bounds):
        raise JavaUnreadable("a subtree of another form")
    values = [(bound.tag, implicit_integer(bound)) for bound in bounds]
    bounded = any(number != (0 if tag == 0x80 else -1) for tag, number in values)
    return Subtree(read_general_name(base, constraint=True), bounded)


class PolicyInformation(NamedTuple):
    """A certificate policy: its OID, and whether it has qualifiers."""

    oid: str
    qualified: bool


def policies(value: Element) -> tuple[PolicyInformation, ...]:
    """The policies of a CertificatePoliciesExtension."""
    return tuple(map(_policy, value.expect(SEQUENCE).children()))


def _policy(information: Element) -> PolicyInformation:
    policy, *rest = information.expect(SEQUENCE).children()
    for qualifiers in rest[:1]:
        entries = [tuple(one.expect(SEQUENCE).children()) for one in qualifiers.expect(SEQUENCE).children()]
        if not entries or any(len(entry) != 2 or not read_oid(entry[0]) for entry in entries):
            raise JavaUnreadable("policy qualifiers of another form")
    return PolicyInformation(read_oid(policy), bool(rest))


def mappings(value: Element) -> tuple[tuple[str, str], ...]:
    """The pairs of a PolicyMappingsExtension."""
    pairs = [tuple(pair.expect(SEQUENCE).children()) for pair in value.expect(SEQUENCE).children()]
    if any(len(pair) < 2 for pair in pairs):
        raise JavaUnreadable("a policy mapping that is no pair")
    return tuple((read_oid(pair[0]), read_oid(pair[1])) for pair in pairs)


def policy_constraints(value: Element) -> PolicyConstraints:
    """PolicyConstraintsExtension."""
    found: dict[int, int] = {}
    for field in value.expect(SEQUENCE).children():
        if field.tag in found or field.tag not in {0x80, 0x81}:
            raise JavaUnreadable("policy constraints of another form")
        found[field.tag] = implicit_integer(field)
    return PolicyConstraints(found.get(0x80), found.get(0x81))


def skip_certificates(value: Element) -> int:
    """InhibitAnyPolicyExtension; one that is not critical is not read at all."""
    number = integer(value.expect(INTEGER))
    if number < -1:
        raise JavaUnreadable("a negative number")
    return NO_LIMIT if number == -1 else number


READERS: dict[str, Callable[[Element], object]] = {
    SUBJECT_KEY_ID: key_id,
    KEY_USAGE: bits,
    ALTERNATIVE_NAME: names,
    BASIC_CONSTRAINTS: path_length,
    NAME_CONSTRAINTS: constraints,
    POLICIES: policies,
    POLICY_MAPPINGS: mappings,
    AUTHORITY_KEY_ID: authority,
    POLICY_CONSTRAINTS: policy_constraints,
    EXTENDED_KEY_USAGE: usages,
    INHIBIT_ANY_POLICY: skip_certificates,
    NETSCAPE_TYPE: bits,
}
"""The reader of each OID (sun.security.x509.OIDMap); others are kept unread."""


def read_value(oid: str, value: bytes, *, critical: bool) -> object:
    """Return what the reader of the OID makes of the value; raises Unreadable whatever is wrong with it."""
    if oid == INHIBIT_ANY_POLICY and not critical:
        raise JavaUnreadable("an inhibitAnyPolicy that is not critical")
    try:
        return READERS[oid](whole(value))
    except (DERError, ValueError) as error:
        raise JavaUnreadable(str(error)) from error
