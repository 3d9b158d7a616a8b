"""Signals that terminate the program."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tui_chain.core.system import ENDING_SIGNALS
from tui_chain.engine.signals import Terminated, on_termination


@pytest.fixture
def undisturbed() -> Iterator[None]:
    """The signals as a program has them that nobody disturbed; they are ignored once one came."""
    before = [signal.signal(number, signal.SIG_DFL) for number in ENDING_SIGNALS]
    yield
    for number, handler in zip(ENDING_SIGNALS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING_SIGNALS)
@pytest.mark.usefixtures("undisturbed")
def test_the_first_signal_counts(number: signal.Signals) -> None:
    came: list[Terminated] = []
    with on_termination(came.append):
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
    assert [one.exit_code for one in came] == [128 + number]
