"""The log of what was done and written: entries that hold no secret, and the file that keeps them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from tui_chain.core.command import PROGRAM, command_line
from tui_chain.core.failure import Failure
from tui_chain.core.files import locked, read_own_file, set_aside, unwritable, write_own_file
from tui_chain.core.system import state_folder
from tui_chain.core.temporary_file import write_whole
from tui_chain.core.text import safe_text
from tui_chain.engine.command_options import TAKEN
from tui_chain.engine.option_entry import OptionEntry
from tui_chain.engine.options import HEADER, PATH

FILE_NAME = "activity.jsonl"
MAX_SIZE = 1 << 20
"""Bytes that the file may have; the older half is dropped when it has more."""
MAX_LINE = 16 << 10
"""Bytes of one entry."""
MAX_TEXT, MAX_COMMAND = 500, 4000
"""Characters of a text, of a command and of a path."""
HIDDEN = "…"
"""What stands in place of a secret."""
_WHAT = "log"
_BEGINNING = b'{"at": '
"""How an entry begins in the file."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}://[^\s<>]+")
_USER = re.compile(r"(?<![^\s/@:])[^\s/@:]*:[^\s/@]*@")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_HEADER = re.compile(
    r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-[a-z0-9-]{1,60}|[a-z0-9_-]{0,60}"
    r"(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|credentials?)[a-z0-9_-]{0,20})(\s*[:=]\s*)\S.*"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic|digest|negotiate)\s+[A-Za-z0-9+/=._~-]{8,}")
_PEM = re.compile(r"-----BEGIN [^-]*PRIVATE KEY.*", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """Something that was done: at an aware time, one sentence, the command that does the same, the file written.

    `command` is empty where no command does it, and `path` is absolute. Whatever is put in, the entry has no
    password, key, header value or query string, and all of it is safe for a terminal.
    """

    at: datetime
    text: str
    command: str = ""
    path: str | None = None

    def __post_init__(self) -> None:
        """Put aside what no log may hold."""
        object.__setattr__(self, "text", safe_text(without_secrets(self.text), MAX_TEXT))
        object.__setattr__(self, "command", safe_command(self.command))
        if self.path is not None:
            object.__setattr__(self, "path", safe_text(_PEM.sub(HIDDEN, str(self.path)), MAX_COMMAND))


def without_secrets(text: str) -> str:
    """Hide what of a text is a secret or looks like one: in URLs, header lines, assignments, private keys.

    Of a longer text only the beginning comes back.
    """
    text = _BEARER.sub(rf"\1 {HIDDEN}", _PEM.sub(HIDDEN, text[:MAX_COMMAND]))
    text = " ".join(_HEADER.sub(rf"\1\2{HIDDEN}", line) for line in text.splitlines())
    if "://" in text:
        text = _URL.sub(lambda found: _bare_url(found[0]), text)
    return _USER.sub(f"{HIDDEN}@", text) if "@" in text else text


def _bare_url(url: str) -> str:
    """A URL, or the same without its scheme, without user, query and fragment, however they are written.

    What of a path stands before an @ is lost as well: it may belong to a password.
    """
    scheme, mark, rest = url.rpartition("://") if "://" in url else ("", "", url)
    bare, *query = re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)
    first = scheme.split("://")[0]
    return f"{first}{mark}{bare}{f'?{HIDDEN}' if query else ''}"


# commands


def safe_command(command: str) -> str:
    """A command of this tool with no more of its words than a log may hold; empty for any other command."""
    if len(command) > MAX_COMMAND:
        return ""
    try:
        program, name, *words = shlex.split(command)
    except ValueError:
        return ""
    if program != PROGRAM or name not in TAKEN:
        return ""
    return command_line(name, *_safe_words(words, {flag: one for one in TAKEN[name] for flag in one.flags}))


def _safe_words(words: list[str], options: Mapping[str, OptionEntry]) -> Iterator[str]:
    """The words after the name of a command, up to an option that the command has not."""
    left = iter(words)
    for word in left:
        flag, equals, value = word.partition("=")
        entry = options.get(flag)
        if not word.startswith("-") or word == "-":
            yield _operand(word)
        elif entry is None:
            yield HIDDEN
            return
        elif entry.value == "switch" and not equals:
            yield flag
        else:
            yield from (flag, _value(entry, value if equals else next(left, "")))


def _value(entry: OptionEntry, value: str) -> str:
    if entry.flags == HEADER.flags:
        name, colon, _ = value.partition(":")
        return f"{name}: {HIDDEN}" if colon and _NAME.fullmatch(name) else HIDDEN
    if entry.flags == PATH.flags or "://" in value:
        return without_secrets(_bare_url(value))
    return without_secrets(value)


def _operand(word: str) -> str:
    """A file by its absolute path, or a target: in front of its host there may be a user, after it a query."""
    return without_secrets(word if word.startswith("/") else _bare_url(word))


# the file


@dataclass(frozen=True)
class Activity:
    """The entries of the log, the oldest first, and sentences on what of the file could not be read."""

    entries: tuple[Entry, ...] = ()
    notices: tuple[str, ...] = ()


def activity_path() -> Path:
    """Where the log is kept, whether it exists or not."""
    return state_folder() / FILE_NAME


def read_activity(path: Path) -> Activity:
    """Read the log; lines that are no entries are left out, and a notice says how many."""
    data = read_own_file(path, _WHAT, 2 * MAX_SIZE)
    if isinstance(data, Failure):
        return Activity(notices=(str(data),))
    lines = [line for line in (data or b"").split(b"\n") if line.strip()]
    entries = tuple(filter(None, map(_read_entry, lines)))
    wrong = len(lines) - len(entries)
    notice = f"{safe_text(str(path))}: {wrong} of {len(lines)} lines are no entries of the log, and left out."
    return Activity(entries, (notice,) if wrong else ())


def _read_entry(line: bytes) -> Entry | None:
    if len(line) > MAX_LINE:
        return None
    try:
        fields = json.loads(line)
        at = datetime.fromisoformat(fields["at"]).astimezone(UTC)
        text, command, path = fields["text"], fields.get("command", ""), fields.get("path")
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    if not (isinstance(text, str) and isinstance(command, str) and isinstance(path, str | None)):
        return None
    return Entry(at, text, command, path)


def append_entries(entries: Iterable[Entry], path: Path) -> Failure | None:
    """Add entries at the end of the log; several programs may do so at once. The oldest make room for them."""
    added = b"".join(map(_line, entries))
    if not path.is_absolute():
        return Failure("file", "The log cannot be kept: this user has no home folder.", "Set HOME.")
    try:
        with locked(path):
            return _shortened(path) or _append(path, added)
    except (OSError, ValueError) as error:
        return unwritable(path, _WHAT, error)


def _line(entry: Entry) -> bytes:
    fields = {"at": entry.at.isoformat(), "text": entry.text, "command": entry.command, "path": entry.path}
    return json.dumps(fields).encode("ascii") + b"\n"


def _append(path: Path, added: bytes) -> Failure | None:
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            return Failure("file", f"The log {safe_text(str(path))} is no regular file.", "Move it elsewhere.")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    with open(descriptor, "r+b", buffering=0) as file:  # noqa: PTH123 - by descriptor
        size = file.seek(0, os.SEEK_END)
        tail = _torn_line(file, size)
        if tail and _read_entry(tail) is None and tail.startswith(_BEGINNING):
            size -= len(tail)  # half an entry of a run that was killed
            file.truncate(size)
            tail = b""
        try:
            write_whole(descriptor, (b"\n" if tail else b"") + added)
        except OSError:
            file.truncate(size)
            raise
    return None


def _torn_line(file: IO[bytes], size: int) -> bytes:
    """What stands behind the last end of a line, as far as a line of the log may be long."""
    file.seek(max(size - MAX_LINE, 0))
    return file.read(MAX_LINE).rpartition(b"\n")[2]


def _shortened(path: Path) -> Failure | None:
    """Drop the older half of a log that is too long; what is no log of ours is set aside whole."""
    if not path.exists() or path.stat().st_size <= MAX_SIZE:
        return None
    data = read_own_file(path, _WHAT, 2 * MAX_SIZE)
    if not isinstance(data, bytes):
        aside = set_aside(path, _WHAT)
        return aside if isinstance(aside, Failure) else None
    newer = data[-MAX_SIZE // 2 :].partition(b"\n")[2]
    return write_own_file(path, newer, _WHAT)
