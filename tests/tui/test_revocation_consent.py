"""Where OCSP or a CRL leads into the network the screen asks, and asks an address only after a yes."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.scenes.stage import opened, press, screen_text, shows, until
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.authority import Template
from tui_chain.lab.internet import Lab
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.host_list import Host
from tui_chain.net.lookup import Address
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio
INSIDE = "10.9.8.7"
URL = x509.UniformResourceIdentifier(f"http://{INSIDE}/status")
OCSP = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, URL)])
CRL = x509.CRLDistributionPoints([x509.DistributionPoint([URL], None, None, None)])


def app_on(lab: Lab, extension: x509.ExtensionType, *, by_name: bool = False) -> ChainApp:
    """A host whose certificate names an address inside for its status; `by_name` it is reached by options."""
    issuing = lab.hierarchy["issuing"]
    leaf = issuing.issue_leaf(template=Template(extensions=((extension, False),)))
    port = lab.serve([leaf.der, issuing.der], leaf.key)
    store = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    own = ConnectionOptions(connect_host="127.0.0.1") if by_name else USUAL_CONNECTION
    of_all = ConnectionOptions(sni="a.test") if by_name else USUAL_CONNECTION
    target = Target("localhost", port, connection=own)
    return ChainApp(lambda: (Journey(Context(store, connection=of_all)), ()), (Host(target, "host"),))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are connected to, but for loopback; none of them answers."""
    from tui_chain.net import connection

    addresses: list[str] = []
    dial = connection._dial

    async def refused(address: Address, port: int, local: str | None) -> object:
        if address.ip.startswith("127."):
            return await dial(address, port, local)
        addresses.append(f"{address.ip}:{port}")
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(connection, "_dial", refused)
    return addresses


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("answer", ["n", "ctrl+y"])
@pytest.mark.parametrize(("extension", "means"), [(OCSP, "OCSP"), (CRL, "CRL")], ids=["OCSP", "CRL"])
async def test_an_address_inside_is_asked_after_a_yes_alone(
    lab: Lab, asked: list[str], extension: x509.ExtensionType, means: str, answer: str, *, by_name: bool
) -> None:
    app = app_on(lab, extension, by_name=by_name)
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await pilot.press("v")
        await shows(pilot, "press enter to read the question")
        assert asked == []
        await pilot.press("enter")
        await shows(pilot, "Inside your network?")
        shown = " ".join(screen_text(pilot).split())
        assert f"{INSIDE}, port 80" in shown
        assert asked == [], "reading the question asks nobody"
        await pilot.press(answer)
        await until(pilot, lambda: app.rows[0].state.revocation is not None, f"for the answer by {means}")
        assert asked == ([f"{INSIDE}:80"] if answer == "ctrl+y" else [])
        await press(pilot, "escape")
