"""What the doctor found of this machine's Python: what its libraries make of a host, what is wrong, what counts."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from tui_chain.core.command import PROGRAM
from tui_chain.core.status import Severity
from tui_chain.core.text import plural, safe_text
from tui_chain.doctor.facts import COUNTING, counting_settings, facts, verdict_text
from tui_chain.tui.host_rows import BAD, DIM, OK, SEVERITY_LOOK, WARN
from tui_chain.tui.render import lines
from tui_chain.tui.screens.answers import AnswerScreen

if TYPE_CHECKING:
    from tui_chain.doctor.environment_report import LibraryContext
    from tui_chain.doctor.examination import Examination
    from tui_chain.doctor.problems.problem import TrustProblem
    from tui_chain.doctor.trial import HostTrial
    from tui_chain.tui.answers import Examined

NAMES = 15
"""Cells of the columns of names."""


def doctor_screen(examined: Examined, at: datetime, again: Callable[[], None]) -> AnswerScreen:
    """The page of what was found at a time (aware); a copy of it is the change to make, where there is one."""
    found, page = examined.found, examination_page(examined, at)
    change = "\n".join(found.first_change)
    copy, subject = (f"{change}\n", "the change") if change else (page.plain, "the page")
    host = "" if found.trial is None else f" and {found.trial.state.target.display}"
    return AnswerScreen(f"Doctor: Python {found.report.version}{host}", page, again, copy=copy, subject=subject)


def examination_summary(found: Examination) -> tuple[str, str]:
    """What was found in a few words, with its style."""
    report = found.report
    wrong = sum(one.severity is not Severity.COSMETIC for one in found.problems)
    things = plural(wrong, "problem") if wrong else "no problem"
    if not report.host:
        return f"Python {report.version}: {things}", WARN if wrong else OK
    refusing, count = len(report.refusing), len(report.libraries)
    verdict = f"{refusing} of {count} libraries refuse" if refusing else f"all {count} libraries accept"
    return f"{verdict}, {things}", BAD if refusing else WARN if wrong else OK


def examination_page(examined: Examined, at: datetime) -> Content:
    """Everything that was found at a time (aware): the host first, then what is wrong, the settings, the facts."""
    found = examined.found
    unreached = [Content.styled(f"! {examined.unreached.message}", WARN)] if examined.unreached is not None else []
    return lines((*unreached, *_host(found), *_problems(found), *_settings(found), *_facts(examined, at)))


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


def _facts(examined: Examined, at: datetime) -> Iterator[Content]:
    report = examined.found.report
    yield Content.styled("\nFacts", "bold")
    own = (("interpreter", f"{report.executable} ({examined.why})"), ("time", f"{at:%Y-%m-%d %H:%M} UTC"))
    for name, text in (*own, *facts(report)):
        yield Content.assemble((f"{name:<{NAMES}} ", DIM), text)
