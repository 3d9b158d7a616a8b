"""Lists of hosts: files and pasted text, one target a line, a label after it if wanted, `#` comments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.text import safe_text
from tui_chain.net.target import Target, parse_target

MAX_LINES = 20_000
"""Most lines that a host list may have."""

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
class HostList:
    """The hosts of a list in their order, each once, and the lines that are wrong."""

    hosts: tuple[Host, ...] = ()
    bad: tuple[BadLine, ...] = ()


def parse_host_list(text: str) -> HostList:
    """Read a host list; a bad line loses nothing but itself."""
    hosts: dict[Target, Host] = {}
    bad: list[BadLine] = []
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MAX_LINES:
        bad.append(BadLine(MAX_LINES + 1, _too_long(len(lines))))
    for number, line in enumerate(lines[:MAX_LINES], start=1):
        words = _without_comment(line).split(maxsplit=1)
        if not words:
            continue
        target = _second_host(words) or parse_target(words[0].rstrip(",;"))
        if isinstance(target, Failure):
            bad.append(BadLine(number, target))
        else:
            hosts.setdefault(target, Host(target, safe_text(words[1].strip(), 60) if len(words) > 1 else ""))
    return HostList(tuple(hosts.values()), tuple(bad))


def _second_host(words: list[str]) -> Failure | None:
    """A label that looks like a host with its port was meant as one."""
    if len(words) < 2 or not _HOST_AND_PORT.fullmatch(words[1].strip()):
        return None
    shown = safe_text(words[1].strip(), 60)
    return Failure("target", f"{shown} looks like a second host on one line.", "Write one host a line.")


def _too_long(lines: int) -> Failure:
    return Failure("target", f"The list has {lines} lines; only the first {MAX_LINES} are read.", "Split it.")


def _without_comment(line: str) -> str:
    """Cut a comment off; a `#` inside a word is part of a URL."""
    before, _, _ = f" {line}".partition(" #")
    return before


def parse_arguments(texts: Iterable[str]) -> HostList:
    """Read targets from a command line; the number of a bad one is its place."""
    hosts: dict[Target, Host] = {}
    bad: list[BadLine] = []
    for number, text in enumerate(texts, start=1):
        target = parse_target(text)
        if isinstance(target, Failure):
            bad.append(BadLine(number, target))
        else:
            hosts.setdefault(target, Host(target))
    return HostList(tuple(hosts.values()), tuple(bad))


def holds_json(start: bytes) -> bool:
    """Whether a file that starts so holds JSON objects, in UTF-8 or UTF-16; no target starts with a brace."""
    return start.lstrip(_BEFORE_TEXT).startswith(b"{")


def read_host_file(path: Path) -> HostList | Failure:
    """Read a host list file (UTF-8, at most 16 MiB)."""
    data = read_file(path, "host list")
    if isinstance(data, Failure):
        return data
    shown = safe_text(str(path))
    if holds_json(data):
        hint = f"The screen opens them with --open: `tlschain-tui --open {shown}`."
        return Failure("file", f"The file {shown} is no host list: it holds JSON, as of saved results.", hint)
    try:
        return parse_host_list(data.decode("utf-8"))
    except UnicodeDecodeError:
        return Failure("file", f"The host list {shown} is not UTF-8 text.", "Write one target a line.")
