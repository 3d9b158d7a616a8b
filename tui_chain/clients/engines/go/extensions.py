"""What Go reads of a certificate's extensions (crypto/x509 `parser.go`, processExtensions), as in Go 1.19."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_chain.clients.engines.go.der import bits, oid, small_integer
from tui_chain.clients.engines.go.names import (
    DNS,
    EMAIL,
    IP,
    NO_NAMES,
    URI,
    GoAlternativeNames,
    GoSubtrees,
    IPNetwork,
    mailbox,
    parse_ip,
    reverse_labels,
    uri_host,
)
from tui_chain.clients.engines.strict_der import StrictReader, boolean
from tui_chain.x509.der import BIT_STRING, BOOLEAN, CONTEXT, INTEGER, OCTET_STRING, SEQUENCE, DERError
from tui_chain.x509.structure import RawExtension

_PRIMITIVE = 0x80
_SKI, _KEY_USAGE, _SAN, _BASIC, _CONSTRAINTS = "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30"
_CRLS, _POLICIES, _AKI, _PURPOSES, _AIA = "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.37", "1.3.6.1.5.5.7.1.1"
_KNOWN = frozenset({_SKI, _KEY_USAGE, _SAN, _BASIC, _CONSTRAINTS, _CRLS, _POLICIES, _AKI, _PURPOSES, _AIA})
"""Extensions that may be critical; from Go 1.24 on also 2.5.29.33, 36 and 54."""

CERT_SIGN = 1 << 5
"""The bit of keyCertSign (RFC 5280 section 4.2.1.3)."""

_KINDS = frozenset({EMAIL, DNS, URI, IP})


@dataclass(frozen=True)
class GoNameConstraints:
    """A nameConstraints extension; `complete` is False if it has subtrees of a kind that Go does not read."""

    permitted: GoSubtrees
    excluded: GoSubtrees
    complete: bool


@dataclass(frozen=True)
class GoExtensions:
    """The extensions by their meaning; None where there is none.

    `key_usage` has bit n for bit n of the extension and is 0 where it has none. `basic` is the CA flag and the path
    length, -1 where there is none. `san` is the raw extension. `unhandled` tells of a critical one that is unknown.
    """

    key_usage: int = 0
    basic: tuple[bool, int] | None = None
    names: GoAlternativeNames = NO_NAMES
    san: bytes | None = None
    constraints: GoNameConstraints | None = None
    purposes: tuple[str, ...] = ()
    subject_key_id: bytes = b""
    authority_key_id: bytes = b""
    unhandled: bool = False


def go_extensions(entries: Iterable[RawExtension]) -> GoExtensions:
    """Read the extensions; raises DERError where one that Go knows cannot be read, critical or not."""
    table = {entry.oid: entry for entry in entries}
    values = {name: entry.value for name, entry in table.items()}
    _check_unused(values)
    san, constraints = values.get(_SAN), values.get(_CONSTRAINTS)
    names = NO_NAMES if san is None else _names(san)
    limits = None if constraints is None else _constraints(constraints)
    unread = set(table) - _KNOWN
    if san is not None and not names.entries:
        unread.add(_SAN)
    if limits is not None and not limits.complete:
        unread.add(_CONSTRAINTS)
    return GoExtensions(
        key_usage=_key_usage(values[_KEY_USAGE]) if _KEY_USAGE in values else 0,
        basic=_basic(StrictReader(values[_BASIC]).enter(SEQUENCE)) if _BASIC in values else None,
        names=names,
        san=san,
        constraints=limits,
        purposes=_oids(values[_PURPOSES]) if _PURPOSES in values else (),
        subject_key_id=StrictReader(values[_SKI]).read(OCTET_STRING) if _SKI in values else b"",
        authority_key_id=_authority(values[_AKI]) if _AKI in values else b"",
        unhandled=any(table[name].critical for name in unread),
    )


def _check_unused(values: Mapping[str, bytes]) -> None:
    """Raise DERError where CRL distribution points, policies or AIA cannot be read; they are not used."""
    if _CRLS in values:
        _check_crls(StrictReader(values[_CRLS]).enter(SEQUENCE))
    if _POLICIES in values:
        policies = StrictReader(values[_POLICIES]).enter(SEQUENCE)
        while not policies.empty:
            oid(policies.enter(SEQUENCE))
    if _AIA in values:
        _check_aia(StrictReader(values[_AIA]).enter(SEQUENCE))


def _check_crls(points: StrictReader) -> None:
    while not points.empty:
        name = points.enter(SEQUENCE).optional(CONTEXT)
        entries = None if name is None else StrictReader(name).enter(CONTEXT)
        while entries is not None and entries.peek(_PRIMITIVE + URI):
            entries.any()


def _check_aia(entries: StrictReader) -> None:
    while not entries.empty:
        entry = entries.enter(SEQUENCE)
        oid(entry)
        entry.optional(_PRIMITIVE + URI)


def _key_usage(value: bytes) -> int:
    content = StrictReader(value).read(BIT_STRING)
    bits(content)
    number = int.from_bytes(content[1:3].ljust(2, b"\0"), "big")
    return sum(1 << bit for bit in range(9) if number >> (15 - bit) & 1)


def _basic(fields: StrictReader) -> tuple[bool, int]:
    is_ca = boolean(fields.any().content) if fields.peek(BOOLEAN) else False
    return is_ca, small_integer(fields) if fields.peek(INTEGER) else -1


def _oids(value: bytes) -> tuple[str, ...]:
    entries, found = StrictReader(value).enter(SEQUENCE), []
    while not entries.empty:
        found.append(oid(entries))
    return tuple(found)


def _authority(value: bytes) -> bytes:
    return StrictReader(value).enter(SEQUENCE).optional(_PRIMITIVE) or b""


def _names(value: bytes) -> GoAlternativeNames:
    """Read a subjectAltName (`parseSANExtension`): e-mail, DNS, URI and IP; other kinds are not looked at."""
    entries, found = StrictReader(value).enter(SEQUENCE), []
    while not entries.empty:
        name = entries.any()
        kind = name.tag ^ _PRIMITIVE
        if kind in _KINDS:
            found.append((kind, name.content))
    for kind, content in found:
        _check_name(kind, content)
    dns = tuple(content.decode("ascii") for kind, content in found if kind == DNS)
    return GoAlternativeNames(tuple(found), dns, tuple(content for kind, content in found if kind == IP))


def _check_name(kind: int, content: bytes) -> None:
    if kind == IP:
        _demand(len(content) in (4, 16))
        return
    text = _ascii(content)
    host = uri_host(text) if kind == URI else ""
    _demand(host is not None and reverse_labels(host) is not None)


def _ascii(content: bytes) -> str:
    _demand(content.isascii())
    return content.decode("ascii")


def _demand(sound: object) -> None:
    if not sound:
        raise DERError("a name that cannot be read")


def _constraints(value: bytes) -> GoNameConstraints:
    """Read nameConstraints (`parseNameConstraintsExtension`): one without a subtree cannot be read."""
    outer = StrictReader(value)
    fields = outer.enter(SEQUENCE)
    outer.finish()
    permitted, excluded = fields.optional(CONTEXT) or b"", fields.optional(CONTEXT + 1) or b""
    fields.finish()
    _demand(permitted or excluded)
    bases = _bases(permitted), _bases(excluded)
    complete = all(kind in _KINDS for group in bases for kind, _ in group)
    return GoNameConstraints(_subtrees(bases[0]), _subtrees(bases[1]), complete)


def _bases(subtrees: bytes) -> list[tuple[int, bytes]]:
    reader, found = StrictReader(subtrees), []
    while not reader.empty:
        base = reader.enter(SEQUENCE).any()
        found.append((base.tag ^ _PRIMITIVE, base.content))
    return found


def _subtrees(bases: list[tuple[int, bytes]]) -> GoSubtrees:
    texts = {
        wanted: tuple(_constraint(kind, _ascii(content)) for kind, content in bases if kind == wanted)
        for wanted in (DNS, EMAIL, URI)
    }
    ips = tuple(_network(content) for kind, content in bases if kind == IP)
    return GoSubtrees(texts[DNS], ips, texts[EMAIL], texts[URI])


def _constraint(kind: int, text: str) -> str:
    if kind == EMAIL and "@" in text:
        _demand(mailbox(text))
    else:
        _demand(reverse_labels(text.removeprefix(".")) is not None)
    _demand(kind != URI or parse_ip(text) is None)
    return text


def _network(content: bytes) -> IPNetwork:
    half = len(content) // 2
    _demand(len(content) in (8, 32))
    mask = int.from_bytes(content[half:], "big")
    ones = mask.bit_count()
    _demand(mask == ((1 << ones) - 1) << (half * 8 - ones))
    return content[:half], content[half:]
