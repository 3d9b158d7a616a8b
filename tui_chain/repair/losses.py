"""Limits that a bundle loses: those set above an intermediate that becomes a trust anchor by standing in the file.

A client that ends its path at any certificate of its trust file (OpenSSL with PARTIAL_CHAIN, GnuTLS, Go, Java,
rustls) no longer looks at what stands above it (RFC 5280 section 6.1: an anchor's own issuers are no input).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.x509.oid import ExtendedKeyUsageOID

from tui_chain.clients.families import family_names
from tui_chain.core.text import first_few
from tui_chain.diagnose.diagnosis import Diagnosis, by_severity
from tui_chain.diagnose.findings.trust import CONSTRAINTS_LOST
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.name_constraints import IPNetwork, NameConstraints, Subtrees

_ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE


@dataclass(frozen=True)
class Loss:
    """A limit of `limited_by` that no longer holds below `certificate` for `families` (ids); `limit` says which."""

    certificate: Certificate
    limited_by: Certificate
    limit: str
    families: frozenset[str] = frozenset()


def lost_limits(path: Sequence[Certificate], in_file: Iterable[Certificate]) -> tuple[Loss, ...]:
    """Return the limits that certificates of `path` (leaf first) lose where they stand `in_file` as anchors.

    The families are left open: which of them end a path at an intermediate is theirs to say.
    """
    held = set(in_file)
    return tuple(
        Loss(certificate, above, limit)
        for place, certificate in enumerate(path)
        if place and certificate in held
        for distance, above in enumerate(path[place + 1 :], 1)
        for limit in _limits(certificate, above, _counted(path[place : place + distance]))
    )


def with_losses(diagnosis: Diagnosis, losses: Iterable[Loss]) -> Diagnosis:
    """The diagnosis with what the bundle loses, each as a finding on the intermediate."""
    found = tuple(
        CONSTRAINTS_LOST.finding(
            loss.certificate.sha256,
            f"{loss.limited_by.label} sets {loss.limit}; {family_names(loss.families)} no longer look at that.",
        )
        for loss in losses
    )
    return replace(diagnosis, findings=by_severity((*diagnosis.findings, *found)))


def _counted(below: Sequence[Certificate]) -> int:
    """CA certificates that count against a path length (RFC 5280 section 4.2.1.9)."""
    return sum(not one.self_issued for one in below)


def _limits(certificate: Certificate, above: Certificate, count: int) -> Iterator[str]:
    """The limits of `above` that `certificate` does not carry at least as strictly."""
    names = above.name_constraints
    if names is not None and not _as_strict(certificate.name_constraints, names):
        yield f"name constraints ({first_few(names.texts, 4)})"
    length = _path_length(above)
    if length is not None and not _short_enough(_path_length(certificate), length - count):
        yield f"path length {length}"
    uses = above.extended_key_usage
    if uses is not None and _ANY not in uses and not set(certificate.extended_key_usage or (_ANY,)) <= set(uses):
        yield f"extended key usage ({', '.join(above.extended_key_usage_names)})"


def _path_length(certificate: Certificate) -> int | None:
    return None if certificate.basic_constraints is None else certificate.basic_constraints.path_length


def _short_enough(own: int | None, left: int) -> bool:
    return own is not None and own <= max(left, 0)


def _as_strict(own: NameConstraints | None, above: NameConstraints) -> bool:
    """Whether all that `own` permits is permitted by `above` too, and all that that excludes stays out."""
    if own is None:
        return False
    return all(_permits_less(own, above, kind) and _excludes_more(own, above, kind) for kind in _KINDS)


def _permits_less(own: NameConstraints, above: NameConstraints, kind: _Kind) -> bool:
    ours, theirs = kind.spaces(own.permitted), kind.spaces(above.permitted)
    return not theirs or (bool(ours) and all(any(kind.holds(outer, one) for outer in theirs) for one in ours))


def _excludes_more(own: NameConstraints, above: NameConstraints, kind: _Kind) -> bool:
    """What is excluded above is excluded here too, or lies apart from all that is permitted here."""
    excluded, permitted = kind.spaces(own.excluded), kind.spaces(own.permitted)
    return all(
        any(kind.holds(outer, one) for outer in excluded)
        or (bool(permitted) and not any(kind.holds(one, other) or kind.holds(other, one) for other in permitted))
        for one in kind.spaces(above.excluded)
    )


@dataclass(frozen=True)
class _Kind:
    """A kind of name: its spaces in a list of subtrees, and whether one space holds another."""

    spaces: Callable[[Subtrees], tuple[Any, ...]]
    holds: Callable[[Any, Any], bool]


def _holds_domain(outer: str, inner: str) -> bool:
    """A leading dot asks for a name below the domain."""
    return not outer or inner == outer or inner.endswith("." + outer.removeprefix("."))


def _holds_network(outer: IPNetwork, inner: IPNetwork) -> bool:
    same = outer.version == inner.version and outer.prefixlen <= inner.prefixlen
    return same and inner.network_address in outer


def _others(names: Subtrees) -> tuple[str, ...]:
    """The forms that stand for no TLS server, as texts: they hold only what is written alike."""
    return tuple(word for word in names.texts if not word.startswith(("DNS:", "IP:", "directory:")))


_KINDS = (
    _Kind(lambda names: names.dns, _holds_domain),
    _Kind(lambda names: names.ips, _holds_network),
    _Kind(lambda names: names.directories, lambda outer, inner: inner[: len(outer)] == outer),
    _Kind(_others, lambda outer, inner: outer == inner),
)
