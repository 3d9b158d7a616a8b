"""The command palette: the actions that apply now, by name."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui_chain.tui.actions import ACTIONS, Action


class ActionProvider(Provider):
    """Offers what the table of actions has and the app allows at the moment."""

    def _actions(self) -> list[Action]:
        return [action for action in ACTIONS if action.palette and self.app.check_action(action.call, ())]

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action in self._actions():
            yield DiscoveryHit(
                action.words, partial(self.app.run_action, action.call), help=f"key {action.key_words}"
            )

    async def search(self, query: str) -> Hits:
        """Those that match what is typed."""
        matcher = self.matcher(query)
        for action in self._actions():
            score = matcher.match(action.words)
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(action.words),
                    partial(self.app.run_action, action.call),
                    help=f"key {action.key_words}",
                )
