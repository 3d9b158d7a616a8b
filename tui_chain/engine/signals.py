"""Signals that end the program: SIGTERM, or SIGHUP when the terminal closes. What is open is closed first."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tui_chain.core.system import ENDING_SIGNALS


class Told(SystemExit):
    """The program was told to end; `exit_code` is that of shells, 128 and the signal's number.

    A kind of SystemExit, since an event loop lets nothing else through.
    """

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(self.exit_code)


@contextmanager
def heeding(act: Callable[[Told], object]) -> Iterator[None]:
    """Call `act` at the first signal that tells the program to end, in the main thread; elsewhere do nothing.

    What comes after the first is passed over, since a terminal that closes hangs up twice: by the kernel and by the
    shell. A signal that is ignored, as below nohup, stays ignored.
    """
    heeded = [each for each in ENDING_SIGNALS if signal.getsignal(each) is signal.SIG_DFL]
    told = False

    def hear(number: int, _frame: FrameType | None) -> None:
        nonlocal told
        if not told:
            told = True
            act(Told(number))

    try:
        for each in heeded:
            signal.signal(each, hear)
    except ValueError:  # another thread than the main one
        heeded = []
    try:
        yield
    finally:
        for each in heeded:
            signal.signal(each, signal.SIG_IGN if told else signal.SIG_DFL)
