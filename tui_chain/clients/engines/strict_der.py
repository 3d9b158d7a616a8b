"""A reader of strict DER for the models of Go and rustls, whose parsers take no other form of length."""

from __future__ import annotations

from typing import NamedTuple

from tui_chain.x509.der import CONTEXT, SEQUENCE, DERError

_LONG_TAG = 0x1F


class DERPart(NamedTuple):
    """One element: its tag, all its bytes, and its content."""

    tag: int
    raw: bytes
    content: bytes


class StrictReader:
    """Reads element after element; every method raises DERError at what is not minimal DER (X.690 section 10.1).

    Go's cryptobyte (`String.readASN1`) and webpki (`der::read_tag_and_get_value`): tags up to 30, lengths of at most
    four octets in their shortest form. Contents have at most `limit` octets.
    """

    __slots__ = ("_at", "_data", "_limit")

    def __init__(self, data: bytes, limit: int = 0xFFFFFFFF) -> None:
        self._data = data
        self._at = 0
        self._limit = limit

    @property
    def empty(self) -> bool:
        """Whether everything was read."""
        return self._at >= len(self._data)

    @property
    def rest(self) -> bytes:
        """What was not read."""
        return self._data[self._at :]

    def peek(self, tag: int) -> bool:
        """Whether the next byte is this tag."""
        return not self.empty and self._data[self._at] == tag

    def any(self) -> DERPart:
        """Read one element of any tag."""
        data, start = self._data, self._at
        if len(data) - start < 2 or data[start] & _LONG_TAG == _LONG_TAG:
            raise DERError(f"no element at byte {start}")
        size, body = data[start + 1], start + 2
        if size & 0x80:
            body += size & 0x7F
            size = _long_size(data[start + 2 : body], size & 0x7F)
        end = body + size
        if end > len(data) or size > self._limit:
            raise DERError(f"an element of {size} bytes at byte {start}")
        self._at = end
        return DERPart(data[start], data[start:end], data[body:end])

    def part(self, tag: int) -> DERPart:
        """Read one element of this tag."""
        if not self.peek(tag):
            raise DERError(f"tag {tag:#04x} expected at byte {self._at}")
        return self.any()

    def read(self, tag: int) -> bytes:
        """Read one element of this tag and return its content."""
        return self.part(tag).content

    def enter(self, tag: int) -> StrictReader:
        """Read one element of this tag and return a reader of its content."""
        return StrictReader(self.part(tag).content, self._limit)

    def optional(self, tag: int) -> bytes | None:
        """Read the next element and return its content if it has this tag."""
        return self.any().content if self.peek(tag) else None

    def finish(self) -> None:
        """Raise DERError if something is left."""
        if not self.empty:
            raise DERError(f"{len(self.rest)} bytes are left over")


def _long_size(octets: bytes, count: int) -> int:
    size = int.from_bytes(octets, "big")
    if not 1 <= count <= 4 or len(octets) != count or size < 0x80 or octets[0] == 0:
        raise DERError("a length that is not in its shortest form")
    return size


def boolean(octets: bytes) -> bool:
    """Return the value of a BOOLEAN's content (X.690 section 11.1); raises DERError."""
    if octets not in (b"\x00", b"\xff"):
        raise DERError("a BOOLEAN that is neither 00 nor FF")
    return octets == b"\xff"


def raw_subject(der: bytes) -> bytes:
    """Return the DER of a certificate's subject without a look at the rest; raises DERError."""
    body = StrictReader(der).enter(SEQUENCE).enter(SEQUENCE)
    body.optional(CONTEXT)
    for _ in range(4):
        body.any()
    return body.part(SEQUENCE).raw
