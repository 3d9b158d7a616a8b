"""Actions that ask further: every server of a host, revocation, error texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tui_chain.engine.host_state import HostState
from tui_chain.tui.link_actions import LinkActions
from tui_chain.tui.rows import Row, reached


class QuestionActions(LinkActions):
    """Questions beyond the main journey; each opens a page with its answer."""

    def action_servers(self) -> None:
        """Ask every address, key type, and without SNI."""
        if self.row is None or reached(self.row) is None:
            return

        async def work(state: HostState, _: Callable[[str], None]) -> HostState:
            from tui_chain.engine.endpoints import probe_servers
            from tui_chain.probe.variants import Wanted

            asked = await probe_servers(self._engine, state, Wanted(all_addresses=True, key_types=True, no_sni=True))
            return replace(state, servers=asked.servers) if _same_chain(asked, state) else asked

        def answered(row: Row) -> None:
            from tui_chain.tui.screens.answers import servers_page

            if row.state.servers is not None:
                page = servers_page(row.state)
                self._read(f"All servers of {row.target}", page, copy=page.plain, what="the table")

        self._job(self.row.target, "asking all", work, answered)

    def action_revocation(self) -> None:
        """Ask whether the certificates of the path were revoked."""
        if self.row is None or reached(self.row) is None:
            return

        async def work(state: HostState, _: Callable[[str], None]) -> HostState:
            from tui_chain.engine.revocation import check_revocation

            asked = await check_revocation(self._engine, state)
            revoked = any(check.status.value == "revoked" for check in asked.revocation or ())
            return asked if revoked else replace(state, revocation=asked.revocation)

        def answered(row: Row) -> None:
            from tui_chain.tui.screens.answers import revocation_page

            page = revocation_page(row.state)
            self._read(f"Revocation for {row.target}", page, copy=page.plain, what="the answers")

        self._job(self.row.target, "revocation", work, answered)

    def action_explain(self) -> None:
        """Ask for an error text and say what it means."""
        from tui_chain.tui.screens.explain import ExplainScreen

        self.push_screen(ExplainScreen())


def _same_chain(one: HostState, other: HostState) -> bool:
    """Whether what was proven for one state holds for the other: the same certificates were served."""
    served = (one.reached, other.reached)
    return all(served) and served[0].certificates == served[1].certificates  # type: ignore[union-attr]
