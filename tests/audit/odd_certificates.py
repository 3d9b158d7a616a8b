"""Odd certificates by the thousand: a sound one, taken apart into its elements, and one of them made wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.clients.making import Cert, root
from tests.clients.oddities import authorities
from tests.clients.signing import oid
from tui_chain.x509.der import DERError, Element, element, encode

BOOLEAN, INTEGER, BITS, OCTETS, NULL, OID, SEQUENCE, SET = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x30, 0x31
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
STRINGS = (0x0C, 0x13, 0x14, 0x16, 0x1A, 0x1C, 0x1E)
_CONSTRUCTED = 0x20
_NAMED = frozenset({SEQUENCE, SET, 0xA0, 0xA3})


@dataclass(eq=False)
class Node:
    """One element, taken apart as far as it goes; `raw` stands for the whole of it where it is set."""

    tag: int
    content: bytes = b""
    children: list[Node] = field(default_factory=list)
    raw: bytes | None = None

    def encoded(self) -> bytes:
        """The element with everything in it."""
        return encode(self.tag, self.body()) if self.raw is None else self.raw

    def body(self) -> bytes:
        """Its content."""
        return b"".join(child.encoded() for child in self.children) or self.content

    def walk(self) -> Iterator[Node]:
        """Itself and every element in it."""
        yield self
        for child in self.children:
            yield from child.walk()


def taken_apart(der: bytes) -> Node:
    """Read one element, and what OCTET STRINGs hold where that is an element as well; raises DERError."""
    found = element(der)
    inside = [] if not found.tag & _CONSTRUCTED else [taken_apart(child.raw) for child in found.children()]
    return Node(found.tag, found.content, inside or _wrapped(found))


def _wrapped(found: Element) -> list[Node]:
    """What an OCTET STRING holds, where that is one element; random octets may look like the start of one."""
    content = found.content
    if found.tag != OCTETS or content[:1] not in {b"\x30", b"\x03", b"\x04"}:
        return []
    try:
        return [taken_apart(content)] if element(content).after == len(content) else []
    except DERError:
        return []


Change = Callable[[random.Random, Node], None]


def _long_length(draw: random.Random, node: Node) -> None:
    body = node.body()
    octets = draw.choice((1, 2, 3, 4, 5))
    if len(body) < 1 << 8 * octets:
        node.raw = bytes((node.tag, 0x80 | octets)) + len(body).to_bytes(octets, "big") + body


def _indefinite(_: random.Random, node: Node) -> None:
    node.raw = bytes((node.tag, 0x80)) + node.body() + b"\0\0"


def _long_tag(_: random.Random, node: Node) -> None:
    node.raw = bytes((node.tag & 0xE0 | 0x1F, node.tag & 0x1F)) + node.encoded()[1:]


def _other_tag(draw: random.Random, node: Node) -> None:
    node.raw = (
        bytes((draw.choice((*STRINGS, 0x01, 0x02, 0x04, 0x05, 0x17, 0x18, 0x30, 0x31, 0xA1)),)) + (node.encoded()[1:])
    )


def _other_class(draw: random.Random, node: Node) -> None:
    node.raw = bytes((node.tag ^ draw.choice((0x20, 0x40, 0x80, 0xC0)),)) + node.encoded()[1:]


def _removed(_: random.Random, node: Node) -> None:
    node.raw = b""


def _empty(_: random.Random, node: Node) -> None:
    node.raw = bytes((node.tag, 0))


def _twice(_: random.Random, node: Node) -> None:
    node.raw = node.encoded() * 2


def _followed(draw: random.Random, node: Node) -> None:
    more = draw.choice((b"\x05\x00", b"\0\0", b"\x02\x01\x01", b"\x30\x00", b"\0", b"\x01\x01\x00"))
    node.raw = encode(node.tag, node.body() + more) if draw.random() < 0.5 else node.encoded() + more


def _cut(draw: random.Random, node: Node) -> None:
    body = node.body()
    node.raw = encode(node.tag, body[: draw.randrange(len(body) or 1)])


def _lying(draw: random.Random, node: Node) -> None:
    whole = bytearray(node.encoded())
    whole[1] = (whole[1] + draw.choice((-2, -1, 1, 2))) % 256
    node.raw = bytes(whole)


def _bytes(draw: random.Random, node: Node) -> None:
    body = bytearray(node.body() or b"\0")
    for _ in range(draw.choice((1, 1, 1, 3))):
        body[draw.randrange(len(body))] = draw.choice((0, 0xFF, 0x80, 0x7F, draw.randrange(256)))
    node.raw = encode(node.tag, bytes(body))


def _padded(draw: random.Random, node: Node) -> None:
    node.raw = encode(node.tag, draw.choice((b"\0", b"\xff", b"\0\0", b"\x80")) + node.body())


def _shuffled(draw: random.Random, node: Node) -> None:
    draw.shuffle(node.children)


ANY: tuple[Change, ...] = (
    _long_length,
    _indefinite,
    _long_tag,
    _other_tag,
    _other_class,
    _removed,
    _empty,
    _twice,
    _followed,
    _cut,
    _lying,
    _bytes,
    _padded,
    _shuffled,
)

TIMES = (
    b"2601010000Z",
    b"260101000000+0100",
    b"2601010000-0530",
    b"260101000000",
    b"260101000060Z",
    b"260101240000Z",
    b"261301000000Z",
    b"260230000000Z",
    b"490101000000Z",
    b"500101000000Z",
    b"20260101000000Z",
    b"20260101000000.5Z",
    b"202601010000Z",
    b"20260101000000+0100",
    b"20260101000000",
    b"99991231235959Z",
    b"00000101000000Z",
    b"19000101000000Z",
    b"",
    b"yesterday",
)
NUMBERS = (
    b"",
    b"\0",
    b"\0\0\1",
    b"\xff",
    b"\x80" * 20,
    b"\x01" * 21,
    b"\xff\xff\x01",
    b"\x03",
    b"\x05",
    b"\x07",
    b"\x01",
)
TEXTS = (
    b"",
    b"\xff\xfe",
    b"a\0b",
    b"\xc3\xa4",
    b"x" * 300,
    b"a_b*&@",
    b"\xed\xa0\x80",
    b"\r\n",
    b"\x1b[31m",
    b"\0x\0y",
)
KEYS = (
    "1.2.840.113549.1.1.10",
    "1.3.101.112",
    "1.2.840.10040.4.1",
    "1.3.132.0.10",
    "1.2.840.10045.3.1.1",
    "1.3.6.1.4.1.1",
)
OIDS = (
    b"",
    b"\x80\x01",
    b"\x2a\x80\x01",
    b"\x55\x1d\x13",
    b"\xff" * 9,
    b"\x2a" + b"\x8f\xff\xff\xff\x7f",
    b"\x2a\x86",
)


def _typical(draw: random.Random, node: Node) -> None:
    """Something wrong that is usual for the element's type."""
    if node.tag in {UTC_TIME, GENERALIZED_TIME}:
        node.raw = encode(draw.choice((UTC_TIME, GENERALIZED_TIME)), draw.choice(TIMES))
    elif node.tag == INTEGER:
        node.raw = encode(INTEGER, draw.choice(NUMBERS))
    elif node.tag in STRINGS:
        node.raw = encode(draw.choice(STRINGS), draw.choice((*TEXTS, node.content)))
    elif node.tag == OID:
        node.raw = draw.choice((*(encode(OID, one) for one in OIDS), *map(oid, KEYS)))
    elif node.tag == BOOLEAN:
        node.raw = encode(BOOLEAN, draw.choice((b"\0", b"\1", b"", b"\xff\xff")))
    elif node.tag == NULL:
        node.raw = draw.choice((b"", encode(NULL, b"\0"), encode(SEQUENCE), encode(INTEGER, b"\1")))
    elif node.tag == BITS:
        node.raw = encode(BITS, draw.choice((b"\1", b"\x07", b"\x08", b"\0", b"")) + node.content[1:])
    else:
        draw.choice(ANY)(draw, node)


def made_odd(draw: random.Random, der: bytes) -> bytes:
    """Return the certificate with one thing made wrong, now and then two, or with bytes behind it."""
    whole = taken_apart(der)
    for _ in range(draw.choice((1, 1, 1, 2))):
        node = _drawn(draw, whole)
        change = _typical if draw.random() < 0.5 else draw.choice(ANY)
        change(draw, node)
    tail = draw.choice((b"\0", b"\0\0", b"\n", b"\x30\0")) if draw.random() < 0.04 else b""
    return whole.encoded() + tail


def _drawn(draw: random.Random, whole: Node) -> Node:
    """An element; as often as not one of the fields that stand near the top, where readers look first."""
    if draw.random() < 0.4:
        near = (whole, *whole.children, *whole.children[0].children)
        return draw.choice([one for part in near for one in (part, *part.children)])
    return draw.choice(list(whole.walk()))


def sound() -> tuple[bytes, ...]:
    """CA certificates with one oddity each, as the measured suite has them, which are sound DER but for a few."""
    return tuple(_self_signed(place).der for place in range(len(authorities())))


def _self_signed(place: int) -> Cert:
    return root(f"Odd Root {place}", authorities()[place])
