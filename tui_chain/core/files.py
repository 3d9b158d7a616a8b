"""Reading files that the user names, within a bound, and files of this program's own, which are written as well."""

from __future__ import annotations

import codecs
import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tui_chain.core.failure import Failure
from tui_chain.core.system import AT_ONCE, lock, sync_folder
from tui_chain.core.temporary_file import synced_file
from tui_chain.core.text import safe_text

MAX_FILE = 16 << 20
"""Bytes of a file that is read."""
_PIECE = 64 << 10


def read_file(path: Path, what: str) -> bytes | Failure:
    """Read a file or pipe of at most 16 MiB; `what` names it in the failure."""
    try:
        with path.open("rb", buffering=0) as file:
            return _bounded(file, what, path)
    except (OSError, ValueError) as error:
        return unreadable(what, path, error)


def read_stdin(what: str) -> bytes | Failure:
    """Read standard input, at most 16 MiB; `what` names it in the failure."""
    if sys.stdin is None:
        return Failure("file", f"The {what} on standard input cannot be read: it is closed.", "Pipe a file into it.")
    try:
        return _bounded(sys.stdin.buffer, what, "on standard input")
    except (OSError, ValueError) as error:
        return unreadable(what, "on standard input", error)


def text_of(data: bytes) -> str:
    """Decode a text of a person's: UTF-8, or UTF-16 with its byte order mark, as PowerShell redirects output."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in data
    return data.decode("utf-16" if wide else "utf-8-sig", "replace")


def _bounded(file: IO[bytes], what: str, name: Path | str, limit: int = MAX_FILE) -> bytes | Failure:
    """Read piece by piece: room for all that is allowed, at once, would take longer than most files do."""
    data = bytearray()
    while piece := file.read(_PIECE):
        data += piece
        if len(data) > limit:
            shown, size = safe_text(str(name)), f"{limit >> 20} MiB" if limit >> 20 else f"{limit >> 10} KiB"
            return Failure("file", f"The {what} {shown} is larger than {size}.", "Name the right file.")
    return bytes(data)


def unreadable(what: str, name: Path | str, error: OSError | ValueError) -> Failure:
    """Why a file, folder or stream that the user names cannot be read; `what` is before its name."""
    shown = safe_text(str(name))
    return Failure("file", f"The {what} {shown} cannot be read: {reason_of(error)}.", "Check its path and rights.")


def reason_of(error: OSError | ValueError) -> str:
    """Why a file cannot be read or written, as it stands behind a colon; safe text."""
    return safe_text(((error.strerror if isinstance(error, OSError) else None) or str(error)).lower())


def absolute(path: Path) -> Path | Failure:
    """Return the path from the root; the folder one is in may have been deleted, which is a failure."""
    try:
        return path.absolute()
    except OSError:
        return Failure("file", "The folder this runs in does not exist any more.", "Change to another folder.")


# files of this program's own, at fixed places

LOCK_SECONDS = 5.0
"""How long another program is waited for that has such a file locked."""
MAX_ASIDE = 20
"""Files that are kept aside in place of one; what is set aside after them is refused."""


def read_own_file(path: Path, what: str, limit: int) -> bytes | Failure | None:
    """Read a regular file of at most `limit` bytes; None where there is none. Nothing else is waited for."""
    if not path.is_absolute():
        return None
    try:
        with open(os.open(path, AT_ONCE), "rb", buffering=0) as file:  # noqa: PTH123 - by descriptor
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return _irregular(path, what)
            return _bounded(file, what, path, limit)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        return _irregular(path, what)
    except (OSError, ValueError) as error:
        return unreadable(what, path, error)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other programs from changing a file meanwhile; raises OSError where its folder cannot be written.

    The lock is of NAME.lock beside it, since the file itself is another one after it was replaced. Another program
    that holds it is waited for, at most for `LOCK_SECONDS`; then TimeoutError is raised.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        lock(descriptor, LOCK_SECONDS)
        yield
    finally:
        os.close(descriptor)


def write_own_file(path: Path, data: bytes, what: str) -> Failure | None:
    """Write a file that its user alone may read, whole or not at all, in a folder that is made where it is missing.

    A link stays, and what it leads to is replaced.
    """
    if not path.is_absolute():
        return Failure("file", f"The {what} cannot be kept: this user has no home folder.", "Set HOME.")
    try:
        real = Path(os.path.realpath(path))
        real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with synced_file(real.parent, data) as temporary:
            temporary.replace(real)
        sync_folder(real.parent)
    except (OSError, ValueError) as error:
        return unwritable(path, what, error)
    return None


def set_aside(path: Path, what: str) -> Path | Failure:
    """Give the file at the path the first free name of NAME.bad, NAME.bad1, …, and return that."""
    for number in range(MAX_ASIDE):
        name = path.with_name(f"{path.name}.bad{number or ''}")
        if os.path.lexists(name):
            continue
        try:
            path.rename(name)
        except OSError as error:
            return unwritable(path, what, error)
        return name
    shown = safe_text(str(path))
    return Failure("file", f"The {what} {shown} cannot be set aside: {MAX_ASIDE} are already.", "Remove those.")


def _irregular(path: Path, what: str) -> Failure:
    return Failure("file", f"The {what} {safe_text(str(path))} is no regular file.", "Move it elsewhere.")


def unwritable(path: Path, what: str, error: OSError | ValueError) -> Failure:
    """Why a file of this program's own cannot be written; `what` names it."""
    shown, reason = safe_text(str(path)), reason_of(error)
    hint = "Try again when that has ended." if isinstance(error, TimeoutError) else "Check its folder and its rights."
    return Failure("file", f"The {what} {shown} cannot be written: {reason}.", hint)
