"""Pane 4: who accepts it, and whether it works now."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.style import Style

from tui_chain.clients.families import FAMILIES
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import cell_width, elide_end, plural
from tui_chain.diagnose.headline import works_for
from tui_chain.tui.actions import LIVE, bindings
from tui_chain.tui.answers import Answer, AnswerKind, TextPage, answer_of
from tui_chain.tui.background import in_background
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, WARN, HostRow
from tui_chain.tui.messages import DetailOpened, HostRequested
from tui_chain.tui.panes.base import Pane, is_unchanged
from tui_chain.tui.render import NAMES, attempt, fact, hanging, hop_line
from tui_chain.tui.widgets.cursor_text import Cursor, CursorPage, CursorText
from tui_chain.tui.widgets.matrix import MEDIUM, Column, Matrix
from tui_chain.tui.widgets.text_view import wrap

if TYPE_CHECKING:
    from tui_chain.livetest.live import LiveTest
    from tui_chain.net.target import Target
    from tui_chain.repair.repair import Repair

SIDES = 60
"""Cells from which before and after stand side by side."""
HINT = (
    "Press t: a real request with the trust store as it is, and with the bundle alone."
    " m changes its method, path, headers and proxy."
)


class LivePane(Pane):
    """What each client family says; below it a real request, with the trust store and with the bundle alone."""

    NUMBER, NAME = 4, "Clients and live test"
    BINDINGS: ClassVar[list[BindingType]] = bindings(LIVE)

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._engines: Mapping[str, str] = {}
        self._shown: HostRow | None = None
        self._matrix: Matrix | None = None

    def compose_content(self) -> ComposeResult:
        """One text."""
        yield CursorText("live-view", Cursor(0))

    async def fill(self) -> None:
        """Mount the text, and show below it how much of it is not seen."""
        await super().fill()
        self.watch(self.main(), "below", self._show_below)

    def _show_below(self, count: int) -> None:
        self.border_subtitle = Content.styled(f"▼ {plural(count, 'more line')} · pgdn", DIM) if count else ""

    def main(self) -> CursorText:
        """The text."""
        return self.query_one(CursorText)

    @property
    def failed_hop(self) -> Target | None:
        """The host of a redirect that failed on TLS in the live test."""
        test = self.row.state.live_test if self.row is not None else None
        return test.failed_hop if test is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the hop that failed where there is one."""
        if action == "open_hop":
            return True if self.failed_hop is not None else None
        return super().check_action(action, parameters)

    def action_open_hop(self) -> None:
        """Open the host of the redirect that failed."""
        if self.failed_hop is not None:
            self.post_message(HostRequested(self.failed_hop))

    def watch_row(self, row: HostRow | None) -> None:
        """Show another host from its top, or the same one further on where it was."""
        if not self.filled:
            return
        before, self._shown = self._shown, row
        self.title(*_verdict(row))
        if not self._engines and row is not None and row.state.verdict is not None:
            self._name_engines()
        if is_unchanged(before, row, lambda one: (one.state, one.answers, one.request)):
            return
        self._show(row, before)

    def _show(self, row: HostRow | None, before: HostRow | None) -> None:
        self._matrix = None if row is None else Matrix(row, self._engines)
        same = row is not None and before is not None and row.target == before.target
        self.main().show(partial(live_page, row, self._matrix), keep=same)
        if same and row is not None and before is not None:
            self._reveal(before, row)

    def _reveal(self, before: HostRow, now: HostRow) -> None:
        """Show a new answer, or what a test has brought, where nobody is; under the hands nothing moves."""
        view, test = self.main(), now.state.live_test
        if now.answers != before.answers:
            more = len(now.answers) - len(before.answers)
            view.scroll_to(y=view.scroll_offset.y + more if view.has_focus else 0, animate=False)
        elif test is not None and test is not before.state.live_test and not view.scroll_offset.y:
            view.scroll_to(y=view.page.upper + 1, animate=False)

    @work(group="engines", exclusive=True, exit_on_error=False)
    async def _name_engines(self) -> None:
        """Learn the versions of what judges: curl itself is asked for its own."""
        named = await in_background(_engine_names, "engines")
        if not isinstance(named, Failure):
            self._engines = named
            self._show(self.row, self.row)

    @on(CursorText.Chosen)
    def _chosen(self, event: CursorText.Chosen) -> None:
        """Open the answer, or the client family in full."""
        event.stop()
        row, matrix, chosen = self.row, self._matrix, event.chosen
        if row is None or matrix is None:
            return
        if isinstance(chosen, AnswerKind):
            answer = answer_of(row.answers, chosen)
            if answer is not None:
                self.post_message(DetailOpened(row.target, answer))
        elif isinstance(chosen, int):
            family = FAMILIES[chosen]
            self.post_message(DetailOpened(row.target, TextPage(family.name, matrix.page(family))))


def _engine_names() -> Mapping[str, str]:
    from tui_chain.clients.engines.registry import engine_name

    return {family.id: f"{'a ' if family.model else ''}{engine_name(family)}" for family in FAMILIES}


# the page


def live_page(row: HostRow | None, matrix: Matrix | None, width: int, cursor: Cursor, style: Style) -> CursorPage:
    """Lay a host out in `width` cells; a stop is the kind of an answer, or the place of a family."""
    if row is None or matrix is None:
        return CursorPage()
    stops: dict[Hashable, int] = {answer.kind: line for line, answer in enumerate(row.answers)}
    if matrix.served:
        stops |= {place: len(row.answers) + 1 + place for place in range(len(FAMILIES))}
    page = CursorPage(stops=stops, columns=matrix.columns(width))
    stop, column = page.stop_of(cursor), Column(cursor.column)
    shown = [_answer_line(one, width, style if one.kind == stop else None) for one in row.answers]
    if matrix.served:
        shown += matrix.lines(width, (stop, column) if isinstance(stop, int) else None, style)
    if stop is not None:
        shown += _sentence(matrix, stop, column, width)
    test = row.state.live_test
    if test is None:
        rest = _untested(row)
    else:
        rest = [Content(), *_request_line(row, "t asks"), *_test_lines(test, _no_bundle(row), width)]
    return replace(page, lines=(*shown, *rest), upper=len(shown))


ANSWERS = 12
"""Cells of the column of what was asked."""
GLYPHS = {OK: "✓", WARN: "!", BAD: "✗"}
"""By the style of a summary."""


def _answer_line(answer: Answer, width: int, style: Style | None) -> Content:
    """What was found, and when, which is there however long the summary is."""
    whole, time = f"{GLYPHS.get(answer.style, '·')} {answer.summary}", f" · {answer.time}"
    room = max(width - ANSWERS - len(time), 8)
    text = elide_end(whole, room)
    key = " · enter opens" if cell_width(text) + len(" · enter opens") <= room else ""
    line = Content.assemble((f"{answer.kind.value:<{ANSWERS}}", DIM), (text, answer.style), (f"{time}{key}", DIM))
    return line if style is None else line.stylize(style)


def _sentence(matrix: Matrix, stop: Hashable, column: Column, width: int) -> list[Content]:
    """What is under the cursor in a sentence, which always has as many lines: nothing moves with the cursor."""
    if isinstance(stop, AnswerKind):
        name, text = stop.value, f"enter opens what was found, {stop.key} too; r in it asks again"
    else:
        family = FAMILIES[stop if isinstance(stop, int) else 0]
        name, text = family.name, matrix.explanation(family, column)
    whole = f"{name}: {text}"
    most = 2 if width >= MEDIUM else 3
    rows = [whole[piece.start : piece.end].rstrip() for piece in wrap([whole], width)]
    if len(rows) > most:
        rows[most - 1 :] = [elide_end(" ".join(rows[most - 1 :]), width)]
    shown = [Content(one) for one in (*rows, *[""] * (most - len(rows)))]
    shown[0] = shown[0].stylize("bold", 0, len(name) + 1)
    return shown


def _untested(row: HostRow) -> list[Content]:
    """What would be asked, and how that is changed; of a host that was not reached, why there is nothing."""
    if row.status is None:
        return [Content.styled("The probe shows here which client families accept the chain.", DIM)]
    if row.state.reached is None:
        return [Content.styled("No client family can be asked: the host was not reached. r tries again.", DIM)]
    return [*_request_line(row, "request"), Content.styled(HINT, DIM)]


def _request_line(row: HostRow, name: str) -> list[Content]:
    """What the user has chosen to ask."""
    choice = row.request
    if choice is None:
        return []
    route = " through the environment's proxy" if choice.proxy else ""
    headers = f" with {plural(len(choice.headers), 'header')}" if choice.headers else ""
    return [fact(name, f"{choice.method} {choice.path}{headers}{route}")]


def _no_bundle(row: HostRow) -> str:
    """Why there is no test with a bundle."""
    if row.status is Status.COMPLETE:
        return "No bundle is needed."
    return f"There is no proven bundle to test{'; f looks for one' if row.state.resolution is None else ''}."


def _test_lines(test: LiveTest, nothing: str, width: int) -> Iterator[Content]:
    """The request, where it led, and what beats the bundle; last the details of before and after, side by side."""
    yield fact("request", test.request_line)
    if test.route:
        yield fact("route", test.route)
    yield from _hop_lines(test, width)
    from tui_chain.livetest.environment import overriding_text  # a test has loaded it

    beating = overriding_text(test.environment, repaired=test.after is not None)
    if beating:
        yield from hanging(Content.styled(f"! {beating}; T shows what it does", WARN), width, 2)
    yield from _beside(attempt("Before", test.before, ""), attempt("After", test.after, nothing), width)


def _hop_lines(test: LiveTest, width: int) -> Iterator[Content]:
    """The hops of redirects, a failed one offered as a host."""
    for place, hop in enumerate(test.hops[1:]):
        yield from Content.assemble(fact("" if place else "then"), hop_line(hop, width - NAMES, NAMES)).split()
    if test.failed_hop is not None:
        yield fact("", ("o", "bold"), (f" opens {test.failed_hop} as a new host", NEW))


def _beside(left: Content, right: Content, width: int) -> Iterator[Content]:
    """Two texts side by side, or one below the other where there is no room."""
    if width < SIDES:
        yield from (*left.split(), *right.split())
        return
    half = (width - 2) // 2
    for one, other in zip_longest(_wrapped(left, half), _wrapped(right, half), fillvalue=Content()):
        yield Content.assemble(one, " " * (half + 2 - one.cell_length), other)


def _wrapped(text: Content, width: int) -> list[Content]:
    """Its lines, a long one as several."""
    return [row for line in text.split() for row in ([line] if line.cell_length <= width else line.wrap(width))]


# the title


def _works(proven: Repair) -> str:
    """For whom the bundle works; a border has no room for more than is needed."""
    if proven.whole:
        return f"works for {proven.passed} of {proven.passed} with the bundle"
    return works_for(proven.verdicts).replace(" client families with the bundle", "")


def _accepting(row: HostRow | None) -> tuple[str, str]:
    """How many families accept: with the bundle where one is proven, else as served."""
    verdict = row.state.verdict if row is not None else None
    if row is None or verdict is None or not verdict.verdicts:
        return "not run", DIM
    if row.state.proven is not None:
        style = OK if row.state.proven.whole else WARN
        return f"{_works(row.state.proven)} · not tested yet", style
    verdicts = verdict.verdicts
    accepted = sum(one.ok for one in verdicts.values())
    style = OK if accepted == len(verdicts) else WARN if accepted else BAD
    return f"{accepted} of {len(verdicts)} accept as served · not tested yet", style


def _verdict(row: HostRow | None) -> tuple[str, str]:
    test = row.state.live_test if row is not None else None
    if row is None or test is None:
        return _accepting(row)
    failing = " · a redirect fails" if test.failed_hop is not None else ""
    if test.after is None:
        glyph, style = ("✓", OK) if test.before.ok else ("✗", BAD)
        return f"{glyph} {test.before.text}{failing}", style
    if not test.after.ok:
        return "✗ fails with the bundle", BAD
    before, proven = "worked" if test.before.ok else "failed", row.state.proven
    if proven is None or proven.whole:
        return f"✓ {before} before, works with the bundle{failing}", OK
    return f"! {before} before, {_works(proven)}{failing}", WARN
