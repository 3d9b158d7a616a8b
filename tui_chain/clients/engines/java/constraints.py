"""Name constraints as Java 17 merges and applies them (NameConstraintsExtension, GeneralSubtrees).

Updates differ; what one of 17.0.15 and 17.0.21 refuses is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui_chain.clients.engines.java.certificate import JavaCertificate
from tui_chain.clients.engines.java.extensions import JavaNameConstraints, Subtree
from tui_chain.clients.engines.java.hostnames import matches
from tui_chain.clients.engines.java.names import (
    COMMON_NAME,
    DIRECTORY,
    DNS,
    EMAIL,
    EMAIL_ADDRESS,
    IP,
    GeneralName,
    JavaName,
    JavaRelation,
    relation,
)
from tui_chain.clients.engines.java.refusal import Fatal, Refusal
from tui_chain.clients.engines.java.text import address, is_dns_name, is_ip_literal

_INSIDE = frozenset({JavaRelation.MATCH, JavaRelation.NARROWS})
_COMPARABLE = frozenset({JavaRelation.MATCH, JavaRelation.NARROWS, JavaRelation.WIDENS})


def merged(above: JavaNameConstraints | None, own: JavaNameConstraints | None) -> JavaNameConstraints | None:
    """Return what holds below a certificate with `own` constraints under those of `above` (merge)."""
    if above is None or own is None:
        return own if above is None else above
    excluded, permitted = _union(above.excluded, own.excluded), above.permitted
    if permitted is None:
        permitted = own.permitted
    elif own.permitted is not None:
        permitted, none_left = _intersection(permitted, own.permitted)
        excluded = _union(excluded, none_left or None)
    if permitted is not None:
        permitted = tuple(one for one in permitted if not _covered(one, excluded or ()))
    return JavaNameConstraints(permitted, excluded)


def _union(one: tuple[Subtree, ...] | None, two: tuple[Subtree, ...] | None) -> tuple[Subtree, ...] | None:
    if one is None or two is None:
        return one if two is None else two
    return _minimal((*one, *two))


def _covered(one: Subtree, by: Iterable[Subtree]) -> bool:
    return any(relation(other.base, one.base) in _INSIDE for other in by)


def _minimal(trees: Iterable[Subtree]) -> tuple[Subtree, ...]:
    """Drop trees that lie in others (GeneralSubtrees.minimize)."""
    rest, kept = list(trees), []
    while rest:
        current, rest = rest[0], rest[1:]
        relations = [relation(current.base, other.base) for other in rest]
        if not {JavaRelation.MATCH, JavaRelation.WIDENS} & set(relations):
            kept.append(current)
            rest = [other for other, found in zip(rest, relations, strict=True) if found is not JavaRelation.NARROWS]
    return tuple(kept)


def _intersection(
    one: tuple[Subtree, ...], two: tuple[Subtree, ...]
) -> tuple[tuple[Subtree, ...], tuple[Subtree, ...]]:
    """Return the trees that both permit, and for a kind of which none is left a tree of all its names, to exclude.

    Java can make such a tree of directory names only (GeneralSubtrees.createWidestSubtree): others end it.
    """
    if not one:
        return _minimal(two), ()
    one, two = _minimal(one), _minimal(two)
    kept: list[Subtree] = []
    narrowed: list[Subtree] = []
    excluded: list[Subtree] = []
    for number, tree in enumerate(one):
        found = _first_comparable(tree, two)
        if found is not None:
            (narrowed if found[0] is JavaRelation.NARROWS else kept).append(found[1] or tree)
        elif not any(other.base.kind == tree.base.kind for other in two):
            kept.append(tree)
        elif not _any_comparable(tree.base.kind, (*kept, *one[number:]), two):
            excluded.append(_widest(tree))
    both = _minimal((*kept, *narrowed)) if narrowed else tuple(kept)
    return both + _of_other_kinds(both, two), tuple(excluded)


def _first_comparable(tree: Subtree, others: Iterable[Subtree]) -> tuple[JavaRelation, Subtree | None] | None:
    for other in others:
        found = relation(tree.base, other.base)
        if found in _COMPARABLE:
            return found, other if found is JavaRelation.NARROWS else None
    return None


def _any_comparable(kind: int, trees: Iterable[Subtree], others: Iterable[Subtree]) -> bool:
    return any(tree.base.kind == kind and _first_comparable(tree, others) for tree in trees)


def _of_other_kinds(both: tuple[Subtree, ...], two: tuple[Subtree, ...]) -> tuple[Subtree, ...]:
    """Java adds the trees of a kind that is not there yet, but none to an empty list."""
    kinds = {tree.base.kind for tree in both}
    return tuple(tree for tree in two if both and tree.base.kind not in kinds)


def _widest(tree: Subtree) -> Subtree:
    if tree.base.kind != DIRECTORY:
        raise Fatal("RuntimeException", "its name constraints permit nothing that those above it permit")
    return Subtree(GeneralName(DIRECTORY, JavaName((), ())))


AddedNames = dict[JavaCertificate, tuple[GeneralName, ...]]
"""Names that the check of constraints added to the parsed subjectAltName of a certificate, where it stays."""


def check(constraints: JavaNameConstraints, certificate: JavaCertificate, added: AddedNames) -> None:
    """Raise Refusal where a name of the certificate breaks the constraints, Fatal where Java's check throws.

    The common name counts as a DNS name or address where subjectAltName has none of that kind; `added` gets it.
    """
    trees = (*(constraints.permitted or ()), *(constraints.excluded or ()))
    if any(tree.bounded for tree in trees):
        raise _refusal("the name constraints above it have a minimum or maximum", certificate)
    subject = certificate.subject
    if not subject.empty:
        _check_name(constraints, GeneralName(DIRECTORY, subject), certificate)
    common = _common_name(certificate)
    if certificate.names is not None:
        added[certificate] = common
    for name in (*(certificate.names or _mailboxes(subject)), *common):
        _check_name(constraints, name, certificate)


def _refusal(error: str, certificate: JavaCertificate) -> Refusal:
    return Refusal("PKIX path validation failed", error, certificate.sha256)


def _mailboxes(subject: JavaName) -> tuple[GeneralName, ...]:
    texts = [one.text for rdn in subject.attributes for one in rdn if one.oid == EMAIL_ADDRESS]
    return tuple(GeneralName(EMAIL, text) for text in texts if text and not text.endswith("@"))


def _common_name(certificate: JavaCertificate) -> tuple[GeneralName, ...]:
    attribute = certificate.subject.last(COMMON_NAME)
    name = attribute.text if attribute else None
    if name is None:
        return ()
    kinds = {one.kind for one in certificate.names or ()}
    if is_ip_literal(name):
        packed = address(name)
        return () if IP in kinds or packed is None else (GeneralName(IP, packed),)
    return (GeneralName(DNS, name),) if DNS not in kinds and is_dns_name(name.replace("*", "z")) else ()


def _excludes(base: GeneralName, name: GeneralName) -> bool:
    """Updates after 17.0.15 also exclude a wildcard that stands for an excluded name."""
    if relation(base, name) in _INSIDE:
        return True
    return name.kind == base.kind == DNS and "*" in str(name.value) and matches(str(base.value), str(name.value))


def _check_name(constraints: JavaNameConstraints, name: GeneralName, certificate: JavaCertificate) -> None:
    if any(_excludes(tree.base, name) for tree in constraints.excluded or ()):
        raise _refusal("the name constraints above it exclude one of its names", certificate)
    same_kind = False
    for tree in constraints.permitted or ():
        found = relation(tree.base, name)
        if found in _INSIDE:
            return
        same_kind = same_kind or found is not JavaRelation.OTHER_TYPE
    if same_kind:
        raise _refusal("the name constraints above it do not permit one of its names", certificate)
