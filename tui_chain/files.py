"""Reading files that the user names, within a bound."""

from __future__ import annotations

from pathlib import Path

from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure

MAX_FILE = 16 << 20
"""Bytes of a file that is read."""


def read_file(path: Path, what: str) -> bytes | Failure:
    """Read a file or pipe of at most 16 MiB; `what` names it in the failure."""
    shown = safe_text(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        return Failure("file", f"The {what} {shown} cannot be read: {why}.", "Check its path and rights.")
    if len(data) > MAX_FILE:
        return Failure("file", f"The {what} {shown} is larger than 16 MiB.", "Name the right file.")
    return data
