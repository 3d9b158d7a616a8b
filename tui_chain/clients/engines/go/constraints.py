"""Which names Go's name constraints allow (crypto/x509 `verify.go`, `Certificate.checkNameConstraints`).

Go compares each name with each constraint, up to 250,000 times for each candidate, of which it tries a hundred. The
model counts these comparisons and refuses where Go does, but finds the constraint that a name is in by its labels,
so that the names of a hostile chain cost no more than their own length and no other bound is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tui_chain.clients.engines.go.extensions import GoNameConstraints
from tui_chain.clients.engines.go.names import (
    DNS,
    EMAIL,
    IP,
    URI,
    GoAlternativeNames,
    GoSubtrees,
    IPNetwork,
    domain_of_uri,
    mailbox,
    reverse_labels,
    uri_host,
)

_MAX_COMPARISONS = 250_000

Entry = tuple[int, bytes]
Labels = Sequence[str]
Mailbox = tuple[str, str]


class GoName(NamedTuple):
    """A name as it is compared: an address, or the labels of its domain from the last on in lower case.

    `domain` is False for a URI without a DNS name; `labels` are None where the domain cannot be read.
    """

    kind: int
    address: bytes = b""
    box: Mailbox = ("", "")
    labels: Labels | None = None
    domain: bool = True


def read_name(kind: int, content: bytes) -> GoName | None:
    """Return a name, or None for one that cannot be read: it is refused, whatever the constraints are about."""
    if kind == IP:
        return GoName(kind, content)
    text = content.decode("ascii")
    if kind == EMAIL:
        box = mailbox(text)
        return None if box is None else GoName(kind, box=_folded(box), labels=_labels(box[1]))
    if kind == DNS:
        labels = _labels(text)
        return None if labels is None else GoName(kind, labels=labels)
    host = uri_host(text)
    domain = domain_of_uri(host) if host else None
    labels = None if domain is None else _labels(domain)
    return None if host is None else GoName(kind, labels=labels, domain=domain is not None)


def _labels(domain: str) -> Labels | None:
    return reverse_labels(domain.lower())


def _folded(box: Mailbox) -> Mailbox:
    return box[0], box[1].lower()


@dataclass(eq=False, slots=True)
class _NamePlace:
    """A place in the tree of labels: constraints on this domain and all below, or on those below alone."""

    below: dict[str, _NamePlace] = field(default_factory=dict)
    here: bool = False
    beneath: bool = False


class Domains:
    """Constraints on domains (`matchDomainConstraint`); a dot before the first label asks for one label more."""

    def __init__(self, constraints: Sequence[str]) -> None:
        self._unread = (None if constraints[0] else True) if constraints else False
        self._top = _NamePlace()
        for constraint in constraints:
            place = self._top
            for label in _labels(constraint.removeprefix(".")) or ():
                place = place.below.setdefault(label, _NamePlace())
            place.beneath |= constraint.startswith(".")
            place.here |= not constraint.startswith(".")

    def hold(self, labels: Labels | None) -> bool | None:
        """Tell whether a domain is in a constraint, None where the first one finds that it cannot be read.

        An empty constraint has all domains in it, even those.
        """
        if labels is None:
            return self._unread
        place: _NamePlace | None = self._top
        for label in labels:
            if place is None or place.here or place.beneath:
                break
            place = place.below.get(label)
        else:
            return place is not None and place.here
        return place is not None


class Networks:
    """Constraints on addresses (`matchIPConstraint`): networks by their masks, which are of the same family."""

    def __init__(self, constraints: Sequence[IPNetwork]) -> None:
        self._networks: dict[tuple[int, int], set[int]] = {}
        for network, mask in constraints:
            bits = int.from_bytes(mask, "big")
            self._networks.setdefault((len(mask), bits), set()).add(int.from_bytes(network, "big") & bits)

    def hold(self, address: bytes) -> bool:
        """Tell whether an address is in a network."""
        number = int.from_bytes(address, "big")
        return any(size == len(address) and number & mask in found for (size, mask), found in self._networks.items())


class _GoConstraints:
    """The permitted or the excluded subtrees, made ready for many names."""

    def __init__(self, subtrees: GoSubtrees) -> None:
        emails, boxes = subtrees.emails, [mailbox(one) for one in subtrees.emails if "@" in one]
        self.sizes = {DNS: len(subtrees.dns), EMAIL: len(emails), URI: len(subtrees.uris), IP: len(subtrees.ips)}
        self._dns, self._uris, self._ips = Domains(subtrees.dns), Domains(subtrees.uris), Networks(subtrees.ips)
        self._mail = Domains([one for one in emails if "@" not in one])
        self._boxes = frozenset(_folded(box) for box in boxes if box)

    def hold(self, name: GoName) -> bool | None:
        """Tell whether a name is in a subtree of its kind; None refuses."""
        if name.kind == IP:
            return self._ips.hold(name.address)
        if name.kind == DNS:
            return self._dns.hold(name.labels)
        if name.kind == EMAIL:
            return name.box in self._boxes or self._mail.hold(name.labels)
        if not name.domain:
            return None if self.sizes[URI] else False
        return self._uris.hold(name.labels)


class NameChecks:
    """What the name constraints of CAs say within one judgement: each name is read once, however many ask for it."""

    def __init__(self) -> None:
        self._names: dict[Entry, GoName | None] = {}

    def refusal(self, constraints: GoNameConstraints, names: Iterable[GoAlternativeNames]) -> str | None:
        """Return the code by which constraints refuse alternative names, or None.

        In 1.19 the names are those of the leaf and of the certificate with the constraints itself.
        """
        excluded, permitted = _GoConstraints(constraints.excluded), _GoConstraints(constraints.permitted)
        count = 0
        for entry in (entry for group in names for entry in group.entries):
            count += excluded.sizes[entry[0]] + permitted.sizes[entry[0]]
            if count > _MAX_COMPARISONS:
                return "TooManyConstraints"
            name = self._name(entry)
            if name is None or not _allow(excluded, permitted, name):
                return "CANotAuthorizedForThisName"
        return None

    def _name(self, entry: Entry) -> GoName | None:
        if entry not in self._names:
            self._names[entry] = read_name(*entry)
        return self._names[entry]


def _allow(excluded: _GoConstraints, permitted: _GoConstraints, name: GoName) -> bool:
    """Tell whether a name is in no excluded and, if there are any of its kind, in a permitted subtree."""
    if excluded.hold(name) is not False:
        return False
    return not permitted.sizes[name.kind] or permitted.hold(name) is True
