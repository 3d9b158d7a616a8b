"""Actions of pane 3: choosing between certificates and paths, and trusting a private root."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_chain.core.status import Status
from tui_chain.tui.host_app import HostApp
from tui_chain.tui.panes.links import LinksPane
from tui_chain.tui.rows import Row

if TYPE_CHECKING:
    from tui_chain.repair.path_choice import PathChoice
    from tui_chain.trust.pinned import ConfirmedRoot
    from tui_chain.x509.certificate import Certificate


class LinkActions(HostApp):
    """What can be done with the candidates of a gap."""

    def action_choose(self) -> None:
        """Take the certificate under the cursor of pane 3 into the path."""
        row, chosen = self.row, self.query_one(LinksPane).chosen
        if row is None or chosen is None:
            return
        gap, candidate = chosen
        if candidate.best is None or not candidate.best.usable:
            self._toast(candidate.why, severity="warning")
            return
        from tui_chain.repair.path_choice import ANY

        now = row.state.choice or ANY
        self._rebuild(row, now.with_link(gap.wanted_by.sha256, candidate.certificate.sha256))

    def action_way(self, step: int) -> None:
        """Take the next usable path, or the one before."""
        row = self.row
        usable = [way for way in row.ways if way.usable] if row is not None else []
        if row is None or len(usable) < 2:
            self._toast("There is no other path that a client accepts.")
            return
        from tui_chain.repair.path_choice import ANY

        place = next((place for place, way in enumerate(usable) if way.chosen), 0)
        self._rebuild(row, ANY.with_path(usable[(place + step) % len(usable)].path))

    def _rebuild(self, row: Row, choice: PathChoice) -> None:
        """Build and prove the repair again with what was chosen."""
        self._show(self._book.put(self._with_result(row, self._engine.choose(row.state, choice))))

    @staticmethod
    def _root(row: Row) -> Certificate | None:
        """The root outside the trust store in which the chain of a host ends."""
        if row.status is not Status.UNTRUSTED or row.state.verdict is None:
            return None
        from tui_chain.engine.private_root import private_root

        return private_root(row.state.verdict)

    def action_trust_root(self) -> None:
        """Ask for a private root's fingerprint, and trust it for this run."""
        row = self.row
        root = self._root(row) if row is not None else None
        if row is None or root is None or row.state.verdict is None:
            return
        from tui_chain.engine.private_root import ask_about
        from tui_chain.tui.screens.root import RootScreen

        def confirmed(result: ConfirmedRoot | None) -> None:
            if result is None:
                return
            self._roots.append(result)
            self._engine.trust_roots(self._roots)
            for other in self.rows:
                served = other.state.reached
                if served is not None and other.status in {Status.UNTRUSTED, Status.INCOMPLETE}:
                    self._show(self._book.put(replace(other, state=self._engine.diagnose(other.state, served))))
            self._fix(row.target)

        self.push_screen(RootScreen(ask_about(root, row.state.verdict)), confirmed)
