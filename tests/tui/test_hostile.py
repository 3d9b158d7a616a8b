"""A chain whose every text is an attack passes through panes, toasts, dialogs, files and the clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from tests.scenes.stage import opened, press, screen_text, until
from tests.support.unsafe import unsafe_in
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.authority import Authority, Identity, Template
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.x509.formats.readers import read_certificates

ATTACKS = (
    "O=[/foo] [bold]x[/] [@click=app.quit]quit[/] [$error]",
    "\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x1b[2J\x9b31m",
    "evil\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "\u202egnp.exe\u2066\u200b\u2028\u2029\ufeff",
    "xxxx -----BEGIN CERTIFICATE-----",
    "[fe80::1]:443 [50%] [Red] \\[ [ bold]",
)


def _named(common_name: str) -> x509.Name:
    # 64 characters are the most that a common name may have without a warning
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name[:64], _validate=False)])


def _hostile_ca(lab: Lab, text: str) -> Authority:
    """A CA of the lab whose name is an attack."""
    return lab.hierarchy["root"]._issue_ca(_named(text), Template())


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete"]) as running:
        yield running


@pytest.fixture(params=range(len(ATTACKS)))
def app(lab: Lab, request: pytest.FixtureRequest) -> ChainApp:
    """A host whose leaf's issuer, with a hostile name, is to be had by AIA alone."""
    text = ATTACKS[request.param]
    ca = _hostile_ca(lab, text)
    url = lab.publish(f"/hostile-{request.param}.cer", ca.der)
    leaf: Identity = ca.issue_leaf(template=Template(urls=(url,)))
    port = lab.serve([leaf.der], leaf.key)
    trust = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    return ChainApp(lambda: (Journey(Context(trust)), ()), [Host(Target("localhost", port), "label")])


@pytest.mark.anyio
async def test_nothing_of_it_acts(app: ChainApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    screens: list[str] = []
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        for keys in (
            ["2", "j"],
            ["f"],
            ["t"],
            ["3", "j"],
            ["i"],
            ["escape"],
            ["y"],
            ["a"],
            ["y", "y"],
            ["L"],
            ["escape"],
            ["Y"],
            ["x"],
            ["escape"],
            ["w"],
        ):
            await press(pilot, *keys)
            screens.append(screen_text(pilot))
        await press(pilot, "enter")
        screens.append(screen_text(pilot))
        await press(pilot, "e", "escape", "ctrl+p")
        screens.append(screen_text(pilot))
        assert app.is_running
    assert app.rows[0].state.proven is not None
    assert not unsafe_in("\n".join(screens))
    (bundle,) = tmp_path.iterdir()
    written = bundle.read_bytes()
    assert written.isascii()
    assert not unsafe_in(written.decode("ascii"))
    expected = app.rows[0].state.proven.bundle.certificates
    assert read_certificates(written).certificates == expected
    headers = [line for line in written.splitlines() if line.startswith(b"-----BEGIN")]
    assert headers == [b"-----BEGIN CERTIFICATE-----"] * len(expected)
    assert copied
    assert not unsafe_in("".join(copied))
