"""The app: its start, theme, palette, clipboard, and its end."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.dom import DOMNode

from tui_chain.core.failure import FAULT, Failure
from tui_chain.core.text import plural
from tui_chain.engine.host_state import Clock, utc_now
from tui_chain.net.host_list import Host
from tui_chain.tui.actions import APP, NAMES, bindings
from tui_chain.tui.background import (
    collect_garbage,
    in_background,
    load_dialogs,
    load_models,
    unforeseen,
)
from tui_chain.tui.clipboard import copy_text
from tui_chain.tui.fault_console import FaultConsole
from tui_chain.tui.host_rows import HostRow
from tui_chain.tui.key_queue import ANSWER_SECONDS, KeyQueue, Pressed
from tui_chain.tui.list_actions import confirm_loss
from tui_chain.tui.memory import NO_MEMORY, Keeper, Listing, Memory
from tui_chain.tui.messages import CopyRequested, HostRequested, Noted
from tui_chain.tui.palette import ActionProvider
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.screens.dialog import ConfirmScreen
from tui_chain.tui.screens.main import MainScreen
from tui_chain.tui.terminal_output import terminal_is_gone
from tui_chain.tui.themes import ANSI_THEME, THEME, colour_of_new, known_theme
from tui_chain.tui.timers import sure
from tui_chain.tui.toasts import toast

if TYPE_CHECKING:
    from textual.actions import ActionParseResult
    from textual.screen import Screen
    from textual.theme import Theme
    from textual.timer import Timer, TimerCallback

    from tui_chain.engine.activity import Entry
    from tui_chain.engine.journey import Journey
    from tui_chain.tui.cause_steps import CauseStep

IDLE_SECONDS = 5.0
"""Seconds without a key after which nobody waits for anything."""
HANGUP = 129
"""The exit code of a program that SIGHUP has ended, whether it came or not."""
KEEP_SECONDS = 60
"""How often the host list is kept while the screen is open."""
Start = Callable[[], "tuple[Journey, tuple[Host, ...]] | Failure"]
"""Loads what the app needs off the event loop: the journey, and hosts that it knows by itself."""


MAX_NOTED = 5_000
"""Entries of the log that are kept; the oldest make room."""
MAX_NOTICES = 4
"""Notices of the start that are shown: one a line, so that they cover little."""


def _first(notices: Sequence[str]) -> tuple[str, ...]:
    """The first notices, how many more there are, and the key that shows them all."""
    more = len(notices) - MAX_NOTICES
    rest = f"and {plural(more, 'notice')} more: e shows them all" if more > 0 else "e shows this again"
    return (*notices[:MAX_NOTICES], rest)


class ChainApp(App[None]):
    """tlschain-tui: loads the stages, opens the main screen, and serves it and the dialogs.

    `start` loads what is needed, `select` is the label of the host under the cursor at first, and `notices` are
    sentences on what of the arguments is not used. `memory` is what is at hand of earlier runs.
    """

    TITLE = "tlschain-tui"
    CSS_PATH = "style.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(APP),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="suspend"),
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = App.COMMANDS | {ActionProvider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (160, "-wide")]  # noqa: RUF012 - as Textual has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012 - as Textual has it

    def __init__(
        self,
        start: Start,
        hosts: Iterable[Host] = (),
        *,
        clock: Clock = utc_now,
        select: str = "",
        notices: Sequence[str] = (),
        memory: Memory = NO_MEMORY,
    ) -> None:
        super().__init__()
        # others come out as one grey where there are 16 colours
        usual = ANSI_THEME if self.console.color_system == "standard" and not self.no_color else THEME
        theme, no_theme = known_theme(
            os.environ.get("TEXTUAL_THEME", "") or memory.theme, self.available_themes, usual
        )
        # before the app runs: a later change would parse every style twice
        self.set_reactive(App.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self._notices = (*([no_theme] if no_theme else []), *memory.notices, *notices)
        self._memory = memory
        self._chosen_theme = ""
        self.keymap: Mapping[str, str] = {}
        if memory.keymap:
            self.set_keymap(memory.keymap)
        self.error_console = self.fault_console = FaultConsole(markup=False, highlight=False, stderr=True)
        self._clock = clock
        self._start = start
        self._first = tuple(hosts)
        self._select = select
        self._copies: deque[CopyRequested] = deque()
        self.activity: deque[Entry] = deque(maxlen=MAX_NOTED)
        self._keeper = Keeper(memory)
        self._pane: HostPane | None = None
        self._keys = KeyQueue(self, self._hand_on, lambda: isinstance(self.screen, ConfirmScreen))

    def get_css_variables(self) -> dict[str, str]:
        """Those of the theme, what is new in a colour that no status has."""
        variables = super().get_css_variables()
        variables["text-accent"] = colour_of_new(variables)
        return variables

    @cached_property
    def main(self) -> MainScreen:
        """The main screen; made once the app runs, since a screen belongs to the app that is active then."""
        return MainScreen(self._clock, lambda: self._keys.waiting)

    def get_default_screen(self) -> MainScreen:
        """The main screen."""
        return self.main

    @property
    def ready(self) -> bool:
        """Whether the panes are filled and the stages loaded."""
        return self.main.filled and self.main.jobs.loaded is not None

    @property
    def rows(self) -> tuple[HostRow, ...]:
        """Every host in its order."""
        return tuple(self.main.hosts)

    # start

    def on_mount(self) -> None:
        """Paint first; fill the panes, load and probe after."""
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        self.set_interval(ANSWER_SECONDS, self._keys.go_on)
        self.set_interval(IDLE_SECONDS, self._collect)
        if not (self.is_headless or self.is_web):
            self.set_interval(ANSWER_SECONDS, self._end_with_terminal)
        # Textual has decided for another theme whether the terminal's own colours pass: let it decide again
        self.ansi_color = self.current_theme.ansi
        self.ansi_color = None
        self.call_after_refresh(self._begin)

    def _theme_chosen(self, theme: Theme) -> None:
        self._chosen_theme = theme.name

    def _end_with_terminal(self) -> None:
        """End where the terminal has closed: nobody is there any more, and Textual would read on for ever."""
        if terminal_is_gone():
            self.exit(return_code=HANGUP)

    def _collect(self) -> None:
        """Look for garbage while nobody waits for anything."""
        if not self.main.hosts.jobs and self._keys.quiet_seconds > IDLE_SECONDS:
            collect_garbage()

    def keep(self) -> Failure | None:
        """Keep what lasts longer than this run; blocks on the disk."""
        return self._keeper.keep(self._listing)

    def _listing(self) -> Listing | None:
        """The list as it is now, also after the screen was closed; None before it is filled."""
        if self._pane is None:
            return None
        return Listing(self.rows, self._pane.order, self._chosen_theme, frozenset(self.main.jobs.saved))

    @work(group="keep", exclusive=True, exit_on_error=False)
    async def _keep_now(self) -> None:
        """Keep it while the screen is open: a terminal that is closed asks nobody."""
        if self._keeper.is_busy:
            return
        kept = await in_background(self.keep, "session")
        if self._keeper.is_news(kept):
            toast(self.screen, str(kept), "warning")

    @work(group="start", exclusive=True, exit_on_error=False)
    async def _begin(self) -> None:
        try:
            await self._load()
        except Exception as error:  # noqa: BLE001 - without a start there is nothing to go on with
            if self.return_code is None:  # what was ended meanwhile is not there to be filled
                self.exit(return_code=FAULT, message=f"tlschain-tui: {unforeseen(error)}")

    async def _load(self) -> None:
        await self._fill()
        # what it opens is closed at the end, which therefore waits for it: no daemon thread
        loaded = await asyncio.to_thread(self._start)
        if isinstance(loaded, Failure):
            self.exit(return_code=2, message=f"tlschain-tui: {loaded}")
            return
        journey, known = loaded
        await in_background(load_models, "models")
        self.set_interval(KEEP_SECONDS, self._keep_now)
        self.main.notices = (*self._notices, *journey.notices)
        if self.main.notices:
            toast(self.main, "\n".join(_first(self.main.notices)), "warning")
        self.main.begin(journey, known, self._select)
        earlier = await in_background(self._memory.earlier_entries, "log")
        if not isinstance(earlier, Failure):
            self.activity = deque([*earlier, *self.activity], maxlen=MAX_NOTED)
        await in_background(load_dialogs, "dialogs")
        if self._memory.results is not None:
            from tui_chain.tui.saved_results import show_saved

            await show_saved(self.main, self._memory.results, self._memory.judge_at)

    async def _fill(self) -> None:
        """List the hosts, with what is known of them from earlier runs."""
        self.main.jobs.saved = self._memory.saved
        await self.main.fill(self._first, self._memory.order)
        for target, request in self._memory.requests.items():
            row = self.main.hosts.get(target)
            if row is not None:
                self.main.hosts.put(replace(row, request=request))
        self._pane = self.main.query_one(HostPane)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Of Textual's own commands the one that chooses a theme; the others are actions of the table."""
        commands = super().get_system_commands(screen)
        return (command for command in commands if command.title == "Theme")

    def set_timer(
        self, delay: float, callback: TimerCallback | None = None, *, name: str | None = None, pause: bool = False
    ) -> Timer:
        """Do as Textual does: without a timer that it dropped, no size of the terminal is taken any more."""
        return sure(super().set_timer(delay, callback, name=name, pause=pause))

    # keys

    def set_keymap(self, keymap: Mapping[str, str]) -> None:
        """Let bindings have other keys, by their ids; the help page shows them."""
        self.keymap = dict(keymap)
        super().set_keymap(keymap)

    async def on_event(self, event: events.Event) -> None:
        """Do as Textual does, but with one key at a time, since each may move the focus or open a screen."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        else:
            self.main.jobs.turns.hold()
            await self._keys.put(event)

    async def _hand_on(self, key: Pressed) -> None:
        await super().on_event(key)

    # actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before the panes are filled one can quit."""
        if action in {"help", "explain", "log"}:
            return self.main.filled
        return super().check_action(action, parameters)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do as Textual does; of an action of the main screen that is not offered now, say why."""
        name = action.partition("(")[0] if isinstance(action, str) else ""
        known = name in NAMES and self.ready
        if name in NAMES and self.screen is self.main:
            self.main.follow()
        if known:
            self.clear_notifications()  # what was shown for the key before
        done = await super().run_action(action, default_namespace, namespaces)
        # an action of a pane that is not offered there goes on to the main screen
        if known and not done and default_namespace in {None, self, self.main}:
            toast(self.main, self.main.refusal(name), "warning")
        return done

    def action_help(self) -> None:
        """Show every key."""
        from tui_chain.tui.screens.keys import KeysScreen

        self.push_screen(KeysScreen(self.keymap))

    def action_log(self) -> None:
        """Show what was done."""
        from tui_chain.tui.screens.log import LogScreen

        self.push_screen(LogScreen(self.activity))

    @on(Noted)
    def _noted(self, message: Noted) -> None:
        from tui_chain.engine.activity import Entry

        path = str(message.path) if message.path is not None else None
        entry = Entry(self._clock(), message.text, message.command, path)
        self.activity.append(entry)
        if entry.command or path is not None:
            self._keeper.note(entry)

    def action_explain(self) -> None:
        """Ask for an error text and say what it means."""
        from tui_chain.tui.screens.explain import ExplainScreen

        self.push_screen(ExplainScreen(), self._step_chosen)

    def _step_chosen(self, step: CauseStep | None) -> None:
        """Do what decides about a cause of an error text."""
        if step is None:
            return
        from tui_chain.tui.cause_steps import StepKind

        if step.target is not None:
            self.main.post_message(HostRequested(step.target))
        elif step.kind is StepKind.NAME:
            self.main.action_add()
        elif self.main.jobs.loaded is None:
            return
        elif step.kind is StepKind.DOCTOR:
            self.main.action_doctor()
        else:
            self.main.dialogs.audit(self.main.row, step.file)

    def action_help_quit(self) -> None:
        """Say how to quit: ctrl+c, which ends other programs, copies what is selected."""
        quits = (key for key, active in self.main.active_bindings.items() if active.binding.action == "request_quit")
        key = min(quits, key=len, default="ctrl+q")
        toast(self.screen, f"esc closes this, then {key} quits." if self.screen.is_modal else f"{key} quits.")

    def action_suspend_process(self) -> None:
        """Go into the background, where there is a shell that brings the screen back."""
        if self.is_web or sys.platform == "win32":
            toast(self.screen, "There is no shell here that could bring the screen back.", "warning")
        else:
            super().action_suspend_process()

    def action_request_quit(self) -> None:
        """Quit; ask while a proven bundle is unwritten."""
        hosts = self.main.hosts
        confirm_loss(self, (*hosts.unwritten, *hosts.dropped), "Quit?", "quit", self.exit)

    # the clipboard

    @on(CopyRequested)
    def _copy_requested(self, message: CopyRequested) -> None:
        self._copies.append(message)
        self.main.dialogs.copied = message.text
        if len(self._copies) == 1:
            self._copy_all()

    @work(group="copy", exclusive=True, exit_on_error=False)
    async def _copy_all(self) -> None:
        """Copy one after the other: of two in one go the second is the one that stays."""
        try:
            while self._copies:
                await self._copy(self._copies[0])
                self._copies.popleft()
        finally:
            self._copies.clear()

    async def _copy(self, wanted: CopyRequested) -> None:
        sentence, certain = await copy_text(
            wanted.text, wanted.subject, self.copy_to_clipboard, in_browser=self.is_web
        )
        toast(self.screen, sentence, "information" if certain else "warning")
