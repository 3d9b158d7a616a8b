"""A lab for the whole module, and apps on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.addresses import Reach, SocketAddress
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.resolve.resolution import ConsentRequest
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.x509.formats.readers import read_certificates

AppOn = Callable[..., ChainApp]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab() as running:
        yield running


@pytest.fixture
def app_on(lab: Lab) -> AppOn:
    """Make an app on lab hosts by name, the lab's roots trusted."""

    def make(*names: str, timeout: float = 5.0) -> ChainApp:
        trust = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
        hosts = tuple(Host(Target("localhost", lab.host(name).port), name) for name in names)
        return ChainApp(lambda: (Journey(Context(trust, timeout=timeout)), ()), hosts)

    return make


def inside(target: Target, address: str = "169.254.169.254", port: int = 80) -> ConsentRequest:
    """The question of a host whose certificate leads inside."""
    kind, url = Reach.LINK_LOCAL, "http://a.test/x"
    return ConsentRequest(str(target), "leaf.test", url, url, SocketAddress(address, port), kind)


@pytest.fixture(autouse=True)
def no_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes the clipboard of the person who runs it."""
    import pyperclip

    def refuse(_: str) -> None:
        raise pyperclip.PyperclipException("none in tests")

    monkeypatch.setattr(pyperclip, "copy", refuse)


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Textual look more often whether the app rests: by default each key takes some 60 ms of sleep."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 1 / 250)
    monkeypatch.setattr("textual._wait.SLEEP_IDLE", 1 / 2500)
