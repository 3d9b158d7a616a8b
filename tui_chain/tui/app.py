"""The app: its start, theme, palette, clipboard, and its end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console
from rich.segment import Segments
from textual import on, work
from textual.app import App
from textual.binding import BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.core.threads import in_daemon_thread
from tui_chain.engine.host_state import Clock, utc_now
from tui_chain.net.host_list import Host
from tui_chain.tui.actions import ACTIONS, APP, NAMES, Action, bindings
from tui_chain.tui.background import in_background, unforeseen, unforeseen_fault
from tui_chain.tui.host_rows import HostRow
from tui_chain.tui.messages import CopyRequested, HostRequested
from tui_chain.tui.screens.main import MainScreen
from tui_chain.tui.toasts import toast

if TYPE_CHECKING:
    from textual.actions import ActionParseResult

    from tui_chain.engine.journey import Journey
    from tui_chain.tui.cause_steps import CauseStep

DIALOGS = "tui_chain.tui.screens.host_dialogs"
"""The module of the dialogs about hosts, which loads all that they show."""
THEME = "tokyo-night"
"""The theme where TEXTUAL_THEME names none; the palette changes it."""
Start = Callable[[], "tuple[Journey, tuple[Host, ...]] | Failure"]
"""Loads what the app needs off the event loop: the journey, and hosts that it knows by itself."""


class ActionProvider(Provider):
    """Offers in the palette what the table of actions has and can be done at the moment."""

    def _available(self) -> list[tuple[Action, DOMNode]]:
        """The actions, each with the place where it acts."""
        main = self.screen
        if not isinstance(main, MainScreen):
            return []
        homes = [(action, main.home_of(action)) for action in ACTIONS if action.palette]
        return [(action, home) for action, home in homes if home.check_action(action.name, ())]

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action, home in self._available():
            run = partial(self.app.run_action, action.call, home)
            yield DiscoveryHit(action.description, run, help=f"key {action.key_names}")

    async def search(self, query: str) -> Hits:
        """Those that match what is typed."""
        matcher = self.matcher(query)
        for action, home in self._available():
            score = matcher.match(action.description)
            if score > 0:
                run = partial(self.app.run_action, action.call, home)
                yield Hit(score, matcher.highlight(action.description), run, help=f"key {action.key_names}")


class FaultConsole(Console):
    """Prints a sentence where Textual would print a traceback, which holds the values of all variables."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, but of a traceback only what was raised."""
        shown = (f"tlschain-tui: {_fault(one)}" if isinstance(one, Segments) else one for one in objects)
        super().print(*shown, **options)


def _fault(traceback: Segments) -> Failure:
    """The failure that stands at the end of a traceback, below its frame."""
    text = "".join(segment.text for segment in traceback.segments)
    return unforeseen_fault(" ".join(text.rpartition("╯")[2].split()))


MAX_NOTICES = 4
"""Notices of the start that are shown: one a line, so that they cover little."""


def _first(notices: Sequence[str]) -> tuple[str, ...]:
    """The first notices, and how many more there are."""
    more = len(notices) - MAX_NOTICES
    return (*notices[:MAX_NOTICES], f"and {plural(more, 'notice')} more") if more > 0 else tuple(notices)


class ChainApp(App[None]):
    """tlschain-tui: loads the stages, opens the main screen, and serves it and the dialogs.

    `start` loads what is needed, and `select` is the label of the host under the cursor at first.
    """

    TITLE = "tlschain-tui"
    CSS_PATH = "style.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(APP)
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (160, "-wide")]  # noqa: RUF012 - as Textual has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012 - as Textual has it

    def __init__(
        self,
        start: Start,
        hosts: Iterable[Host] = (),
        *,
        clock: Clock = utc_now,
        select: str = "",
    ) -> None:
        super().__init__()
        if not os.environ.get("TEXTUAL_THEME"):
            # before the app runs: a later change would parse every style twice
            self.set_reactive(App.theme, THEME)
            self.stylesheet.set_variables(self.get_css_variables())
        self.error_console = FaultConsole(markup=False, highlight=False, stderr=True)
        self._clock = clock
        self._start = start
        self._first = tuple(hosts)
        self._select = select
        self._copying = asyncio.Lock()

    @cached_property
    def main(self) -> MainScreen:
        """The main screen; made once the app runs, since a screen belongs to the app that is active then."""
        return MainScreen(self._clock)

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
        self.call_after_refresh(self._begin)

    @work(group="start", exclusive=True, exit_on_error=False)
    async def _begin(self) -> None:
        try:
            await self._load()
        except Exception as error:  # noqa: BLE001 - without a start there is nothing to go on with
            self.exit(return_code=2, message=f"tlschain-tui: {unforeseen(error)}")

    async def _load(self) -> None:
        await self.main.fill(self._first)
        # what it opens is closed at the end, which therefore waits for it: no daemon thread
        loaded = await asyncio.to_thread(self._start)
        if isinstance(loaded, Failure):
            self.exit(return_code=2, message=f"tlschain-tui: {loaded}")
            return
        journey, known = loaded
        if journey.notices:
            toast(self.main, "\n".join(_first(journey.notices)), "warning")
        self.main.begin(journey, known, self._select)
        # the first dialog is to open at once
        await in_background(partial(import_module, DIALOGS), "dialogs")

    # actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before the panes are filled one can quit."""
        if action in {"help", "explain"}:
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
        if known:
            self.clear_notifications()  # what was shown for the key before
        done = await super().run_action(action, default_namespace, namespaces)
        # an action of a pane that is not offered there goes on to the main screen
        if known and not done and default_namespace in {None, self, self.main}:
            toast(self.main, self.main.refusal(name), "warning")
        return done

    def action_help(self) -> None:
        """Show every key."""
        from tui_chain.tui.screens.dialog import PageScreen
        from tui_chain.tui.screens.pages import keys_page

        self.push_screen(PageScreen("All keys", keys_page()))

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

    def action_request_quit(self) -> None:
        """Quit; ask while a proven bundle is unwritten."""
        from tui_chain.tui.screens.dialog import ConfirmScreen

        unwritten = self.main.hosts.unwritten
        if not unwritten:
            self.exit()
            return

        def answered(leave: bool | None) -> None:
            if leave:
                self.exit()

        names = ", ".join(str(row.target) for row in unwritten[:3]) + (", …" if len(unwritten) > 3 else "")
        question = f"The proven bundle for {names} has not been written."
        self.push_screen(ConfirmScreen("Quit?", question, "quit without it", "stay"), answered)

    # the clipboard

    @on(CopyRequested)
    def _copy_requested(self, message: CopyRequested) -> None:
        self._copy(message.text, message.subject)

    @work(group="copy", exit_on_error=False)
    async def _copy(self, text: str, subject: str) -> None:
        async with self._copying:  # of two copies in one go the second is the one that stays
            sentence, certain = await copy_text(text, subject, self.copy_to_clipboard)
        toast(self.screen, sentence, "information" if certain else "warning")


OSC52_LIMIT = 6_000
"""Bytes beyond which some terminals drop an OSC 52 sequence without a word."""
CLIPBOARD_SECONDS = 2.0
"""How long a clipboard program may take."""


async def copy_text(text: str, subject: str, send_to_terminal: Callable[[str], None]) -> tuple[str, bool]:
    """Copy `text`; return a sentence of what happened, and whether it is certain.

    Locally the desktop's clipboard is tried first. Over SSH that would be the far machine's, so the terminal
    is asked (OSC 52), which never answers.
    """
    size = f"{len(text.encode()) / 1024:.1f} KB"
    trouble = "over SSH the clipboard is the terminal's"
    if not any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY")):
        trouble = await _copy_to_desktop(text)
        if not trouble:
            return f"Copied {subject}, {size}.", True
    send_to_terminal(text)
    sentence = f"Sent {subject}, {size}, to the terminal, unconfirmed ({trouble})."
    if len(text) > OSC52_LIMIT:
        sentence += " Some terminals take less; w writes it to a file."
    return sentence, False


async def _copy_to_desktop(text: str) -> str:
    """Ask the desktop's clipboard; return what went wrong, empty for success."""
    try:
        async with asyncio.timeout(CLIPBOARD_SECONDS):
            # a clipboard program that hangs must not hold the end of ours
            return await in_daemon_thread(lambda: _with_pyperclip(text), "clipboard")
    except TimeoutError:
        return "the clipboard program does not answer"


def _with_pyperclip(text: str) -> str:
    import pyperclip

    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException:
        return "there is no clipboard program here"
    except OSError as error:
        return safe_text(str(error.strerror or error), 80)
    return ""
