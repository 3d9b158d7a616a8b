"""Certificates as canonical PEM text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from tui_chain.core.text import safe_text

if TYPE_CHECKING:  # blocks are text: results are read and written without a parser of certificates
    from tui_chain.x509.certificate import Certificate

_MARK = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 #]{1,40})-----")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=]")
_NO_END = "the block has no end: it is cut short"
_SPACE_AND_QUOTES = b" \t\r\n\v\f>"


class TextualBlock(NamedTuple):
    """One block: the line of its BEGIN, counted from 1, its label, and its body, or why it has none."""

    line: int
    label: str
    body: bytes = b""
    fault: str = ""


def pem_block(label: str, der: bytes) -> str:
    """Write one block: 64 characters a line, LF, a newline at the end (RFC 7468 section 2)."""
    text = base64.b64encode(der).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"]) + "\n"


def has_blocks(data: bytes) -> bool:
    """Tell whether a BEGIN or END line stands anywhere in it."""
    return _MARK.search(data) is not None


def blocks(data: bytes) -> Iterator[TextualBlock]:
    """Find every block in its order; one that has no end, no beginning or two labels comes with its fault.

    BEGIN and END need not stand on lines of their own: indented, quoted and glued ones are found.
    """
    line, counted, end = 1, 0, 0
    opened: tuple[int, str] | None = None
    for mark in _MARK.finditer(data):
        line, counted = line + data.count(b"\n", counted, mark.start()), mark.start()
        label = mark[2].decode("ascii").strip()
        if mark[1] == b"BEGIN":
            if opened is not None:
                yield TextualBlock(*opened, fault=_NO_END)
            opened = line, label
        else:
            yield _ended(opened, line, label, data[end : mark.start()])
            opened = None
        end = mark.end()
    if opened is not None:
        yield TextualBlock(*opened, fault=_NO_END)
    elif (cut := data.find(b"-----BEGIN ", end)) >= 0:
        yield TextualBlock(line + data.count(b"\n", counted, cut), "", fault="a BEGIN line that is cut short")


def _ended(opened: tuple[int, str] | None, line: int, label: str, body: bytes) -> TextualBlock:
    if opened is None:
        return TextualBlock(line, label, fault="an END line without its BEGIN line")
    if opened[1] != label:
        return TextualBlock(*opened, fault=f"the block begins as {opened[1]} and ends as {label}")
    return TextualBlock(*opened, body)


def decoded(body: bytes) -> bytes | str:
    r"""Return the bytes that a block's body is in base64, or say why it is none.

    Mail's quotation marks are taken off, and line ends written as `\n`, as in JSON, are line ends.
    """
    if b"\\" in body:
        body = body.replace(b"\\r", b"").replace(b"\\n", b"\n")
    text = body.translate(None, _SPACE_AND_QUOTES)
    bare = text.rstrip(b"=")
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except ValueError:
        foreign = _FOREIGN.search(text)
    if foreign:
        return f"the block is not base64: it has {safe_text(repr(foreign[0].decode('latin-1')))}"
    return "the block is not base64: a character is missing"


def to_pem(certificate: Certificate) -> str:
    """Return one PEM block: 64 characters a line, LF, a newline at the end (RFC 7468 section 2)."""
    return pem_block("CERTIFICATE", certificate.der)


def pem_of(certificates: Iterable[Certificate]) -> bytes:
    """Return the blocks of several certificates, in their order."""
    return "".join(map(to_pem, certificates)).encode("ascii")
