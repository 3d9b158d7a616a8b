"""Which certificates of a trust file Go takes (`CertPool.AppendCertsFromPEM`, encoding/pem `Decode`)."""

from __future__ import annotations

import binascii
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tui_chain.clients.engines.go.certificate import go_certificate
from tui_chain.clients.engines.strict_der import raw_subject
from tui_chain.clients.trust_file import CertificateTable, Loaded, loaded
from tui_chain.x509.der import DERError

_BEGIN, _END, _DASHES = b"-----BEGIN ", b"\n-----END ", b"-----"
_BLANKS = b" \t"
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/= \t\r\n]")


class _GoBlock(NamedTuple):
    label: bytes
    headers: bool
    body: bytes


class _GoEnd(NamedTuple):
    """Where an END line begins, what stands in it behind END, and where the next line begins."""

    at: int
    label: bytes
    after: int


class _Ends:
    """The END lines of a file, each looked for and read once, however many BEGIN lines stand before it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next = self._find(0)

    def behind(self, at: int) -> _GoEnd | None:
        """Return the first END line behind `at`, which never lies before that of an earlier call."""
        if self._next is not None and self._next.at < at:
            self._next = self._find(at)
        return self._next

    def _find(self, at: int) -> _GoEnd | None:
        found = self._data.find(_END, at)
        return None if found < 0 else _GoEnd(found, *_line(self._data, found + len(_END)))


def load(data: bytes, table: CertificateTable) -> Loaded:
    """Return what `AppendCertsFromPEM` takes: what cannot be read is passed over in silence."""
    return loaded(
        (der for der in certificates(data) if table.is_usual(der) or go_certificate(der) is not None), table
    )


def certificates(data: bytes) -> Iterator[bytes]:
    """Return each CERTIFICATE block without headers, decoded; it need not be a certificate.

    A byte order mark before the first BEGIN hides that block, a block without its END line is passed over.
    """
    for block in _blocks(data):
        if block.label == b"CERTIFICATE" and not block.headers:
            yield block.body


def by_subject(data: bytes) -> Mapping[bytes, tuple[bytes, ...]]:
    """Return the certificates of a trust file, each once, by the DER of their subject, in the order of the file."""
    found: defaultdict[bytes, dict[bytes, None]] = defaultdict(dict)
    for der in certificates(data):
        try:
            found[raw_subject(der)][der] = None
        except DERError:
            continue
    return {subject: tuple(ders) for subject, ders in found.items()}


def _blocks(data: bytes) -> Iterator[_GoBlock]:
    """Every sound block; after one that is not sound, the search goes on behind its BEGIN line and headers."""
    at, ends = 0, _Ends(data)
    while (start := _begin(data, at)) is not None:
        line, at = _line(data, start)
        if not line.endswith(_DASHES):
            continue
        label = line.removesuffix(_DASHES)
        body = _skip_headers(data, at)
        if body is None:
            return
        bare = body == at and data.startswith(_END[1:], body)
        end = _GoEnd(body, *_line(data, body + len(_END) - 1)) if bare else ends.behind(body)
        decoded = _decoded(data, body, end.at) if end and end.label == label + _DASHES else None
        if end is None or decoded is None:
            at = body
            continue
        yield _GoBlock(label, body > at, decoded)
        at = end.after


def _begin(data: bytes, at: int) -> int | None:
    """Return where the label of the next BEGIN line begins; it stands at the start of a line, or at `at`."""
    if data.startswith(_BEGIN, at):
        return at + len(_BEGIN)
    found = data.find(b"\n" + _BEGIN, at)
    return None if found < 0 else found + 1 + len(_BEGIN)


def _line(data: bytes, at: int) -> tuple[bytes, int]:
    """Return the line at `at` without blanks at its end, and where the next one begins."""
    end = data.find(b"\n", at)
    if end < 0:
        return data[at:].rstrip(_BLANKS), len(data)
    return data[at:end].removesuffix(b"\r").rstrip(_BLANKS), end + 1


def _skip_headers(data: bytes, at: int) -> int | None:
    """Return where the body begins behind lines with a colon, or None if the file ends before it."""
    while at < len(data):
        line, after = _line(data, at)
        if b":" not in line:
            return at
        at = after
    return None


def _decoded(data: bytes, start: int, end: int) -> bytes | None:
    """Return the bytes of strict base64 (`base64.StdEncoding`): padded, without any other character.

    The search for one ends at the next BEGIN line, so that many before one END line are not copied each time.
    """
    if _FOREIGN.search(data, start, end):
        return None
    text = data[start:end].translate(None, b" \t\r\n")
    try:
        return binascii.a2b_base64(text, strict_mode=True) if len(text) % 4 == 0 else None
    except binascii.Error:
        return None
