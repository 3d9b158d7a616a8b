"""Pane 2: what was served."""

from __future__ import annotations

from collections.abc import Iterator
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

from tui_chain.core.status import Status
from tui_chain.core.text import plural
from tui_chain.engine.host_state import Clock
from tui_chain.tui.chain_nodes import Node, nodes
from tui_chain.tui.paint import days_left, fact, family_line, finding_words, lines, summary
from tui_chain.tui.panes.base import CURSOR_KEYS, Pane
from tui_chain.tui.rows import BAD, DIM, STATUS_LOOK, WARN, Row, reached

if TYPE_CHECKING:
    from tui_chain.diagnose.diagnosis import Diagnosis
    from tui_chain.diagnose.findings.finding import Finding
    from tui_chain.net.target import Target
    from tui_chain.probe.served import ServedChain
    from tui_chain.x509.certificate import Certificate


class ChainTree(Tree[Node]):
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


class ChainPane(Pane):
    """The path from the leaf up with its gaps, and the certificate under the cursor."""

    NUMBER, NAME = 2, "Served chain"

    def __init__(self, pane_id: str, clock: Clock) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._clock = clock
        self._shown: tuple[Node, ...] = ()
        self._target: Target | None = None

    def parts(self) -> ComposeResult:
        """The tree, and below it what its cursor is on."""
        yield ChainTree("", id="chain-tree")
        with VerticalScroll(classes="below", can_focus=False):
            yield Static(id="chain-detail", markup=False)

    def main(self) -> ChainTree:
        """The tree."""
        return self.query_one(ChainTree)

    def on_resize(self) -> None:
        """Wrap the words anew."""
        if self.filled:
            self._detail()

    def watch_row(self, row: Row | None) -> None:
        """Show another host, or the same one further on its way."""
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

    def _fill(self, shown: tuple[Node, ...], under: Certificate | None) -> None:
        """Build the tree; the cursor stays on its certificate, or goes to the first that clients refuse."""
        tree = self.main()
        tree.clear()
        # it would stay on its line, and a move to the same line tells nobody
        tree.move_cursor(None)
        place: TreeNode[Node] = tree.root
        chosen: TreeNode[Node] | None = None
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

    def _label(self, node: Node) -> Text:
        label = Text.assemble(
            (f"{node.glyph} ", self._rich(node.style)), (f"{node.role}  ", self._rich(DIM)), node.name
        )
        if node.certificate is not None:
            words, style = days_left(node.certificate, self._clock())
            label.append(f"  {words}", self._rich(style))
        return label

    def _rich(self, variable: str) -> Style:
        colour = self.app.theme_variables.get(variable.removeprefix("$"), "")
        return Style.parse(colour) if colour.startswith("#") else Style(dim=variable == DIM)

    @property
    def certificate(self) -> Certificate | None:
        """The certificate under the cursor; the leaf before the cursor has moved."""
        node = self._node()
        return node.certificate if node is not None else None

    def _node(self) -> Node | None:
        node = self.main().cursor_node
        if node is not None and node.data is not None:
            return node.data
        return self._shown[0] if self._shown else None

    def _verdict(self, row: Row | None) -> None:
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
        self.query_one("#chain-detail", Static).update(self._detail_words())

    def _detail_words(self) -> Content:
        row, node = self.row, self._node()
        if row is None or row.state.verdict is None:
            return Content.styled("The chain stands here once the host is probed.", DIM)
        # two cells for the scroll bar, which the words themselves may call for
        width = self.query_one("#chain-detail").content_size.width - 2
        if node is None:
            return lines(finding_words(found, width) for found in row.state.verdict.findings)
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
    def _moved(self, event: Tree.NodeHighlighted[Node]) -> None:
        event.stop()
        self._detail()

    @on(Tree.NodeSelected)
    async def _selected(self, event: Tree.NodeSelected[Node]) -> None:
        event.stop()
        await self.run_action("app.details")


def _findings(verdict: Diagnosis, node: Node) -> tuple[Finding, ...]:
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
        words = f"name {times.lookup:.0f} ms, connect {times.connect:.0f} ms, TLS {times.tls:.0f} ms"
        yield fact("took", words)
    if served.note:
        yield Content.styled(f"! {served.note}", WARN)
