"""Commands of this tool as a POSIX shell takes them, and their places in hints."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text

PROGRAM = "tlschain"
MAX_WORD = 8192
"""Characters of a word that are shown: more than a path may have (PATH_MAX is 4096 bytes)."""
ALL = "all"
"""The value of an option with an optional one that stands alone."""
ENVIRONMENT = "environment"
"""The value of `--proxy` that stands alone."""
HOST, FILE = "TARGET", "FILE"
"""What stands in a hint in place of the host, or of the file, that the reader has before them."""

_IN_HINT = re.compile(rf"`{PROGRAM}((?: --?[a-z-]+| [a-z]+)+) (?:{HOST}|{FILE})`")
_OPTION = re.compile(r" \(on the command line that is ([^()]*)\)")
Completion = Callable[[tuple[str, ...]], str]
"""Gives what takes the place of a hint's command: of its words, without the program and the place at its end."""


def command_line(*words: object) -> str:
    """Return the command of this tool with these words, each quoted for a POSIX shell and safe for a terminal."""
    return " ".join((PROGRAM, *(shlex.quote(safe_text(str(word), MAX_WORD)) for word in words)))


def operand(path: str) -> str:
    """Return a path so that no program takes it for an option (POSIX.1 section 12.2, guideline 10)."""
    return f"./{path}" if path.startswith("-") else path


def hinted(*words: object) -> str:
    """Return a command in backticks for a hint; a last word `HOST` or `FILE` is completed by the front end."""
    return f"`{command_line(*words)}`"


def option(words: str) -> str:
    """Return an aside for a hint: the option that does so on the command line, which another front end replaces."""
    return f"(on the command line that is {words})"


def with_options(hint: str, instead: Callable[[str], str]) -> str:
    """Return a hint with what `instead` gives for each option that an aside names, or without the aside."""
    return _OPTION.sub(lambda aside: f" ({text})" if (text := instead(aside[1])) else "", hint)


def with_commands(hint: str, complete: Completion) -> str:
    """Return a hint in which every command with a place for the host, or the file, is completed."""
    return _IN_HINT.sub(lambda found: complete(tuple(found[1].split())), hint)


def unshowable(path: Path) -> Failure | None:
    """Refuse a path with controls, or other characters that a command to copy cannot show as they are."""
    text = str(path)
    shown = safe_text(text, 10 * len(text) + 1)
    if shown == text:
        return None
    message = f"A command cannot show every character of this path: {safe_text(text)}."
    return Failure("usage", message, "Give the file, or its folder, another name.")
