"""An interpreter that starts at once, and examinations of real environments."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.interpreters import clean_environment, report_of
from tui_chain.doctor.environment_report import EnvironmentReport
from tui_chain.doctor.examination import Examination, examine_report
from tui_chain.results.doctor import DoctorResult, doctor_result

PLAIN = Path(sys.executable).resolve()
"""The interpreter without the packages of the tests, which take a second to load."""
Examine = Callable[..., Examination]


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without any package, for what hangs on variables and files alone."""
    program = tmp_path_factory.mktemp("bare") / "python"
    program.write_text(f'#!/bin/sh\nexec {PLAIN} -S "$@"\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def examined(bare: Path, tmp_path: Path) -> Examine:
    """Examine an interpreter with these variables and nothing else of the user's; its result reads back."""

    def examine(interpreter: Path | str = bare, **variables: str) -> Examination:
        found = examine_report(report(interpreter, **variables), datetime.now(UTC))
        result = doctor_result(found)
        assert DoctorResult.from_json(result.to_json()) == result
        return found

    def report(interpreter: Path | str, **variables: str) -> EnvironmentReport:
        found = report_of(interpreter, clean_environment(tmp_path / "home", **variables))
        # files of the whole machine, as /etc/pip.conf, are no part of a test
        own = (each for each in found.settings if not each.client or each.place.startswith((str(tmp_path), "$")))
        return replace(found, settings=tuple(own))

    return examine


def codes(found: Examination) -> set[str]:
    return {problem.code for problem in found.problems}
