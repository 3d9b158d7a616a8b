"""What is under the screen: four panes, one state a host, jobs in the background."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Footer

from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import Clock, HostState, utc_now
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui import clipboard
from tui_chain.tui.background import unforeseen
from tui_chain.tui.book import Book
from tui_chain.tui.headline import Headline
from tui_chain.tui.layout import LayoutApp
from tui_chain.tui.panes.base import Pane
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.panes.links import LinksPane
from tui_chain.tui.panes.live import LivePane
from tui_chain.tui.rows import Row

if TYPE_CHECKING:
    from tui_chain.engine.journey import Journey
    from tui_chain.probe.served import ServedChain
    from tui_chain.resolve.consent import ConsentRequest
    from tui_chain.trust.pinned import ConfirmedRoot

PROBES_AT_ONCE = 32
THEME = "tokyo-night"
"""The theme where TEXTUAL_THEME names none; the palette changes it."""
Work = Callable[[HostState, Callable[[str], None]], Awaitable[HostState]]
"""A job: from a host's state and a way to say what it does now, to the new state."""
Start = Callable[[], "tuple[Journey, tuple[Host, ...]] | Failure"]
"""Loads what the app needs off the event loop: the journey, and hosts that it knows by itself."""


class HostApp(LayoutApp):
    """The app without its actions: panes, start, rows, jobs.

    The stages, X.509 and the dialogs are imported where they are first needed: together they take longer than
    the first paint. `trust` is the trust store as the user named it, for the commands that are shown.
    """

    TITLE = "tlschain-tui"
    CSS_PATH = "style.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (160, "-wide")]  # noqa: RUF012 - as the toolkit has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012 - as the toolkit has it

    row: reactive[Row | None] = reactive(None, bindings=True)

    def __init__(
        self,
        start: Start,
        hosts: Iterable[Host] = (),
        *,
        clock: Clock = utc_now,
        select: str = "",
        trust: Sequence[str] = (),
    ) -> None:
        super().__init__()
        if not os.environ.get("TEXTUAL_THEME"):
            # before the app runs: a later change would parse every style twice
            self.set_reactive(App.theme, THEME)
            self.stylesheet.set_variables(self.get_css_variables())
        self._start = start
        self._first = tuple(hosts)
        self._clock = clock
        self._select = select
        self._trust_words = tuple(trust)
        self._book = Book()
        self._journey: Journey | None = None
        self._gate = asyncio.Semaphore(PROBES_AT_ONCE)
        self._filled = False
        self._roots: list[ConfirmedRoot] = []

    def compose(self) -> ComposeResult:
        """The line on top, four panes, the keys."""
        yield Headline(id="headline").data_bind(HostApp.row)
        with Horizontal(id="body"):
            yield HostPane("hosts")
            with Vertical(id="right"):
                yield ChainPane("chain", self._clock).data_bind(HostApp.row)
                yield LinksPane("links").data_bind(HostApp.row)
                yield LivePane("live").data_bind(HostApp.row)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Paint first; fill the panes, load and probe after."""
        self._show_open("hosts")
        self.call_after_refresh(self._launch)

    def _launch(self) -> None:
        self.run_worker(self._guarded_begin(), group="start", exit_on_error=False)

    async def _guarded_begin(self) -> None:
        try:
            await self._begin()
        except Exception as error:  # noqa: BLE001 - without a start there is nothing to go on with
            self.exit(return_code=2, message=f"tlschain-tui: {unforeseen(error)}")

    async def _begin(self) -> None:
        for pane in self.query(Pane):
            await pane.fill()
        self._filled = True
        hosts = self.query_one(HostPane)
        hosts.main().focus()
        hosts.set_rows(())
        self._add(self._first, probe=False)
        self.query_one(Headline).loading_words = "Loading"
        loaded = await asyncio.to_thread(self._start)
        self.query_one(Headline).loading_words = ""
        if isinstance(loaded, Failure):
            self.exit(return_code=2, message=f"tlschain-tui: {loaded}")
            return
        self._journey, known = loaded
        if self._journey.all_sources:
            self._journey.siblings = self._served
        self._journey.consent = self._ask
        if self._journey.notices:
            self._toast("\n".join(self._journey.notices), severity="warning")
        self._add(known, probe=False)
        if self._select:
            wanted = next((row.target for row in self.rows if row.state.label == self._select), None)
            if wanted is not None:
                self.query_one(HostPane).go(wanted)
        for row in self.rows:
            self._probe(row.target)

    def _served(self) -> tuple[ServedChain, ...]:
        """What the hosts of the list served."""
        return tuple(row.state.reached for row in self.rows if row.state.reached is not None)

    async def _ask(self, question: ConsentRequest) -> bool:
        """Put the question whether AIA may lead inside; the job that asks waits."""
        from tui_chain.tui.screens.confirm import ConfirmScreen

        screen = ConfirmScreen("Inside your network?", question.question, "ask there", "leave it")
        answer = await self.push_screen_wait(screen)
        return answer is True

    # state

    @property
    def ready(self) -> bool:
        """Whether the panes are filled and the stages loaded."""
        return self._filled and self._journey is not None

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every host in its order."""
        return tuple(self._book)

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

    def _job(self, target: Target, busy: str, work: Work, done: Callable[[Row], None] | None = None) -> None:
        """Run `work` on a host in the background; the one before it is cancelled, a late result is dropped.

        `done` hears of the result where it counts.
        """
        ticket = self._book.begin(target, busy)
        self._show(self._book.get(target))
        self.run_worker(
            self._run(target, ticket, work, done), group=f"host {target}", exclusive=True, exit_on_error=False
        )

    async def _run(self, target: Target, ticket: int, work: Work, done: Callable[[Row], None] | None) -> None:
        def say(busy: str) -> None:
            self._show(self._book.progress(target, ticket, busy))

        row = self._book.get(target)
        if row is None:
            return
        try:
            row = self._with_result(row, await work(row.state, say))
        except Exception as error:  # noqa: BLE001 - whatever it is, the user reads a sentence and goes on
            row = replace(row, error=unforeseen(error))
            self._toast(f"{target}: something unforeseen went wrong; e shows it.", severity="error")
        finished = self._book.finish(ticket, row)
        self._show(finished)
        if finished is not None and done is not None:
            done(finished)

    def _with_result(self, row: Row, state: HostState) -> Row:
        ways = self._engine.alternatives(state)
        gaps = self._engine.gaps(state, ways)
        same = state.proven is not None and row.state.proven is not None
        same = same and state.proven == row.state.proven and state.crls == row.state.crls
        error = next((e for e in (state.repair, state.served) if isinstance(e, Failure)), None)
        if error is not None and error.kind == "nothing-to-do":
            error = None
        fresh = replace(row, state=state, error=error, ways=ways, gaps=gaps)
        return fresh if same else replace(fresh, written=None, others=())

    def _probe(self, target: Target) -> None:
        async def work(state: HostState, say: Callable[[str], None]) -> HostState:
            async with self._gate:
                return await self._engine.probe(state, say)

        if self._journey is not None:
            self._job(target, "waiting", work, lambda _: self._share_roots())

    def _share_roots(self) -> None:
        """Once all hosts are probed: tell of those that end at the same unknown root, as behind a proxy."""
        if any(row.busy for row in self.rows):
            return
        from tui_chain.engine.shared_roots import with_shared_roots

        rows = [row for row in self.rows if row.state.diagnosis is not None]
        for row, state in zip(rows, with_shared_roots([row.state for row in rows]), strict=True):
            if state is not row.state:
                self._show(self._book.put(replace(row, state=state)))

    @property
    def _engine(self) -> Journey:
        if self._journey is None:
            raise RuntimeError("the journey has not been loaded")
        return self._journey

    def _fix(self, target: Target) -> None:
        """Search, build and prove; failures of AIA that are remembered are tried again."""

        async def work(state: HostState, say: Callable[[str], None]) -> HostState:
            self._engine.answers.forget()
            return await self._engine.fix(state, lambda tried: say(f"ask {tried.source}"[:11]))

        self._job(target, "searching", work)

    def _read(self, title: str, body: Content, *, copy: str = "", what: str = "") -> None:
        from tui_chain.tui.screens.dialog import Reader

        def closed(wants_copy: bool | None) -> None:
            if wants_copy and copy:
                self._copy_later(copy, what)

        self.push_screen(Reader(title, body, hint="y copies" if copy else ""), closed)

    def _copy_later(self, text: str, what: str) -> None:
        self.run_worker(self._copy(text, what), group="copy", exit_on_error=False)

    async def _copy(self, text: str, what: str) -> None:
        words, certain = await clipboard.copy(text, what, self.copy_to_clipboard)
        self._toast(words, severity="information" if certain else "warning")

    def _handle_exception(self, error: Exception) -> None:
        """End with a sentence, not with the toolkit's traceback; where tests run, without a terminal, show it."""
        if self.is_headless:
            super()._handle_exception(error)
        else:
            self.exit(return_code=1, message=f"tlschain-tui: {unforeseen(error)}")

    def _toast(self, words: str, severity: str = "information") -> None:
        """Say something in passing; one thing at a time, so that it covers little."""
        with suppress(Exception):
            self.clear_notifications()
            self.notify(words, severity=severity, markup=False)  # type: ignore[arg-type]
