"""Name constraints (RFC 5280 section 4.2.1.10) as GnuTLS 3.7.9-2+deb12u7 keeps, merges and checks them.

Source: `name_constraints.c` with Debian's patches, which gave permitted trees a real intersection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cmp_to_key, lru_cache
from itertools import chain

from tui_chain.clients.engines.gnutls import der
from tui_chain.clients.engines.gnutls.alternative_names import (
    DIRECTORY,
    DNS,
    EXPLICIT_NAME,
    IP,
    MAIL,
    SRV,
    UPN,
    URI,
    AltName,
    general_name,
)
from tui_chain.clients.engines.gnutls.certificate import GnuTLSCertificate
from tui_chain.clients.engines.gnutls.der import Item
from tui_chain.clients.engines.gnutls.names import COMMON_NAME, EMAIL, values
from tui_chain.x509.der import CONTEXT, DERError

_RANK = {DNS: 1, MAIL: 2, IP: 4}
"""The kinds that GnuTLS can compare, in the order in which it sorts them."""

_MAX_CHECKS = 1 << 20
_MAX_NAME = 255
_MASK_OCTETS = frozenset({0x00, 0x80, 0xC0, 0xE0, 0xF0, 0xF8, 0xFC, 0xFE, 0xFF})


class GnuTLSRelation(IntEnum):
    """How one constraint stands to another: unrelated and sorted before or after, or within, equal, around."""

    BEFORE = -2
    WITHIN = -1
    EQUAL = 0
    AROUND = 1
    AFTER = 2


@dataclass(frozen=True)
class GnuTLSConstraints:
    """The trees that a path allows and forbids so far."""

    permitted: tuple[AltName, ...] = ()
    excluded: tuple[AltName, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is limited."""
        return not self.permitted and not self.excluded

    def under(self, value: bytes) -> GnuTLSConstraints:
        """Add the value of a nameConstraints extension of the next CA below; raises DERError."""
        own = _read(value)
        if self.empty:
            return own
        permitted, emptied = _intersection(self.permitted, own.permitted)
        return GnuTLSConstraints(permitted, _union((*self.excluded, *emptied), own.excluded))

    def allow(self, leaf: GnuTLSCertificate) -> bool:
        """Tell whether the names of a server's certificate are allowed; names of CAs are never checked."""
        return all(check(self, leaf) for kind, check in _CHECKS.items() if self._limit(kind))

    def _limit(self, kind: str) -> bool:
        return any(one.kind == kind for one in chain(self.permitted, self.excluded))


@lru_cache(maxsize=256)
def _read(value: bytes) -> GnuTLSConstraints:
    parts = der.inside(value, der.whole(value, der.SEQUENCE), der.SEQUENCE)
    tags = [one.tag for one in parts]
    if tags != [tag for tag in (CONTEXT, CONTEXT + 1) if tag in tags]:
        raise DERError("nameConstraints that cannot be read")
    trees = {one.tag: tuple(_trees(value, one)) for one in parts}
    return GnuTLSConstraints(trees.get(CONTEXT, ()), trees.get(CONTEXT + 1, ()))


def _trees(data: bytes, parent: Item) -> Iterator[AltName]:
    """Read subtrees up to one that has no name (`name_constraints.c`, extract_name_constraints); raises DERError."""
    bases = [_base(data, one) for one in der.items(data, parent.body, parent.end)]
    for base in bases:
        if base is None:
            return
        yield _valid(base)


def _base(data: bytes, subtree: Item) -> AltName | None:
    parts = der.inside(data, subtree, der.SEQUENCE, EXPLICIT_NAME)
    if [one.tag for one in parts[1:]] not in ([], [0x80], [0x81], [0x80, 0x81]):
        raise DERError("a subtree that cannot be read")
    return general_name(data, parts[0]) if parts else None


def _valid(base: AltName) -> AltName:
    """Return a tree that can be kept; raises DERError (`name_constraints.c`, validate_name_constraints_node)."""
    if base.kind not in (DNS, MAIL, DIRECTORY, URI, IP, UPN, SRV) or base == AltName(DIRECTORY, b""):
        raise DERError("a constraint on names of an unknown kind")
    if base.kind == IP and not (len(base.value) in (8, 32) and _is_mask(base.value[len(base.value) // 2 :])):
        raise DERError("an address range that cannot be")
    if base.kind in (DNS, MAIL) and (b".." in base.value or base.value == b"."):
        raise DERError("a constraint with an empty label")
    return base


def _is_mask(mask: bytes) -> bool:
    tail = mask.lstrip(b"\xff")
    return not tail or (tail[0] in _MASK_OCTETS and not any(tail[1:]))


def _compare_text(one: bytes, other: bytes) -> GnuTLSRelation:
    return GnuTLSRelation.EQUAL if one == other else GnuTLSRelation.BEFORE if one < other else GnuTLSRelation.AFTER


def _compare_dns(one: bytes, other: bytes) -> GnuTLSRelation:
    """Compare from the last label on: a leading dot means all names below, so it lies within the bare domain."""
    mine, yours = (name.rstrip(b".").lower().split(b".")[::-1] for name in (one, other))
    for at in range(max(len(mine), len(yours)) + 1):
        for ends in (_ended, _ends_in_dot):
            my_end, your_end = ends(mine, at), ends(yours, at)
            if my_end or your_end:
                return GnuTLSRelation(my_end - your_end)
        relation = _compare_text(mine[at], yours[at])
        if relation != GnuTLSRelation.EQUAL:
            return relation
    return GnuTLSRelation.EQUAL


def _ended(labels: list[bytes], at: int) -> bool:
    return at == len(labels)


def _ends_in_dot(labels: list[bytes], at: int) -> bool:
    return at > 0 and at == len(labels) - 1 and not labels[at]


def _compare_mail(one: bytes, other: bytes) -> GnuTLSRelation:
    """Compare addresses and domains: a domain without a leading dot means its own mailboxes only."""
    (mine, at, my_domain), (yours, and_at, your_domain) = one.rpartition(b"@"), other.rpartition(b"@")
    domains = _compare_dns(my_domain, your_domain)
    if domains == GnuTLSRelation.WITHIN and not your_domain.startswith(b"."):
        domains = GnuTLSRelation.BEFORE
    if domains == GnuTLSRelation.AROUND and not my_domain.startswith(b"."):
        domains = GnuTLSRelation.AFTER
    if not at and not and_at:
        return domains
    if at and and_at:
        both = {GnuTLSRelation.EQUAL: _compare_text(mine, yours), GnuTLSRelation.AROUND: GnuTLSRelation.AFTER}
        return both.get(domains, GnuTLSRelation.BEFORE if domains < 0 else GnuTLSRelation.AFTER)
    inner = {GnuTLSRelation.EQUAL: GnuTLSRelation.WITHIN, GnuTLSRelation.AROUND: GnuTLSRelation.AFTER}
    outer = {
        GnuTLSRelation.EQUAL: GnuTLSRelation.AROUND,
        GnuTLSRelation.AROUND: GnuTLSRelation.AFTER,
        GnuTLSRelation.WITHIN: GnuTLSRelation.BEFORE,
    }
    return (inner if at else outer).get(domains, domains)


def _compare_ip(one: bytes, other: bytes) -> GnuTLSRelation:
    if len(one) != len(other):
        return GnuTLSRelation.BEFORE if len(one) < len(other) else GnuTLSRelation.AFTER
    half = len(one) // 2
    (mine, my_mask), (yours, your_mask) = ((name[:half], name[half:]) for name in (one, other))
    if my_mask < your_mask and _masked(mine, my_mask) == _masked(yours, my_mask):
        return GnuTLSRelation.AROUND
    if my_mask > your_mask and _masked(mine, your_mask) == _masked(yours, your_mask):
        return GnuTLSRelation.WITHIN
    return _compare_text(_masked(mine, my_mask), _masked(yours, your_mask))


def _masked(address: bytes, mask: bytes) -> bytes:
    return bytes(octet & bit for octet, bit in zip(address, mask, strict=True))


_COMPARE: dict[str, Callable[[bytes, bytes], GnuTLSRelation]] = {
    DNS: _compare_dns,
    MAIL: _compare_mail,
    IP: _compare_ip,
}


def _compare(one: AltName, other: AltName) -> GnuTLSRelation:
    """Compare two trees: kinds that GnuTLS does not know come first, then by kind, then by content."""
    if one.kind != other.kind:
        mine, yours = ((_RANK.get(name.kind, 0), name.kind) for name in (one, other))
        return GnuTLSRelation.BEFORE if mine < yours else GnuTLSRelation.AFTER
    return _COMPARE.get(one.kind, _compare_text)(one.value, other.value)


def _sorted(names: tuple[AltName, ...]) -> list[AltName]:
    return sorted(names, key=cmp_to_key(_compare))


def _intersection(
    above: tuple[AltName, ...], below: tuple[AltName, ...]
) -> tuple[tuple[AltName, ...], tuple[AltName, ...]]:
    """Intersect permitted trees; the second result excludes all names of each kind that nothing is left of."""
    plain = [tuple(one for one in names if one.kind not in _RANK) for names in (above, below)]
    one, other = ([name for name in _sorted(names) if name.kind in _RANK] for names in (above, below))
    kinds = [{name.kind for name in names} for names in (one, other)]
    left = list(_union(*plain))
    i = j = 0
    while i < len(one) or j < len(other):
        relation = _relation(one, i, other, j)
        chosen, (more, most) = _TAKE[relation]
        name = one[i] if chosen == 0 else other[j]
        if abs(relation) < GnuTLSRelation.AFTER or name.kind not in kinds[1 - chosen]:
            left.append(name)
        i, j = i + more, j + most
    emptied = kinds[0] & kinds[1] - {name.kind for name in left}
    return tuple(left), tuple(name for kind in sorted(emptied) for name in _everything(kind))


def _relation(one: list[AltName], i: int, other: list[AltName], j: int) -> GnuTLSRelation:
    if i == len(one):
        return GnuTLSRelation.AFTER
    return GnuTLSRelation.BEFORE if j == len(other) else _compare(one[i], other[j])


_TAKE = {
    GnuTLSRelation.BEFORE: (0, (1, 0)),
    GnuTLSRelation.AFTER: (1, (0, 1)),
    GnuTLSRelation.WITHIN: (0, (1, 0)),
    GnuTLSRelation.AROUND: (1, (0, 1)),
    GnuTLSRelation.EQUAL: (0, (1, 1)),
}
"""Which list a step of the intersection takes its tree from, and how far it goes in each."""


def _everything(kind: str) -> tuple[AltName, ...]:
    return (AltName(IP, bytes(8)), AltName(IP, bytes(32))) if kind == IP else (AltName(kind, b""),)


def _union(above: tuple[AltName, ...], below: tuple[AltName, ...]) -> tuple[AltName, ...]:
    """Join two lists of trees, without those that lie within another where the sorted lists meet."""
    if not below:
        return above
    one, other, joined = _sorted(above), _sorted(below), list[AltName]()
    i = j = 0
    while i < len(one) or j < len(other):
        relation = _relation(one, i, other, j)
        joined.append(
            one[i] if relation in (GnuTLSRelation.BEFORE, GnuTLSRelation.AROUND, GnuTLSRelation.EQUAL) else other[j]
        )
        i += relation != GnuTLSRelation.AFTER
        j += relation != GnuTLSRelation.BEFORE
    return tuple(joined)


def _check_dns(limits: GnuTLSConstraints, leaf: GnuTLSCertificate) -> bool:
    """Check the DNS names, or the common name where there are none; two common names are refused."""
    names = _alternative(limits, leaf, DNS)
    if names == [] and leaf.server_purpose:
        names = _single(values(leaf.subject, COMMON_NAME))
    return names is not None and all(_allowed(limits, AltName(DNS, name)) for name in names)


def _check_mail(limits: GnuTLSConstraints, leaf: GnuTLSCertificate) -> bool:
    names = _alternative(limits, leaf, MAIL)
    if names == []:
        names = _single(values(leaf.subject, EMAIL))
    return names is not None and all(_allowed(limits, AltName(MAIL, name)) for name in names)


def _check_ip(limits: GnuTLSConstraints, leaf: GnuTLSCertificate) -> bool:
    names = _alternative(limits, leaf, IP)
    return names is not None and all(_allowed_address(limits, name) for name in names)


def _check_uri(limits: GnuTLSConstraints, leaf: GnuTLSCertificate) -> bool:
    """A forbidden tree of URIs forbids all certificates with a URI; permitted trees do not count."""
    names = _alternative(limits, leaf, URI)
    return names == [] or (names is not None and not any(one.kind == URI for one in limits.excluded))


def _check_directory(limits: GnuTLSConstraints, _leaf: GnuTLSCertificate) -> bool:
    """A forbidden tree of directory names forbids every certificate; permitted trees do not count."""
    return not any(one.kind == DIRECTORY for one in limits.excluded)


_CHECKS = {DNS: _check_dns, MAIL: _check_mail, DIRECTORY: _check_directory, URI: _check_uri, IP: _check_ip}


def _alternative(limits: GnuTLSConstraints, leaf: GnuTLSCertificate, kind: str) -> list[bytes] | None:
    """Return the alternative names of one kind, or None where there are too many or one is too long."""
    if (len(limits.permitted) + len(limits.excluded)) * len(leaf.names) > _MAX_CHECKS:
        return None
    if any(len(one.value) > _MAX_NAME + (one.kind in (IP, DIRECTORY, UPN)) for one in leaf.names):
        return None
    return [one.value for one in leaf.names if one.kind == kind]


def _single(names: list[bytes]) -> list[bytes] | None:
    return None if len(names) > 1 or any(len(name) > _MAX_NAME for name in names) else names


def _allowed(limits: GnuTLSConstraints, name: AltName) -> bool:
    """Check a DNS name or mail address; an empty forbidden tree is all names, an empty permitted one no limit."""
    excluded, permitted = (
        [one for one in side if one.kind == name.kind] for side in (limits.excluded, limits.permitted)
    )
    if any(not one.value or _compare(name, one) in (GnuTLSRelation.EQUAL, GnuTLSRelation.WITHIN) for one in excluded):
        return False
    limiting = [one for one in permitted if one.value]
    return not limiting or any(
        _compare(name, one) in (GnuTLSRelation.EQUAL, GnuTLSRelation.WITHIN) for one in limiting
    )


def _allowed_address(limits: GnuTLSConstraints, address: bytes) -> bool:
    """Check one IP address against the ranges of its own length."""
    excluded, permitted = (
        [one.value for one in side if one.kind == IP and len(one.value) == 2 * len(address)]
        for side in (limits.excluded, limits.permitted)
    )
    if any(_in_range(address, one) for one in excluded):
        return False
    return not permitted or any(_in_range(address, one) for one in permitted)


def _in_range(address: bytes, network: bytes) -> bool:
    mask = network[len(address) :]
    return _masked(address, mask) == _masked(network[: len(address)], mask)
