"""What the doctor found of this machine's Python: what its libraries make of a host, what is wrong, what counts."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui_chain.core.command import PROGRAM
from tui_chain.core.text import safe_text
from tui_chain.doctor.facts import COUNTING, counting_settings, facts, verdict_text
from tui_chain.tui.host_rows import BAD, DIM, OK, SEVERITY_LOOK, WARN
from tui_chain.tui.render import lines
from tui_chain.tui.screens.dialog import PageScreen

if TYPE_CHECKING:
    from tui_chain.doctor.environment_report import LibraryContext
    from tui_chain.doctor.examination import Examination
    from tui_chain.doctor.problems.problem import TrustProblem
    from tui_chain.doctor.trial import HostTrial
    from tui_chain.tui.host_rows import WaitingExamination

NAMES = 15
"""Cells of the columns of names."""


class DoctorScreen(PageScreen):
    """The page; `y` copies the change, or the page where there is none, and `r` looks `again`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "look_again", "Look again")]

    def __init__(self, waiting: WaitingExamination, again: Callable[[], None]) -> None:
        page = examination_page(waiting)
        change = "\n".join(waiting.found.first_change)
        copy, subject = (f"{change}\n", "the change") if change else (page.plain, "the page")
        found = waiting.found
        host = "" if found.trial is None else f" and {found.trial.state.target.display}"
        heading = f"Doctor: Python {found.report.version}{host}"
        super().__init__(heading, page, copy=copy, subject=subject, more_keys="r looks again")
        self._again = again

    def action_look_again(self) -> None:
        """Close, and look again in the background."""
        self.dismiss(None)
        self._again()


def examination_page(waiting: WaitingExamination) -> Content:
    """Everything that was found: the host first, then what is wrong, the settings that count, the facts."""
    found = waiting.found
    unreached = [Content.styled(f"! {waiting.unreached.message}", WARN)] if waiting.unreached is not None else []
    parts = (*unreached, *_host(found), *_problems(found), *_settings(found), *_facts(waiting))
    return lines(parts)


# the host


def _host(found: Examination) -> Iterator[Content]:
    report, trial = found.report, found.trial
    if not report.host or trial is None:
        return
    yield Content.assemble((trial.state.target.display, "bold"), f"  {trial.state.headline}")
    if report.refusing:
        yield from _change_of(trial)
    bundled = {one.name: one for one in trial.with_bundle or ()}
    for library in report.libraries:
        yield _library(library, bundled.get(library.name))
    yield Content()


def _library(library: LibraryContext, after: LibraryContext | None) -> Content:
    glyph, style = ("✓", OK) if library.accepts else ("✗", BAD)
    bundle = "" if after is None else f" · bundle {'✓' if after.accepts else '✗'}"
    return Content.assemble((f"{glyph} {library.name:<{NAMES}}", style), f"{verdict_text(library)}{bundle}")


def _change_of(trial: HostTrial) -> Iterator[Content]:
    change = trial.change
    if change is None:
        yield Content("No change of this environment makes more of them accept it; pane 2 says whose fault it is.")
        return
    rest = f"; {', '.join(change.refused)} still refuse it" if change.refused else ""
    yield Content(f"Proven in this interpreter: {', '.join(change.accepted)} accept it with this change{rest}:")
    yield from map(_step, change.steps)


def _step(step: str) -> Content:
    """A command for a shell as it is, one of this tool as the keys that do the same; a sentence."""
    words = _words(step)
    if words[:2] == [PROGRAM, "fix"]:
        kind, file = _after("--as", words), _after("-o", words)
        return _key(f"close this and press f, then w, F2 for kind {kind}, and write it as {file}")
    if words[:2] == [PROGRAM, "audit"] and len(words) > 2:
        return _key(f"close this and press b for {safe_text(str(Path(words[2])), 400)}, and w there to fix it")
    return Content.styled(f"    {step}", DIM if step.endswith(".") else OK)


def _key(text: str) -> Content:
    return Content.styled(f"    {text}", OK)


def _after(option: str, words: list[str]) -> str:
    return next((word for before, word in pairwise(words) if before == option), "")


def _words(step: str) -> list[str]:
    try:
        return shlex.split(step)
    except ValueError:  # a sentence with an apostrophe
        return []


# the environment


def _problems(found: Examination) -> Iterator[Content]:
    yield Content.styled("What is wrong in the environment", "bold")
    if not found.problems:
        yield Content("Nothing is wrong with this environment by itself.")
    for problem in found.problems:
        yield from _problem(problem)


def _problem(problem: TrustProblem) -> Iterator[Content]:
    glyph, style = SEVERITY_LOOK[problem.severity]
    yield Content.assemble((f"{glyph} {problem.code}  ", style), problem.message)
    yield _step(problem.change)


def _settings(found: Examination) -> Iterator[Content]:
    counting = counting_settings(found)
    if counting:
        yield Content.styled(f"\n{COUNTING}", "bold")
    for text, effects in counting:
        yield Content(text)
        for effect, clients in effects:
            yield Content.styled(f"    {effect.value}: {', '.join(clients)}", DIM)


def _facts(waiting: WaitingExamination) -> Iterator[Content]:
    report = waiting.found.report
    yield Content.styled("\nFacts", "bold")
    own = (("interpreter", f"{report.executable} ({waiting.why})"), ("time", f"{waiting.at:%Y-%m-%d %H:%M} UTC"))
    for name, text in (*own, *facts(report)):
        yield Content.assemble((f"{name:<{NAMES}} ", DIM), text)
