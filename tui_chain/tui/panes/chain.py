"""Pane 2: what was served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Severity, Status
from tui_chain.core.text import plural
from tui_chain.engine.host_state import Clock, HostState
from tui_chain.tui.actions import CHAIN, bindings
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, SEVERITY_LOOK, STATUS_LOOK, WARN, HostRow, reached
from tui_chain.tui.panes.base import CURSOR_KEYS, CertificatePane
from tui_chain.tui.render import days_left, fact, family_line, finding_text, lines, summary, theme_style

if TYPE_CHECKING:
    from tui_chain.diagnose.diagnosis import Diagnosis
    from tui_chain.diagnose.findings.finding import Finding
    from tui_chain.net.target import Target
    from tui_chain.paths.search import MissingIssuer
    from tui_chain.probe.served import ServedChain
    from tui_chain.x509.certificate import Certificate


@dataclass(frozen=True)
class ChainNode:
    """A line of the tree: a certificate or the gap where one is missing; `depth` 0 is the leaf."""

    depth: int
    glyph: str
    style: str
    role: str
    name: str
    certificate: Certificate | None = None
    missing: MissingIssuer | None = None


def nodes(state: HostState) -> tuple[ChainNode, ...]:
    """The tree of a host that was reached, top to bottom; empty before."""
    verdict = state.verdict
    if verdict is None or state.reached is None:
        return ()
    trail = shown_trail(state)
    return (*_trail_nodes(state, verdict, trail), *_gaps(verdict, trail), *_unneeded(state.reached, verdict, trail))


def shown_trail(state: HostState) -> tuple[Certificate, ...]:
    """The path that is chosen, or as far as the chain leads; empty before the first probe."""
    verdict = state.verdict
    if verdict is None:
        return ()
    if state.proven is not None:
        return state.proven.path.certificates
    if verdict.path is not None:
        return verdict.path.certificates
    trails = [missing.trail for missing in verdict.search.missing] + list(verdict.search.untrusted)
    served = state.reached.certificates if state.reached is not None else ()
    return max(trails, key=len, default=served[:1])


def _trail_nodes(state: HostState, verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[ChainNode]:
    for depth, certificate in enumerate(trail):
        source = state.source_of(certificate)
        glyph, style = _look(verdict, certificate, source)
        role = "leaf" if depth == 0 else _role(certificate, source)
        yield ChainNode(depth, glyph, style, role, certificate.label, certificate)


def _role(certificate: Certificate, source: str) -> str:
    kind = "root" if certificate.self_issued else "intermediate"
    if source == "served":
        return kind
    where = next((text for start, text in _FOUND.items() if source.startswith(start)), "found")
    return f"{kind}, {where}"


_FOUND = {
    "trust store": "trusted",
    "served by": "sent by another host",
    "AIA": "found by AIA",
    "file": "from a file",
    "pool": "from the pool",
}


def _look(verdict: Diagnosis, certificate: Certificate, source: str) -> tuple[str, str]:
    findings = [
        found
        for found in verdict.at(certificate)
        if found.code not in {FindingCode.MISSING_ISSUER, FindingCode.ISSUER_UNKNOWN}
    ]
    if findings and findings[0].severity is not Severity.COSMETIC:
        return SEVERITY_LOOK[findings[0].severity]
    if source == "served" or source.startswith("trust store"):
        return "✓", OK
    return "✚", NEW


def _gaps(verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[ChainNode]:
    for missing in verdict.missing:
        if missing.wanted_by == trail[-1]:
            yield ChainNode(len(trail), "✗", BAD, "not served", missing.subject, missing=missing)


def _unneeded(served: ServedChain, verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[ChainNode]:
    for certificate in dict.fromkeys(served.certificates):
        if certificate not in trail:
            findings = verdict.at(certificate)
            glyph, style = SEVERITY_LOOK[findings[0].severity] if findings else ("·", DIM)
            yield ChainNode(0, glyph, style, "not in the path", certificate.label, certificate)


class ChainTree(Tree[ChainNode]):
    """The chain as a tree with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("g", "scroll_home", "Top", show=False),
        Binding("G", "scroll_end", "Bottom", show=False),
        Binding("h,left", "fold", "Fold", show=False),
        Binding("l,right", "unfold", "Unfold", show=False),
    ]
    ICON_NODE = "▶ "
    ICON_NODE_EXPANDED = ""
    show_root = False
    guide_depth = 3
    auto_expand = False

    def action_fold(self) -> None:
        """Fold the node under the cursor, or go to its parent."""
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.children:
            node.collapse()
        elif node.parent is not None and not node.parent.is_root:
            self.move_cursor(node.parent)

    def action_unfold(self) -> None:
        """Unfold the node under the cursor."""
        if self.cursor_node is not None:
            self.cursor_node.expand()


class ChainPane(CertificatePane):
    """The path from the leaf up with its gaps, and the certificate under the cursor."""

    NUMBER, NAME = 2, "Served chain"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CHAIN)

    def __init__(self, pane_id: str, clock: Clock) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._clock = clock
        self._shown: tuple[ChainNode, ...] = ()
        self._target: Target | None = None

    def compose_content(self) -> ComposeResult:
        """The tree, and below it what its cursor is on."""
        yield ChainTree("", id="chain-tree", classes="list")
        with VerticalScroll(classes="below", can_focus=False):
            yield Static(id="chain-detail", markup=False)

    def main(self) -> ChainTree:
        """The tree."""
        return self.query_one(ChainTree)

    def on_resize(self) -> None:
        """Wrap the text to another width."""
        if self.filled:
            self._detail()

    def watch_row(self, row: HostRow | None) -> None:
        """Show another host, or the same one further on."""
        if not self.filled:
            return
        shown = nodes(row.state) if row is not None else ()
        target = row.target if row is not None else None
        if (shown, target) != (self._shown, self._target):
            under = self.certificate if target == self._target else None
            self._shown, self._target = shown, target
            self._fill(shown, under)
        self._verdict(row)
        self._detail()

    def _fill(self, shown: tuple[ChainNode, ...], under: Certificate | None) -> None:
        """Build the tree; the cursor stays on its certificate, or goes to the first that clients refuse."""
        tree = self.main()
        tree.clear()
        # it would stay on its line, and a move to the same line tells nobody
        tree.move_cursor(None)
        place: TreeNode[ChainNode] = tree.root
        chosen: TreeNode[ChainNode] | None = None
        for node in shown:
            parent = tree.root if node.depth == 0 else place
            place = parent.add(self._label(node), data=node, expand=True)
            if chosen is None or (under is not None and node.certificate == under):
                chosen = place
            elif under is None and node.certificate is not None and node.style == BAD:
                chosen, under = place, node.certificate
        tree.root.expand_all()
        # to ask for the last line numbers the lines, without which the cursor finds none
        if chosen is not None and tree.last_line >= 0:
            tree.move_cursor(chosen)

    def _label(self, node: ChainNode) -> Text:
        label = Text.assemble(
            (f"{node.glyph} ", self._rich(node.style)), (f"{node.role}  ", self._rich(DIM)), node.name
        )
        if node.certificate is not None:
            text, style = days_left(node.certificate, self._clock())
            label.append(f"  {text}", self._rich(style))
        return label

    def _rich(self, variable: str) -> Style:
        return theme_style(self.app.theme_variables, variable)

    @property
    def certificate(self) -> Certificate | None:
        """The certificate under the cursor; the leaf before the cursor has moved."""
        node = self._node()
        return node.certificate if node is not None else None

    def _node(self) -> ChainNode | None:
        node = self.main().cursor_node
        if node is not None and node.data is not None:
            return node.data
        return self._shown[0] if self._shown else None

    def _verdict(self, row: HostRow | None) -> None:
        served = reached(row)
        if row is None or served is None or row.status is None:
            self.title(
                "not reached" if row is not None and row.status is Status.UNREACHABLE else "not probed yet", DIM
            )
            return
        glyph, style = STATUS_LOOK[row.status]
        sent = f"{plural(len(served.certificates), 'certificate')} sent"
        whence = f" · {served.note}" if served.address is None and served.note else ""
        self.title(f"{glyph} {row.status.value} · {sent}{whence}", style)

    def _detail(self) -> None:
        self.query_one("#chain-detail", Static).update(self._detail_text())

    def _detail_text(self) -> Content:
        row, node = self.row, self._node()
        if row is None or row.state.verdict is None:
            return Content.styled("The chain stands here once the host is probed.", DIM)
        # two cells for the scroll bar, which the text itself may call for
        width = self.query_one("#chain-detail").content_size.width - 2
        if node is None:
            return lines(finding_text(found, width) for found in row.state.verdict.findings)
        if node.certificate is not None:
            source = row.state.source_of(node.certificate)
            findings = _findings(row.state.verdict, node)
            more = _connection(reached(row)) if node.role == "leaf" else ()
            return summary(node.certificate, self._clock(), source, findings, more, width=width)
        missing = node.missing
        if missing is None:
            return Content()
        return lines(
            [
                Content.styled("The server did not send this certificate.", BAD),
                fact("subject", missing.subject),
                fact("key id", missing.key_id or "not named"),
                fact("wanted", f"by {missing.wanted_by.subject}"),
                *([fact("aia", "names where to get it")] if missing.wanted_by.issuer_urls else [fact("aia", "none")]),
                *([fact("clients", family_line(row.state.verdict.verdicts))] if row.state.verdict.verdicts else []),
            ]
        )

    @on(Tree.NodeHighlighted)
    def _moved(self, event: Tree.NodeHighlighted[ChainNode]) -> None:
        event.stop()
        self._detail()
        self.refresh_bindings()

    @on(Tree.NodeSelected)
    async def _selected(self, event: Tree.NodeSelected[ChainNode]) -> None:
        event.stop()
        await self.run_action("screen.details" if self.certificate is None else "details")


def _findings(verdict: Diagnosis, node: ChainNode) -> tuple[Finding, ...]:
    """What is wrong with a node's certificate; on the leaf also what is wrong with the host itself."""
    own = node.certificate.sha256 if node.certificate is not None else None
    return tuple(found for found in verdict.findings if found.at == own or (found.at is None and node.role == "leaf"))


def _connection(served: ServedChain | None) -> Iterator[Content]:
    """How the chain came: from where, over what, in which time."""
    if served is None:
        return
    if served.address is not None:
        yield fact("server", f"{served.address} · {served.tls_version} · {served.cipher}")
    if served.timings is not None:
        times = served.timings
        text = f"name {times.lookup:.0f} ms, connect {times.connect:.0f} ms, TLS {times.tls:.0f} ms"
        yield fact("took", text)
    if served.note:
        yield Content.styled(f"! {served.note}", WARN)
