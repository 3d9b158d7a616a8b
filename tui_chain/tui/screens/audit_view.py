"""A trust file on the screen: three lists, and below them what is under the cursor of the one that is in use."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from tui_chain.tui.host_rows import DIM
from tui_chain.tui.panes.base import copy_of
from tui_chain.tui.render import with_keys
from tui_chain.tui.screens import audit_render as render
from tui_chain.tui.screens.audited_file import AuditedFile
from tui_chain.tui.screens.dialog import Dialog, Page, PageScreen
from tui_chain.tui.trust_files import TrustFiles
from tui_chain.tui.widgets.row_list import RowList
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem

FEW = 6
"""Certificates that are named where there is little room."""


class AuditView(Dialog[None]):
    """Shows an audited file, its details, and copies its certificates; what is audited at is the heirs' affair."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "list('clients')", "Clients"),
        Binding("2", "list('findings')", "Findings"),
        Binding("3", "list('certificates')", "Certificates"),
        Binding("i", "details", "Details"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, trust_files: TrustFiles) -> None:
        super().__init__()
        self._trust_files = trust_files
        self._audited: AuditedFile | None = None
        self._unfolded = "clients"

    def compose(self) -> ComposeResult:
        """The head, the facts, the lists, the details."""
        with Vertical(classes="frame -whole", id="audit"):
            yield from self.head()
            yield Static(id="audit-facts", markup=False)
            with Container(id="audit-body"):
                with Vertical(id="audit-lists"):
                    yield RowList(1, "Clients", "clients")
                    yield RowList(2, "Findings", "findings")
                    yield RowList(3, "Certificates", "certificates")
                yield Page(id="audit-below", classes="detail")

    def head(self) -> ComposeResult:
        """What stands on top."""
        raise NotImplementedError

    def keys(self) -> tuple[str, ...]:
        """The keys that make sense where the focus is."""
        raise NotImplementedError

    def _name_keys(self) -> None:
        self.query_one("#audit").border_subtitle = " · ".join((*self.keys(), "esc close"))

    def on_mount(self) -> None:
        """Begin with nothing."""
        self.unfold("clients")
        self.show(None)
        self.begin()

    def begin(self) -> None:
        """What is done once there is something to show it on."""
        raise NotImplementedError

    def show_status(self, text: str, style: str) -> None:
        """Show in the place of the facts what is going on, or wrong."""
        self.query_one("#audit-facts", Static).update(Content.styled(with_keys(text), style))

    def show_facts(self) -> None:
        """Show what the file is, in the place of what was going on."""
        if self._audited is not None:
            self.query_one("#audit-facts", Static).update(render.facts(self._audited, self._trust_files.clock()))

    def show(self, audited: AuditedFile | None) -> None:
        """Show a file, or that there is none."""
        self._audited = audited
        self.show_verdict(is_current=True)
        self._name_keys()
        if audited is None:
            for row_list in self.query(RowList):
                row_list.show(0, lambda _: (), lambda _: ())
                row_list.title("nothing to show", DIM)
        else:
            self._fill(audited)
        self._show_outcome()

    def show_verdict(self, *, is_current: bool) -> None:
        """Show the verdict on the file in the title; none while another file is named above it."""
        text = render.verdict(self._audited) if self._audited is not None and is_current else ("", "")
        heading = "Audit" if self.is_tight else "Audit of a trust file"
        self.query_one("#audit").border_title = Content.assemble((heading, "bold"), "  ", text)

    def _fill(self, audited: AuditedFile) -> None:
        now = self._trust_files.clock()
        self.show_facts()
        for name, rows, title in (
            ("clients", render.client_rows(audited), render.clients_title(audited)),
            ("findings", render.finding_rows(audited), render.findings_title(audited)),
            ("certificates", render.certificate_rows(audited, now), render.certificates_title(audited, now)),
        ):
            row_list = self.query_one(f"#{name}", RowList)
            row_list.show(*rows)
            row_list.title(*title)

    # moving

    def action_list(self, name: str) -> None:
        """Go to a list."""
        self.query_one(f"#{name}", RowList).focus()

    @on(events.DescendantFocus)
    def _part_focused(self, event: events.DescendantFocus) -> None:
        self._name_keys()
        if isinstance(event.widget, RowList) and event.widget.id is not None:
            self.unfold(event.widget.id)
            self._show_outcome()

    def unfold(self, name: str) -> None:
        """Open a list where there is not room for all."""
        self._unfolded = name
        for row_list in self.query(RowList):
            row_list.set_class(row_list.id == name, "-open")

    @on(RowList.Moved)
    def _cursor_moved(self, event: RowList.Moved) -> None:
        event.stop()
        if event.row_list.id == self._unfolded:
            self._show_outcome()

    def fit(self, size: Size) -> None:  # noqa: ARG002 - the breakpoint says it
        """Say more of a certificate where there is room."""
        self._show_outcome()

    # what is under the cursor

    @property
    def _place(self) -> int | None:
        return self.query_one(f"#{self._unfolded}", RowList).place

    @property
    def _certificate(self) -> Certificate | None:
        """The certificate under the cursor, or the one that the finding under it is of."""
        audited, place = self._audited, self._place
        if audited is None or place is None or self._unfolded == "clients":
            return None
        if self._unfolded == "certificates":
            return audited.places[place][1]
        return audited.certificate_at(audited.audit.findings[place])

    def _show_outcome(self) -> None:
        self.query_one("#audit-below", Page).update(self._detail_text(whole=self.has_class("-wide")))

    def _detail_text(self, *, whole: bool) -> Content:
        audited, place, now = self._audited, self._place, self._trust_files.clock()
        if audited is None or place is None:
            return Content()
        if self._unfolded == "clients":
            return render.client_detail(audited, place, render.MAX_NAMED if whole else FEW)
        if self._unfolded == "findings":
            return render.finding_detail(audited, place, now)
        return render.certificate_detail(audited, place, now, whole=whole)

    @on(RowList.Chosen)
    def _row_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_details()

    def action_details(self) -> None:
        """Show everything of what is under the cursor on a page of its own."""
        audited, certificate = self._audited, self._certificate
        if audited is None or self._place is None:
            return
        if certificate is None:
            title, page, copy, what = (
                "Details",
                self._detail_text(whole=True),
                self._detail_text(whole=True).plain,
                "the details",
            )
        else:
            place = next(place for place, (_, one) in enumerate(audited.places) if one == certificate)
            page = render.certificate_detail(audited, place, self._trust_files.clock(), whole=True)
            title, copy, what = "Certificate", to_pem(certificate), f"the certificate {certificate.label}"
        self.app.push_screen(PageScreen(title, page, copy=copy, subject=what))

    def action_copy(self) -> None:
        """Copy the certificate under the cursor as PEM."""
        if self._certificate is not None:
            self.post_message(copy_of(self._certificate))
