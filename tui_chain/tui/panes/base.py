"""What all panes share: a number, a title line that carries the verdict, keys for moving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import is_
from typing import TYPE_CHECKING, ClassVar, Self

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from tui_chain.tui.host_rows import DIM, HostRow
from tui_chain.tui.messages import CertificateOpened, CopyRequested
from tui_chain.tui.render import hanging
from tui_chain.tui.widgets.split_view import SplitView

if TYPE_CHECKING:
    from tui_chain.x509.certificate import Certificate

CURSOR_KEYS: list[BindingType] = [
    Binding("j", "cursor_down", "Down", show=False),
    Binding("k", "cursor_up", "Up", show=False),
]


def copy_of(certificate: Certificate) -> CopyRequested:
    """The wish to copy a certificate as PEM."""
    from tui_chain.x509.formats.pem import to_pem

    return CopyRequested(to_pem(certificate), f"the certificate {certificate.label}")


def is_unchanged(before: HostRow | None, row: HostRow | None, shown: Callable[[HostRow], tuple[object, ...]]) -> bool:
    """Whether what is `shown` of a host is the same in the row before and in the one now, whatever its job does."""
    return before is not None and row is not None and all(map(is_, shown(before), shown(row)))


@dataclass(frozen=True)
class EmptyContent:
    """One sentence, in place of a host."""

    sentence: str
    count: int = 0

    def head(self, width: int) -> Sequence[Content]:
        """The sentence."""
        return hanging(Content.styled(self.sentence, DIM), width)

    def rows(self, width: int) -> Sequence[Content]:  # noqa: ARG002
        """None."""
        return ()

    def caption(self, width: int) -> Content:  # noqa: ARG002
        """Nothing."""
        return Content()

    def text(self, place: int | None, width: int) -> Sequence[Content]:  # noqa: ARG002
        """Nothing."""
        return ()


class Pane(Vertical):
    """One of the four panes; `row` is the host that is shown, or None. Until it is `filled` it has a title alone."""

    row: reactive[HostRow | None] = reactive(None, repaint=False)
    filled = False
    NUMBER: ClassVar[int]
    NAME: ClassVar[str]
    _verdict_shown: tuple[str, str] = ("", "")
    _title_shown = Content()
    _titling = False

    async def fill(self) -> None:
        """Mount what is inside: the frames and titles are painted before it, since it takes as long again."""
        self.filled = True
        await self.recompose()
        self.watch_row(self.row)

    def watch_row(self, row: HostRow | None) -> None:
        """Show another host, or the same one further on."""

    def compose(self) -> ComposeResult:
        """Nothing before `fill`, then the content."""
        if self.filled:
            yield from self.compose_content()

    def compose_content(self) -> ComposeResult:
        """What is inside the pane."""
        raise NotImplementedError

    def title(self, verdict: str, style: str = "") -> None:
        """Put number, name and one-line verdict on the border, where they stay when the pane is folded."""
        self._verdict_shown = (verdict, style)
        # a border that is only a top line leaves no blank around its title
        blank = "" if self.styles.border_left[0] else " "
        title = Content.assemble(blank, (f"{self.NUMBER} {self.NAME}", "bold"), "  ", (verdict, style), blank)
        if not title.is_same(self._title_shown):
            self._titling = True
            self._title_shown = self.border_title = title
            self._titling = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint the line of the border alone where the title is all that changed: to set one asks for everything."""
        if self._titling:
            corner = self.content_offset
            regions = (Region(-corner.x, -corner.y, self.outer_size.width, 1),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def on_resize(self) -> None:
        """Lay the title out for another shape of the border."""
        self.title(*self._verdict_shown)

    def on_click(self) -> None:
        """Open the pane: where it is folded its title is all that can be clicked."""
        if not self.has_focus_within and self.filled:
            self.screen.set_focus(self.main())

    def main(self) -> Widget:
        """The widget that takes the focus."""
        raise NotImplementedError


def _chain_of(row: HostRow) -> tuple[object, ...]:
    return row.state, row.paths, row.gaps, row.written, row.changes


class CertificatePane(Pane):
    """A pane with certificates in it: what is done with the one under the cursor of its view."""

    @property
    def certificate(self) -> Certificate | None:
        """The certificate under the cursor, or None."""
        raise NotImplementedError

    @staticmethod
    def shows_same(before: HostRow | None, row: HostRow | None) -> bool:
        """Whether all that is shown of a host is as it was."""
        return is_unchanged(before, row, _chain_of)

    @on(SplitView.Moved)
    def _moved(self, event: SplitView.Moved) -> None:
        event.stop()
        self.refresh_bindings()

    @on(SplitView.Chosen)
    async def _opened(self, event: SplitView.Chosen) -> None:
        event.stop()
        await self.run_action("screen.details" if self.certificate is None else "details")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where no certificate is under the cursor, the screen's own action is meant."""
        if action == "details":
            return self.certificate is not None
        return super().check_action(action, parameters)

    def action_details(self) -> None:
        """Show all of the certificate under the cursor."""
        if self.row is not None and self.certificate is not None:
            self.post_message(CertificateOpened(self.row.state, self.certificate))


# which pane is open where there is not room for all; the style sheet says what that means at each size


def pane_in_focus(screen: Screen[None]) -> Pane | None:
    """The pane that has the focus."""
    return next((pane for pane in screen.query(Pane) if pane.has_focus_within), None)


def show_open(screen: Screen[None], name: str) -> None:
    """Mark a pane as the open one."""
    right = name != "hosts"
    for pane in screen.query(Pane):
        pane.set_class(pane.id == name or (not right and pane.id == "chain"), "-open")
        pane.set_class(pane.id == name, "-zoomed")
    # an app that was ended while it starts composes no more: there may be none of them
    screen.query("#right").set_class(right, "-open")
    screen.query("#hosts").set_class(not right, "-open")
    screen.set_class(not right, "-closed")
