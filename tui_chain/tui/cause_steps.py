"""What decides whether a cause of an error text is the one: the key of the screen, or a command for a shell."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.command import PROGRAM, command_line
from tui_chain.core.failure import Failure
from tui_chain.net.target import Target, parse_target

if TYPE_CHECKING:
    from tui_chain.diagnose.explain.causes import Cause


class StepKind(Enum):
    """What enter does: probe a host, ask for one that is not named, audit a file, ask the doctor, copy a command."""

    PROBE = auto()
    NAME = auto()
    AUDIT = auto()
    DOCTOR = auto()
    SHELL = auto()


@dataclass(frozen=True)
class CauseStep:
    """What enter does on a cause, and in `text` how that decides; `target` is probed, `file` audited.

    Without a `file` the audit asks for one. `command` is what is copied.
    """

    kind: StepKind
    text: str
    target: Target | None = None
    file: Path | None = None
    command: str = ""


_THEN = {
    "--all-addresses": "then A asks every address",
    "--key-types": "then A asks for every key type",
    "--no-sni": "then A asks without a name",
    "--revocation": "then v asks about revocation",
    "--crl": "then f looks for a repair, and V puts CRLs into it",
    "fix": "then f looks for a repair",
    "advise": "then x has the instructions",
    "doctor": "then D looks at this machine's Python",
}
"""What is pressed once the host was probed, by the word of the command that says so."""
_WITH_VALUE = frozenset({"--trust", "--repeat"})
"""Options with a value behind them."""
_PLACES = frozenset({"HOST", "FILE"})
"""What stands in a command for what the text does not name."""
_CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
"""What findings and problems are called; other texts stand in quotation marks."""
_MOST_SHOWN = 3


def step_of(cause: Cause) -> CauseStep:
    """Return what decides whether a cause is the one."""
    words = _own_words(cause.command)
    if not words:
        text = f"enter copies it for a shell: {cause.command}{_shown(cause.shows)}"
        return CauseStep(StepKind.SHELL, text, command=cause.command)
    rest = cause.command.removeprefix(command_line(*words)).removeprefix("; ")
    step = _own_step(words, cause)
    if not rest or rest == cause.command:
        return replace(step, command=cause.command)
    return replace(step, text=f"{step.text} · y copies for a shell: {rest}", command=rest)


def _own_step(words: list[str], cause: Cause) -> CauseStep:
    if words[0] == "audit":
        return _audit(words[-1], cause)
    if words == ["doctor"]:
        text = "enter looks at this machine's Python and its settings, as D does"
        return CauseStep(StepKind.DOCTOR, f"{text}{_shown(cause.shows)}")
    return _probe(words, cause)


def _own_words(command: str) -> list[str]:
    """The words of a command of this tool, without the program and what follows a semicolon; none of another one."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=";")
    lexer.whitespace_split = True
    try:
        words = list(takewhile(lambda word: word != ";", lexer))
    except ValueError:  # a quotation that is not closed: no command of this tool
        return []
    return words[1:] if words[:1] == [PROGRAM] else []


def _shown(shows: tuple[str, ...]) -> str:
    """What is seen if it is this cause: the first of several texts."""
    shown = [text if _CODE.fullmatch(text) else f"“{text.strip()}”" for text in shows]
    more = " or the like" if len(shown) > _MOST_SHOWN else ""
    return f" · shows {' or '.join(shown[:_MOST_SHOWN])}{more}" if shown else ""


def _audit(file: str, cause: Cause) -> CauseStep:
    shows = _shown(cause.shows)
    if file in _PLACES:
        return CauseStep(StepKind.AUDIT, f"enter audits the client's trust file, as each client reads it{shows}")
    return CauseStep(StepKind.AUDIT, f"enter audits {file}, as each client reads it{shows}", file=Path(file))


def _probe(words: list[str], cause: Cause) -> CauseStep:
    then = next((f", {text}" for word, text in _THEN.items() if word in words), "")
    target, shows = _target(words), _shown(cause.shows)
    if target is None:
        return CauseStep(StepKind.NAME, f"enter asks for the host, which the text does not name{then}{shows}")
    return CauseStep(StepKind.PROBE, f"enter adds {target.display} and probes it{then}{shows}", target)


def _target(words: list[str]) -> Target | None:
    """The host of a command: what is neither an option nor the value of one."""
    named = [word for before, word in pairwise(words) if before not in _WITH_VALUE and not word.startswith("--")]
    found = parse_target(named[-1]) if named and _PLACES.isdisjoint(named[-1].replace("/", " ").split()) else None
    return None if isinstance(found, Failure) else found
