"""Pane 4: whether it works now."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui_chain.tui.paint import attempt, fact
from tui_chain.tui.panes.base import SCROLL_KEYS, Pane
from tui_chain.tui.rows import BAD, DIM, OK, Row


class LiveScroll(VerticalScroll):
    """The pane's body with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLL_KEYS


class LivePane(Pane):
    """A real request with the trust store as it was, and beside it one with the bundle alone."""

    NUMBER, NAME = 4, "Live test"

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="pane")

    def parts(self) -> ComposeResult:
        """What is asked, and the two answers side by side."""
        with LiveScroll(id="live-body"):
            yield Static(id="live-request", markup=False)
            with Horizontal(id="live-sides"):
                yield Static(id="live-before", classes="side", markup=False)
                yield Static(id="live-after", classes="side", markup=False)

    def main(self) -> LiveScroll:
        """The scrolling body."""
        return self.query_one(LiveScroll)

    def watch_row(self, row: Row | None) -> None:
        """Show another host, or the same one further on its way."""
        if not self.filled:
            return
        request, before, after = (self.query_one(f"#live-{name}", Static) for name in ("request", "before", "after"))
        test = row.state.live_test if row is not None else None
        self.title(*_verdict(row))
        if test is None:
            request.update(
                Content.styled(
                    "Press t: a real request with the trust store as it is, and with the bundle alone.", DIM
                )
            )
            before.update(Content())
            after.update(Content())
            return
        request.update(fact("request", f"{test.method} {test.url}"))
        before.update(attempt("Before", test.before, ""))
        after.update(attempt("After", test.after, "There is no proven bundle to test; f looks for one."))


def _verdict(row: Row | None) -> tuple[str, str]:
    test = row.state.live_test if row is not None else None
    if test is None:
        return "not run", DIM
    if test.after is not None:
        before = "worked" if test.before.ok else "failed"
        return (
            (f"✓ {before} before, works with the bundle", OK) if test.after.ok else ("✗ fails with the bundle", BAD)
        )
    return (f"✓ {test.before.words}", OK) if test.before.ok else (f"✗ {test.before.words}", BAD)
