"""Asking further in the background: what comes of it waits with its host, and takes neither focus nor keys."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from textual import work
from textual.screen import Screen

from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import Clock, HostState
from tui_chain.net.target import Target
from tui_chain.tui.answers import (
    Answer,
    AnswerKind,
    Examined,
    Found,
    TextPage,
    answer_of,
    served_chain,
    with_answer,
)
from tui_chain.tui.availability import refusal
from tui_chain.tui.background import in_background
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.host_rows import HostRow, HostRows
from tui_chain.tui.screens.answers import answer_screen, summary_of
from tui_chain.tui.screens.dialog import PageScreen
from tui_chain.tui.screens.doctor import doctor_screen, examination_summary
from tui_chain.tui.toasts import toast

if TYPE_CHECKING:
    from tui_chain.doctor.interpreter import ChosenInterpreter
    from tui_chain.engine.journey import Journey

_OF_INTERPRETER = frozenset({"usage", "python", "report"})
"""Failures of the interpreter; another one is of the host."""


class AnswerJobs:
    """Asks, keeps the answer with its host, and opens it; the doctor's answer without a host is kept here."""

    def __init__(self, screen: Screen[None], rows: HostRows, jobs: HostJobs, clock: Clock) -> None:
        self._screen = screen
        self._rows = rows
        self._jobs = jobs
        self._clock = clock
        self._environment: Answer | None = None

    def ask(self, row: HostRow | None, kind: AnswerKind) -> None:
        """Open the answer not yet read; where there is none, ask. Without a host the doctor alone can be asked."""
        if row is None and kind is not AnswerKind.DOCTOR:
            return
        answer = self._environment if row is None else answer_of(row.answers, kind)
        if answer is not None:
            self.open(None if row is None else row.target, answer)
        else:
            self.begin(row, kind)

    def ask_each(self, rows: Sequence[HostRow], kind: AnswerKind) -> None:
        """Ask about several hosts, those that were reached; of one, open what waits."""
        if len(rows) == 1:
            self.ask(rows[0], kind)
            return

        def begin(target: Target) -> None:
            row = self._rows.get(target)
            if row is not None and row.state.reached is not None:
                self._begin_host(row, kind)

        self._jobs.over_list([row.target for row in rows], begin)

    def open(self, target: Target | None, detail: Answer | TextPage) -> None:
        """Open an answer about a host, or about this machine; `r` in it asks again. A page is only shown."""

        def again() -> None:
            row = self._rows.get(target)
            if isinstance(detail, Answer) and (row is not None or target is None):
                self.begin(row, detail.kind)

        name = "this machine" if target is None else target.display
        if isinstance(detail, TextPage):
            screen = PageScreen(f"{detail.name} and {name}", detail.text, copy=detail.text.plain, subject="the page")
        elif isinstance(detail.found, Examined):
            screen = doctor_screen(detail.found, detail.at, again)
        else:
            screen = answer_screen(name, detail.found, detail.at, again)
        self._screen.app.push_screen(screen)

    def begin(self, row: HostRow | None, kind: AnswerKind) -> None:
        """Ask, whether an answer waits or not; a host that is busy is left to its job."""
        if row is None:
            toast(self._screen, f"Examining this machine's Python; {AnswerKind.DOCTOR.key} opens what is found.")
            self._begin_alone()
        elif row.busy:
            toast(self._screen, refusal(kind, row), "warning")
        else:
            self._begin_host(row, kind)

    def _begin_host(self, row: HostRow, kind: AnswerKind) -> None:
        def keep(row: HostRow, found: Found | Failure | None) -> None:
            self._keep(row, kind, found)

        if kind is AnswerKind.SERVERS:
            self._jobs.ask_servers(row.target, lambda row: keep(row, row.state.servers))
        elif kind is AnswerKind.REVOCATION:
            self._jobs.ask_revocation(row.target, lambda row: keep(row, row.state.revocation))
        elif kind is AnswerKind.PROGRAMS:
            self._jobs.test_everything(row, keep)
        else:
            self._begin_doctor(row, keep)

    def _begin_doctor(self, row: HostRow, keep: Callable[[HostRow, Examined | Failure | None], None]) -> None:
        found: list[Examined | Failure] = []

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            found.append(await self._examine(state))
            return state

        self._jobs.begin(row.target, "doctor", job, lambda row: keep(row, next(iter(found), None)))

    def _keep(self, row: HostRow, kind: AnswerKind, found: Found | Failure | None) -> None:
        """Put an answer to its host, and announce it; a failure is the host's last error."""
        if isinstance(found, Failure):
            self._rows.put(replace(row, error=found))
            self._announce(f"{row.target.display}: {found}", "error")
        elif found is not None:
            answer = self._answer(kind, found, row.state)
            self._rows.put(replace(row, answers=with_answer(row.answers, answer)))
            self._announce(f"{kind.key} opens it: {row.target.display}, {answer.summary}")

    def _answer(self, kind: AnswerKind, found: Found, state: HostState | None) -> Answer:
        chain = () if state is None else served_chain(state)
        summary = examination_summary(found.found) if isinstance(found, Examined) else summary_of(found)
        return Answer(kind, self._clock(), found, *summary, chain)

    def _announce(self, text: str, severity: Literal["information", "error"] = "information") -> None:
        """Show in passing what came, where no dialog is open: it would cover that."""
        if self._screen.is_current:
            toast(self._screen, text, severity)

    # the doctor

    def _begin_alone(self) -> None:
        @work(group="doctor", exclusive=True, exit_on_error=False)
        async def examine(_: Screen[None]) -> None:
            found = await self._examine(None)
            if isinstance(found, Failure):
                self._announce(str(found), "error")
            else:
                self._environment = self._answer(AnswerKind.DOCTOR, found, None)
                self._announce(f"{AnswerKind.DOCTOR.key} opens it: {self._environment.summary}")

        examine(self._screen)

    async def _examine(self, state: HostState | None) -> Examined | Failure:
        from tui_chain.doctor.examination import Examination, examine_host
        from tui_chain.doctor.interpreter import find_interpreter

        environment = dict(os.environ)
        interpreter = find_interpreter(None, environment)
        if isinstance(interpreter, Failure):
            return replace(interpreter, hint=_NO_PYTHON)
        unreached: Failure | None = None
        if state is not None:
            found = await examine_host(_without_questions(self._jobs.journey), state, interpreter.path, environment)
            if isinstance(found, Examination):
                return Examined(found, interpreter.why)
            if found.kind in _OF_INTERPRETER:
                return found
            unreached = found
        return await self._alone(interpreter, environment, unreached)

    async def _alone(
        self, interpreter: ChosenInterpreter, environment: Mapping[str, str], unreached: Failure | None
    ) -> Examined | Failure:
        from tui_chain.doctor.examination import examine_report
        from tui_chain.doctor.interpreter import run_script_in_thread
        from tui_chain.doctor.probe_script import probe_script

        report = await run_script_in_thread(interpreter.path, probe_script(), environment)
        if isinstance(report, Failure):
            return report
        found = await in_background(lambda: examine_report(report, self._clock()), "examination")
        return found if isinstance(found, Failure) else Examined(found, interpreter.why, unreached)


_NO_PYTHON = "Install `python3`; D looks again then."


def _without_questions(journey: Journey) -> Journey:
    """The same stages, which ask nobody whether AIA may lead inside: a dialog would take the keys."""
    silent = copy.copy(journey)
    silent.consent = None
    return silent
