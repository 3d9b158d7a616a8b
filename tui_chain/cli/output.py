"""Where messages and data go."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from tui_chain.cli.narration import narration
from tui_chain.core.failure import Failure

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tui_chain.engine.arguments import Options
    from tui_chain.engine.host_state import HostState

T = TypeVar("T")

OK, FOUND, USAGE, UNREACHED = 0, 1, 2, 3
"""Exit codes: fine, something was found, wrong usage, only hosts that were not reached besides."""


def worst(codes: Iterable[int]) -> int:
    """The exit code of a command whose hosts have these: wrong usage first, then what was found, then not reached."""
    came = set(codes)
    return next((code for code in (USAGE, FOUND, UNREACHED) if code in came), OK)


_WRONG = f"{__name__}.wrong"
"""Where the context of a command keeps that some of its hosts were none."""


def note_wrong(sentences: Sequence[str]) -> None:
    """Print what names no host, while the others run; the command will end as one that was used wrongly."""
    for sentence in sentences:
        note(f"tlschain: {sentence}")
    if sentences:
        click.get_current_context().meta[_WRONG] = True


def is_wrong(context: click.Context) -> bool:
    """Whether some of the hosts of a command were none."""
    return _WRONG in context.meta


def exit_code(context: click.Context, code: int) -> int:
    """The exit code of a command that returned `code`, wrong hosts regarded."""
    # a plugin has codes of its own, and has said by its own what was wrong
    return worst((code, USAGE)) if is_wrong(context) and FAULT_CODE not in context.meta else code


def note(text: str) -> None:
    """Print a message for a person, on standard error."""
    said = narration()
    said.record(text)
    with said.aside(sys.stderr):
        click.echo(text, err=True, color=_colour())


def notice(text: str) -> None:
    """Print a message that nothing is wrong about, unless nothing but that is wanted."""
    if narration().quiet:
        narration().record(text)
    else:
        note(text)


def detail(text: str) -> None:
    """Print what is done with a host, where every step is wanted; the log has it anyway."""
    if narration().verbose:
        note(text)
    else:
        narration().record(text)


class OutputLost(click.ClickException):
    """Standard output takes no more: a disk is full, or there is none."""

    exit_code = USAGE

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - click's interface
        """Print it in one line."""
        note(f"tlschain: {self.message}")


def emit(text: str) -> None:
    """Data, on standard output; raises OutputLost, which ends the command, and BrokenPipeError."""
    try:
        with narration().aside(sys.stdout):
            click.echo(text, color=_colour())
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise OutputLost(f"Standard output cannot be written: {reason}.") from None


def host_json(
    state: HostState,
    now: datetime,
    options: Options,
    written: Path | None = None,
    *,
    accept_lost_constraints: bool = False,
) -> str:
    """One line of JSON on a host; `written` is the file that its bundle went to, `options` are those of the run."""
    from tui_chain.results.host import host_result  # who reads text does without it

    result = host_result(state, now, written, options, accept_lost_constraints=accept_lost_constraints)
    return result.to_json()


def _colour() -> bool | None:
    """None lets click look whether the stream is a terminal; NO_COLOR forbids colour anywhere."""
    return False if os.environ.get("NO_COLOR") else None


FAULT_CODE = f"{__name__}.fault"
"""Where the context of a command keeps the exit code for a fault of the product, where that is another than usual."""
_FAILURE = f"{__name__}.failure"
"""Where it keeps why the command could not go on."""


def failure_of(context: click.Context | None) -> str:
    """Why a command could not go on, for one that has to say so in its own way too."""
    return str(context.meta.get(_FAILURE, "")) if context is not None else ""


def fail(failure: Failure) -> int:
    """Print why a command cannot go on, and return its exit code."""
    note(f"tlschain: {failure}")
    context = click.get_current_context(silent=True)
    if context is not None:
        context.meta[_FAILURE] = str(failure)
    return FOUND if failure.kind == "no-repair" else USAGE


def good(value: T | Failure) -> T:
    """Return a value that is there; a failure is printed and ends the command."""
    if isinstance(value, Failure):
        raise SystemExit(fail(value))
    return value


_WIDTH = 80


def wrapped(text: str, indent: str, hanging: int = 0) -> Iterator[str]:
    """Text at the usual width of a terminal; a path that is longer than that stays whole, to be copied."""
    yield from textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + " " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
