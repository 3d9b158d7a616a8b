"""In which order Java 17 tries candidate issuers: hash sets of certificates, and ForwardBuilder's comparator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from tui_chain.clients.engines.java.certificate import JavaCertificate
from tui_chain.clients.engines.java.names import JavaName, JavaRelation, directory_relation

T = TypeVar("T")
_FAR = 2**31 - 1


def bucket(code: int, buckets: int) -> int:
    """Return the place of a hash code (32 bits, unsigned) in a java.util.HashMap of that size."""
    return (code ^ code >> 16) % buckets


def buckets_for(capacity: int, held: int) -> int:
    """Return the size of a HashSet made for `capacity` items that holds `held`: a power of 2, a quarter empty."""
    buckets = 1
    while buckets < capacity or held > buckets * 3 // 4:
        buckets *= 2
    return buckets


@lru_cache(maxsize=2048)
def certificate_code(der: bytes) -> int:
    """java.util.Arrays.hashCode of the DER, as an unsigned number."""
    code = 1
    for byte in der:
        code = (31 * code + byte - ((byte & 0x80) << 1)) & 0xFFFFFFFF
    return code


@lru_cache(maxsize=2048)
def _text_code(text: str) -> int:
    """String.hashCode, as an unsigned number."""
    code = 0
    data = text.encode("utf-16-be", "surrogatepass")
    for at in range(0, len(data), 2):
        code = (31 * code + (data[at] << 8 | data[at + 1])) & 0xFFFFFFFF
    return code


@dataclass(eq=False)
class _BuilderNode:
    """A node of a red-black tree."""

    item: JavaCertificate
    parent: _BuilderNode | None
    red: bool = True
    children: list[_BuilderNode | None] = field(default_factory=lambda: [None, None])

    @property
    def side(self) -> int:
        """0 for a left child, 1 for a right one."""
        return int(self.parent is not None and self.parent.children[1] is self)


class TreeSet:
    """A java.util.TreeSet whose comparator says of unequal items only whether the first comes before.

    Where that is no order, the set holds an item twice if the way down to its place does not meet the first: so the
    shape of the tree counts, with TreeMap.fixAfterInsertion's rotations.
    """

    def __init__(self, before: Callable[[JavaCertificate, JavaCertificate], bool]) -> None:
        self._before = before
        self._root: _BuilderNode | None = None

    def add(self, item: JavaCertificate) -> None:
        """Add an item unless it is met on the way down."""
        parent, node, side = None, self._root, 0
        while node is not None:
            if node.item == item:
                return
            side = 0 if self._before(item, node.item) else 1
            parent, node = node, node.children[side]
        added = _BuilderNode(item, parent)
        self._put(parent, side, added)
        self._balance(added)

    def items(self) -> list[JavaCertificate]:
        """Return the items in the order of the tree."""
        return list(_walk(self._root))

    def _put(self, parent: _BuilderNode | None, side: int, node: _BuilderNode) -> None:
        node.parent = parent
        if parent is None:
            self._root = node
        else:
            parent.children[side] = node

    def _balance(self, node: _BuilderNode) -> None:
        while (parent := node.parent) is not None and parent.red and (above := parent.parent) is not None:
            uncle = above.children[1 - parent.side]
            if uncle is not None and uncle.red:
                parent.red = uncle.red = False
                above.red, node = True, above
                continue
            if node.side != parent.side:
                self._rotate(parent, 1 - node.side)
                node, parent = parent, node
            parent.red, above.red = False, True
            self._rotate(above, 1 - parent.side)
        if self._root is not None:
            self._root.red = False

    def _rotate(self, node: _BuilderNode, side: int) -> None:
        """Move `node` down to `side`; its child of the other side takes its place."""
        child = node.children[1 - side]
        if child is None:
            return
        inner = child.children[side]
        node.children[1 - side] = inner
        if inner is not None:
            inner.parent = node
        self._put(node.parent, node.side, child)
        child.children[side] = node
        node.parent = child


def _walk(node: _BuilderNode | None) -> Iterator[JavaCertificate]:
    if node is not None:
        yield from _walk(node.children[0])
        yield node.item
        yield from _walk(node.children[1])


def in_hash_order(names: Iterable[JavaName]) -> list[JavaName]:
    """Return names as a HashSet of X500Principal yields them."""
    unique = list({name.rdns: name for name in names}.values())
    buckets = buckets_for(len(unique), len(unique))
    return sorted(unique, key=lambda name: bucket(_text_code(name.canonical), buckets))


class Order:
    """Sorts candidate issuers of one certificate (ForwardBuilder.PKIXCertComparator)."""

    def __init__(self, anchor_names: Sequence[JavaName], child: JavaCertificate) -> None:
        self._names = anchor_names
        self._anchors = {name.rdns for name in anchor_names}
        self._key_id = child.authority.key_id if child.authority else None

    def sort(self, candidates: Iterable[JavaCertificate]) -> list[JavaCertificate]:
        """Return the candidates in the order in which a TreeSet has them to which they were added one by one."""
        tree = TreeSet(self._before)
        for one in candidates:
            tree.add(one)
        return tree.items()

    def _before(self, one: JavaCertificate, other: JavaCertificate) -> bool:
        """Whether `one`, which is added later, comes first; it does where nothing tells them apart."""
        if self._key_id is not None and self._key_id in {one.key_id, other.key_id}:
            return one.key_id == self._key_id
        known = one.issuer.rdns in self._anchors, other.issuer.rdns in self._anchors
        if any(known):
            return known[0]
        for rule in (_descends, _ascends, _shares):
            for name in self._names:
                found = rule(name, one.issuer, other.issuer)
                if found is not None:
                    return found
        return _distance(one.subject, one.issuer, _FAR) <= _distance(other.subject, other.issuer, _FAR)


def _distance(base: JavaName, name: JavaName, incomparable: int) -> int:
    """Builder.distance: by how many parts `name` is longer than `base`, where one lies inside the other."""
    found = directory_relation(base, name)
    if found is JavaRelation.SAME_TYPE:
        return incomparable
    return len(name.rdns) - len(base.rdns)


def _descends(anchor: JavaName, one: JavaName, other: JavaName) -> bool | None:
    """Whether `one` lies at or nearer below the anchor's name; None where neither lies below it."""
    near, far = _distance(anchor, one, -1), _distance(anchor, other, -1)
    if near <= 0 and far <= 0:
        return None
    return near == far or (near > 0 and (far <= 0 or near < far))


def _ascends(anchor: JavaName, one: JavaName, other: JavaName) -> bool | None:
    near, far = _distance(anchor, one, _FAR), _distance(anchor, other, _FAR)
    if near >= 0 and far >= 0:
        return None
    return near == far or (near < 0 and (far >= 0 or near > far))


def _shares(anchor: JavaName, one: JavaName, other: JavaName) -> bool | None:
    """Whether `one` has a start in common with the anchor's name, and is fewer steps from it."""
    first, second = _shared(anchor, one), _shared(anchor, other)
    if not first or not second:
        return None if first == second else bool(first)
    hops = (len(one.rdns) - 2 * first, len(other.rdns) - 2 * second)
    return None if hops[0] == hops[1] else hops[0] < hops[1]


def _shared(anchor: JavaName, name: JavaName) -> int:
    pairs = zip(anchor.rdns, name.rdns, strict=False)
    return next((at for at, (one, two) in enumerate(pairs) if one != two), min(len(anchor.rdns), len(name.rdns)))
