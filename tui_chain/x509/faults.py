"""What a parser refuses, turned into a value: no exception and no warning of a library leaves this folder."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tui_chain.core.text import safe_text

UNREADABLE = "unreadable"
"""What a property that cannot be read says of itself."""

MAX_REASON = 160
"""Characters of a reason."""

T = TypeVar("T")


@dataclass(frozen=True)
class Fault:
    """A property that could not be read, and why; both are safe for a terminal."""

    field: str
    reason: str


def attempt(field: str, read: Callable[[], T]) -> T | Fault:
    """Return what `read` returns, or the fault of `field` if it raises; only requests to stop get through."""
    hush_parsers()
    try:
        return read()
    except BaseException as error:
        if not is_refusal(error):
            raise
        return Fault(field, reason(error))


def or_none(value: T | Fault) -> T | None:
    """Return None in place of a fault."""
    return None if isinstance(value, Fault) else value


def is_refusal(error: BaseException) -> bool:
    """Tell whether `error` is a parser's, of any kind; KeyboardInterrupt and its like are not.

    A panic in Rust arrives as pyo3's PanicException, which derives from BaseException and cannot be imported.
    """
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def reason(error: BaseException) -> str:
    """Say what `error` says, as one short safe sentence."""
    return safe_text(f"{type(error).__name__}: {error}".removesuffix(": "), MAX_REASON)


def hush_parsers() -> None:
    """Keep warnings that a parser gives to code in this folder from the user's terminal.

    cryptography warns, for example, of serial numbers that are not positive. A lasting filter that names only our
    modules is used, since `warnings.catch_warnings` is not safe among threads. Callers that put their own filters
    in front, test runners above all, make it necessary to look each time (0.2 µs).
    """
    if not warnings.filters or warnings.filters[0] != _HUSH:
        warnings.filterwarnings("ignore", module=_OURS)


_OURS = r"tui_chain\.x509\."
_HUSH = ("ignore", None, Warning, re.compile(_OURS), 0)
