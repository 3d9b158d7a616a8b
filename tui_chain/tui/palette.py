"""The palette: every action by its description, that can be done at the moment."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from tui_chain.tui.actions import ACTIONS, MAIN, Action, keymap_of, written_keys
from tui_chain.tui.panes.base import pane_in_focus
from tui_chain.tui.screens.main import MainScreen


class ActionProvider(Provider):
    """Offers in the palette what the table of actions has and can be done at the moment."""

    def _available(self) -> list[tuple[Action, DOMNode]]:
        """The actions, each with the place where it acts."""
        main = self.screen
        if not isinstance(main, MainScreen):
            return []
        homes = [(action, _home_of(main, action)) for action in ACTIONS if action.palette]
        return [(action, home) for action, home in homes if home.check_action(action.name, ())]

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action, home in self._available():
            run = partial(self.app.run_action, action.call, home)
            yield DiscoveryHit(action.description, run, help=f"key {written_keys(action, keymap_of(self.app))}")

    async def search(self, query: str) -> Hits:
        """Those that match what is typed."""
        matcher = self.matcher(query)
        for action, home in self._available():
            score = matcher.match(action.description)
            if score > 0:
                run = partial(self.app.run_action, action.call, home)
                yield Hit(
                    score,
                    matcher.highlight(action.description),
                    run,
                    help=f"key {written_keys(action, keymap_of(self.app))}",
                )


def _home_of(main: MainScreen, action: Action) -> DOMNode:
    """Where an action would act now: in the pane in focus, on the main screen, or in the app."""
    pane = pane_in_focus(main)
    if pane is not None and pane.id in action.homes and pane.check_action(action.name, ()):
        return pane
    return main if MAIN in action.homes else main.app
