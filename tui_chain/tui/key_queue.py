"""Keys that come faster than they are answered stand in line, so that each acts on what the one before has left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Key, Paste
from textual.screen import Screen

ANSWER_SECONDS = 1.0
"""How often it is looked whether the answer to a key was lost."""
Pressed = Key | Paste
HandOn = Callable[[Pressed], Awaitable[None]]
"""Does what Textual does with a key or a pasted text."""


class KeyQueue:
    """Hands on one key at a time; where a key opens what `is_question` says is one, those behind it are dropped.

    Textual hands each key at once to the widget that has the focus then, and runs its binding when the key has come
    back from there: a key behind one that moves the focus, or opens or closes a dialog, would act elsewhere or be
    lost.
    """

    def __init__(self, app: App[None], hand_on: HandOn, is_question: Callable[[], bool]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._is_question = is_question
        self._pressed: deque[Pressed] = deque()
        self._number = 0
        self._answered = True
        self._looked_at = 0
        self._since = 0.0

    @property
    def waiting(self) -> bool:
        """Whether keys wait to be handed on."""
        return bool(self._pressed)

    @property
    def quiet_seconds(self) -> float:
        """How long ago a key was handed on."""
        return time.monotonic() - self._since

    async def put(self, key: Pressed) -> None:
        """Hand on a key or a pasted text, at once or when those before it have been answered."""
        self._pressed.append(key)
        if self._answered:
            await self._next()

    async def go_on(self) -> None:
        """Hand on the next key where the answer to the one before was lost with a dialog.

        It is lost where a whole interval of `ANSWER_SECONDS`, at the ends of which this is called, did not bring it:
        a loop that was held up has had its time since.
        """
        if not self._answered and self._looked_at == self._number:
            await self._next()
        self._looked_at = self._number

    async def _next(self) -> None:
        if not self._pressed:
            self._answered = True
            return
        key = self._pressed.popleft()
        self._number += 1
        self._answered, self._since = False, time.monotonic()
        number, below = self._number, self._app.screen
        receiver = self._receiver()
        await self._hand_on(key)
        self._follow(receiver, number, _passes(key), below)

    def _receiver(self) -> DOMNode:
        return self._app.focused or self._app.screen

    def _follow(self, node: DOMNode | None, number: int, passes: int, below: Screen[Any]) -> None:
        """Stand behind the key in the queue of a widget, and of each above it up to the app."""
        if node is None or node is self._app or not node.is_attached:
            self._app.call_later(self._passed, number, passes - 1, below)
        elif not node.call_later(self._follow, node.parent, number, passes, below):
            self._follow(node.parent, number, passes, below)

    async def _passed(self, number: int, passes: int, below: Screen[Any]) -> None:
        if passes:
            self._follow(self._receiver(), number, passes, below)
        elif self._app.screen is below:
            await self._end(number)
        else:
            if self._is_question():
                # nobody answers a question that was not there to be read
                self._pressed.clear()
            # what was opened takes the focus first
            self._app.screen.call_after_refresh(self._app.call_later, self._end, number)

    async def _end(self, number: int) -> None:
        if number == self._number and not self._answered:
            self._answered = True
            await self._next()


def _passes(key: Pressed) -> int:
    """So often everything between the focus and the app is emptied: of the key, then of what enter has sent there."""
    return 2 if isinstance(key, Key) and key.key == "enter" else 1
