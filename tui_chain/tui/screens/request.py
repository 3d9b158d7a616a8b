"""What the live test of a host asks: method, path, headers, and by which route."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from tui_chain.core.failure import Failure
from tui_chain.livetest.choice import METHODS, RequestChoice, read_choice
from tui_chain.net.proxy import read_proxy, shown_proxy
from tui_chain.net.target import Target
from tui_chain.tui.host_rows import BAD, DIM
from tui_chain.tui.render import fact
from tui_chain.tui.screens.add import HostText
from tui_chain.tui.screens.dialog import Dialog


class HeaderText(HostText):
    """Header lines; enter keeps the request, another line comes by ctrl+j or by pasting."""


class RequestScreen(Dialog[RequestChoice]):
    """Asks for the request of `target`'s live tests; `proxy` is the URL that the environment names, or None.

    Credentials in headers are refused, and those of the proxy are not shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "next_method", "Method", priority=True),
        Binding("f3", "turn_proxy", "Proxy", priority=True),
    ]

    def __init__(self, target: Target, choice: RequestChoice, proxy: str | None) -> None:
        super().__init__()
        self._target = target
        self._choice = choice
        self._method = choice.method
        self._by_proxy = choice.proxy
        self._proxy = proxy
        self._refused: tuple[str, str] | None = None

    def compose(self) -> ComposeResult:
        """Method, path, header lines, proxy, and below them what is wrong."""
        with Vertical(classes="frame", id="request") as frame:
            frame.border_title = Content(f"The request to {self._target.display}")
            frame.border_subtitle = "enter keeps it · F2 method · F3 proxy · esc close"
            yield Static(id="request-method", classes="gap-below", markup=False)
            yield Static(Content.styled("path, with its query", DIM), markup=False)
            yield Input(self._choice.path, id="request-path", classes="path", compact=True, select_on_focus=False)
            yield Static(
                Content.styled("further headers, Name: value; ctrl+j begins another line", DIM), markup=False
            )
            headers = "\n".join(f"{name}: {value}" for name, value in self._choice.headers)
            yield HeaderText(headers, id="request-headers", compact=True)
            yield Static(id="request-proxy", classes="gap-above", markup=False)
            yield Static(id="request-fault", classes="fit gap-above", markup=False)

    def on_mount(self) -> None:
        """Begin in the path."""
        self.query_one("#request-path", Input).focus()
        self._redraw()

    def action_next_method(self) -> None:
        """Take the next method."""
        self._method = METHODS[(METHODS.index(self._method) + 1) % len(METHODS)]
        self._redraw()

    def action_turn_proxy(self) -> None:
        """Go through the environment's proxy, or directly."""
        self._by_proxy = not self._by_proxy
        self._redraw()

    def _redraw(self) -> None:
        route = _ROUTES[self._by_proxy]
        self.query_one("#request-method", Static).update(fact("method", _choice(METHODS, self._method), _key("F2")))
        proxy = Content.assemble(
            fact("proxy", _choice(_ROUTES, route), _key("F3")), "\n", fact("", self._proxy_label())
        )
        self.query_one("#request-proxy", Static).update(proxy)
        self._show_fault("")

    def _proxy_label(self) -> tuple[str, str]:
        """The proxy that the environment names for the host, without its password, or what is wrong with it."""
        if self._proxy is None:
            return "The environment names none for this host.", DIM
        known = read_proxy(self._proxy)
        if isinstance(known, Failure):
            return known.message, BAD if self._by_proxy else DIM
        return shown_proxy(self._proxy), "" if self._by_proxy else DIM

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        # enter may come before the news of what was typed ahead of it
        if self._texts() != self._refused:
            self._show_fault("")

    def _texts(self) -> tuple[str, str]:
        return self.query_one("#request-path", Input).value, self.query_one(HeaderText).text

    @on(HostText.Entered)
    @on(Input.Submitted)
    def _entered(self) -> None:
        path, headers = self._texts()
        proxy = read_proxy(self._proxy) if self._by_proxy and self._proxy is not None else None
        choice = read_choice(self._method, path.strip(), headers.splitlines(), proxy=self._by_proxy)
        wrong = next((each for each in (choice, proxy) if isinstance(each, Failure)), None)
        if wrong is not None:
            self._refused = path, headers
            self._show_fault(f"✗ {wrong}")
        elif isinstance(choice, RequestChoice):
            self.dismiss(choice)

    def _show_fault(self, text: str) -> None:
        self.query_one("#request-fault", Static).update(Content.styled(text, BAD))


_ROUTES = ("as the probe went", "through the environment's proxy")


def _choice(names: Sequence[str], chosen: str) -> Content:
    """All that there is to choose between, what is chosen with a mark before it."""
    return Content("  ").join(
        Content.styled(f"▸{name}", "bold") if name == chosen else Content.styled(f" {name}", DIM) for name in names
    )


def _key(name: str) -> tuple[str, str]:
    return f"   {name} changes it", DIM
