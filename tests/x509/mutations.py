"""Odd certificates out of good ones: bytes flipped, and DER taken apart, changed and put together again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui_chain.x509.der import OCTET_STRING, DERError, Element, element, encode


@dataclass
class Node:
    """An element that can be changed; `children` is None where it has plain content."""

    tag: int
    content: bytes
    children: list[Node] | None = None

    @property
    def der(self) -> bytes:
        return encode(self.tag, self.content if self.children is None else b"".join(c.der for c in self.children))

    def walk(self) -> Iterator[tuple[Node, Node]]:
        """Every node with its parent."""
        for child in self.children or ():
            yield self, child
            yield from child.walk()


def tree(data: bytes) -> Node:
    return _node(element(data))


def _node(part: Element) -> Node:
    if part.tag & 0x20 or part.tag == OCTET_STRING:
        try:
            return Node(part.tag, part.content, [_node(child) for child in part.children()])
        except DERError:
            return Node(part.tag, part.content)
    return Node(part.tag, part.content)


def _drop(rng: random.Random, parent: Node, node: Node) -> None:
    del rng
    assert parent.children is not None
    parent.children.remove(node)


def _double(rng: random.Random, parent: Node, node: Node) -> None:
    del rng
    assert parent.children is not None
    parent.children.insert(parent.children.index(node), node)


def _shuffle(rng: random.Random, parent: Node, node: Node) -> None:
    del node
    assert parent.children is not None
    rng.shuffle(parent.children)


def _retag(rng: random.Random, parent: Node, node: Node) -> None:
    del parent
    node.tag = rng.choice([*range(1, 7), 9, 10, 12, *range(18, 25), 28, 30, 0x30, 0x31, 0x80, 0x82, 0xA0, 0xA3])


def _refill(rng: random.Random, parent: Node, node: Node) -> None:
    del parent
    node.children = None
    node.content = rng.randbytes(rng.choice([0, 1, 2, 9, 33, 300]))


def _empty(rng: random.Random, parent: Node, node: Node) -> None:
    del rng, parent
    node.children, node.content = None, b""


def _nudge(rng: random.Random, parent: Node, node: Node) -> None:
    del parent
    content = bytearray(b"".join(child.der for child in node.children) if node.children else node.content)
    for _ in range(min(len(content), rng.choice([1, 1, 2, 5]))):
        content[rng.randrange(len(content))] = rng.choice([0, 1, 0x1B, 0x7F, 0x80, 0xFF, rng.randrange(256)])
    node.children, node.content = None, bytes(content)


def _wrap(rng: random.Random, parent: Node, node: Node) -> None:
    del rng, parent
    inner = Node(node.tag, node.content, node.children)
    node.tag, node.children = 0x30, [inner]


CHANGES: tuple[Callable[[random.Random, Node, Node], None], ...] = (
    _drop, _double, _shuffle, _retag, _refill, _empty, _nudge, _nudge, _wrap,
)  # fmt: skip


def structured(der: bytes, rng: random.Random) -> bytes:
    """Change one to three elements; all lengths around them are right."""
    whole = tree(der)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        pairs = list(whole.walk())
        if pairs:
            rng.choice(CHANGES)(rng, *rng.choice(pairs))
    return whole.der


def flipped(der: bytes, rng: random.Random) -> bytes:
    """Change one to four bytes, or cut the end, or lengthen it."""
    data = bytearray(der)
    for _ in range(rng.choice([1, 1, 2, 4])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data) + rng.randbytes(rng.choice([0, 0, 0, 0, 3]))
