"""Pane 3: what is missing and where it can be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.text import plural
from tui_chain.diagnose.words import Status
from tui_chain.failure import Failure
from tui_chain.journey import source_of
from tui_chain.tui.paint import fact, lines, profile_line, refusals, try_line
from tui_chain.tui.panes.base import CURSOR_KEYS, Pane
from tui_chain.tui.rows import BAD, DIM, NEW, OK, WARN, Row


class LinkList(OptionList):
    """The list with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]


@dataclass(frozen=True)
class Line:
    """A line of the list and the certificate it stands for, if it does."""

    words: Content
    certificate: Certificate | None = None


class LinksPane(Pane):
    """Missing issuers, every try, every certificate that came, and the path that the repair takes."""

    NUMBER, NAME = 3, "Missing links"

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._lines: tuple[Line, ...] = ()

    def compose(self) -> ComposeResult:
        """The list, and below it the path and its proof."""
        yield LinkList(id="link-list", markup=False)
        with VerticalScroll(classes="below", can_focus=False):
            yield Static(id="link-detail", markup=False)

    def main(self) -> LinkList:
        """The list."""
        return self.query_one(LinkList)

    def watch_row(self, row: Row | None) -> None:
        """Show another host, or the same one further on its way."""
        if not self.is_mounted:
            return
        shown = tuple(_lines(row)) if row is not None else ()
        if [(line.words.plain, line.certificate) for line in shown] != [
            (line.words.plain, line.certificate) for line in self._lines
        ]:
            self._lines = shown
            options = self.main()
            options.clear_options()
            options.add_options([Option(line.words) for line in shown])
            options.highlighted = 0 if shown else None
        self.title(*_verdict(row))
        proof = _proof(row)
        self.query_one("#link-detail", Static).update(proof)
        self.query_one(".below").display = bool(proof.plain)

    @property
    def certificate(self) -> Certificate | None:
        """The certificate under the cursor."""
        place = self.main().highlighted
        return self._lines[place].certificate if place is not None and place < len(self._lines) else None

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.run_action("app.details")


def _lines(row: Row) -> Iterator[Line]:
    verdict, resolution = row.state.verdict, row.state.resolution
    if verdict is None:
        return
    for missing in verdict.missing:
        key = f" · key id {missing.key_id[:16]}…" if missing.key_id else ""
        yield Line(
            Content.assemble(
                ("✗ missing ", BAD), missing.subject, (f"{key} · wanted by {missing.wanted_by.label}", DIM)
            )
        )
    if resolution is None:
        return
    repair = row.state.proven
    used = set(repair.path.certificates) if repair is not None else set()
    for tried in resolution.tries:
        yield Line(try_line(tried), tried.certificates[0] if tried.certificates else None)
    for certificate in resolution.found:
        glyph, style, word = ("✚", NEW, "taken") if certificate in used else ("·", DIM, "not used")
        yield Line(Content.assemble((f"{glyph} {word} ", style), certificate.subject), certificate)


def _verdict(row: Row | None) -> tuple[str, str]:
    if row is None or row.status is None or row.status is Status.UNREACHABLE:
        return "nothing to say yet", DIM
    state = row.state
    if state.resolution is None:
        count = len(state.verdict.missing) if state.verdict is not None else 0
        return (f"✗ {plural(count, 'issuer')} missing · not searched yet", BAD) if count else ("none", DIM)
    if state.proven is not None:
        found = plural(len(state.resolution.found), "certificate")
        words = f"{found} found · {state.proven.passed} of {len(state.proven.verdicts)} clients verify"
        return (f"✓ {words}", OK) if state.proven.whole else (f"! {words}", WARN)
    return f"✗ no repair · {plural(len(state.resolution.tries), 'try').replace('trys', 'tries')}", BAD


def _proof(row: Row | None) -> Content:
    if row is None or row.state.resolution is None:
        return Content()
    state = row.state
    if state.proven is None:
        failure = state.repair
        if not isinstance(failure, Failure) or failure.kind == "nothing-to-do":
            return Content()
        return lines([Content.styled(failure.message, BAD), Content.styled(failure.hint, DIM)])
    path = [
        fact(
            "path" if depth == 0 else "", "  " * depth, certificate.label, (f"  {source_of(state, certificate)}", DIM)
        )
        for depth, certificate in enumerate(state.proven.path.certificates)
    ]
    verdicts = state.proven.verdicts
    expiry = state.proven.bundle.earliest_expiry
    until = [fact("until", f"{expiry:%Y-%m-%d}, when the first certificate of the bundle ends")] if expiry else []
    return lines([*path, fact("clients", profile_line(verdicts)), *refusals(verdicts), *until])
