"""The doctor in the background: what this machine's Python makes of a host, or of its environment where none is."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import replace

from textual import work
from textual.screen import Screen

from tui_chain.core.failure import Failure
from tui_chain.doctor.examination import Examination, examine_host, examine_report
from tui_chain.doctor.interpreter import ChosenInterpreter, find_interpreter, run_script_in_thread
from tui_chain.doctor.probe_script import probe_script
from tui_chain.engine.host_state import Clock, HostState
from tui_chain.engine.journey import Journey
from tui_chain.tui.availability import refusal
from tui_chain.tui.background import in_background
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.host_rows import HostRow, HostRows, WaitingExamination
from tui_chain.tui.render import examination_summary
from tui_chain.tui.screens.doctor import DoctorScreen
from tui_chain.tui.toasts import toast

_OF_INTERPRETER = frozenset({"usage", "python", "report"})
"""Failures of the interpreter; another one is of the host."""


class DoctorJobs:
    """Looks in the background, and opens what waits; without hosts what was found of the environment waits here."""

    def __init__(self, screen: Screen[None], rows: HostRows, jobs: HostJobs, clock: Clock) -> None:
        self._screen = screen
        self._rows = rows
        self._jobs = jobs
        self._clock = clock
        self._environment: WaitingExamination | None = None

    def ask(self, row: HostRow | None) -> None:
        """Open what waits; where nothing does, begin to look."""
        waiting = self._environment if row is None else row.examined
        if waiting is not None:
            self._open(row, waiting)
        else:
            self._begin(row)

    def _open(self, row: HostRow | None, waiting: WaitingExamination) -> None:
        def again() -> None:
            now = None if row is None else self._rows.get(row.target)
            if row is None or now is not None:
                self._begin(now)

        self._screen.app.push_screen(DoctorScreen(waiting, again))

    def _begin(self, row: HostRow | None) -> None:
        if row is None:
            toast(self._screen, "Looking at this machine's Python; D opens what is found.")
            self._begin_alone()
        elif row.busy:
            toast(self._screen, refusal("doctor", row), "warning")
        else:
            self._begin_host(row)

    def _begin_host(self, row: HostRow) -> None:
        results: list[WaitingExamination | Failure] = []

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            results.append(await self._examine(state))
            return state

        def examined(row: HostRow) -> None:
            for result in results:
                if isinstance(result, WaitingExamination):
                    self._rows.put(replace(row, examined=result))
                self._announce(f"{row.target.display}: ", result)

        self._jobs.begin(row.target, "doctor", job, examined)

    def _begin_alone(self) -> None:
        @work(group="doctor", exclusive=True, exit_on_error=False)
        async def look(_: Screen[None]) -> None:
            result = await self._examine(None)
            if isinstance(result, WaitingExamination):
                self._environment = result
            self._announce("", result)

        look(self._screen)

    def _announce(self, whose: str, result: WaitingExamination | Failure) -> None:
        """Show in passing what was found, where no dialog is open."""
        if isinstance(result, Failure):
            hint = "Start this program from a shell in which `python3` runs."
            toast(self._screen, f"{result.message} {hint}", "error")
        elif self._screen.is_current:
            toast(self._screen, f"{whose}{examination_summary(result)[0]}\nD opens it")

    # looking

    async def _examine(self, state: HostState | None) -> WaitingExamination | Failure:
        environment = dict(os.environ)
        interpreter = find_interpreter(None, environment)
        if isinstance(interpreter, Failure):
            return interpreter
        unreached: Failure | None = None
        if state is not None:
            found = await examine_host(_without_questions(self._jobs.journey), state, interpreter.path, environment)
            if isinstance(found, Examination):
                return WaitingExamination(found, interpreter.why, self._clock())
            if found.kind in _OF_INTERPRETER:
                return found
            unreached = found
        alone = await self._alone(interpreter, environment)
        return alone if isinstance(alone, Failure) else replace(alone, unreached=unreached)

    async def _alone(
        self, interpreter: ChosenInterpreter, environment: Mapping[str, str]
    ) -> WaitingExamination | Failure:
        report = await run_script_in_thread(interpreter.path, probe_script(), environment)
        if isinstance(report, Failure):
            return report
        found = await in_background(lambda: examine_report(report, self._clock()), "examination")
        return found if isinstance(found, Failure) else WaitingExamination(found, interpreter.why, self._clock())


def _without_questions(journey: Journey) -> Journey:
    """The same stages, which ask nobody whether AIA may lead inside: a dialog would take the keys."""
    silent = copy.copy(journey)
    silent.consent = None
    return silent
