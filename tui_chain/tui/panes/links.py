"""Pane 3: what is missing and where it can be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import plural, safe_text
from tui_chain.tui.actions import LINKS, bindings
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, WARN, HostRow
from tui_chain.tui.messages import CandidateChosen, PathStepped
from tui_chain.tui.panes.base import CURSOR_KEYS, CertificatePane
from tui_chain.tui.render import acceptance_line, fact, family_line, lines, refusals, try_line, with_keys

if TYPE_CHECKING:
    from tui_chain.engine.host_state import HostState
    from tui_chain.repair.candidates import Candidate, Gap
    from tui_chain.repair.repair import Repair
    from tui_chain.x509.certificate import Certificate


class LinkList(OptionList):
    """The list with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]


@dataclass(frozen=True)
class LinkLine:
    """A line of the list: the certificate it stands for, and the candidate, if it is one."""

    text: Content
    certificate: Certificate | None = None
    candidate: tuple[Gap, Candidate] | None = None


class LinksPane(CertificatePane):
    """Missing issuers, every try, every certificate that came, and the path that the repair takes."""

    NUMBER, NAME = 3, "Missing links"
    BINDINGS: ClassVar[list[BindingType]] = bindings(LINKS)

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._lines: tuple[LinkLine, ...] = ()

    def compose_content(self) -> ComposeResult:
        """The list, and below it the path and its proof."""
        yield LinkList(id="link-list", classes="list", markup=False)
        with VerticalScroll(classes="below", can_focus=False):
            yield Static(id="link-detail", markup=False)

    def main(self) -> LinkList:
        """The list."""
        return self.query_one(LinkList)

    def watch_row(self, row: HostRow | None) -> None:
        """Show another host, or the same one further on."""
        if not self.filled:
            return
        shown = tuple(_lines(row)) if row is not None else ()
        before, self._lines = self._lines, shown
        if [(line.text.plain, line.certificate) for line in shown] != [
            (line.text.plain, line.certificate) for line in before
        ]:
            options = self.main()
            options.clear_options()
            options.add_options([Option(line.text) for line in shown])
            options.highlighted = 0 if shown else None
        self.title(*_verdict(row))
        self._detail()

    def _detail(self) -> None:
        """Below the list: the candidate under the cursor and why, or the path that the repair takes."""
        text = _candidate_text(self.row, self.chosen) if self.chosen is not None else _proof(self.row)
        self.query_one("#link-detail", Static).update(text)
        self.query_one(".below").display = bool(text.plain)

    @property
    def certificate(self) -> Certificate | None:
        """The certificate under the cursor."""
        place = self.main().highlighted
        return self._lines[place].certificate if place is not None and place < len(self._lines) else None

    @property
    def chosen(self) -> tuple[Gap, Candidate] | None:
        """The candidate under the cursor, with the gap that it could close."""
        place = self.main().highlighted
        return self._lines[place].candidate if place is not None and place < len(self._lines) else None

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

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._detail()
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.run_action("screen.details" if self.certificate is None else "details")


def _lines(row: HostRow) -> Iterator[LinkLine]:
    verdict, resolution = row.state.verdict, row.state.resolution
    if verdict is None:
        return
    for missing in verdict.missing:
        key = f" · key id {missing.key_id[:16]}…" if missing.key_id else ""
        yield LinkLine(
            Content.assemble(
                ("✗ missing ", BAD), missing.subject, (f"{key} · wanted by {missing.wanted_by.label}", DIM)
            )
        )
    if resolution is None:
        return
    for gap in row.gaps:
        for candidate in gap.candidates:
            yield LinkLine(_candidate_line(gap, candidate), candidate.certificate, (gap, candidate))
    for tried in resolution.tries:
        yield LinkLine(try_line(tried), tried.certificates[0] if tried.certificates else None)


def _candidate_line(gap: Gap, candidate: Candidate) -> Content:
    """One certificate that could close a gap: selected or not, whether it signed, where its path ends."""
    signed = candidate.proof == "signed"
    glyph, style = ("✚", NEW) if candidate.chosen else ("○", "") if signed else ("✗", DIM)
    until = (
        f"expires {candidate.certificate.not_after:%Y-%m-%d}"
        if candidate.certificate.not_after
        else "dates unreadable"
    )
    facts = f"{PROOF_SHORT[candidate.proof]} {gap.wanted_by.label} · {until} · ends at {candidate.end}"
    return Content.assemble(
        (f"{glyph} {'selected' if candidate.chosen else 'candidate'} ", style),
        candidate.certificate.label,
        (f"  {_short(candidate.source)} · {facts}", DIM),
    )


# by the values of x509.signatures.Proof, which the first paint does without
PROOF_SHORT = {"signed": "signed", "not signed": "did not sign", "cannot tell": "may have signed"}


def _candidate_text(row: HostRow | None, chosen: tuple[Gap, Candidate]) -> Content:
    """Why this one: its path, what the clients say of it, and the reason of the comparison."""
    _, candidate = chosen
    paths = row.paths if row is not None else ()
    place = next((place for place, path in enumerate(paths) if path is candidate.best), None)
    walk = "; n and p select another" if sum(path.usable for path in paths) > 1 else ""
    which = f"path {place + 1} of {len(paths)}{walk} · " if place is not None and len(paths) > 1 else ""
    trail = [fact("path" if depth == 0 else "", "  " * depth, one.label) for depth, one in enumerate(candidate.trail)]
    verdicts = (
        [fact("clients", family_line(candidate.verdicts)), *refusals(candidate.verdicts)]
        if candidate.verdicts
        else []
    )
    crls = _crls(row.state) if row is not None and candidate.chosen else []
    return lines([fact("why", which, candidate.why), *trail, *verdicts, *_expiry(row, candidate), *crls])


def _expiry(row: HostRow | None, candidate: Candidate) -> list[Content]:
    """When the bundle and the leaf expire, where this certificate is in the bundle."""
    repair = row.state.proven if row is not None else None
    return [] if repair is None or not candidate.chosen else _expiry_facts(repair)


def _expiry_facts(repair: Repair) -> list[Content]:
    """When the bundle and the leaf expire."""
    return [fact(*line.split(" ", 1)) for line in repair.expiry_lines]


def _verdict(row: HostRow | None) -> tuple[str, str]:
    if row is None or row.status is None:
        return "not probed yet", DIM
    if row.status is Status.UNREACHABLE:
        return "not reached", DIM
    state = row.state
    if state.resolution is None:
        count = len(state.verdict.missing) if state.verdict is not None else 0
        return (f"✗ {plural(count, 'issuer')} missing · not searched yet", BAD) if count else ("none", DIM)
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
    return f"✗ no repair · {plural(len(state.resolution.tries), 'try').replace('trys', 'tries')}", BAD


def _proof(row: HostRow | None) -> Content:
    if row is None or row.state.resolution is None:
        return _before(row)
    state = row.state
    if state.proven is None:
        failure = state.repair
        if not isinstance(failure, Failure) or failure.kind == "nothing-to-do":
            return Content()
        return lines([Content.styled(failure.message, BAD), Content.styled(with_keys(failure.hint), DIM)])
    path = [
        fact(
            "path" if depth == 0 else "",
            "  " * depth,
            certificate.label,
            (f"  {_short(state.source_of(certificate))}", DIM),
        )
        for depth, certificate in enumerate(state.proven.path.certificates)
    ]
    verdicts = state.proven.verdicts
    until = _expiry_facts(state.proven)
    return lines([*path, fact("clients", family_line(verdicts)), *refusals(verdicts), *until, *_crls(state)])


def _crls(state: HostState) -> list[Content]:
    """The CRLs that go into the bundle, and how clients judge with them, or why there are none."""
    found = state.crls
    if found is None:
        return []
    if isinstance(found, Failure):
        return [fact("crls", (f"✗ {found.message}", BAD)), fact("", (with_keys(found.hint), DIM))]
    count = f"✓ {plural(len(found.lists), 'list')}, until {found.until:%Y-%m-%d %H:%M} UTC"
    rows = [fact("crls", (count, OK), f" · for clients with {found.scope.flag}")]
    rows += [fact("", one.crl.issuer, (f"  {_short(one.source)}", DIM)) for one in found.lists]
    return [*rows, fact("", acceptance_line(found.clients))]


def _before(row: HostRow | None) -> Content:
    """What a search would ask, before it was made."""
    verdict = row.state.verdict if row is not None else None
    if verdict is None or not verdict.missing:
        return Content()
    urls = [safe_text(url) for missing in verdict.missing for url in missing.wanted_by.issuer_urls[:5]]
    order = [fact("f asks", "the other hosts, the pool of kept certificates, the trust stores, then AIA:")]
    named = [fact("", url) for url in dict.fromkeys(urls)] or [
        fact("", ("the certificate names no AIA address", DIM))
    ]
    return lines([*order, *named])


def _short(source: str) -> str:
    """A source without the path of its URL, which the list above has in full."""
    kind, _, url = source.partition(" ")
    return f"{kind} {url.split('/')[2]}" if url.count("/") > 2 and "://" in url else source
