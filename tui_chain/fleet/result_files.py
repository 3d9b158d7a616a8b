"""Files of JSON lines that `check` and `fix` write: read by place, gone on with, and looked up in."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.files import LOCK_SECONDS, reason_of, unreadable
from tui_chain.core.status import Status
from tui_chain.core.system import lock_where_possible, unlock
from tui_chain.core.text import safe_text
from tui_chain.net.connection_options import SHOWN_KEYS, USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.connection_text import shown_connection
from tui_chain.net.target import AUTO, Target, parse_target
from tui_chain.results.json_reader import SCHEMA
from tui_chain.results.saved import MAX_LINE
from tui_chain.results.values import HostResult

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PIECE = 64 << 10
_GUARDED = 0x7FFFFFFF
"""The byte that is locked on Windows, where nobody else can read it meanwhile: few files are so long."""
_STARTTLS = "+starttls://"
"""What stands in every target with STARTTLS."""
_SOUGHT = f"{AUTO}{_STARTTLS}"
"""How a target begins whose protocol is to be found out."""
_BEGINNING = f'{{"schema": {SCHEMA}, '.encode()
"""How every line of ours begins."""
_KEYS = frozenset(one.name for one in fields(HostResult)) - {"found", "probe", "proxy", "connection", "more"}
"""What every line of a host has: the others came later."""
_SHAPES = {
    **dict.fromkeys(("label", "time", "status", "blame", "headline"), str),
    **dict.fromkeys(("tls", "timings"), dict),
    **dict.fromkeys(("served", "path", "missing", "findings", "clients"), list),
}
"""What the values of a host are: reading all that is in them would take five times as long."""
_PATHLESS = frozenset({Status.UNTRUSTED.value, Status.INCOMPLETE.value})


@dataclass(frozen=True, order=True, slots=True)
class HostKey:
    """What tells a host from others in a file: its target, and the options of its connection that are kept there.

    `reached` is no part of that: whether it answered, as its line says.
    """

    target: str
    connection: tuple[tuple[str, str], ...] = ()
    reached: bool = field(default=True, compare=False)


def key_of(target: Target) -> HostKey:
    """The key of a host that is to be probed."""
    return HostKey(str(target), tuple(sorted(shown_connection(target.connection).items())))


def keys_for(line: HostKey) -> Iterator[HostKey]:
    """The keys of hosts that a line may be about: where STARTTLS was found out, the file has what was found."""
    yield line
    sought = sought_key(line)
    if sought is not None:
        yield sought


def sought_key(line: HostKey) -> HostKey | None:
    """The key of the host whose protocol was to be found out, where a line may be of one; else None."""
    # of a host that gave no answer nothing was found out: its line has what was asked for
    if not line.reached or line.target.startswith(_SOUGHT):
        return None
    if _STARTTLS not in line.target:
        return HostKey(f"{_SOUGHT}{line.target}", line.connection)
    target = parse_target(line.target)
    return HostKey(str(replace(target, starttls=AUTO)), line.connection) if isinstance(target, Target) else None


class Line(NamedTuple):
    """A line of a file: where it begins, and its bytes with the line break, if it has one."""

    offset: int
    data: bytes

    @property
    def is_whole(self) -> bool:
        """Whether it ends in a line break."""
        return self.data.endswith(b"\n")

    @property
    def object(self) -> dict[str, Any] | None:
        """The JSON object of this version in it, or None."""
        try:
            read = json.loads(self.data)
        except (ValueError, RecursionError):
            return None
        right = isinstance(read, dict) and read.get("schema") == SCHEMA and read.get("schema") is not True
        return read if right else None


def lines_of(file: IO[bytes]) -> Iterator[Line]:
    """Yield every line from the beginning on; of one that is too long, its beginning alone."""
    offset = 0
    file.seek(0)
    while data := file.readline(MAX_LINE + 1):
        length = len(data)
        if length > MAX_LINE and not data.endswith(b"\n"):
            while (rest := file.readline(_PIECE)) and not rest.endswith(b"\n"):
                length += len(rest)
            length += len(rest)
        yield Line(offset, data)
        offset += length


def line_at(file: IO[bytes], offset: int) -> str:
    """The line that begins at a place; raises OSError."""
    file.seek(offset)
    # the first one may follow a byte order mark
    return file.readline(MAX_LINE + 1).decode("utf-8-sig", "replace")


def open_lines(opened: ExitStack, path: Path) -> IO[bytes] | Failure:
    """Open a file of lines to go through it more than once, as long as `opened` is; raises OSError and ValueError.

    What can be read once alone, as a pipe, is copied.
    """
    file: IO[bytes] = path.open("rb")
    if file.seekable():
        opened.enter_context(file)
    else:
        # a pipe that stays open would let the next who writes to it go on, though nobody reads
        with file as once:
            file = opened.enter_context(TemporaryFile())  # noqa: SIM115 - the stack closes it
            shutil.copyfileobj(once, file)
        file.seek(0)
    if file.read(2) in _WIDE:
        return Failure("file", f"{safe_text(str(path))} is UTF-16.", "Have it written as UTF-8.")
    return file


def host_key(read: dict[str, Any] | None) -> HostKey | None:
    """The host that an object is about, or None: it is of something else, or wrong."""
    if read is None or "kind" in read or not read.keys() >= _KEYS or not isinstance(read["target"], str):
        return None
    connection = read.get("connection", {})
    if not isinstance(connection, dict) or not all(isinstance(one, str) for one in connection.values()):
        return None
    kept = tuple(sorted((name, connection[name]) for name in SHOWN_KEYS if name in connection))
    return HostKey(read["target"], kept, read["status"] != Status.UNREACHABLE)


@dataclass(eq=False)
class ResumeFile:
    """A file that a run goes on with: what was done already, and where each new line goes.

    It is read by `file` and added to by `adding`, which keeps nothing back. `guard` is a descriptor of its own, which
    a run has the lock of while it changes the file. `usual` are the options of every connection of the run. `places`
    are those of the newest line of each host that was there when it was opened, `done` the hosts that they may be
    about. `oldest` is when the first of them was probed, as it says. `joint` are the objects in it that are of
    several hosts, `pathless` the hosts whose chain ends nowhere; `broken` counts lines of hosts that cannot be read.
    `notices` say what of it is not used.
    """

    path: Path
    file: IO[bytes]
    adding: FileIO
    guard: int
    usual: ConnectionOptions = USUAL_CONNECTION
    places: dict[HostKey, int] = field(default_factory=dict)
    done: set[HostKey] = field(default_factory=set)
    oldest: str = ""
    _met: set[HostKey] = field(default_factory=set)
    joint: list[dict[str, Any]] = field(default_factory=list)
    pathless: set[HostKey] = field(default_factory=set)
    broken: int = 0
    notices: list[str] = field(default_factory=list)

    def __contains__(self, target: object) -> bool:
        """Whether a target was done already."""
        if not isinstance(target, Target):
            return False
        known = {key_of(target), key_of(target.over(self.usual))} & self.done
        self._met |= known
        return bool(known)

    def pathless_lines(self) -> Iterator[str]:
        """Yield the lines of hosts whose chain ends nowhere; raises OSError."""
        yield from (line_at(self.file, offset) for key, offset in self.places.items() if key in self.pathless)

    def earlier(self) -> Iterator[tuple[HostKey, HostResult | None]]:
        """Yield the hosts that were there when it was opened and that this run has left out, None for a wrong line.

        Raises OSError.
        """
        for key, offset in self.places.items():
            if not self._met.isdisjoint(keys_for(key)):
                yield key, _result(line_at(self.file, offset))

    def append(self, line: str) -> None:
        """Add a line, whole and at once; raises OSError, after which a beginning of it may stand there."""
        with self.alone():
            # another run may have been killed while it wrote its last one
            begin = "" if self._ends_whole() else "\n"
            rest = f"{begin}{line}\n".encode()
            while rest:
                rest = rest[self.adding.write(rest) :]

    def _ends_whole(self) -> bool:
        end = self.file.seek(0, os.SEEK_END)
        self.file.seek(max(0, end - 1))
        return self.file.read(1) in {b"", b"\n"}

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs from changing the file meanwhile; raises TimeoutError where one of them hangs in that."""
        locked = lock_where_possible(self.guard, LOCK_SECONDS)
        try:
            yield
        finally:
            if locked:
                unlock(self.guard)


def _result(line: str) -> HostResult | None:
    try:
        return HostResult.from_json(line)
    except ValueError:
        return None


def open_resume(opened: ExitStack, path: Path, usual: ConnectionOptions = USUAL_CONNECTION) -> ResumeFile | Failure:
    """Open a file to go on with, or make it; a torn last line is taken out, and its host is done again.

    A file that holds something else is refused and left as it is.
    """
    shown = safe_text(str(path))
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            return Failure("file", f"{shown} is no regular file.", "Name one that results can be added to.")
        # several runs may go on with one file at once, as the parts of a list: each line comes to its end then
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        # what was not written would be written again when it is closed, and fail there, if it were kept back
        adding = opened.enter_context(open(os.open(path, flags, 0o666), "r+b", buffering=0))  # noqa: PTH123, SIM115 - by descriptor; the stack closes it
        file = opened.enter_context(path.open("rb"))
        guard = os.open(path, os.O_RDWR)
        opened.callback(os.close, guard)
        os.lseek(guard, _GUARDED, os.SEEK_SET)
        return _read(ResumeFile(path, file, adding, guard, usual))
    except (OSError, ValueError) as error:
        in_use = isinstance(error, TimeoutError)
        hint = "Try again when that has ended." if in_use else "Check its path and rights."
        return Failure("file", f"The file {shown} cannot be gone on with: {reason_of(error)}.", hint)


def _read(resumed: ResumeFile) -> ResumeFile | Failure:
    file, shown = resumed.file, safe_text(str(resumed.path))
    last, wrong = None, 0
    for line in lines_of(file):
        if line.data.strip():
            last = line
            wrong += not _take(resumed, line) and not _torn(line)
    if last is not None and not (resumed.done or resumed.joint or resumed.broken) and not _torn(last):
        return Failure(
            "file",
            f"{shown} holds no results of this version; nothing was added to it.",
            f"Name a new file, or one that {hinted('check', '--json')} wrote.",
        )
    if wrong:
        what = "1 line of it is no result; it stays as it is" if wrong == 1 else f"{wrong} lines of it are no results"
        resumed.notices.append(f"{shown}: {what}{'' if wrong == 1 else '; they stay as they are'}.")
    with resumed.alone():
        _mend(resumed, last)
    return resumed


def _take(resumed: ResumeFile, line: Line) -> bool:
    """Note the host, or the finding on several, that a line is about; return whether it is about one."""
    read = line.object
    key = host_key(read)
    if key is not None and read is not None:
        return _take_host(resumed, key, read, line.offset)
    if read is not None and "kind" in read:
        resumed.joint.append(read)
        return True
    return False


def _take_host(resumed: ResumeFile, key: HostKey, read: dict[str, Any], offset: int) -> bool:
    if not all(isinstance(read[name], shape) for name, shape in _SHAPES.items()):
        resumed.broken += 1
        return False
    resumed.done.update(keys_for(key))
    # an equal key that stands there already would stay, with what the older line says of it
    resumed.places.pop(key, None)
    resumed.places[key] = offset
    resumed.oldest = min(resumed.oldest or "~", read["time"])
    resumed.pathless.discard(key)
    if read["status"] in _PATHLESS and not read["path"]:
        resumed.pathless.add(key)
    return True


def _torn(line: Line) -> bool:
    """Whether a line may be the beginning of one of ours."""
    return not line.is_whole and len(line.data) <= MAX_LINE and _BEGINNING.startswith(line.data[: len(_BEGINNING)])


def _mend(resumed: ResumeFile, last: Line | None) -> None:
    """Take out a last line that is torn; what another run was just writing is at its end now."""
    if last is None or last.is_whole:
        return
    resumed.file.seek(0, os.SEEK_END)  # what was read ahead may be another line now
    resumed.file.seek(last.offset)
    last = Line(last.offset, resumed.file.readline(MAX_LINE + 1))
    if not _take(resumed, last) and last.object is None and last.data and _torn(last):
        resumed.adding.truncate(last.offset)
        what = "its last line was torn and is taken out; that host is done again"
        resumed.notices.append(f"{safe_text(str(resumed.path))}: {what}.")


@dataclass(eq=False)
class ResultIndex:
    """Where in a file the newest line of each host is; lines are read when they are asked for.

    `joint` are the objects in it that are of several hosts.
    """

    path: Path
    file: IO[bytes]
    places: dict[HostKey, int] = field(default_factory=dict)
    joint: list[dict[str, Any]] = field(default_factory=list)

    def line(self, key: HostKey) -> str | None:
        """The newest line of a host, or None; raises OSError."""
        offset = self.places.get(key)
        return None if offset is None else line_at(self.file, offset)


def open_index(opened: ExitStack, path: Path) -> ResultIndex | Failure:
    """Open a file of results to look hosts up in; the failure is of one that has none."""
    shown = safe_text(str(path))
    try:
        file = open_lines(opened, path)
        if isinstance(file, Failure):
            return file
        index = ResultIndex(path, file)
        for line in lines_of(index.file):
            read = line.object
            key = host_key(read)
            if read is not None and "kind" in read:
                index.joint.append(read)
            if key is not None:
                # an equal key that stands there already would stay, with what the older line says of it
                index.places.pop(key, None)
                index.places[key] = line.offset
    except (OSError, ValueError) as error:
        return unreadable("file", path, error)
    if index.places:
        return index
    hint = f"{hinted('check', '--json')} and {hinted('fix', '--json')} write such lines."
    return Failure("file", f"{shown} holds no results as JSON lines.", hint)
