"""Just enough X.690 to take certificates and their containers apart, where no parser's opinion is wanted.

Lengths may be indefinite, as in BER: PKCS#7 and PKCS#12 files of some makers are written so.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID, UTC_TIME = 0x01, 0x02, 0x03, 0x04, 0x06, 0x17
SEQUENCE, SET = 0x30, 0x31
"""Tags, as the byte that stands in the encoding (X.690 section 8.1.2)."""

CONTEXT = 0xA0
"""Tag of a constructed context-specific element [0]; [n] is `CONTEXT + n`."""

_CONSTRUCTED = 0x20
_INDEFINITE = 0x80
_LONG_TAG = 0x1F
_MAX_DEPTH = 64


class DERError(ValueError):
    """The bytes are not the structure that they were taken for."""


class Element(NamedTuple):
    """One element inside `data`: its tag, and where its header, its content and what follows it begin."""

    data: bytes
    tag: int
    start: int
    body: int
    end: int
    after: int

    @property
    def raw(self) -> bytes:
        """Header and content."""
        return self.data[self.start : self.after]

    @property
    def content(self) -> bytes:
        """Content without the header."""
        return self.data[self.body : self.end]

    def expect(self, tag: int) -> Element:
        """Return itself, or raise DERError if its tag is another."""
        if self.tag != tag:
            raise DERError(f"tag {tag:#04x} expected at byte {self.start}, found {self.tag:#04x}")
        return self

    def children(self) -> Iterator[Element]:
        """Each element of the content in its order; raises DERError where one is cut short."""
        at = self.body
        while at < self.end:
            child = element(self.data, at, self.end)
            yield child
            at = child.after

    def first(self) -> Element:
        """Return the first element of the content; raises DERError if there is none."""
        return element(self.data, self.body, self.end)

    def octets(self) -> bytes:
        """Content of a string, put together where BER has it in parts (X.690 section 8.7.3)."""
        if self.tag & _CONSTRUCTED:
            return b"".join(part.expect(OCTET_STRING).content for part in self.children())
        return self.content

    def integer(self) -> int:
        """Value of an INTEGER; raises DERError if it is none."""
        self.expect(INTEGER)
        return int.from_bytes(self.content, "big", signed=True)

    def oid(self) -> str:
        """Dotted text of an OBJECT IDENTIFIER; raises DERError if it is none."""
        self.expect(OID)
        return dotted(self.content)


def element(data: bytes, at: int = 0, end: int | None = None) -> Element:
    """Read the header of the element at `at`, which ends before `end`; raises DERError."""
    limit = len(data) if end is None else end
    if limit - at < 2:
        raise DERError(f"cut short at byte {at}")
    tag, size, body = data[at], data[at + 1], at + 2
    if tag & _LONG_TAG == _LONG_TAG:
        raise DERError(f"an unexpected tag at byte {at}")
    if size == _INDEFINITE:
        return _indefinite(data, at, limit)
    if size > _INDEFINITE:
        body += size - _INDEFINITE
        size = _long_size(data, at, min(body, limit))
    if body + size > limit:
        raise DERError(f"cut short: {size} bytes announced at byte {at}, {max(limit - body, 0)} are there")
    return Element(data, tag, at, body, body + size, body + size)


def _long_size(data: bytes, at: int, body: int) -> int:
    if not 1 <= body - at - 2 <= 4:
        raise DERError(f"a length that cannot be at byte {at}")
    return int.from_bytes(data[at + 2 : body], "big")


def _indefinite(data: bytes, start: int, limit: int) -> Element:
    """Find the end-of-contents octets (X.690 section 8.1.5) in one pass."""
    at, depth = start, 0
    while limit - at >= 2 and depth <= _MAX_DEPTH:
        if data[at] == 0 and data[at + 1] == 0:
            depth, at = depth - 1, at + 2
            if depth == 0:
                return Element(data, data[start], start, start + 2, at - 2, at)
        elif data[at + 1] == _INDEFINITE and data[at] & _CONSTRUCTED:
            depth, at = depth + 1, at + 2
        elif data[at + 1] == _INDEFINITE:
            break
        else:
            at = element(data, at, limit).after
    raise DERError(f"the element at byte {start} has no end")


@lru_cache(maxsize=1024)
def dotted(content: bytes) -> str:
    """Write the content of an OBJECT IDENTIFIER as dotted text (X.690 section 8.19); raises DERError."""
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise DERError("an object identifier that cannot be read")
    arcs, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(map(str, [top, arcs[0] - 40 * top, *arcs[1:]]))


def encode(tag: int, *contents: bytes) -> bytes:
    """Write one element with this tag around `contents`."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
