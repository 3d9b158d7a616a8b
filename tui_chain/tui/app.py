"""The screen: four panes, one state a host, jobs in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.command import Provider
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Footer

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.pem import to_pem
from tui_chain.certs.text import plural, safe_text
from tui_chain.failure import Failure
from tui_chain.journey import Clock, HostState, Journey, source_of, utc_now
from tui_chain.probe.hostlist import Host
from tui_chain.probe.target import Target
from tui_chain.tui import clipboard
from tui_chain.tui.actions import bindings
from tui_chain.tui.book import Book
from tui_chain.tui.headline import Headline
from tui_chain.tui.palette import ActionProvider
from tui_chain.tui.panes.base import Pane
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.panes.links import LinksPane
from tui_chain.tui.panes.live import LivePane
from tui_chain.tui.rows import Row, reached
from tui_chain.tui.screens.add import AddScreen
from tui_chain.tui.screens.confirm import ConfirmScreen
from tui_chain.tui.screens.dialog import Reader
from tui_chain.tui.screens.pages import advice_page, bundle_name, certificate_page, error_page, keys_page
from tui_chain.tui.screens.write import WriteScreen

PROBES_AT_ONCE = 32
Work = Callable[[HostState, Callable[[str], None]], Awaitable[HostState]]
"""A job: from a host's state and a way to say what it does now, to the new state."""
Start = Callable[[], "tuple[Journey, tuple[Host, ...]] | Failure"]
"""Loads what the app needs off the event loop: the journey, and hosts that it knows by itself."""


class ChainApp(App[None]):
    """tlschain-tui: which host, what was served, what is missing, does it work now."""

    TITLE = "tlschain-tui"
    CSS_PATH = "style.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings()
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (160, "-wide")]  # noqa: RUF012 - as the toolkit has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012 - as the toolkit has it

    row: reactive[Row | None] = reactive(None, bindings=True)

    def __init__(self, start: Start, hosts: Iterable[Host] = (), *, clock: Clock = utc_now, select: str = "") -> None:
        super().__init__()
        self._start = start
        self._first = tuple(hosts)
        self._clock = clock
        self._select = select
        self._book = Book()
        self._journey: Journey | None = None
        self._gate = asyncio.Semaphore(PROBES_AT_ONCE)
        self._open = "hosts"

    def compose(self) -> ComposeResult:
        """The line on top, four panes, the keys."""
        yield Headline(id="headline").data_bind(ChainApp.row)
        with Horizontal(id="body"):
            yield HostPane("hosts")
            with Vertical(id="right"):
                yield ChainPane("chain", self._clock).data_bind(ChainApp.row)
                yield LinksPane("links").data_bind(ChainApp.row)
                yield LivePane("live").data_bind(ChainApp.row)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Paint first; load and probe after."""
        self._add(self._first, probe=False)
        self._show_open("hosts")
        self.call_after_refresh(self.run_worker, self._begin(), group="start", exit_on_error=False)

    async def _begin(self) -> None:
        self.query_one(Headline).loading_words = "Loading"
        loaded = await asyncio.to_thread(self._start)
        self.query_one(Headline).loading_words = ""
        if isinstance(loaded, Failure):
            self.exit(return_code=2, message=f"tlschain-tui: {loaded}")
            return
        self._journey, known = loaded
        self._add(known, probe=False)
        if self._select:
            wanted = next((row.target for row in self._book if row.state.label == self._select), None)
            if wanted is not None:
                self.query_one(HostPane).go(wanted)
        for row in tuple(self._book):
            self._probe(row.target)

    # state

    def _add(self, hosts: Iterable[Host], *, probe: bool = True) -> tuple[Row, ...]:
        fresh = self._book.add(hosts)
        if fresh:
            pane = self.query_one(HostPane)
            pane.set_rows(self._book)
            if probe:
                pane.go(fresh[0].target)
                for row in fresh:
                    self._probe(row.target)
        self._follow()
        return fresh

    def _show(self, row: Row | None) -> None:
        """Bring a changed row onto the screen."""
        if row is None:
            return
        self.query_one(HostPane).update_row(row)
        if self.row is None or self.row.target == row.target:
            self.row = row

    def _follow(self) -> None:
        self.row = self._book.get(self.query_one(HostPane).highlighted)

    @on(HostPane.Highlighted)
    def _host_highlighted(self, message: HostPane.Highlighted) -> None:
        self.row = self._book.get(message.target)

    @on(HostPane.Chosen)
    def _host_chosen(self) -> None:
        self.action_pane("chain")

    # jobs

    def _job(self, target: Target, busy: str, work: Work) -> None:
        """Run `work` on a host in the background; the one before it is cancelled, a late result is dropped."""
        ticket = self._book.begin(target, busy)
        self._show(self._book.get(target))
        self.run_worker(self._run(target, ticket, work), group=f"host {target}", exclusive=True, exit_on_error=False)

    async def _run(self, target: Target, ticket: int, work: Work) -> None:
        def say(busy: str) -> None:
            self._show(self._book.progress(target, ticket, busy))

        row = self._book.get(target)
        if row is None:
            return
        try:
            row = self._with_result(row, await work(row.state, say))
        except Exception as error:  # noqa: BLE001 - whatever it is, the user reads a sentence and goes on
            row = replace(row, error=_unforeseen(error))
            self._toast(f"{target}: something unforeseen went wrong; e shows it.", severity="error")
        self._show(self._book.finish(ticket, row))

    @staticmethod
    def _with_result(row: Row, state: HostState) -> Row:
        same = state.proven is not None and row.state.proven is not None
        kept = row.written if same and state.proven == row.state.proven else None
        error = next((e for e in (state.repair, state.served) if isinstance(e, Failure)), None)
        if error is not None and error.kind == "nothing-to-do":
            error = None
        return replace(row, state=state, written=kept, error=error)

    def _probe(self, target: Target) -> None:
        async def work(state: HostState, say: Callable[[str], None]) -> HostState:
            async with self._gate:
                return await self._engine.probe(state, say)

        if self._journey is not None:
            self._job(target, "waiting", work)

    @property
    def _engine(self) -> Journey:
        if self._journey is None:
            raise RuntimeError("the journey has not been loaded")
        return self._journey

    # actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - the toolkit's
        """Offer what can be done now; the rest is dimmed in the footer and left out of the palette."""
        row = self.row
        if action in {"fix", "test", "details", "copy_certificate"}:
            return True if reached(row) is not None else None
        if action in {"write", "copy_bundle", "say"}:
            return True if row is not None and row.state.proven is not None else None
        if action in {"probe", "remove"}:
            return True if row is not None and self._journey is not None else None
        if action == "error":
            return True if row is not None and row.error is not None else None
        return True

    def action_pane(self, name: str) -> None:
        """Go to a pane, which opens it."""
        self.query_one(f"#{name}", Pane).main().focus()

    def on_descendant_focus(self) -> None:
        """Open the pane that has the focus."""
        pane = next((p for p in self.query(Pane) if p.has_focus_within), None)
        if pane is not None and pane.id is not None:
            self._show_open(pane.id)

    def _show_open(self, name: str) -> None:
        self._open = name
        right = name != "hosts"
        for pane in self.query(Pane):
            pane.set_class(pane.id == name or (not right and pane.id == "chain"), "-open")
            pane.set_class(pane.id == name, "-zoomed")
        self.query_one("#right").set_class(right, "-open")
        self.query_one("#hosts").set_class(not right, "-open")
        self.screen.set_class(not right, "-closed")

    def _reveal(self, name: str) -> None:
        """Open a pane where only one is open at a time."""
        if self.screen.has_class("-narrow") or self.screen.has_class("-short"):
            self.action_pane(name)

    def action_probe(self) -> None:
        """Probe the current host again."""
        if self.row is not None:
            self._probe(self.row.target)

    def action_probe_all(self) -> None:
        """Probe every host again."""
        for row in tuple(self._book):
            self._probe(row.target)

    def action_fix(self) -> None:
        """Find missing links, build and prove the repair."""
        if self.row is None or reached(self.row) is None:
            return

        async def work(state: HostState, say: Callable[[str], None]) -> HostState:
            return await self._engine.fix(state, lambda tried: say(f"ask {tried.source}"[:11]))

        self._job(self.row.target, "searching", work)
        self._reveal("links")

    def action_test(self) -> None:
        """Make a real request, before and after."""
        if self.row is None or reached(self.row) is None:
            return

        async def work(state: HostState, _: Callable[[str], None]) -> HostState:
            return await self._engine.test(state)

        self._job(self.row.target, "testing", work)
        self._reveal("live")

    def action_add(self) -> None:
        """Ask for hosts."""

        def added(hosts: tuple[Host, ...] | None) -> None:
            if hosts:
                fresh = self._add(hosts)
                known = len(hosts) - len(fresh)
                self._toast(f"Added {plural(len(fresh), 'host')}{f', {known} were there already' if known else ''}.")

        self.push_screen(AddScreen(), added)

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

    def action_write(self) -> None:
        """Ask where to, show the bytes, and write."""
        row = self.row
        if row is None or row.state.proven is None:
            return
        bundle = row.state.proven.bundle

        def written(path: Path | None) -> None:
            if path is None:
                return
            now = self._book.get(row.target)
            if now is not None and now.state.proven == row.state.proven:
                self._show(self._book.put(replace(now, written=path)))
            self._toast(f"Wrote {safe_text(str(path), 400)}, {len(bundle.pem)} bytes. x says how to use it.")

        self.push_screen(WriteScreen(bundle.pem, bundle_name(row)), written)

    def _certificate(self) -> Certificate | None:
        """The certificate under the cursor of the pane that is in use; the leaf elsewhere."""
        served = reached(self.row)
        found = self.query_one(LinksPane).certificate if self._open == "links" else None
        if found is None and self._open in {"chain", "links"}:
            found = self.query_one(ChainPane).certificate
        return found or (served.certificates[0] if served is not None else None)

    async def action_copy_certificate(self) -> None:
        """Copy the certificate under the cursor."""
        certificate = self._certificate()
        if certificate is not None:
            await self._copy(to_pem(certificate), f"the certificate {certificate.label}")

    async def action_copy_bundle(self) -> None:
        """Copy the bundle."""
        if self.row is not None and self.row.state.proven is not None:
            await self._copy(self.row.state.proven.bundle.pem.decode("ascii"), "the bundle")

    async def _copy(self, text: str, what: str) -> None:
        words, certain = await clipboard.copy(text, what, self.copy_to_clipboard)
        self._toast(words, severity="information" if certain else "warning")

    def action_say(self) -> None:
        """Show the repair as commands and as a letter."""
        text = advice_page(self.row) if self.row is not None else None
        if text is None:
            self._toast("There is no proven repair to speak of yet; f looks for one.", severity="warning")
            return
        self._read("Say it", Content(text), copy=text, what="the commands")

    def action_details(self) -> None:
        """Show all of the certificate under the cursor."""
        certificate, row = self._certificate(), self.row
        if certificate is None or row is None or row.state.verdict is None:
            return
        findings = row.state.verdict.at(certificate)
        body = certificate_page(certificate, self._clock(), source_of(row.state, certificate), findings)
        self._read("Certificate", body, copy=to_pem(certificate), what=f"the certificate {certificate.label}")

    def action_error(self) -> None:
        """Show the last error in full."""
        if self.row is not None and self.row.error is not None:
            self._read("The last error", error_page(self.row.error), copy=str(self.row.error), what="the error")

    def action_help(self) -> None:
        """Show every key."""
        self._read("Keys", keys_page())

    def _read(self, title: str, body: Content, *, copy: str = "", what: str = "") -> None:
        def closed(wants_copy: bool | None) -> None:
            if wants_copy and copy:
                self.run_worker(self._copy(copy, what), group="copy", exit_on_error=False)

        self.push_screen(Reader(title, body, hint="y copies" if copy else ""), closed)

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

    async def action_request_quit(self) -> None:
        """Quit; ask while a proven bundle is unwritten."""
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

    def _toast(self, words: str, severity: str = "information") -> None:
        with suppress(Exception):
            self.notify(words, severity=severity, markup=False)  # type: ignore[arg-type]


def _unforeseen(error: Exception) -> Failure:
    words = safe_text(f"{type(error).__name__}: {error}", 400)
    return Failure("unforeseen", f"This is a fault of tlschain-tui: {words}.", "Please report it with these words.")
