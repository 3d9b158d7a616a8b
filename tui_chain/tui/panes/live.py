"""Pane 4: who accepts it, and whether it works now."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui_chain.core.text import plural
from tui_chain.tui.paint import attempt, fact, hop_line, lines
from tui_chain.tui.panes.base import SCROLL_KEYS, Pane
from tui_chain.tui.panes.matrix import matrix
from tui_chain.tui.rows import BAD, DIM, NEW, OK, WARN, Row

if TYPE_CHECKING:
    from tui_chain.livetest.live import LiveTest


class LiveScroll(VerticalScroll):
    """The pane's body with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLL_KEYS


NAMES = 9
"""Cells of the column of names, as `fact` has it."""
SCROLL_BAR = 2
"""Cells that a scroll bar takes."""
HINT = (
    "Press t: a real request with the trust store as it is, and with the bundle alone."
    " m changes its method, path, headers and way."
)


class LivePane(Pane):
    """What each client family says; below it a real request, with the trust store and with the bundle alone."""

    NUMBER, NAME = 4, "Clients and live test"

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="pane")

    def parts(self) -> ComposeResult:
        """The families, what is asked, the two answers side by side, the hops and what is set around it."""
        with LiveScroll(id="live-body"):
            yield Static(id="families-first", classes="families", markup=False)
            yield Static(id="live-request", markup=False)
            with Horizontal(id="live-sides"):
                yield Static(id="live-before", classes="side", markup=False)
                yield Static(id="live-after", classes="side", markup=False)
            yield Static(id="live-more", markup=False)
            yield Static(id="families-last", classes="families", markup=False)

    def main(self) -> LiveScroll:
        """The scrolling body."""
        return self.query_one(LiveScroll)

    def _show_families(self, row: Row | None, *, tested: bool) -> None:
        """Show the matrix of families above what a test would do, and below what a test has done."""
        families = _families(row, self.content_size.width - SCROLL_BAR)
        for name, here in (("first", not tested), ("last", tested)):
            part = self.query_one(f"#families-{name}", Static)
            part.update(families if here else "")
            part.display = here and bool(families)

    def on_resize(self) -> None:
        """Wrap the hops to another width."""
        super().on_resize()
        self.watch_row(self.row)

    def watch_row(self, row: Row | None) -> None:
        """Show another host, or the same one further on its way."""
        if not self.filled:
            return
        test = row.state.live_test if row is not None else None
        self.title(*_verdict(row))
        self.set_class(test is not None, "-tested")
        shown = _shown(test, self.content_size.width - SCROLL_BAR) if test is not None else _untested(row)
        self._show_families(row, tested=test is not None)
        for name, content in zip(("request", "before", "after", "more"), shown, strict=True):
            part = self.query_one(f"#live-{name}", Static)
            part.update(content)
            part.display = bool(content)


Shown = tuple[Content, Content, Content, Content]


def _families(row: Row | None, width: int) -> Content:
    """The matrix of client families, with the bundle where one is proven."""
    verdict = row.state.verdict if row is not None else None
    if row is None or verdict is None or not verdict.verdicts:
        return Content()
    proven = row.state.proven
    return matrix(verdict.verdicts, None if proven is None else proven.verdicts, width)


def _untested(row: Row | None) -> Shown:
    """What would be asked, where the user has chosen that, and how."""
    choice = row.request if row is not None else None
    parts = [Content.styled(HINT, DIM)]
    if choice is not None:
        way = " through the environment's proxy" if choice.proxy else ""
        headers = f" with {plural(len(choice.headers), 'header')}" if choice.headers else ""
        parts.insert(0, fact("request", f"{choice.method} {choice.path}{headers}{way}"))
    return lines(parts), Content(), Content(), Content()


def _shown(test: LiveTest, width: int) -> Shown:
    request = [fact("request", f"{test.method} {test.url}"), *([fact("way", test.route)] if test.route else [])]
    nothing = "There is no proven bundle to test; f looks for one."
    sides = attempt("Before", test.before, ""), attempt("After", test.after, nothing)
    return lines(request), *sides, lines(_more(test, width))


def _more(test: LiveTest, width: int) -> Iterator[Content]:
    """The hops of the way, a failed one offered as a host, and what in the environment beats the bundle."""
    for place, hop in enumerate(test.hops[1:]):
        yield Content.assemble(fact("" if place else "then"), hop_line(hop, width - NAMES, NAMES))
    if test.failed_hop is not None:
        yield fact("", ("o", "bold"), (f" opens {test.failed_hop} as a new host", NEW))
    from tui_chain.livetest.environment import overriding_text  # a test has loaded it

    beating = overriding_text(test.environment, repaired=test.after is not None)
    if beating:
        yield Content.styled("\n  ".join(textwrap.wrap(f"! {beating}; T shows what it does", max(width, 20))), WARN)


def _accepting(row: Row | None) -> tuple[str, str]:
    """How many families accept: with the bundle where one is proven, else as served."""
    verdict = row.state.verdict if row is not None else None
    if row is None or verdict is None or not verdict.verdicts:
        return "not run", DIM
    proven = row.state.proven
    verdicts = verdict.verdicts if proven is None else proven.verdicts
    accepted = sum(one.ok for one in verdicts.values())
    how = "as served" if proven is None else "with the bundle"
    style = OK if accepted == len(verdicts) else WARN if accepted else BAD
    return f"{accepted} of {len(verdicts)} accept {how} · not tested yet", style


def _verdict(row: Row | None) -> tuple[str, str]:
    test = row.state.live_test if row is not None else None
    if test is None:
        return _accepting(row)
    failing = " · a redirect fails" if test.failed_hop is not None else ""
    if test.after is not None:
        before = "worked" if test.before.ok else "failed"
        works = f"✓ {before} before, works with the bundle{failing}"
        return (works, OK) if test.after.ok else ("✗ fails with the bundle", BAD)
    glyph, style = ("✓", OK) if test.before.ok else ("✗", BAD)
    return f"{glyph} {test.before.words}{failing}", style
