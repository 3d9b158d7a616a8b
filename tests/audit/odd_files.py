"""Odd trust files by the thousand: odd certificates, odd frames around sound ones, and other things between them."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tests.audit.damaged import DAMAGES, Roots, make_roots
from tests.audit.odd_certificates import made_odd, sound
from tests.clients.cases_files import SETTINGS, block, fragments
from tests.clients.making import pki
from tui_chain.lab.authority import to_pem


class OddFile(NamedTuple):
    """A file and what it is."""

    name: str
    data: bytes


class _Stock(NamedTuple):
    """What files are made of."""

    roots: Roots
    sound: tuple[bytes, ...]
    pieces: tuple[bytes, ...]


def odd_files(count: int, seed: int, roots: Roots | None = None) -> Iterator[OddFile]:
    """Yield `count` files, the same for the same seed but for keys and dates; `roots` are the sound ones in them."""
    draw = random.Random(seed)  # noqa: S311 - no secrets
    stock = _Stock(roots or make_roots(), sound(), fragments(pki()))
    yield from (OddFile(f"damage {name}", damage(stock.roots)) for name, damage in DAMAGES.items())
    for number in range(count - len(DAMAGES)):
        kind = draw.choices(("certificate", "frame", "pieces", "bytes", "container"), (60, 18, 12, 6, 4))[0]
        yield OddFile(f"{kind} {number}", _MAKERS[kind](draw, stock))


def _certificate(draw: random.Random, stock: _Stock) -> bytes:
    """An odd certificate alone, before, between or behind sound ones; most often under its usual label."""
    label = draw.choices(("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CRL"), (90, 4, 5, 1))[0]
    der = made_odd(draw, draw.choice(stock.sound)) if draw.random() < 0.85 else draw.choice(stock.sound)
    odd = block(label, der + (draw.choice(list(SETTINGS.values())) if label == "TRUSTED CERTIFICATE" else b""))
    first, second, _ = stock.roots.blocks
    return b"".join(draw.choice(([odd], [odd], [odd, first], [first, odd], [first, odd, second], [odd, odd])))


def _frame(draw: random.Random, stock: _Stock) -> bytes:
    """Three sound certificates, and something wrong with a line or two of the text."""
    lines = b"".join(stock.roots.blocks).splitlines(keepends=True)
    for _ in range(draw.choice((1, 1, 2, 3))):
        marks = [place for place, line in enumerate(lines) if b"-----" in line]
        place = draw.choice(marks) if marks and draw.random() < 0.6 else draw.randrange(len(lines))
        lines[place : place + 1] = _changed(draw, lines[place])
    return b"".join(lines)


_INSERTED = (
    b" ",
    b"\t",
    b"-",
    b"=",
    b"!",
    b"\0",
    b"\xff",
    b"\r",
    b"\v",
    b"\f",
    b":",
    b"#",
    b"A",
    b"\n",
    b"\xc2\xa0",
    b">",
)


def _changed(draw: random.Random, line: bytes) -> Sequence[bytes]:
    at = draw.randrange(len(line) + 1)
    mark = draw.choice(_INSERTED)
    return draw.choice(
        (
            [],
            [line, line],
            [line[:at] + mark + line[at:]],
            [mark + line],
            [line.rstrip(b"\n") + mark + b"\n"],
            [line.rstrip(b"\n")],
            [line.replace(b"\n", b"\r\n")],
            [line.replace(b"\n", b"\r")],
            [line[:at] + line[at + 1 :]],
            [line[:at]],
            [line, b"\n"],
            [b"\n", line],
            [line, b"# comment: text\n"],
            [line, b"Proc-Type: 4,CLEAR\n", b"\n"],
            [line, b"x" * draw.choice((63, 80, 254, 255, 300)) + b"\n"],
            [
                line.replace(
                    b"CERTIFICATE", draw.choice((b"certificate", b"CERTIFICATE ", b"X509 CERTIFICATE", b"", b"CRL"))
                )
            ],
            [line.replace(b"-----", draw.choice((b"----", b"------", b"-- ---", b"")), 1)],
            [line.lower()],
        )
    )


def _pieces(draw: random.Random, stock: _Stock) -> bytes:
    """Sound and other blocks in any order."""
    parts = [draw.choice(stock.pieces) for _ in range(draw.choice((1, 1, 2)))] + list(stock.roots.blocks[:2])
    draw.shuffle(parts)
    return b"".join(parts)


def _bytes(draw: random.Random, stock: _Stock) -> bytes:
    """A sound file with some bytes exchanged, removed or added, wherever they are."""
    data = bytearray(b"".join(stock.roots.blocks))
    for _ in range(draw.choice((1, 2, 5))):
        at = draw.randrange(len(data))
        data[at : at + draw.choice((0, 1, 1, 2))] = draw.randbytes(draw.choice((0, 1, 1, 2)))
    return bytes(data)


def _container(draw: random.Random, stock: _Stock) -> bytes:
    """DER, PKCS#7 in either form, UTF-16, and odd certificates in each."""
    der = made_odd(draw, draw.choice(stock.sound))
    certificates = [ca.certificate for ca in stock.roots.cas]
    packed = pkcs7.serialize_certificates(certificates, Encoding.DER)
    return draw.choice(
        (
            partial(bytes, der),
            lambda: stock.roots.cas[0].der + draw.choice((b"", b"\n", b"\0", der)),
            lambda: packed,
            lambda: made_odd(draw, packed),
            lambda: block("PKCS7", packed),
            lambda: to_pem([stock.roots.cas[0].der]).decode().encode("utf-16"),
            lambda: base64.b64encode(der),
            lambda: draw.randbytes(draw.randrange(200)),
        )
    )()


_MAKERS = {
    "certificate": _certificate,
    "frame": _frame,
    "pieces": _pieces,
    "bytes": _bytes,
    "container": _container,
}
