"""Which pane is open where there is not room for all."""

from __future__ import annotations

from textual.app import App

from tui_chain.tui.panes.base import Pane


class LayoutApp(App[None]):
    """The part of the app that opens and folds panes; the style sheet says what that means at each size."""

    _open = "hosts"

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
