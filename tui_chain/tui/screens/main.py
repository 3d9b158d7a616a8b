"""The main screen: a line that says what is next, and four panes over the hosts of the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Horizontal, Vertical
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer

from tui_chain.engine.host_state import Clock
from tui_chain.net.host_list import Host
from tui_chain.tui import messages
from tui_chain.tui.actions import MAIN, NAMES, RANK, Action, bindings
from tui_chain.tui.answers import AnswerKind
from tui_chain.tui.availability import OF_SELECTED, is_available, refusal
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.host_rows import HostRow, HostRows, reached
from tui_chain.tui.panes.base import Pane, copy_of
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.panes.links import LinksPane
from tui_chain.tui.panes.live import LivePane
from tui_chain.tui.toasts import toast
from tui_chain.tui.widgets.headline import Headline

if TYPE_CHECKING:
    from tui_chain.engine.journey import Journey
    from tui_chain.resolve.resolution import ConsentRequest
    from tui_chain.tui.screens.host_dialogs import HostDialogs

_OF_PANE: dict[str, type[Pane]] = {"open_hop": LivePane, "step_path": LinksPane, "filter": HostPane}
"""Actions of one pane whose keys act wherever the focus is."""


class MainScreen(Screen[None]):
    """Which host, what was served, what is missing, does it work now.

    Panes say by messages what the user did in them; what they show comes down as the `row` of the current host.
    The stages, X.509 and the dialogs are imported where they are first needed: together they take longer than the
    first paint.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(MAIN)
    row: reactive[HostRow | None] = reactive(None, bindings=True)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.hosts = HostRows(self._row_changed)
        self.jobs = HostJobs(self, self.hosts, clock)
        self.filled = False
        self._clock = clock

    def compose(self) -> ComposeResult:
        """The line on top, four panes, the keys."""
        yield Headline(id="headline").data_bind(MainScreen.row)
        with Horizontal(id="body"):
            yield HostPane("hosts")
            with Vertical(id="right"):
                yield ChainPane("chain", self._clock).data_bind(MainScreen.row)
                yield LinksPane("links").data_bind(MainScreen.row)
                yield LivePane("live").data_bind(MainScreen.row)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the host list."""
        self._show_open("hosts")

    # start

    async def fill(self, hosts: Iterable[Host]) -> None:
        """Fill the panes, which are painted empty first, and list the hosts."""
        for pane in self.query(Pane):
            await pane.fill()
        self.filled = True
        self.query_one(HostPane).main().focus()
        self.query_one(HostPane).set_rows(())
        self.add_hosts(hosts, False)
        self.query_one(Headline).placeholder = "Loading"

    def begin(self, journey: Journey, known: Iterable[Host], select: str) -> None:
        """Take the stages that have been loaded, add the hosts that they know, and probe all; `select` is a label."""
        self.query_one(Headline).placeholder = ""
        self.jobs.loaded = journey
        if journey.all_sources:
            journey.siblings = self.jobs.served
        journey.consent = self.ask_consent
        self.add_hosts(known, False)
        selected = next((row.target for row in self.hosts if select and row.state.label == select), None)
        if selected is not None:
            self.query_one(HostPane).go(selected)
        self.action_probe_all()

    async def ask_consent(self, question: ConsentRequest) -> bool:
        """Ask whether AIA may lead inside; the job that asks waits."""
        from tui_chain.tui.screens.dialog import ConfirmScreen

        screen = ConfirmScreen("Inside your network?", question.question, "ask there", "leave it")
        return await self.app.push_screen_wait(screen) is True

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
            pane.set_rows(self.hosts)
            if probe:
                pane.go(fresh[0].target)
                for row in fresh:
                    self.jobs.probe(row.target)
        self._follow()
        return fresh

    def _row_changed(self, row: HostRow) -> None:
        self.query_one(HostPane).update_row(row)
        if self.row is None or self.row.target == row.target:
            self.row = row

    def _follow(self) -> None:
        self.row = self.hosts.get(self.query_one(HostPane).highlighted)

    # which pane is open where there is not room for all; the style sheet says what that means at each size

    def action_pane(self, name: str) -> None:
        """Go to a pane, which opens it."""
        self.query_one(f"#{name}", Pane).main().focus()

    def on_descendant_focus(self) -> None:
        """Open the pane that has the focus."""
        pane = self._pane_in_focus()
        if pane is not None and pane.id is not None:
            self._show_open(pane.id)

    def _pane_in_focus(self) -> Pane | None:
        return next((pane for pane in self.query(Pane) if pane.has_focus_within), None)

    def _show_open(self, name: str) -> None:
        right = name != "hosts"
        for pane in self.query(Pane):
            pane.set_class(pane.id == name or (not right and pane.id == "chain"), "-open")
            pane.set_class(pane.id == name, "-zoomed")
        self.query_one("#right").set_class(right, "-open")
        self.query_one("#hosts").set_class(not right, "-open")
        self.set_class(not right, "-closed")

    def _reveal(self, name: str) -> None:
        """Open a pane where only one is open at a time."""
        if self.has_class("-narrow") or self.has_class("-short"):
            self.action_pane(name)

    def action_zoom(self) -> None:
        """Show one pane alone, or all again."""
        self.toggle_class("-zoom")

    def action_back(self) -> None:
        """Leave the filter, else stop the job, else unzoom, else take all marks away."""
        pane = self.query_one(HostPane)
        if pane.filtering:
            pane.close_filter(clear=True)
        elif self.row is not None and self.row.busy:
            self.jobs.cancel(self.row.target)
            self.hosts.stop(self.row.target)
            toast(self, "Stopped.")
        elif self.has_class("-zoom"):
            self.remove_class("-zoom")
        else:
            for row in self.hosts.marked:
                self.hosts.put(replace(row, marked=False))

    # which actions there are now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now; the rest is dimmed in the footer and left out of the palette."""
        if action not in NAMES:
            return super().check_action(action, parameters)
        if not self.filled:
            return False
        if action in _OF_PANE:
            return self.query_one(_OF_PANE[action]).check_action(action, parameters)
        ready = self.jobs.loaded is not None or action in {"help", "pane", "add", "filter", "zoom", "back"}
        # to look for marks takes time where there are thousands of hosts
        selected = self.selected if action in OF_SELECTED else ()
        return True if ready and is_available(action, self.row, selected) else None

    def refusal(self, action: str) -> str:
        """Why an action is not offered now."""
        return refusal(action, self.row, len(self.hosts.marked))

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Those that act where the focus is, in the order of the table of actions."""
        return dict(sorted(super().active_bindings.items(), key=lambda item: _rank(item[1].binding.id)))

    def home_of(self, action: Action) -> DOMNode:
        """Where an action would act now: in the pane in focus, on this screen, or in the app."""
        pane = self._pane_in_focus()
        if pane is not None and pane.id in action.homes and pane.check_action(action.name, ()):
            return pane
        return self if MAIN in action.homes else self.app

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
    def _host_highlighted(self, message: messages.HostHighlighted) -> None:
        self.row = self.hosts.get(message.target)

    @on(messages.HostOpened)
    def _host_opened(self) -> None:
        self.action_pane("chain")

    @on(messages.HostMarked)
    def _host_marked(self, message: messages.HostMarked) -> None:
        row = self.hosts.get(message.target)
        if row is not None:
            self.hosts.put(replace(row, marked=not row.marked))

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
            toast(self, f"{message.target} is on the list already.")
        self._reveal("chain")

    @on(messages.CertificateOpened)
    def _certificate_opened(self, message: messages.CertificateOpened) -> None:
        if self.row is not None and self.row.state is message.state:
            self.dialogs.certificate(self.row, message.certificate)

    # the host under the cursor, and the hosts that are marked

    def action_add(self) -> None:
        """Ask for hosts."""
        self.dialogs.add(lambda row: self.query_one(HostPane).go(row.target))

    def action_probe(self) -> None:
        """Probe the current host again."""
        if self.row is not None:
            self.jobs.probe(self.row.target)

    def action_probe_all(self) -> None:
        """Probe every host again."""
        for row in list(self.hosts):
            self.jobs.probe(row.target)

    def action_remove(self) -> None:
        """Take the current host off the list."""
        if self.row is None:
            return
        target = self.row.target
        self.jobs.cancel(target)
        self.hosts.remove(target)
        self.query_one(HostPane).set_rows(self.hosts)
        self._follow()
        toast(self, f"Removed {target}.")

    def action_fix(self) -> None:
        """Find missing links, build and prove the repair; of all marked hosts where some are."""
        selected = self.selected
        found = [row for row in selected if reached(row) is not None]
        for row in found:
            self.jobs.fix(row.target)
        if found and len(selected) == 1:
            self._reveal("links")

    def action_test(self) -> None:
        """Make a real request, before and after."""
        if self.row is not None:
            self.jobs.test(self.row)
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
        self.dialogs.answers.ask(self.row, AnswerKind.REVOCATION)

    def action_doctor(self) -> None:
        """Ask what this machine's Python makes of the host, or open what it has found."""
        self.dialogs.answers.ask(self.row, AnswerKind.DOCTOR)

    @on(messages.DetailOpened)
    def _detail_opened(self, message: messages.DetailOpened) -> None:
        self.dialogs.answers.open(message.target, message.detail)

    def action_crls(self) -> None:
        """Put CRLs into the bundle, or take them out."""
        had = any(row.state.lists is not None for row in self.selected)
        self.dialogs.crls(self.selected)
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
        """Save a report."""
        if self.row is not None:
            self.dialogs.report(self.row)

    def action_audit(self) -> None:
        """Audit a trust file."""
        if self.jobs.loaded is not None:
            self.dialogs.audit(self.row)

    def action_copy_certificate(self) -> None:
        """Copy the leaf."""
        served = reached(self.row)
        if served is not None:
            self.post_message(copy_of(served.certificates[0]))

    def action_details(self) -> None:
        """Show all of the leaf."""
        served = reached(self.row)
        if self.row is not None and served is not None:
            self.dialogs.certificate(self.row, served.certificates[0])

    def action_error(self) -> None:
        """Show the last error in full."""
        if self.row is not None and self.row.error is not None:
            self.dialogs.error(self.row.error)


def _rank(binding_id: str | None) -> int:
    """The place in the footer of a binding, by its id; one that is not in the table stands last."""
    return RANK.get(binding_id or "", len(RANK))
