"""Which names Go's name constraints allow (crypto/x509 `verify.go`, `Certificate.checkNameConstraints`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from tui_chain.clients.engines.go_extensions import NameConstraints
from tui_chain.clients.engines.go_names import (
    DNS,
    EMAIL,
    IP,
    AlternativeNames,
    Subtrees,
    in_domain,
    in_mail_constraint,
    in_network,
    in_uri_constraint,
    mailbox,
    reverse_labels,
    uri_host,
)

_MAX_COMPARISONS = 250_000

Constraint = TypeVar("Constraint")


def constraint_refusal(constraints: NameConstraints, names: Iterable[AlternativeNames]) -> str | None:
    """Return the code by which constraints refuse alternative names, or None.

    In 1.19 the names are those of the leaf and of the certificate with the constraints itself.
    """
    count = 0
    for kind, content in (entry for group in names for entry in group.entries):
        count += _size(constraints.excluded, kind) + _size(constraints.permitted, kind)
        if count > _MAX_COMPARISONS:
            return "TooManyConstraints"
        if not _allows(constraints, kind, content):
            return "CANotAuthorizedForThisName"
    return None


def _size(subtrees: Subtrees, kind: int) -> int:
    if kind == IP:
        return len(subtrees.ips)
    return len(subtrees.dns if kind == DNS else subtrees.emails if kind == EMAIL else subtrees.uris)


def _allows(constraints: NameConstraints, kind: int, content: bytes) -> bool:
    """Tell whether one name is allowed; one that cannot be read is not, whatever the constraints are about."""
    excluded, permitted = constraints.excluded, constraints.permitted
    if kind == IP:
        return _within(partial(in_network, content), excluded.ips, permitted.ips)
    text = content.decode("ascii")
    if kind == DNS:
        return reverse_labels(text) is not None and _within(partial(in_domain, text), excluded.dns, permitted.dns)
    if kind == EMAIL:
        box = mailbox(text)
        return box is not None and _within(partial(in_mail_constraint, box), excluded.emails, permitted.emails)
    host = uri_host(text)
    return host is not None and _within(partial(in_uri_constraint, host), excluded.uris, permitted.uris)


def _within(
    matches: Callable[[Constraint], bool | None], excluded: Sequence[Constraint], permitted: Sequence[Constraint]
) -> bool:
    """Tell whether a name is in no excluded and, if there are any, in a permitted subtree; None refuses."""
    if any(matches(one) is not False for one in excluded):
        return False
    first = next((found for found in map(matches, permitted) if found is not False), None)
    return not permitted or first is True
