"""The screen's actions: each is what a key of the table in `actions` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.command import Provider

from tui_chain.core.failure import Failure
from tui_chain.core.text import plural
from tui_chain.net.host_list import Host
from tui_chain.tui.actions import NAMES, bindings
from tui_chain.tui.bundle_actions import BundleActions
from tui_chain.tui.chain_nodes import shown_trail
from tui_chain.tui.file_actions import FileActions
from tui_chain.tui.live_actions import LiveActions
from tui_chain.tui.palette import ActionProvider
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.panes.links import LinksPane
from tui_chain.tui.refusals import refusal
from tui_chain.tui.rows import Row, reached

if TYPE_CHECKING:
    from textual.actions import ActionParseResult
    from textual.dom import DOMNode

    from tui_chain.probe.pasted import Additions, GivenChain
    from tui_chain.x509.certificate import Certificate


class ChainApp(LiveActions, FileActions, BundleActions):
    """tlschain-tui: which host, what was served, what is missing, does it work now."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now; the rest is dimmed in the footer and left out of the palette."""
        row = self.row
        if not self._filled:
            return action in {"request_quit", "command_palette"}
        if action in {"fix", "test", "details", "copy_certificate", "servers", "revocation", "crls", "programs"}:
            return True if reached(row) is not None else None
        if action == "say":
            return True if _sayable(row) else None
        if action in {"write", "copy_bundle"}:
            return True if any(meant.state.proven is not None for meant in self._meant) else None
        if action in {"probe", "remove", "report", "request"}:
            return True if row is not None and self._journey is not None else None
        if action == "choose":
            return True if row is not None and (row.gaps or self._open == "hosts") else None
        if action == "way":
            return True if row is not None and len(row.ways) > 1 else None
        if action == "trust_root":
            return True if row is not None and self._root(row) is not None else None
        if action == "error":
            return True if row is not None and row.error is not None else None
        return super().check_action(action, parameters)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do as the toolkit does; of an action of ours that is not offered now, say why."""
        name = action.partition("(")[0] if isinstance(action, str) else ""
        ours = name in NAMES and self.ready and default_namespace in {None, self}
        if ours:
            self.clear_notifications()  # what was said of the key before
        done = await super().run_action(action, default_namespace, namespaces)
        if ours and not done:
            self._toast(refusal(name, self.row, len(self._book.marked)), severity="warning")
        return done

    def action_probe(self) -> None:
        """Probe the current host again."""
        if self.row is not None:
            self._probe(self.row.target)

    def action_probe_all(self) -> None:
        """Probe every host again."""
        for row in self.rows:
            self._probe(row.target)

    def action_fix(self) -> None:
        """Find missing links, build and prove the repair; of all marked hosts where some are."""
        for row in self._meant:
            if reached(row) is not None:
                self._fix(row.target)
        if len(self._meant) == 1 and reached(self._meant[0]) is not None:
            self._reveal("links")

    def action_add(self) -> None:
        """Ask for hosts."""
        from tui_chain.tui.screens.add import AddScreen

        def added(additions: Additions | None) -> None:
            if additions is None:
                return
            fresh = len(self._add(additions.hosts)) + self._bring(additions.chains)
            known = additions.count - fresh
            self._toast(f"Added {plural(fresh, 'host')}{f', {known} were there already' if known else ''}.")

        self.push_screen(AddScreen(), added)

    def _bring(self, brought: Iterable[GivenChain]) -> int:
        """Add hosts whose chains are at hand; return how many."""
        from tui_chain.probe.pasted import served_chain

        count = 0
        for chain in brought:
            served = served_chain(chain, at=self._clock())
            if isinstance(served, Failure):
                self._toast(str(served), severity="error")
                continue
            fresh = self._add([Host(chain.target)], probe=False)
            row = fresh[0] if fresh else self._book.get(chain.target)
            if row is not None:
                self._show(self._book.put(replace(row, state=self._engine.diagnose(row.state, served), error=None)))
                self.query_one(HostPane).go(chain.target)
                count += 1
        return count

    def action_remove(self) -> None:
        """Take the current host off the list."""
        if self.row is None:
            return
        target = self.row.target
        self.workers.cancel_group(self, f"host {target}")
        self._book.remove(target)
        self.query_one(HostPane).set_rows(self._book)
        self._follow()
        self._toast(f"Removed {target}.")

    def _certificate(self) -> Certificate | None:
        """The certificate under the cursor of the pane that is in use; the leaf elsewhere."""
        served = reached(self.row)
        found = self.query_one(LinksPane).certificate if self._open == "links" else None
        if found is None and self._open in {"chain", "links"}:
            found = self.query_one(ChainPane).certificate
        return found or (served.certificates[0] if served is not None else None)

    async def action_copy_certificate(self) -> None:
        """Copy the certificate under the cursor."""
        from tui_chain.x509.formats.pem import to_pem

        certificate = self._certificate()
        if certificate is not None:
            await self._copy(to_pem(certificate), f"the certificate {certificate.label}")

    def action_say(self) -> None:
        """Show the repair as commands and as a letter."""
        from tui_chain.advise.report import server_file
        from tui_chain.tui.screens.say import Saying, SayScreen, Trusted, sayings

        if self.row is None:
            return
        trusted = Trusted(self._trust_words, frozenset(root.sha256 for root in self._roots))
        said = sayings(self.row, server_file(self.row.state, self._engine.trust, self._clock()), trusted)
        if isinstance(said, Failure):
            self._toast(str(said), severity="warning")
            return

        def closed(chosen: Saying | None) -> None:
            if chosen is not None:
                self._copy_later(chosen.text, f"the words for {chosen.name}")

        self.push_screen(SayScreen(said), closed)

    def action_details(self) -> None:
        """Show all of the certificate under the cursor."""
        from tui_chain.tui.screens.pages import certificate_page
        from tui_chain.x509.formats.pem import to_pem

        certificate, row = self._certificate(), self.row
        if certificate is None or row is None or row.state.verdict is None:
            return
        findings = row.state.verdict.at(certificate)
        body = certificate_page(
            certificate, self._clock(), row.state.source_of(certificate), findings, shown_trail(row.state)
        )
        self._read("Certificate", body, copy=to_pem(certificate), what=f"the certificate {certificate.label}")

    def action_error(self) -> None:
        """Show the last error in full."""
        from tui_chain.tui.screens.pages import error_page

        if self.row is not None and self.row.error is not None:
            self._read("The last error", error_page(self.row.error), copy=str(self.row.error), what="the error")

    def action_help(self) -> None:
        """Show every key."""
        from tui_chain.tui.screens.pages import keys_page

        self._read("Keys", keys_page())

    def action_filter(self) -> None:
        """Filter the hosts."""
        self.query_one(HostPane).open_filter()

    def action_zoom(self) -> None:
        """Show one pane alone, or all again."""
        self.screen.toggle_class("-zoom")

    def action_stop_or_unzoom(self) -> None:
        """Leave the filter, else stop the job, else unzoom."""
        pane = self.query_one(HostPane)
        if pane.filtering:
            pane.close_filter(clear=True)
        elif self.row is not None and self.row.busy:
            self.workers.cancel_group(self, f"host {self.row.target}")
            self._show(self._book.stop(self.row.target))
            self._toast("Stopped.")
        elif self.screen.has_class("-zoom"):
            self.screen.remove_class("-zoom")
        else:
            self.unmark()

    async def action_request_quit(self) -> None:
        """Quit; ask while a proven bundle is unwritten."""
        from tui_chain.tui.screens.confirm import ConfirmScreen

        unwritten = self._book.unwritten
        if not unwritten:
            self.exit()
            return

        def answered(leave: bool | None) -> None:
            if leave:
                self.exit()

        names = ", ".join(str(row.target) for row in unwritten[:3]) + (", …" if len(unwritten) > 3 else "")
        question = f"The proven bundle for {names} has not been written."
        self.push_screen(ConfirmScreen("Quit?", question, "quit without it", "stay"), answered)


def _sayable(row: Row | None) -> bool:
    """Whether there is a repair to speak of, or what no bundle helps."""
    if row is None or reached(row) is None:
        return False
    return row.state.proven is not None or row.state.fails_strict_checks
