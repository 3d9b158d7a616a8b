"""Pane 2: what was served, what is wrong with it, and the path with where each certificate came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from tui_chain.core.expiry import USUAL, Threshold
from tui_chain.core.status import Status
from tui_chain.core.text import plural
from tui_chain.engine.host_state import Clock
from tui_chain.tui.actions import CHAIN, bindings, keymap_of, with_user_keys
from tui_chain.tui.chain_path import NOT_IN_PATH, ChainNode, chain_path, shown_trail
from tui_chain.tui.host_rows import (
    BAD,
    DIM,
    NEW,
    OK,
    STATUS_LOOK,
    WARN,
    HostRow,
    next_key,
    reached,
)
from tui_chain.tui.panes.base import CertificatePane, EmptyContent
from tui_chain.tui.render import (
    NAMES,
    certificate_facts,
    days_short,
    extension_line,
    fact,
    family_line,
    finding_lines,
    fingerprint,
    hanging,
    hanging_facts,
    identifiers,
    with_keys,
)
from tui_chain.tui.timeline import Timeline, timeline
from tui_chain.tui.widgets.split_view import SplitView

if TYPE_CHECKING:
    from tui_chain.diagnose.diagnosis import Diagnosis
    from tui_chain.diagnose.findings.finding import Finding
    from tui_chain.paths.search import MissingIssuer
    from tui_chain.probe.served import ServedChain
    from tui_chain.x509.certificate import Certificate


NARROW = 100
"""Columns of a screen below which the path has no time line, and the families stand here."""
GAP = 2
LEAST_BAR, MOST_BAR, LEAST_NAME = 10, 40, 24
"""Cells of a time line and of the names beside it."""
MAX_INDENT = 8
"""Levels of a path that are indented."""
MAX_ISSUERS = 3
"""Certificates above the one under the cursor whose facts follow."""
COLUMNS = 120
"""Cells from which on the facts of a certificate stand in two columns."""


@dataclass(frozen=True)
class ChainContent:
    """What the pane shows of a host: its first finding, its path, and the certificate under the cursor.

    `now` is aware; `narrow` leaves the time line out and shows the client families.
    """

    row: HostRow
    verdict: Diagnosis
    nodes: tuple[ChainNode, ...]
    now: datetime
    narrow: bool
    warn_days: Threshold = USUAL
    keymap: Mapping[str, str] = field(default_factory=dict)

    def _next_step(self, found: Finding | None) -> str:
        return with_user_keys(next_step(self.row, found), self.keymap)

    @property
    def count(self) -> int:
        """The number of lines of the path."""
        return len(self.nodes)

    @cached_property
    def _timeline(self) -> Timeline:
        return timeline(shown_trail(self.row.state), self.now)

    def head(self, width: int) -> Sequence[Content]:
        """The first finding, why, and what to do next; without one what the clients say."""
        first = self._first
        if first is not None:
            return finding_lines(first, width, f"Next: {self._next_step(first)}")
        glyph, style = STATUS_LOOK[self.row.status]
        clients = Content.assemble((f"{glyph} ", style), self.row.state.headline)
        step = Content.styled(f"  Next: {self._next_step(None)}", DIM)
        return [*hanging(clients, width, 2), *hanging(step, width, 2)]

    @property
    def _first(self) -> Finding | None:
        return next(iter(self.verdict.findings), None)

    # the path

    def rows(self, width: int) -> Sequence[Content]:
        """A line for each certificate: name, source, validity on one scale, days left."""
        if not self.nodes:
            return []
        days = [self._days(node) for node in self.nodes]
        names = [_name(node) for node in self.nodes]
        sources = max(len(node.source) for node in self.nodes)
        last = max(len(text) for text, _ in days)
        room = width - sources - last - 2 * GAP
        longest = max(name.cell_length for name in names)
        bar = min(room - GAP - min(longest, max(LEAST_NAME, room - GAP - LEAST_BAR - 8)), MOST_BAR)
        bar = 0 if self.narrow or bar < LEAST_BAR else bar
        name_width = max(room - (bar + GAP if bar else 0), 1)
        return [
            Content.assemble(
                name.truncate(name_width, ellipsis=True, pad=True),
                (f"{'':{GAP}}{node.source:<{sources}}{'':{GAP}}", DIM),
                self._bar(node, bar),
                (f"{text:>{last}}", style),
            )
            for node, name, (text, style) in zip(self.nodes, names, days, strict=True)
        ]

    def _days(self, node: ChainNode) -> tuple[str, str]:
        return days_short(node.certificate, self.now, self.warn_days) if node.certificate is not None else ("", "")

    def _bar(self, node: ChainNode, width: int) -> Content:
        """The validity of one certificate on the scale of all, with today on it, and a gap; nothing of no width."""
        if not width:
            return Content()
        span = next((one for one in self._timeline.spans if one.certificate == node.certificate), None)
        if span is None:
            return Content(" " * (width + GAP))
        first, last = self._timeline.columns(span, width)
        today = self._timeline.column(self.now, width)
        style = OK if span.start <= self.now <= span.end else BAD
        cells = [_cell(place, first, last, today, style) for place in range(width)]
        pieces = groupby(cells, key=lambda cell: cell[1])
        return Content.assemble(*(("".join(text for text, _ in group), style) for style, group in pieces), " " * GAP)

    def caption(self, width: int) -> Content:  # noqa: ARG002 - a caption that is too long is cut
        """Which certificate of the path expires first."""
        ends = self._timeline.ends_first
        if ends is None:
            return Content()
        return Content.styled(f"first to expire: {self._timeline.until:%Y-%m-%d}, {ends.label}", DIM)

    # the certificate under the cursor

    def text(self, place: int | None, width: int) -> Sequence[Content]:
        """The families on a narrow screen, further findings, the facts of a certificate or of a gap."""
        node = self.nodes[place] if place is not None else None
        families = hanging_facts(self._families(width - NAMES), width)
        lines = [*self._changes(width), *families, *self._findings(node, width)]
        if node is None:
            return lines
        if node.missing is not None:
            return [*lines, *hanging_facts(_gap_facts(node.missing), width)]
        if node.certificate is None:
            return lines
        return [*lines, *self._facts(node.certificate, width), *self._issuers(node, width)]

    def _issuers(self, node: ChainNode, width: int) -> Iterator[Content]:
        """The certificates above one of the path, in short."""
        above = [one for one in self.nodes if one.certificate is not None and one.depth > node.depth]
        for issuer in above[:MAX_ISSUERS] if node.source != NOT_IN_PATH else ():
            yield Content.styled(f"signed by {issuer.name}", DIM).truncate(width, ellipsis=True)
            if issuer.certificate is not None:
                source = self.row.state.source_of(issuer.certificate)
                yield from hanging_facts(
                    certificate_facts(issuer.certificate, self.now, source, self.warn_days), width
                )

    def _changes(self, width: int) -> Iterator[Content]:
        """What the last probes found otherwise than those before."""
        for change in self.row.changes:
            yield from hanging(Content.assemble(("~ ", NEW), change), width, 2)

    def _families(self, width: int) -> Iterator[Content]:
        if not self.narrow or not self.verdict.verdicts:
            return
        yield fact("served", family_line(self.verdict.verdicts, width))
        if self.row.state.proven is not None:
            yield fact("bundle", family_line(self.row.state.proven.verdicts, width))

    def _findings(self, node: ChainNode | None, width: int) -> Iterator[Content]:
        """What is wrong with a certificate, on the leaf also with the host itself; the first stands above."""
        own = node.certificate.sha256 if node is not None and node.certificate is not None else None
        for found in self.verdict.findings[1:]:
            if found.at == own or (found.at is None and (node is None or node is self.nodes[0])):
                yield from finding_lines(found, width)

    def _facts(self, certificate: Certificate, width: int) -> list[Content]:
        """All that is known of a certificate, in two columns where there is room."""
        served = reached(self.row)
        source = self.row.state.source_of(certificate)
        mine = certificate_facts(certificate, self.now, source, self.warn_days)
        if served is not None and certificate == served.certificates[0]:
            mine += _connection(served)
        more = [*identifiers(certificate), *fingerprint(certificate)]
        extensions = list(map(extension_line, certificate.extension_table))
        if width < COLUMNS:
            return [*hanging_facts([*mine, *more], width), *_wrapped(extensions, width)]
        half = (width - GAP) // 2
        left, right = hanging_facts(mine + more, half), _wrapped(extensions, half)
        blank = [Content()] * abs(len(left) - len(right))
        pairs = zip([*left, *blank], [*right, *blank], strict=False)
        return [Content.assemble(one.truncate(half + GAP, pad=True), other) for one, other in pairs]


def _wrapped(texts: Sequence[Content], width: int) -> list[Content]:
    return [line for text in texts for line in hanging(text, width, 2)]


def _name(node: ChainNode) -> Content:
    indent = f"{'  ' * min(node.depth - 1, MAX_INDENT)}└ " if node.depth else ""
    return Content.assemble((indent, DIM), (f"{node.glyph} ", node.style), node.name)


def _cell(place: int, first: int, last: int, today: int, style: str) -> tuple[str, str]:
    """One cell of a time line, in which the validity takes the columns `first` to `last`."""
    if place == today:
        return ("●", style) if first <= place <= last else ("│", DIM)
    return ("━" if place < today else "─", style) if first <= place <= last else (" ", "")


def _gap_facts(missing: MissingIssuer) -> Iterator[Content]:
    """What is known of a certificate that is missing."""
    yield Content.styled("The server did not send this certificate.", BAD)
    yield fact("subject", missing.subject)
    yield fact("key id", missing.key_id or "not named")
    yield fact("for", missing.wanted_by.subject)
    yield fact("aia", "names where to get it" if missing.wanted_by.issuer_urls else "none")


def _connection(served: ServedChain) -> Iterator[Content]:
    """How the chain came: from where, over what, in which time."""
    if served.place:
        yield fact("server", " · ".join(filter(None, (served.place, served.tls_version, served.cipher))))
        if served.remarks:
            yield fact("asked", ", ".join(served.remarks))
    key_exchange = " · ".join(filter(None, (served.tls.group, served.tls.signature)))
    if key_exchange:
        yield fact("group", key_exchange)
    if served.timings is not None:
        times = served.timings
        yield fact("took", f"name {times.lookup:.0f} ms, connect {times.connect:.0f} ms, TLS {times.tls:.0f} ms")
    library = f", with {served.tls.library}" if served.tls.library else ""
    yield fact("probed", f"{served.at:%Y-%m-%d %H:%M} UTC{library}")
    size = sum(len(one.der) for one in served.certificates)
    yield fact("size", f"{plural(len(served.certificates), 'certificate')}, {size} bytes")
    if served.tls.version is not None:
        asked = served.tls.client_certificate
        yield fact("client", "no certificate asked for" if asked is None else f"certificate {asked.value}")
    if served.staple is not None:
        yield fact("staple", f"OCSP response of {len(served.staple)} bytes" if served.staple else "no OCSP response")
    if served.note:
        yield Content.styled(f"! {served.note}", WARN)


def next_step(row: HostRow, found: Finding | None) -> str:
    """What to do next, with the keys of the screen."""
    state = row.state
    if state.proven is not None:
        if row.written is not None:
            return "x has how clients use the bundle, and the message to the server's administrator."
        test = "" if state.live_test is not None else "t tests the bundle; "
        return f"{test}w writes it for clients; x has the message to the server's administrator."
    hint = f"{with_keys(found.hint)} " if found is not None else ""
    return f"{hint}{_next_key(row)}".strip()


def _next_key(row: HostRow) -> str:
    """The next key as a sentence; where it would lead to this pane, the one that leads on."""
    if row.status in {Status.UNREACHABLE, Status.REFUSED}:
        return "r tries again."
    step = next_key(row).replace("press 2 for why", "press 4 for who refuses")
    return "" if step == "nothing to repair" else f"{step[:1].upper()}{step[1:]}."


class ChainPane(CertificatePane):
    """The first finding, the path from the leaf up with its gaps, and the certificate under the cursor."""

    NUMBER, NAME = 2, "Served chain"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CHAIN)

    def __init__(self, pane_id: str, clock: Clock, warn_days: Callable[[], Threshold]) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._clock, self._warn_days = clock, warn_days
        self._path: tuple[ChainNode, ...] = ()
        self._shown: HostRow | None = None

    def compose_content(self) -> ComposeResult:
        """One view of it all."""
        yield SplitView("chain-view")

    def main(self) -> SplitView:
        """The view."""
        return self.query_one(SplitView)

    def on_resize(self) -> None:
        """Leave the time line out on a narrow screen."""
        super().on_resize()
        if self.filled:
            self._show(self.row)

    def watch_row(self, row: HostRow | None) -> None:
        """Show another host, or the same one further on."""
        if self.filled and not self.shows_same(self._shown, row):
            self._show(row)

    def _show(self, row: HostRow | None) -> None:
        same = row is not None and self._shown is not None and row.target == self._shown.target
        under, before = self.certificate if same else None, self._path
        verdict = row.state.verdict if row is not None else None
        self._shown, self._path = row, chain_path(row.state) if row is not None else ()
        if row is None or verdict is None:
            self.main().show(EmptyContent("The probe of this host shows its chain here."))
        else:
            narrow = self.app.size.width < NARROW
            keymap = keymap_of(self.app)
            content = ChainContent(row, verdict, self._path, self._clock(), narrow, self._warn_days(), keymap)
            self.main().show(content, _cursor(self._path, under), keep=same and before == self._path)
        self._verdict(row)

    @property
    def certificate(self) -> Certificate | None:
        """The certificate under the cursor."""
        place = self.main().place
        return self._path[place].certificate if place is not None and place < len(self._path) else None

    def _verdict(self, row: HostRow | None) -> None:
        served = reached(row)
        if row is None or served is None or row.status is None:
            unreached = row is not None and row.status in {Status.UNREACHABLE, Status.REFUSED}
            self.title("not reached" if unreached else "not probed yet" if row is not None else "no host", DIM)
            return
        glyph, style = STATUS_LOOK[row.status]
        facts = [f"{glyph} {row.status.value}", plural(len(served.certificates), "certificate")]
        facts += [(served.tls_version or "").replace("TLSv", "TLS "), served.place or served.note]
        self.title(" · ".join(filter(None, facts)), style)


def _cursor(shown: tuple[ChainNode, ...], under: Certificate | None) -> int:
    """The line of the certificate that is under the cursor, else of the first that clients refuse, else the first."""
    places = list(enumerate(shown))
    kept = (place for place, node in places if under is not None and node.certificate == under)
    refused = (place for place, node in places if node.certificate is not None and node.style == BAD)
    return next(kept, next(refused, 0))
