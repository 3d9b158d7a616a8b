"""Termination from outside: by SIGTERM, or by SIGHUP when the terminal closes. What is open is closed first."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tui_chain.core.system import ENDING_SIGNALS


class Terminated(SystemExit):
    """The program was terminated; `exit_code` is that of shells, 128 and the signal's number.

    A kind of SystemExit, since an event loop lets nothing else through.
    """

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(self.exit_code)


@contextmanager
def on_termination(act: Callable[[Terminated], object]) -> Iterator[None]:
    """Call `act` at the first signal that terminates the program, in the main thread; elsewhere do nothing.

    What comes after the first is passed over, since a terminal that closes hangs up twice: by the kernel and by the
    shell. A signal that is ignored, as below nohup, stays ignored.
    """
    handled = [each for each in ENDING_SIGNALS if signal.getsignal(each) is signal.SIG_DFL]
    terminated = False

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal terminated
        if not terminated:
            terminated = True
            act(Terminated(number))

    try:
        for each in handled:
            signal.signal(each, handle)
    except ValueError:  # another thread than the main one
        handled = []
    try:
        yield
    finally:
        for each in handled:
            signal.signal(each, signal.SIG_IGN if terminated else signal.SIG_DFL)
