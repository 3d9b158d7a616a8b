"""What the functions have in common: failures raised, keywords refused, and coroutines run where no loop runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from tui_chain.core.failure import Failure

T = TypeVar("T")


def good(value: T | Failure) -> T:
    """Return a value that is no failure; raises ValueError with the sentence of one that is."""
    if isinstance(value, Failure):
        raise ValueError(str(value))  # noqa: TRY004 - a failure is of the input, not of its type
    return value


def refuse_unknown(options: Mapping[str, object], keywords: type, function: str) -> None:
    """Raise TypeError, as Python does, for a keyword that the TypedDict `keywords` does not have."""
    unknown = options.keys() - keywords.__annotations__.keys()
    if unknown:
        raise TypeError(f"{function}() got an unexpected keyword argument {min(unknown)!r}")


def run_now(function: str, instead: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end; raises RuntimeError that names `instead` where an event loop is running."""
    if _in_event_loop():
        raise RuntimeError(
            f"{function}() cannot be called where an event loop is running, as in a notebook or an async function."
            f" Write `{instead}` there."
        )
    return asyncio.run(work())


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
