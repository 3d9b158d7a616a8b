"""Questions of jobs: each waits with its host until somebody opens it, and takes neither focus nor keys before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui_chain.core.failure import Failure
from tui_chain.net.target import Target, parse_target
from tui_chain.tui.host_rows import HostRow, HostRows
from tui_chain.tui.toasts import toast

if TYPE_CHECKING:
    from tui_chain.resolve.resolution import ConsentRequest
    from tui_chain.tui.screens.dialog import InsideScreen


class Questions:
    """The questions that are open, one a host: whether a request may go inside the network."""

    def __init__(self, screen: Screen[None], hosts: HostRows) -> None:
        self._screen = screen
        self._hosts = hosts
        self._answers: dict[Target, asyncio.Future[bool]] = {}
        self._opened: dict[Target, InsideScreen] = {}

    async def ask(self, request: ConsentRequest) -> bool:
        """Wait for the answer; no where the host is not on the list."""
        target = self._asking(request)
        if target is None:
            return False
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._answers[target] = answer
        self._show(target, request.question)
        toast(self._screen, f"{target} asks whether a request may go inside your network; enter opens the question.")
        try:
            return await answer
        finally:
            self._answers.pop(target, None)
            self._show(target, "")
            self._close(target)

    def _asking(self, request: ConsentRequest) -> Target | None:
        """The host of the list that a request is for, which may have been reached by options of the whole run too."""
        reached = request.target
        if reached is None or self._hosts.get(reached) is not None:
            named = parse_target(request.host) if reached is None else reached
            return None if isinstance(named, Failure) or self._hosts.get(named) is None else named
        alike = (row.target for row in self._hosts if row.target.is_same_server(reached))
        return next((one for one in alike if one.connection.over(reached.connection) == reached.connection), None)

    def _close(self, target: Target) -> None:
        """Close the question of a job that has ended without its answer."""
        screen = self._opened.pop(target, None)
        if screen is not None and screen.is_current:
            screen.dismiss(None)

    def _show(self, target: Target, question: str) -> None:
        row = self._hosts.get(target)
        if row is not None:
            self._hosts.put(replace(row, question=question))

    def open(self, row: HostRow) -> None:
        """Open the question of a host, whose job goes on with the answer; esc leaves it open."""
        from tui_chain.tui.screens.dialog import InsideScreen

        answer = self._answers.get(row.target)
        if answer is None:
            return

        def answered(yes: bool | None) -> None:
            self._opened.pop(row.target, None)
            if yes is not None and not answer.done():
                answer.set_result(yes)

        question = InsideScreen("Inside your network?", row.question, "send the request", "do not")
        self._opened[row.target] = question
        self._screen.app.push_screen(question, answered)
