"""The main screen: a line that says what is next, and four panes over the hosts of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.screen import Screen

from tui_chain.core.expiry import Threshold
from tui_chain.core.text import plural
from tui_chain.engine.host_state import Clock
from tui_chain.net.host_list import Host
from tui_chain.tui import messages
from tui_chain.tui.actions import MAIN, NAMES, bindings
from tui_chain.tui.answers import AnswerKind
from tui_chain.tui.availability import BEFORE_STAGES, OF_SELECTED, is_available, refusal
from tui_chain.tui.host_activity import noted_step
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.host_rows import HostRow, HostRows, reached
from tui_chain.tui.list_actions import ListActions
from tui_chain.tui.panes.base import CertificatePane, Pane, pane_in_focus, show_open
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.panes.links import LinksPane
from tui_chain.tui.panes.live import LivePane
from tui_chain.tui.questions import Questions
from tui_chain.tui.render import warn_days_of
from tui_chain.tui.resizes import SureResizes
from tui_chain.tui.toasts import toast
from tui_chain.tui.widgets.headline import Headline
from tui_chain.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from tui_chain.engine.host_order import HostOrder
    from tui_chain.engine.journey import Journey
    from tui_chain.tui.screens.host_dialogs import HostDialogs

_OF_PANE: dict[str, type[Pane]] = {"open_hop": LivePane, "step_path": LinksPane, "filter": HostPane}
"""Actions of one pane whose keys act wherever the focus is."""


class MainScreen(Screen[None]):
    """Which host, what was served, what is missing, does it work now.

    Panes say by messages what the user did in them; what they show comes down as the `row` of the current host.
    The stages, X.509 and the dialogs are imported where they are first needed: together they take longer than the
    first paint.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(MAIN),
        # the question of a job is opened wherever the focus is
        Binding("enter", "question", "Question", show=False, priority=True),
    ]
    row: reactive[HostRow | None] = reactive(None, repaint=False, bindings=True)

    def __init__(self, clock: Clock, keys_wait: Callable[[], bool]) -> None:
        super().__init__()
        self.hosts = HostRows(self._row_changed)
        self.jobs = HostJobs(self, self.hosts, clock)
        self.questions = Questions(self, self.hosts)
        self.list = ListActions(self, self.hosts, self.jobs, lambda: self.query_one(HostPane))
        self.filled = False
        self.notices: tuple[str, ...] = ()
        self._clock, self._keys_wait = clock, keys_wait

    def compose(self) -> ComposeResult:
        """The line on top, four panes, the keys."""
        yield Headline(lambda: self.hosts.marks).data_bind(MainScreen.row)
        with Horizontal(id="body"):
            yield HostPane("hosts", self.hosts, self._clock, self._warn_days, lambda: self.jobs.progress)
            with Vertical(id="right"):
                yield ChainPane("chain", self._clock, self._warn_days).data_bind(MainScreen.row)
                yield LinksPane("links", self._clock, self._warn_days).data_bind(MainScreen.row)
                yield LivePane("live").data_bind(MainScreen.row)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin in the host list."""
        SureResizes().watch(self)
        show_open(self, "hosts")

    def _warn_days(self) -> Threshold:
        return warn_days_of(self.jobs.loaded)

    # start

    async def fill(self, hosts: Iterable[Host], order: HostOrder) -> None:
        """Fill the panes, which are painted empty first, and list the hosts in an order."""
        for pane in self.query(Pane):
            await pane.fill()
        self.filled = True
        self.set_focus(self.query_one(HostPane).main())
        self.query_one(HostPane).sort(order)
        self.add_hosts(hosts, False)

    def begin(self, journey: Journey, known: Iterable[Host], select: str) -> None:
        """Take the stages that have been loaded, add the hosts that they know, and probe all; `select` is a label."""
        self.query_one(Headline).placeholder = ""
        self.jobs.loaded = journey
        if journey.all_sources:
            journey.siblings = self.jobs.served
        journey.consent = self.questions.ask
        journey.turn = self.jobs.turns.take
        self.add_hosts(known, False)
        selected = next((row.target for row in self.hosts if select and row.state.label == select), None)
        if selected is not None:
            self.query_one(HostPane).go(selected)
        self.list.probe_all()

    # rows

    @property
    def selected(self) -> tuple[HostRow, ...]:
        """The marked hosts, or the one under the cursor where none is."""
        return self.hosts.marked or ((self.row,) if self.row is not None else ())

    @cached_property
    def dialogs(self) -> HostDialogs:
        """The dialogs, which are loaded with the first that is opened."""
        from tui_chain.tui.screens.host_dialogs import HostDialogs

        return HostDialogs(self, self.hosts, self.jobs, self._clock, self.add_hosts)

    def add_hosts(self, hosts: Iterable[Host], probe: bool) -> tuple[HostRow, ...]:
        """Put hosts onto the list that are not there; return their rows."""
        fresh = self.hosts.add(hosts)
        if fresh:
            pane = self.query_one(HostPane)
            pane.set_rows()
            if probe:
                pane.go(fresh[0].target)
                self.jobs.over_list([row.target for row in fresh], self.jobs.probe)
        self.follow()
        return fresh

    def _row_changed(self, before: HostRow, row: HostRow) -> None:
        self.query_one(HostPane).update_row(before, row)
        noted = noted_step(self.jobs.journey, before, row) if before.busy and not row.busy else None
        if noted is not None:
            self.app.post_message(noted)
        if self.row is not None and self.row.target in {before.target, row.target}:
            self.row = row

    def follow(self) -> None:
        """Show the host that is under the cursor: a key acts on it though nobody has looked yet."""
        row = self.hosts.get(self.query_one(HostPane).highlighted) if self.filled else None
        if row is not self.row:
            self.row = row
        if row is None:
            hidden = plural(len(self.hosts), "host")
            self.query_one(Headline).hidden = f"{hidden}, none matches" if len(self.hosts) else ""

    # which pane is open

    def action_pane(self, name: str) -> None:
        """Go to a pane, which opens it."""
        self.set_focus(self.query_one(f"#{name}", Pane).main())

    def on_descendant_focus(self) -> None:
        """Open the pane that has the focus."""
        pane = pane_in_focus(self)
        if pane is not None and pane.id is not None:
            show_open(self, pane.id)

    def _reveal(self, name: str) -> None:
        """Open a pane where only one is open at a time."""
        if self.has_class("-narrow") or self.has_class("-short"):
            self.action_pane(name)

    def action_zoom(self) -> None:
        """Show one pane alone, or all again."""
        self.toggle_class("-zoom")

    def action_back(self) -> None:
        """Leave the filter, else stop the host's job, else unzoom, else take all marks away where nothing runs."""
        pane = self.query_one(HostPane)
        if pane.filtering:
            pane.close_filter(clear=True)
            self.follow()
        elif self.row is not None and self.row.busy:
            self.jobs.stop(self.row.target)
            toast(self, f"Stopped the job of {self.row.target.display}.")
        elif self.has_class("-zoom"):
            self.remove_class("-zoom")
        elif self.hosts.jobs:
            toast(self, f"{plural(self.hosts.jobs, 'job')} of other hosts; ctrl+x stops all.")
        else:
            self.list.clear_marks()

    def action_stop_all(self) -> None:
        """Stop every job; what is done so far stays."""
        self.list.stop_all()

    # which actions there are now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now; the rest is dimmed in the footer and left out of the palette."""
        if action == "question":
            return self.row is not None and bool(self.row.question)
        if action not in NAMES:
            return super().check_action(action, parameters)
        if not self.filled:
            return False
        if action in _OF_PANE:
            return self.query_one(_OF_PANE[action]).check_action(action, parameters)
        ready = self.jobs.loaded is not None or action in BEFORE_STAGES
        # to look for marks takes time where there are thousands of hosts
        selected = self.selected if action in OF_SELECTED else ((self.row,) if self.row is not None else ())
        noticed = action == "error" and self.notices
        return True if ready and (noticed or is_available(action, self.row, selected)) else None

    def refusal(self, action: str) -> str:
        """Why an action is not offered now."""
        return refusal(action, self.row, self.hosts.marks, len(self.hosts))

    # of panes whose keys act wherever the focus is

    def action_open_hop(self) -> None:
        """Open the hop that failed."""
        self.query_one(LivePane).action_open_hop()

    def action_step_path(self, step: int) -> None:
        """Select another path."""
        self.query_one(LinksPane).action_step_path(step)

    def action_choose(self) -> None:
        """Nothing can be chosen outside of the host list and the links; `refusal` says so."""

    def action_filter(self) -> None:
        """Filter the hosts."""
        self.query_one(HostPane).action_filter()

    # what the panes say; what was asked of a state that is not the current one any more is dropped

    @on(messages.HostHighlighted)
    def _host_highlighted(self) -> None:
        """Show the host that the cursor has come to, unless keys wait that may move it on."""
        if not self._keys_wait():
            self.follow()

    @on(messages.HostOpened)
    def _host_opened(self) -> None:
        self.action_pane("chain")

    @on(messages.HostMarked)
    def _host_marked(self, message: messages.HostMarked) -> None:
        self.list.toggle(message.target)

    @on(messages.RunEnded)
    def _run_ended(self) -> None:
        self.list.announce()

    @on(messages.CandidateChosen)
    def _candidate_chosen(self, message: messages.CandidateChosen) -> None:
        if self.row is not None and self.row.state is message.state:
            self.jobs.choose(self.row, message.gap, message.candidate)

    @on(messages.PathStepped)
    def _path_stepped(self, message: messages.PathStepped) -> None:
        if self.row is not None and self.row.state is message.state:
            self.jobs.step_path(self.row, message.step)

    @on(messages.HostRequested)
    def _host_requested(self, message: messages.HostRequested) -> None:
        if not self.add_hosts([Host(message.target)], True):
            self.query_one(HostPane).go(message.target)
            toast(self, f"{message.target.display} is on the list already.")
        self._reveal("chain")

    @on(messages.CertificateOpened)
    def _certificate_opened(self, message: messages.CertificateOpened) -> None:
        if self.row is not None and self.row.state is message.state:
            self.dialogs.certificate(self.row, message.certificate)

    # the host under the cursor, and the hosts that are marked

    def action_question(self) -> None:
        """Open the question of the host's job."""
        if self.row is not None:
            self.questions.open(self.row)

    def action_add(self) -> None:
        """Ask for hosts."""
        self.dialogs.add(lambda row: self.query_one(HostPane).go(row.target))

    def action_probe(self) -> None:
        """Probe the current host again, or the marked ones; what was proven stays until an answer contradicts it."""
        if self.hosts.marks:
            self.jobs.over_list([row.target for row in self.selected], self.jobs.probe)
        elif self.row is not None:
            self.jobs.probe(self.row.target)

    def action_remove(self) -> None:
        """Take the current host off the list, or the marked ones."""
        self.list.ask_remove(self.selected, self.follow)

    def action_list(self, change: str, *given: int) -> None:
        """Change the list, or begin a run over it."""
        getattr(self.list, change)(*given)
        self.follow()

    def action_fix(self) -> None:
        """Find missing links, build and prove the repair; of all marked hosts where some are."""
        if self.hosts.marks:
            self.list.fix([row for row in self.selected if reached(row) is not None])
        elif self.row is not None and reached(self.row) is not None:
            self.jobs.fix(self.row.target)
            self._reveal("links")

    def action_test(self) -> None:
        """Make a real request, before and after; to all marked hosts where some are."""
        if self.hosts.marks:
            self.jobs.over_list([row.target for row in self.selected], self.jobs.test)
        elif self.row is not None and reached(self.row) is not None:
            self.jobs.test(self.row.target)
            self._reveal("live")

    def action_programs(self) -> None:
        """Test with hops, client families, the environment, and the programs of this machine."""
        self.dialogs.answers.ask(self.row, AnswerKind.PROGRAMS)

    def action_request(self) -> None:
        """Ask for the request of this host's live tests."""
        if self.row is not None:
            self.dialogs.request(self.row)

    def action_servers(self) -> None:
        """Ask every address, key type, and without SNI."""
        self.dialogs.answers.ask(self.row, AnswerKind.SERVERS)

    def action_revocation(self) -> None:
        """Ask whether the certificates of the path were revoked."""
        self.dialogs.answers.ask_each(self.selected, AnswerKind.REVOCATION)

    def action_doctor(self) -> None:
        """Ask what this machine's Python makes of the host, or open what it has found."""
        self.dialogs.answers.ask(self.row, AnswerKind.DOCTOR)

    @on(messages.DetailOpened)
    def _detail_opened(self, message: messages.DetailOpened) -> None:
        self.dialogs.answers.open(message.target, message.detail)

    def action_crls(self) -> None:
        """Put CRLs into the bundle, or take them out."""
        had = any(row.state.lists is not None for row in self.selected)
        self.jobs.switch_crls(self.selected)
        if not had:
            self._reveal("links")

    def action_trust_root(self) -> None:
        """Ask for a private root's fingerprint, and trust it for this run."""
        if self.row is not None:
            self.dialogs.trust_root(self.row)

    def action_write(self) -> None:
        """Write the bundle."""
        self.dialogs.write(self.selected)

    def action_copy_bundle(self) -> None:
        """Copy the bundle."""
        self.dialogs.copy_bundle(self.selected)

    def action_instructions(self) -> None:
        """Show the repair as commands and as a letter."""
        if self.row is not None:
            self.dialogs.instructions(self.row)

    def action_report(self) -> None:
        """Save a report of this host, or of the marked ones."""
        self.dialogs.report(self.selected)

    def action_audit(self) -> None:
        """Audit a trust file."""
        if self.jobs.loaded is not None:
            self.dialogs.audit(self.row)

    def action_copy(self) -> None:
        """Ask what is to be copied: of the certificate under the cursor, elsewhere of all marked hosts."""
        pane = pane_in_focus(self)
        if isinstance(pane, CertificatePane) and self.row is not None:
            self.dialogs.copy((self.row,), pane.certificate)
        else:
            self.dialogs.copy(self.selected)

    def action_details(self) -> None:
        """Show all of the leaf."""
        if self.row is not None and (served := reached(self.row)) is not None:
            self.dialogs.certificate(self.row, served.certificates[0])

    def action_error(self) -> None:
        """Show the last error in full, and the notices of the start."""
        self.dialogs.error(self.row.error if self.row is not None else None, self.notices)
