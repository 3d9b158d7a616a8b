"""Actions of pane 4: the live test, what is asked in it, and the hosts that it comes upon."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.question_actions import QuestionActions
from tui_chain.tui.rows import Row, reached

if TYPE_CHECKING:
    from tui_chain.livetest.choice import RequestChoice
    from tui_chain.livetest.tester import LiveTestResult


class LiveActions(QuestionActions):
    """Real requests, as the user has chosen them for a host in this run."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the hop that failed where there is one."""
        if action == "open_hop":
            return True if self._failed_hop is not None else None
        return super().check_action(action, parameters)

    def action_test(self) -> None:
        """Make a real request, before and after."""
        row = self.row
        if row is None or reached(row) is None:
            return

        async def work(state: HostState, _: Callable[[str], None]) -> HostState:
            return await self._engine.test(state, row.request, environment=dict(os.environ), bundle=row.written)

        self._job(row.target, "testing", work)
        self._reveal("live")

    def action_programs(self) -> None:
        """Test with everything: hops, client families, the environment, the programs of this machine."""
        row = self.row
        if row is None or reached(row) is None:
            return
        results: list[LiveTestResult | Failure] = []

        async def work(state: HostState, _: Callable[[str], None]) -> HostState:
            results.append(await self._full_test(row, state))
            return state if isinstance(results[0], Failure) else state.with_live_test(results[0].live)

        def tested(row: Row) -> None:
            from tui_chain.tui.screens.answers import full_test_page

            result = results[0]
            if isinstance(result, Failure):
                self._toast(str(result), severity="error")
                return
            page = full_test_page(result)
            self._read(f"Live test of {row.target}", page, copy=page.plain, what="the test")

        self._job(row.target, "testing", work, tested)

    async def _full_test(self, row: Row, state: HostState) -> LiveTestResult | Failure:
        from tui_chain.livetest.choice import USUAL
        from tui_chain.livetest.live import request_for
        from tui_chain.livetest.tester import LiveTester

        choice, environment = row.request or USUAL, dict(os.environ)
        address = state.reached.address if state.reached is not None else None
        request = request_for(state.target, choice, environment, address=address, timeout=self._engine.timeout)
        tester = LiveTester(self._engine.trust, self._clock(), environment, row.written, choice.proxy)
        pem = state.proven.bundle.pem if state.proven is not None else None
        return await tester.test(request, pem, with_programs=True)

    def action_request(self) -> None:
        """Ask for method, path, headers and proxy of this host's live tests, and keep them for this run."""
        from tui_chain.livetest.choice import USUAL
        from tui_chain.net.proxy import environment_proxy
        from tui_chain.tui.screens.request import RequestScreen

        row = self.row
        if row is None:
            return

        def chosen(choice: RequestChoice | None) -> None:
            now = self._book.get(row.target)
            if choice is not None and now is not None:
                self._show(self._book.put(replace(now, request=choice)))
                self._toast("t tests with this request.")

        proxy = environment_proxy(os.environ, row.target)
        self.push_screen(RequestScreen(row.target, row.request or USUAL, proxy), chosen)

    @property
    def _failed_hop(self) -> Target | None:
        """The host of a redirect that failed on TLS in the live test of the current host."""
        test = self.row.state.live_test if self.row is not None else None
        return test.failed_hop if test is not None else None

    def action_open_hop(self) -> None:
        """Put the host of the redirect that failed on the list, and probe it."""
        target = self._failed_hop
        if target is None:
            return
        if not self._add([Host(target)]):
            self.query_one(HostPane).go(target)
            self._toast(f"{target} is on the list already.")
        self._reveal("chain")
