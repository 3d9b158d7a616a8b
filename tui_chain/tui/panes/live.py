"""Pane 4: who accepts it, and whether it works now."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui_chain.clients.families import FAMILIES
from tui_chain.clients.verdict import Verdict, Verdicts
from tui_chain.core.text import plural
from tui_chain.tui.actions import LIVE, bindings
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, WARN, HostRow
from tui_chain.tui.messages import ExaminationOpened, HostRequested
from tui_chain.tui.panes.base import SCROLL_KEYS, Pane
from tui_chain.tui.render import attempt, examination_summary, fact, hop_line, lines

if TYPE_CHECKING:
    from tui_chain.livetest.live import LiveTest
    from tui_chain.net.target import Target

NAME = 25
"""Cells of the column of names."""
GAP = 2


def matrix(as_served: Verdicts, with_bundle: Verdicts | None, width: int) -> Content:
    """Lay the verdicts out in `width` cells, a line for each family; nothing before the probe."""
    if not as_served:
        return Content()
    titles = ["as served"] if with_bundle is None else ["as served", "with the bundle"]
    rows = [(family, _texts(as_served.get(family.id), with_bundle, family.id)) for family in FAMILIES]
    # what the bundle changes is mostly short, and the reason of a refusal wants the room
    last = max(len(titles[-1]), *(len(text) for _, texts in rows for text in texts[1:])) if len(titles) > 1 else 0
    room = width - NAME - (GAP if last else 0)
    widths = (max(room - min(last, room // 2), 8), min(last, room // 2))
    head = "client family".ljust(NAME) + "".join(
        title.ljust(size + GAP) for title, size in zip(titles, widths, strict=False)
    )
    lines = [Content.styled(head.rstrip(), DIM)]
    for family, texts in rows:
        name = f"{family.name}{' model' if family.model else ''}"
        cells = [_cell(text, size) for text, size in zip(texts, widths, strict=False)]
        lines.append(Content.assemble(name.ljust(NAME), *cells))
    return Content("\n").join([*lines, Content.styled(MODELS, DIM)])


MODELS = "model: not the library itself, but its rules, measured against its programs"


def _texts(as_served: Verdict | None, with_bundle: Verdicts | None, family: str) -> list[str]:
    """What a family says, for each column."""
    verdicts = [as_served] if with_bundle is None else [as_served, with_bundle.get(family)]
    return [_text(verdict) for verdict in verdicts]


def _text(verdict: Verdict | None) -> str:
    """The code first where it is a number, since the text may be cut."""
    if verdict is None:
        return ""
    if verdict.ok:
        return "✓ accepts"
    code = f"{verdict.code} " if isinstance(verdict.code, int) else ""
    return f"✗ {code}{verdict.error or 'refused'}"


def _cell(text: str, width: int) -> tuple[str, str]:
    shown = text if len(text) <= width else f"{text[: width - 1]}…"
    return shown.ljust(width + GAP), OK if text.startswith("✓") else BAD


class LiveScroll(VerticalScroll):
    """The pane's body with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLL_KEYS


NAMES = 9
"""Cells of the column of names, as `fact` has it."""
SCROLL_BAR = 2
"""Cells that a scroll bar takes."""
HINT = (
    "Press t: a real request with the trust store as it is, and with the bundle alone."
    " m changes its method, path, headers and proxy."
)


class LivePane(Pane):
    """What each client family says; below it a real request, with the trust store and with the bundle alone."""

    NUMBER, NAME = 4, "Clients and live test"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(LIVE),
        Binding("enter", "open_examination", "What the doctor found", show=False),
    ]

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="pane")

    def compose_content(self) -> ComposeResult:
        """The families, what is asked, the two answers side by side, the hops and what is set around it."""
        with LiveScroll(id="live-body"):
            yield Static(id="live-doctor", classes="fit", markup=False)
            yield Static(id="families-first", classes="fit gap-below", markup=False)
            yield Static(id="live-request", markup=False)
            with Horizontal(id="live-sides", classes="fit"):
                yield Static(id="live-before", classes="side", markup=False)
                yield Static(id="live-after", classes="side", markup=False)
            yield Static(id="live-more", markup=False)
            yield Static(id="families-last", classes="fit gap-above", markup=False)

    def main(self) -> LiveScroll:
        """The scrolling body."""
        return self.query_one(LiveScroll)

    @property
    def failed_hop(self) -> Target | None:
        """The host of a redirect that failed on TLS in the live test."""
        test = self.row.state.live_test if self.row is not None else None
        return test.failed_hop if test is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the hop that failed where there is one."""
        if action == "open_hop":
            return True if self.failed_hop is not None else None
        if action == "open_examination":
            return self.row is not None and self.row.examined is not None
        return super().check_action(action, parameters)

    def action_open_hop(self) -> None:
        """Open the host of the redirect that failed."""
        if self.failed_hop is not None:
            self.post_message(HostRequested(self.failed_hop))

    def action_open_examination(self) -> None:
        """Open what the doctor found."""
        self.post_message(ExaminationOpened())

    def _show_families(self, row: HostRow | None, *, tested: bool) -> None:
        """Show the matrix of families above what a test would do, and below what a test has done."""
        families = _families(row, self.content_size.width - SCROLL_BAR)
        for name, here in (("first", not tested), ("last", tested)):
            static = self.query_one(f"#families-{name}", Static)
            static.update(families if here else "")
            static.display = here and bool(families)

    def on_resize(self) -> None:
        """Wrap the hops to another width."""
        super().on_resize()
        self.watch_row(self.row)

    def watch_row(self, row: HostRow | None) -> None:
        """Show another host, or the same one further on."""
        if not self.filled:
            return
        test = row.state.live_test if row is not None else None
        self.title(*_verdict(row))
        self.set_class(test is not None, "-tested")
        shown = _shown(test, self.content_size.width - SCROLL_BAR) if test is not None else _untested(row)
        self._show_families(row, tested=test is not None)
        doctor = _examined(row)
        static = self.query_one("#live-doctor", Static)
        static.update(doctor)
        static.display = bool(doctor)
        for name, content in zip(("request", "before", "after", "more"), shown, strict=True):
            static = self.query_one(f"#live-{name}", Static)
            static.update(content)
            static.display = bool(content)


Shown = tuple[Content, Content, Content, Content]


def _families(row: HostRow | None, width: int) -> Content:
    """The matrix of client families, with the bundle where one is proven."""
    verdict = row.state.verdict if row is not None else None
    if row is None or verdict is None or not verdict.verdicts:
        return Content()
    proven = row.state.proven
    return matrix(verdict.verdicts, None if proven is None else proven.verdicts, width)


def _examined(row: HostRow | None) -> Content:
    """What the doctor found, and when, where that waits."""
    if row is None or row.examined is None:
        return Content()
    text, style = examination_summary(row.examined)
    return fact("doctor", (text, style), (f" · {row.examined.at:%H:%M} UTC · enter opens", DIM))


def _untested(row: HostRow | None) -> Shown:
    """What would be asked, where the user has chosen that, and how."""
    choice = row.request if row is not None else None
    rows = [Content.styled(HINT, DIM)]
    if choice is not None:
        route = " through the environment's proxy" if choice.proxy else ""
        headers = f" with {plural(len(choice.headers), 'header')}" if choice.headers else ""
        rows.insert(0, fact("request", f"{choice.method} {choice.path}{headers}{route}"))
    return lines(rows), Content(), Content(), Content()


def _shown(test: LiveTest, width: int) -> Shown:
    request = [fact("request", f"{test.method} {test.url}"), *([fact("route", test.route)] if test.route else [])]
    nothing = "There is no proven bundle to test; f looks for one."
    sides = attempt("Before", test.before, ""), attempt("After", test.after, nothing)
    return lines(request), *sides, lines(_more(test, width))


def _more(test: LiveTest, width: int) -> Iterator[Content]:
    """The hops, a failed one offered as a host, and what in the environment beats the bundle."""
    for place, hop in enumerate(test.hops[1:]):
        yield Content.assemble(fact("" if place else "then"), hop_line(hop, width - NAMES, NAMES))
    if test.failed_hop is not None:
        yield fact("", ("o", "bold"), (f" opens {test.failed_hop} as a new host", NEW))
    from tui_chain.livetest.environment import overriding_text  # a test has loaded it

    beating = overriding_text(test.environment, repaired=test.after is not None)
    if beating:
        yield Content.styled("\n  ".join(textwrap.wrap(f"! {beating}; T shows what it does", max(width, 20))), WARN)


def _accepting(row: HostRow | None) -> tuple[str, str]:
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


def _verdict(row: HostRow | None) -> tuple[str, str]:
    test = row.state.live_test if row is not None else None
    if test is None:
        return _accepting(row)
    failing = " · a redirect fails" if test.failed_hop is not None else ""
    if test.after is not None:
        before = "worked" if test.before.ok else "failed"
        works = f"✓ {before} before, works with the bundle{failing}"
        return (works, OK) if test.after.ok else ("✗ fails with the bundle", BAD)
    glyph, style = ("✓", OK) if test.before.ok else ("✗", BAD)
    return f"{glyph} {test.before.text}{failing}", style
