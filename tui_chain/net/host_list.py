"""Lists of hosts: one target a line, then `key=value` options of its connection, a label, and `#` comments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, read_stdin
from tui_chain.core.text import safe_text
from tui_chain.net.connection_text import parse_listed, split_options, target_with
from tui_chain.net.target import Target, parse_target

STDIN = Path("-")
"""The name that stands for standard input."""

_START = 4096
"""Bytes that show what a file holds."""
_BEFORE_TEXT = b"\xff\xfe\xef\xbb\xbf\0 \t\r\n"
"""Bytes of byte order marks, of UTF-16's other half, and white space."""
_HOST_AND_PORT = re.compile(r"\S*:\d+")


@dataclass(frozen=True)
class Host:
    """A target and the label that the user gave it (may be empty)."""

    target: Target
    label: str = ""


@dataclass(frozen=True)
class BadLine:
    """A line of a host list that is no target: its number, counted from 1, and why."""

    number: int
    failure: Failure

    def __str__(self) -> str:
        return f"line {self.number}: {self.failure.message}"


@dataclass(frozen=True)
class Repeats:
    """The lines that name a host which stands above already: how many, and the first, from 1, with its host."""

    count: int = 0
    first: int = 0
    target: Target | None = None

    def __str__(self) -> str:
        if self.count == 1:
            return f"line {self.first}: {self.target} stands above already; it is taken once."
        return f"{self.count} lines name a host that stands above already, first line {self.first}: {self.target}."


@dataclass(frozen=True)
class HostList:
    """The hosts of a list in their order, each once, the lines that are wrong, and those that say nothing new."""

    hosts: tuple[Host, ...] = ()
    bad: tuple[BadLine, ...] = ()
    repeats: Repeats = Repeats()


@dataclass(eq=False)
class HostLineReader:
    """Reads a host list line by line; `starttls` is as `parse_target` takes it."""

    starttls: str | None = None
    number: int = 0
    _inside: bool = False

    def read(self, line: str) -> Host | BadLine | None:
        """The host of the next line, why it has none, or None for a blank line; it may end in a line break."""
        self.number += 1
        line = line.rstrip("\r\n")
        if self.number == 1:
            line = line.removeprefix("\ufeff")
        read = None if self._inside else _read_line(_without_comment(line), self.starttls)
        # a PEM block is wrong once, and not line by line
        self._inside = not line.startswith("-----END ") and (self._inside or line.startswith("-----BEGIN "))
        return BadLine(self.number, read) if isinstance(read, Failure) else read


@dataclass(eq=False)
class HostCollector:
    """Takes each host once, and counts the lines that name one again."""

    repeats: Repeats = Repeats()
    _seen: set[Target] = field(default_factory=set)

    def is_new(self, target: Target, number: int) -> bool:
        """Whether the target of line `number` was not there before."""
        if target not in self._seen:
            self._seen.add(target)
            return True
        before = self.repeats if self.repeats.count else Repeats(0, number, target)
        self.repeats = Repeats(before.count + 1, before.first, before.target)
        return False


def parse_host_list(text: str, starttls: str | None = None) -> HostList:
    """Read a host list; a bad line loses nothing but itself. `starttls` is as `parse_target` takes it."""
    reader, collector = HostLineReader(starttls), HostCollector()
    hosts: list[Host] = []
    bad: list[BadLine] = []
    for line in text.splitlines():
        read = reader.read(line)
        if isinstance(read, BadLine):
            bad.append(read)
        elif read is not None and collector.is_new(read.target, reader.number):
            hosts.append(read)
    return HostList(tuple(hosts), tuple(bad), collector.repeats)


def _read_line(line: str, starttls: str | None) -> Host | Failure | None:
    """The host of a line with its label, why there is none, or None for a blank line."""
    first, rest = [*line.split(maxsplit=1), "", ""][:2]
    if not first:
        return None
    split = split_options(rest)
    if isinstance(split, Failure):
        return split
    given, label = split
    target = _other_than_label(first, label.strip()) or target_with(first.rstrip(",;"), given, starttls)
    return target if isinstance(target, Failure) else Host(target, safe_text(label.strip(), 60))


def _other_than_label(first: str, label: str) -> Failure | None:
    """Why the rest of a line is no label: it is a second host, or the line is a sentence or a command."""
    shown = safe_text(label, 60)
    if _HOST_AND_PORT.fullmatch(label):
        return Failure("target", f"{shown} looks like a second host on one line.", "Write one host a line.")
    name = first.rstrip(".,;")
    if not label or name == "localhost" or set(".:") & set(name) or isinstance(parse_target(name), Failure):
        return None
    line, name = safe_text(f"{first} {label}", 60), safe_text(name, 40)
    why = f"{name!r} has neither a dot nor a port; write {name}:443 if it is a host."
    return Failure("target", f"{line!r} is not a host with a label. {why}")


def _without_comment(line: str) -> str:
    """Cut a comment off; a `#` inside a word is part of a URL."""
    before, _, _ = f" {line}".partition(" #")
    return before


def parse_arguments(texts: Iterable[str], starttls: str | None = None) -> HostList:
    """Read targets from a command line, as `parse_target` does; the number of a bad one is its place."""
    collector = HostCollector()
    hosts: list[Host] = []
    bad: list[BadLine] = []
    for number, text in enumerate(texts, start=1):
        target = parse_listed(text, starttls)
        if isinstance(target, Failure):
            bad.append(BadLine(number, target))
        elif collector.is_new(target, number):
            hosts.append(Host(target))
    return HostList(tuple(hosts), tuple(bad))


def holds_json(start: bytes) -> bool:
    """Whether a file that starts so holds JSON objects, in UTF-8 or UTF-16; no target starts with a brace."""
    return start.lstrip(_BEFORE_TEXT).startswith(b"{")


def list_name(path: Path) -> str:
    """What a host list is called in a sentence."""
    return "standard input" if path == STDIN else safe_text(str(path))


def read_host_text(path: Path) -> str | Failure:
    """Read the text of a host list (UTF-8, at most 16 MiB); `-` is standard input."""
    data = read_stdin("host list") if path == STDIN else read_file(path, "host list")
    if isinstance(data, Failure):
        return data
    refused = no_host_list(path, data[:_START])
    if refused is not None:
        return refused
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return not_utf8(path)


def no_host_list(path: Path, start: bytes) -> Failure | None:
    """Refuse a file that begins as no host list does."""
    shown = list_name(path)
    if holds_json(start):
        named = "FILE" if path == STDIN else shown
        hint = f"The screen opens them with --open: `tlschain-tui --open {named}`."
        what = "What is on standard input" if path == STDIN else f"The file {shown}"
        return Failure("file", f"{what} is no host list: it holds JSON, as of saved results.", hint)
    return not_utf8(path) if start.startswith((b"\xff\xfe", b"\xfe\xff")) else None


def not_utf8(path: Path) -> Failure:
    """Why a file of another encoding is no host list."""
    return Failure("file", f"The host list {list_name(path)} is not UTF-8 text.", "Write one target a line.")


def read_host_file(path: Path, starttls: str | None = None) -> HostList | Failure:
    """Read a host list file (UTF-8, at most 16 MiB), as `parse_host_list` does; `-` is standard input."""
    text = read_host_text(path)
    return text if isinstance(text, Failure) else parse_host_list(text, starttls)
