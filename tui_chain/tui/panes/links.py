"""Pane 3: what is missing, where it was looked for, and what could close the gap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from tui_chain.core.expiry import Threshold
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import plural
from tui_chain.engine.host_state import Clock
from tui_chain.tui.actions import LINKS, bindings
from tui_chain.tui.chain_path import shown_trail
from tui_chain.tui.host_rows import BAD, DIM, OK, WARN, HostRow
from tui_chain.tui.link_lines import WANTED, LinkLine, link_lines, lookup_facts, short_source
from tui_chain.tui.messages import CandidateChosen, PathStepped
from tui_chain.tui.panes.base import CertificatePane, EmptyContent
from tui_chain.tui.render import (
    NAMES,
    acceptance_line,
    fact,
    family_line,
    hanging,
    hanging_facts,
    refusals,
    with_keys,
)
from tui_chain.tui.widgets.split_view import SplitView

if TYPE_CHECKING:
    from tui_chain.engine.host_state import HostState
    from tui_chain.repair.candidates import Candidate, Gap
    from tui_chain.repair.repair import Repair
    from tui_chain.x509.certificate import Certificate


@dataclass(frozen=True)
class LinksContent:
    """What the pane shows of a host: `lines`, and below them the one under the cursor and the path of the repair."""

    row: HostRow
    lines: tuple[LinkLine, ...]

    @property
    def count(self) -> int:
        """The number of lines."""
        return len(self.lines)

    @cached_property
    def _right(self) -> int:
        return max((len(line.right[0]) for line in self.lines), default=0)

    def head(self, width: int) -> Sequence[Content]:
        """Why there is no repair, once one was searched for; else why there is no line, if the host was reached."""
        failure = self.row.state.repair
        if isinstance(failure, Failure) and failure.kind != "nothing-to-do":
            why, hint = Content.assemble(("✗ ", BAD), failure.message), Content.styled(with_keys(failure.hint), DIM)
            return [
                *hanging(why, width, 2),
                *(hanging(Content.assemble("  ", hint), width, 2) if failure.hint else []),
            ]
        if self.lines or self.row.status is Status.UNREACHABLE or self.row.state.verdict is None:
            return []
        return hanging(Content.styled("The certificate names no issuer but itself.", DIM), width)

    def rows(self, width: int) -> Sequence[Content]:
        """The lines, each cut to the width."""
        return [line.at(width, self._right) for line in self.lines]

    def caption(self, width: int) -> Content:  # noqa: ARG002 - a caption that is too long is cut
        """How many paths there are, and the keys that select one; before a search that its order is shown."""
        if self.row.state.resolution is None:
            asked = any(not line.wanted for line in self.lines)
            return Content.styled("f asks these in this order" if asked else "", DIM)
        usable = sum(path.usable for path in self.row.paths)
        return Content.styled(f"{usable} paths · n and p select one" if usable > 1 else "", DIM)

    def text(self, place: int | None, width: int) -> Sequence[Content]:
        """The line under the cursor in full, then the path that the repair takes; without lines the path served."""
        line = self.lines[place] if place is not None else None
        if line is None:
            return hanging_facts(_path_facts(shown_trail(self.row.state), self.row.state), width)
        if line.candidate is not None:
            return hanging_facts(_candidate_facts(self.row, line.candidate, width - NAMES), width)
        own = list(line.wanted)
        if line.tried is not None:
            own = list(lookup_facts(line.tried))
        return hanging_facts([*own, *_repair_facts(self.row.state, width - NAMES)], width)


def _path_facts(path: Sequence[Certificate], state: HostState | None) -> list[Content]:
    """A path, leaf first, with where each certificate came from unless `state` is None."""
    rows = []
    for depth, one in enumerate(path):
        source = f"  {short_source(state.source_of(one))}" if state is not None else ""
        rows.append(fact("" if depth else "path", "  " * depth, one.label, (source, DIM)))
    return rows


def _candidate_facts(row: HostRow, chosen: tuple[Gap, Candidate], width: int) -> list[Content]:
    """Why this one: its path, what the clients say of it, and the reason of the comparison."""
    _, candidate = chosen
    place = next((place for place, path in enumerate(row.paths) if path is candidate.best), None)
    which = f"path {place + 1} of {len(row.paths)} · " if place is not None and len(row.paths) > 1 else ""
    verdicts = candidate.verdicts
    clients = [fact("clients", family_line(verdicts, width)), *refusals(verdicts)] if verdicts else []
    repair = row.state.proven if candidate.chosen else None
    expiry = _expiry_facts(repair) if repair is not None else []
    crls = _crls(row.state, width) if candidate.chosen else []
    return [fact("why", which, candidate.why), *_path_facts(candidate.trail, None), *clients, *expiry, *crls]


def _expiry_facts(repair: Repair) -> list[Content]:
    """When the bundle and the leaf expire."""
    return [fact(*line.split(" ", 1)) for line in repair.expiry_lines]


def _repair_facts(state: HostState, width: int) -> list[Content]:
    """The path that the repair takes, what the clients say of it, and when it expires."""
    if state.proven is None:
        return []
    verdicts = state.proven.verdicts
    path = _path_facts(state.proven.path.certificates, state)
    clients = [fact("clients", family_line(verdicts, width)), *refusals(verdicts)]
    return [*path, *clients, *_expiry_facts(state.proven), *_crls(state, width)]


def _crls(state: HostState, width: int) -> list[Content]:
    """The CRLs that go into the bundle, and how clients judge with them, or why there are none."""
    found = state.crls
    if found is None:
        return []
    if isinstance(found, Failure):
        return [fact("crls", (f"✗ {found.message}", BAD)), fact("", (with_keys(found.hint), DIM))]
    count = f"✓ {plural(len(found.lists), 'list')}, until {found.until:%Y-%m-%d %H:%M} UTC"
    rows = [fact("crls", (count, OK), f" · for clients with {found.scope.flag}")]
    rows += [fact("", one.crl.issuer, (f"  {short_source(one.source)}", DIM)) for one in found.lists]
    return [*rows, fact("", acceptance_line(found.clients, width))]


class LinksPane(CertificatePane):
    """Missing issuers, every look-up, every certificate that came, and the path that the repair takes."""

    NUMBER, NAME = 3, "Missing links"
    BINDINGS: ClassVar[list[BindingType]] = bindings(LINKS)

    def __init__(self, pane_id: str, clock: Clock, warn_days: Callable[[], Threshold]) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._clock, self._warn_days = clock, warn_days
        self._lines: tuple[LinkLine, ...] = ()
        self._shown: HostRow | None = None

    def compose_content(self) -> ComposeResult:
        """One view of it all."""
        yield SplitView("link-view")

    def main(self) -> SplitView:
        """The view."""
        return self.query_one(SplitView)

    def watch_row(self, row: HostRow | None) -> None:
        """Show another host, or the same one further on."""
        if not self.filled or self.shows_same(self._shown, row):
            return
        same = row is not None and self._shown is not None and row.target == self._shown.target
        before, under = self._lines, self.main().place if same else None
        lines = link_lines(row, self._clock(), self._warn_days()) if row is not None else ()
        self._shown, self._lines = row, tuple(lines)
        if row is not None:
            cursor, kept = _cursor(before, under, self._lines)
            self.main().show(LinksContent(row, self._lines), cursor, keep=kept)
        else:
            self.main().show(EmptyContent(""))
        self.title(*_verdict(row))

    @property
    def _under(self) -> LinkLine | None:
        """The line under the cursor."""
        place = self.main().place
        return self._lines[place] if place is not None and place < len(self._lines) else None

    @property
    def certificate(self) -> Certificate | None:
        """The certificate under the cursor."""
        return self._under.certificate if self._under is not None else None

    @property
    def chosen(self) -> tuple[Gap, Candidate] | None:
        """The candidate under the cursor, with the gap that it could close."""
        return self._under.candidate if self._under is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what is under the cursor."""
        if action == "choose":
            return True if self.chosen is not None else None
        if action == "step_path":
            return True if self.row is not None and len(self.row.paths) > 1 else None
        return super().check_action(action, parameters)

    def action_choose(self) -> None:
        """Choose the certificate under the cursor."""
        if self.row is not None and self.chosen is not None:
            self.post_message(CandidateChosen(self.row.state, *self.chosen))

    def action_step_path(self, step: int) -> None:
        """Select the path after the selected one, or the one before."""
        if self.row is not None:
            self.post_message(PathStepped(self.row.state, step))


def _cursor(before: Sequence[LinkLine], place: int | None, lines: Sequence[LinkLine]) -> tuple[int, bool]:
    """Where the cursor is that was at `place` of the lines before, and whether it is on the same line still.

    It leaves a line that is gone for the candidate that is selected, else the first candidate, else the first look-up
    that failed, else the first line.
    """
    keys, old = [line.key for line in lines], [line.key for line in before]
    if place is not None and keys == old:
        return place, True
    if place is not None and place < len(old) and old[place] in keys and old[place] != WANTED:
        return keys.index(old[place]), True
    candidates = [(at, line.candidate[1]) for at, line in enumerate(lines) if line.candidate is not None]
    selected = (at for at, candidate in candidates if candidate.chosen)
    failed = (at for at, line in enumerate(lines) if line.failed)
    return next(selected, candidates[0][0] if candidates else next(failed, 0)), False


def _verdict(row: HostRow | None) -> tuple[str, str]:
    if row is None or row.status is None:
        return "no host" if row is None else "not probed yet", DIM
    if row.status is Status.UNREACHABLE:
        return "not reached", DIM
    state = row.state
    if state.resolution is None:
        count = len(state.verdict.missing) if state.verdict is not None else 0
        if count:
            return f"✗ {plural(count, 'issuer')} missing · not searched yet", BAD
        return ("✓ nothing is missing", OK) if row.status is Status.COMPLETE else ("none", DIM)
    if row.status is Status.PARTIAL and state.proven is None:
        return "no bundle helps further", DIM
    if row.status is Status.COMPLETE and state.proven is None:
        return "✓ nothing is missing", OK
    if state.proven is not None:
        found = plural(len(state.verdict.not_sent) if state.verdict is not None else 0, "certificate")
        text = f"{found} found · {state.proven.passed} of {len(state.proven.verdicts)} client families accept"
        if state.crls is not None:
            text += (
                " · no CRLs" if isinstance(state.crls, Failure) else f" · CRLs until {state.crls.until:%m-%d %H:%M}"
            )
        return (f"✓ {text}", OK) if state.proven.whole else (f"! {text}", WARN)
    return f"✗ no repair · {plural(len(state.resolution.tries), 'look-up')}", BAD
