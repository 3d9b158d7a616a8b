"""Reading files that the user names, within a bound."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import IO

from tui_chain.core.failure import Failure
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
        return _unreadable(what, path, error)


def read_stdin(what: str) -> bytes | Failure:
    """Read standard input, at most 16 MiB; `what` names it in the failure."""
    if sys.stdin is None:
        return Failure("file", f"The {what} on standard input cannot be read: it is closed.", "Pipe a file into it.")
    try:
        return _bounded(sys.stdin.buffer, what, "on standard input")
    except (OSError, ValueError) as error:
        return _unreadable(what, "on standard input", error)


def text_of(data: bytes) -> str:
    """Decode a text of a person's: UTF-8, or UTF-16 with its byte order mark, as PowerShell redirects output."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in data
    return data.decode("utf-16" if wide else "utf-8-sig", "replace")


def _bounded(file: IO[bytes], what: str, name: Path | str) -> bytes | Failure:
    """Read piece by piece: room for all that is allowed, at once, would take longer than most files do."""
    data = bytearray()
    while piece := file.read(_PIECE):
        data += piece
        if len(data) > MAX_FILE:
            shown = safe_text(str(name))
            return Failure("file", f"The {what} {shown} is larger than 16 MiB.", "Name the right file.")
    return bytes(data)


def _unreadable(what: str, name: Path | str, error: OSError | ValueError) -> Failure:
    why = error.strerror if isinstance(error, OSError) else error
    return Failure("file", f"The {what} {safe_text(str(name))} cannot be read: {why}.", "Check its path and rights.")


def absolute(path: Path) -> Path | Failure:
    """Return the path from the root; the folder one is in may have been deleted, which is a failure."""
    try:
        return path.absolute()
    except OSError:
        return Failure("file", "The folder this runs in does not exist any more.", "Change to another folder.")
