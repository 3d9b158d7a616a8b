"""Odd inputs out of good ones, by their structure: DER, PEM, keystores, JSON, lines of text, and plain bytes.

A mutation takes the dice, an input, another input of the same reader and the reader's tokens. Where the input has not
its structure it returns the input as it is.
"""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from tests.x509.mutations import Node, structured, tree
from tui_chain.x509.der import DERError

MOST = 48 << 10
"""Bytes of an input that grows; the bounds of large ones are tried apart."""
Mutation = Callable[[random.Random, bytes, bytes, Sequence[bytes]], bytes]

ODD_NUMBERS = (b"0", b"-1", b"1e999", b"65536", b"2147483648", b"18446744073709551616", b"9" * 400, b"NaN", b"0x1f")
ODD_TEXTS = (
    b"\0", b"\x1b[2J", b"\x1b]0;x\x07", b"\x7f", b"\x9b", b"\r", b"\r\n", b"\t", b"\v", b"\f", b"\x1c", b"\x85",
    *(text.encode() for text in ("\u202e", "\u2028", "\u200b", "\ufeff", "\U0001f600", "e\u0301\u0301\u0301\u0301")),
    *(text.encode() for text in ("ß", "İ", "\u0660", "²", "。", "\ue000", "\U000e0001")),
    *(b"{", b"[", b'"', b"'", b"\\", b"%"),
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"../", b"://", b"@", b"#", b"?", b":", b"<", b"xn--",
)  # fmt: skip
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def _span(rng: random.Random, data: bytes, most: int = 4096) -> tuple[int, int]:
    begin = rng.randrange(len(data) + 1)
    return begin, min(len(data), begin + rng.randrange(1, max(2, min(most, len(data)))))


def flipped(rng: random.Random, data: bytes, _other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Change some bytes, wherever they are."""
    changed = bytearray(data or b"\0")
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        changed[rng.randrange(len(changed))] = rng.choice((0, 1, 0x1B, 0x30, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(changed)


def cut(rng: random.Random, data: bytes, _other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Take a piece out, or leave only what stands before or after it."""
    begin, end = _span(rng, data)
    return rng.choice((data[:begin], data[end:], data[:begin] + data[end:], data[:begin] + data[end:]))


def repeated(rng: random.Random, data: bytes, _other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Repeat a piece, often enough that work which grows faster than the input shows."""
    begin, end = _span(rng, data, rng.choice((2, 8, 64, 1024)))
    piece = data[begin:end]
    times = min(rng.choice((2, 3, 10, 100, 2000)), max(1, (MOST - len(data)) // max(1, len(piece))))
    return data[:begin] + piece * times + data[end:]


def spliced(rng: random.Random, data: bytes, other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Put a piece of another input in place of one of this, or the one behind the other."""
    begin, end = _span(rng, data)
    first, last = _span(rng, other)
    return rng.choice((data[:begin] + other[first:last] + data[end:], data[:begin] + other[first:], data + other))


def numbered(rng: random.Random, data: bytes, _other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Overwrite a field of two, four or eight bytes, as a length is, with a number at an edge."""
    size = rng.choice((2, 4, 4, 8))
    at = rng.randrange(max(1, len(data) - size + 1))
    number = (rng.choice(INTERESTING) + rng.choice((0, 0, -1, 1))) % (1 << 8 * size)
    return data[:at] + number.to_bytes(size, rng.choice(("big", "big", "little"))) + data[at + size :]


# DER


def _elements(data: bytes) -> tuple[Node, list[tuple[Node, Node]]] | None:
    try:
        whole = tree(data)
    except (DERError, RecursionError):
        return None
    return whole, list(whole.walk())


def der_elements(rng: random.Random, data: bytes, _other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Change one to three elements, with lengths around them that are right."""
    try:
        return structured(data, rng)
    except (DERError, RecursionError):
        return data


def der_grafted(rng: random.Random, data: bytes, other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Put an element of another input in place of one, or beside it."""
    here, there = _elements(data), _elements(other)
    if here is None or there is None or not here[1] or not there[1]:
        return data
    parent, node = rng.choice(here[1])
    _, grafted = rng.choice(there[1])
    assert parent.children is not None
    at = parent.children.index(node)
    parent.children[at : at + rng.choice((0, 1, 1))] = [grafted]
    return _encoded(here[0], data)


def der_repeated(rng: random.Random, data: bytes, _other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Repeat an element many times, or wrap it many times."""
    here = _elements(data)
    if here is None or not here[1]:
        return data
    parent, node = rng.choice(here[1])
    assert parent.children is not None
    times = rng.choice((2, 10, 50, 300))
    if rng.random() < 0.7:
        times = min(times, max(1, MOST // (len(node.der) + 1)))
        at = parent.children.index(node)
        parent.children[at:at] = [node] * times
    else:
        for _ in range(min(times, 60)):
            node.tag, node.children, node.content = 0x30, [Node(node.tag, node.content, node.children)], b""
    return _encoded(here[0], data)


def _encoded(whole: Node, data: bytes) -> bytes:
    """The DER of a tree; an element that got among its own descendants has none."""
    try:
        return whole.der
    except RecursionError:
        return data


def der_lengths(rng: random.Random, data: bytes, _other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Give an element a length that is wrong, not minimal, indefinite, or far beyond the end."""
    places = [at for at in range(min(len(data) - 1, 4000)) if data[at] in {0x02, 0x03, 0x04, 0x06, 0x30, 0x31, 0xA0}]
    if not places:
        return data
    at = rng.choice(places) + 1
    length = data[at]
    odd = rng.choice(
        (
            bytes([length ^ 1]),
            bytes([(length + 1) % 256]),
            b"\x80",
            b"\xff",
            b"\x81" + bytes([length]),
            b"\x82\0" + bytes([length]),
            b"\x84\xff\xff\xff\xff",
            b"\x88" + b"\xff" * 8,
            b"\0",
        )
    )
    return data[:at] + odd + data[at + 1 :]


_BLOCK = re.compile(rb"(-----BEGIN [^-\n]*-----\r?\n)([A-Za-z0-9+/=\s]+?)(-----END [^-\n]*-----)")


def pem_bodies(rng: random.Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    """Change the DER inside a block, and write the block anew."""
    found = list(_BLOCK.finditer(data))
    if not found:
        return data
    block = rng.choice(found)
    try:
        der = base64.b64decode(b"".join(block[2].split()), validate=True)
    except ValueError:
        return data
    theirs = _first_der(other)
    der = rng.choice((der_elements, der_elements, der_grafted, der_repeated, der_lengths))(rng, der, theirs, tokens)
    text = base64.b64encode(der)
    lines = b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text), 64))
    return data[: block.start()] + block[1] + lines + block[3] + data[block.end() :]


def _first_der(data: bytes) -> bytes:
    found = _BLOCK.search(data)
    try:
        return base64.b64decode(b"".join(found[2].split()), validate=True) if found else data
    except ValueError:
        return data


# text


def lines_moved(rng: random.Random, data: bytes, other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Drop, double, swap, join, indent or borrow lines."""
    lines = data.splitlines(keepends=True) or [b"\n"]
    at, borrowed = rng.randrange(len(lines)), rng.choice(other.splitlines(keepends=True) or [b"\n"])
    line = lines[at]
    lines[at : at + 1] = rng.choice(
        (
            [],
            [line, line],
            [borrowed],
            [borrowed, line],
            [line.rstrip(b"\r\n")],
            [b"    " + line],
            [line.rstrip(b"\n") + b"\r\n"],
            [line.swapcase()],
            [line[: rng.randrange(len(line) + 1)], b"\n"],
            [lines[rng.randrange(len(lines))]],
        )
    )
    return b"".join(lines)


def text_inserted(rng: random.Random, data: bytes, _other: bytes, tokens: Sequence[bytes]) -> bytes:
    """Insert characters that act on terminals, odd letters, or what means something to the reader."""
    begin, end = _span(rng, data, 12)
    odd = rng.choice(tokens) if tokens and rng.random() < 0.5 else rng.choice(ODD_TEXTS)
    return data[:begin] + odd * rng.choice((1, 1, 1, 2, 40)) + data[rng.choice((begin, begin, end)) :]


_NUMBER = re.compile(rb"\d+")


def numbers_changed(rng: random.Random, data: bytes, _other: bytes, _tokens: Sequence[bytes]) -> bytes:
    """Put an odd number in place of one."""
    found = list(_NUMBER.finditer(data[:65536]))
    if not found:
        return data
    place = rng.choice(found)
    return data[: place.start()] + rng.choice(ODD_NUMBERS) + data[place.end() :]


# JSON

_LEAVES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, 10**40, float("nan"), "", "\x1b[31m", "\u202e", "\ud800", "x" * 5000, [], {},
    [[]], "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "ab" * 32, "localhost:0", "\n",
)  # fmt: skip


def json_values(rng: random.Random, data: bytes, _other: bytes, tokens: Sequence[bytes]) -> bytes:
    """Change values of one JSON object of the lines; the others stay as they are."""
    lines = data.splitlines()
    numbers = [number for number, line in enumerate(lines) if line[:1] == b"{"]
    if not numbers:
        return data
    number = rng.choice(numbers)
    try:
        value = json.loads(lines[number])
    except (ValueError, RecursionError):
        return data
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        _change(rng, value, tokens)
    try:
        lines[number] = json.dumps(value).encode()
    except RecursionError:
        lines[number] = b'{"x":' * 5000 + lines[number]
    return b"\n".join(lines) + b"\n"


def _change(rng: random.Random, value: Any, tokens: Sequence[bytes]) -> None:
    """Change something in a list or object, at any depth."""
    while True:
        keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = rng.choice(keys)
        if not isinstance(value[key], dict | list) or not value[key] or rng.random() < 0.2:
            break
        value = value[key]
    kind = rng.randrange(6)
    if kind == 0:
        del value[key]
    elif kind == 1 and isinstance(value, dict):
        value[rng.choice(("x", "\x1b", "schema", "", "of this very name"))] = deepcopy(value[key])
    elif kind == 2 and isinstance(value, list):
        value.extend(deepcopy(value[key]) for _ in range(rng.choice((1, 3, 200))))
    elif kind == 3 and isinstance(value[key], str):
        text = value[key].encode("utf-8", "surrogatepass")
        changed = rng.choice((text_inserted, cut, repeated, numbers_changed))(rng, text, text, tokens)
        value[key] = changed.decode("utf-8", "replace")
    elif kind == 4:
        for _ in range(rng.choice((1, 5, 900))):
            value[key] = rng.choice(([value[key]], {"x": value[key]}))
    else:
        value[key] = rng.choice(_LEAVES)


BYTES: tuple[Mutation, ...] = (flipped, cut, repeated, spliced, numbered)
DER: tuple[Mutation, ...] = (der_elements, der_elements, der_elements, der_grafted, der_repeated, der_lengths, *BYTES)
TEXT: tuple[Mutation, ...] = (lines_moved, lines_moved, text_inserted, text_inserted, text_inserted, numbers_changed)
TEXT = (*TEXT, flipped, cut, repeated, spliced)
PEM: tuple[Mutation, ...] = (pem_bodies, pem_bodies, pem_bodies, *TEXT)
JSON: tuple[Mutation, ...] = (json_values, json_values, json_values, json_values, *TEXT)
