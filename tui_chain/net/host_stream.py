"""Host lists of any length, read as they come: a file, a pipe, or standard input that somebody still writes to."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tui_chain.core.failure import Failure
from tui_chain.core.files import unreadable
from tui_chain.net.host_list import STDIN, BadLine, Host, HostLineReader, list_name, no_host_list

MAX_LINE = 1 << 20
"""Bytes of a line: what has a longer one is no list of hosts."""
_PIECE = 64 << 10
NumberedHost = tuple[int, Host]
"""A host and the number of its line, counted from 1."""


@dataclass(frozen=True)
class HostStream:
    """A list that was opened: `starttls` is as `parse_target` takes it, `start` is what was read of it already.

    `waits` says whether reading may have to wait for somebody who writes; `lines` is about how many name a host,
    where that is known.
    """

    path: Path
    file: IO[bytes]
    start: bytes
    starttls: str | None = None
    waits: bool = False
    lines: int | None = None

    def pieces(self) -> Iterator[list[NumberedHost | BadLine]]:
        """Yield what lies ready, piece by piece; each next one may wait. A line that is wrong loses only itself."""
        reader = HostLineReader(self.starttls)
        for lines in self._lines():
            yield [one for line in lines if (one := _read(reader, line)) is not None]

    def _lines(self) -> Iterator[list[bytes]]:
        rest, piece = b"", self.start
        while piece:
            *lines, rest = (rest + piece).split(b"\n")
            if len(rest) > MAX_LINE:
                yield [*lines, rest]
                return
            yield lines
            piece = _next(self.file)
        yield [rest] if rest else []


def _read(reader: HostLineReader, line: bytes) -> NumberedHost | BadLine | None:
    if len(line) > MAX_LINE:
        reader.number += 1
        why = f"It is longer than {MAX_LINE >> 20} MiB, and what follows is not read."
        return BadLine(reader.number, Failure("target", why, "Write one target a line."))
    try:
        read = reader.read(line.decode("utf-8"))
    except UnicodeDecodeError:
        reader.number += 1
        return BadLine(reader.number, Failure("target", "It is not UTF-8 text.", "Write one target a line."))
    return read if read is None or isinstance(read, BadLine) else (reader.number, read)


def open_host_list(opened: ExitStack, path: Path, starttls: str | None = None) -> HostStream | Failure:
    """Open a list for as long as `opened` is; the failure is of one that cannot be read or holds something else.

    The first of standard input is waited for: it shows what comes there.
    """
    try:
        if path == STDIN:
            return _standard_input(starttls)
        file = opened.enter_context(path.open("rb", buffering=0))
        regular = stat.S_ISREG(path.stat().st_mode)
        start = _next(file)
    except (OSError, ValueError) as error:
        return unreadable("host list", path, error)
    refused = no_host_list(path, start)
    if refused is not None:
        return refused
    return HostStream(path, file, start, starttls, not regular, _count(path) if regular else None)


def _standard_input(starttls: str | None) -> HostStream | Failure:
    if sys.stdin is None:
        return Failure(
            "file", "The host list on standard input cannot be read: it is closed.", "Pipe a file into it."
        )
    file = sys.stdin.buffer
    start = _next(file)
    return no_host_list(STDIN, start) or HostStream(STDIN, file, start, starttls, waits=True)


def _next(file: IO[bytes]) -> bytes:
    """What lies ready, at least a byte of it; empty at the end."""
    if isinstance(file, io.RawIOBase):
        return file.read(_PIECE) or b""
    return file.read1(_PIECE) if isinstance(file, io.BufferedIOBase) else file.read(_PIECE)


def _count(path: Path) -> int:
    """How many lines are neither blank nor a comment; reading them takes a thousandth of what their hosts take."""
    count, rest = 0, b""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            *lines, rest = (rest + piece).split(b"\n")
            count += sum(map(_names_host, lines))
            if len(rest) > MAX_LINE:
                break
    return count + _names_host(rest)


def _names_host(line: bytes) -> bool:
    return line.lstrip()[:1] not in {b"", b"#"}


def name_of(stream: HostStream) -> str:
    """What the list is called in a sentence."""
    return list_name(stream.path)
