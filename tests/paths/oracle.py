"""An independent judge of declared graphs: every path by brute force, every rule from the declaration.

It never looks into a certificate and checks no signature: who signed what is what the graph declares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509

from tests.paths.graphs import AKI, BASIC, CLIENT, HOST, KEY_USAGE, NOW, SKI, Spec, build

Way = tuple[Spec, ...]
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


def key_of(spec: Spec) -> str:
    return spec.key or spec.subject


def signer_of(spec: Spec) -> str:
    return spec.signer or spec.issuer


def entity(spec: Spec) -> tuple[str, str]:
    return spec.subject, key_of(spec)


def signed(child: Spec, issuer: Spec) -> bool:
    return child.issuer == issuer.subject and signer_of(child) == key_of(issuer)


def is_root(spec: Spec) -> bool:
    return signed(spec, spec)


@dataclass(frozen=True)
class Graph:
    """A declared graph: the leaf, the certificates at hand, and those among them or beside them that are trusted."""

    leaf: Spec
    candidates: tuple[Spec, ...]
    anchors: tuple[Spec, ...]

    @property
    def everything(self) -> tuple[Spec, ...]:
        return tuple(dict.fromkeys((*self.candidates, *self.anchors)))

    def issuers(self, child: Spec) -> list[Spec]:
        return [] if is_root(child) else [one for one in self.everything if one != child and signed(child, one)]

    def ways(self, way: Way = ()) -> Iterator[Way]:
        """Every way from the leaf to an anchor on which no name and key comes twice."""
        way = way or (self.leaf,)
        if way[-1] in self.anchors:
            yield way
        for issuer in self.issuers(way[-1]):
            if entity(issuer) not in map(entity, way):
                yield from self.ways((*way, issuer))

    def reached(self) -> set[Spec]:
        """Everything above the leaf that signatures lead to, the leaf included."""
        found, waiting = {self.leaf}, [self.leaf]
        while waiting:
            for issuer in self.issuers(waiting.pop()):
                if issuer not in found:
                    found.add(issuer)
                    waiting.append(issuer)
        return found

    def wanting(self) -> set[Spec]:
        """The reached certificates whose issuer is nowhere."""
        return {
            one for one in self.reached() if not self.issuers(one) and not is_root(one) and one not in self.anchors
        }

    def untrusted(self) -> set[Spec]:
        return {one for one in self.reached() if is_root(one) and one not in self.anchors}

    def circling(self) -> set[Spec]:
        """The reached certificates above which there is neither an anchor nor a root nor a dead end."""
        ends = self.wanting() | {one for one in self.reached() if is_root(one) or one in self.anchors}
        return {one for one in self.reached() if not Graph(one, self.candidates, self.anchors).reached() & ends}


def problems(way: Way, host: str = HOST) -> Counter[tuple[str, str]]:
    """The rules that a way breaks, each with the SHA-256 of the certificate on which it sits."""
    found: Counter[tuple[str, str]] = Counter()
    for depth, spec in enumerate(way):
        for code in (*_alone(spec), *_placed(way, depth), *_named(way, depth, host)):
            found[code, build(spec).sha256] += 1
    return found


def _alone(spec: Spec) -> Iterator[str]:
    start, end = (NOW + timedelta(days=days) for days in spec.days)
    if end < NOW:
        yield "expired"
    if start > NOW:
        yield "not-yet-valid"
    if spec.uses and set(spec.uses) == {CLIENT}:
        yield "purpose"
    if (UNKNOWN, True) in spec.extra:
        yield "critical-extension"


def _placed(way: Way, depth: int) -> Iterator[str]:
    spec = way[depth]
    if not depth and any(isinstance(one, x509.KeyUsage) and not one.digital_signature for one, _ in spec.extra):
        yield "purpose"
    if depth and (not spec.ca or BASIC in spec.without or not _may_sign(spec)):
        yield "not-a-ca"
    between = sum(one.subject != one.issuer for one in way[1:depth])
    if depth and spec.path_length is not None and BASIC not in spec.without and between > spec.path_length:
        yield "path-length"
    if depth + 1 < len(way) and _misnames_key(spec, way[depth + 1]):
        yield "key-id-mismatch"


def _may_sign(spec: Spec) -> bool:
    usages = [extension for extension, _ in spec.extra if isinstance(extension, x509.KeyUsage)]
    return KEY_USAGE in spec.without or all(usage.key_cert_sign for usage in usages)


def _misnames_key(spec: Spec, issuer: Spec) -> bool:
    other = any(isinstance(extension, x509.AuthorityKeyIdentifier) for extension, _ in spec.extra)
    return other and AKI not in spec.without and SKI not in issuer.without


def _named(way: Way, depth: int, host: str) -> Iterator[str]:
    """Only the leaf has DNS names; it is for exactly one of them."""
    if depth:
        return
    if host not in way[0].names:
        yield "host-mismatch"
    for issuer in way[1:]:
        for extension, _ in issuer.extra:
            if isinstance(extension, x509.NameConstraints) and _forbids(extension, way[0].names[0]):
                yield "name-constraints"


def _forbids(constraints: x509.NameConstraints, host: str) -> bool:
    def below(base: x509.GeneralName) -> bool:
        return host == base.value or host.endswith(f".{base.value}")

    permitted, excluded = constraints.permitted_subtrees or [], constraints.excluded_subtrees or []
    return any(map(below, excluded)) or (bool(permitted) and not any(map(below, permitted)))
