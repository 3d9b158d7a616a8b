"""CRLs in the bundle by a key: gathered, shown, tested with, written, told of, and taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenes.stage import opened, press, screen_text, shows, until
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio
CRL = "-----BEGIN X509 CRL-----"


@pytest.fixture(scope="module")
def crl_lab() -> Iterator[Lab]:
    with open_lab(["crl-chain", "crl-chain-revoked", "leaf-only"]) as running:
        yield running


def _app(lab: Lab, *names: str) -> ChainApp:
    trust = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    hosts = tuple(Host(Target("localhost", lab.host(name).port), name) for name in names)
    return ChainApp(lambda: (Journey(Context(trust)), ()), hosts)


async def test_the_bundle_gets_them_and_loses_them_again(
    crl_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = _app(crl_lab, "crl-chain")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "V", "3", "z")
        await shows(pilot, "✓ 2 lists, until")
        await shows(pilot, "VERIFY_CRL_CHECK_CHAIN")
        await press(pilot, "z", "t")
        await shows(pilot, "works with the bundle")
        await press(pilot, "w")
        await shows(pilot, "Write the bundle · with CRLs")
        await press(pilot, "enter")
        (file,) = tmp_path.iterdir()
        assert file.read_text().count(CRL) == 2
        await press(pilot, "x", "j", "j", "j")
        await shows(pilot, "VERIFY_CRL_CHECK_CHAIN")
        await press(pilot, "escape", "V")
        assert app.rows[0].written is None, "the bundle without them is another file"
        assert app.rows[0].state.live_test is None
        await press(pilot, "w")
        await shows(pilot, "exists; replacing it changes this:")
        assert CRL not in screen_text(pilot).replace(f"-{CRL}", "")


async def test_kinds_that_hold_no_crls_are_written_without(crl_lab: Lab) -> None:
    app = _app(crl_lab, "crl-chain")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "V", "w", "f2", "f2", "f2")
        await shows(pilot, "server 4/7")
        await shows(pilot, "new file")


async def test_a_revoked_certificate_is_said_and_its_bundle_is_no_repair(crl_lab: Lab) -> None:
    app = _app(crl_lab, "crl-chain-revoked")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "V")
        assert isinstance(app.rows[0].state.crls, Failure)
        assert app.rows[0].status is Status.INVALID
        await shows(pilot, "was revoked")
        await press(pilot, "w", "Y", "x")
        assert len(app.screen_stack) == 1, "there is nothing to write, copy or say"
        assert app.rows[0].state.proven is None


async def test_one_bundle_for_hosts_of_which_one_has_no_crl_has_none(crl_lab: Lab) -> None:
    app = _app(crl_lab, "crl-chain", "leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None for row in app.rows))
        await press(pilot, "space", "space", "f", "V")
        states = [row.state.crls for row in app.rows]
        assert states[0] is not None
        assert not isinstance(states[0], Failure)
        assert isinstance(states[1], Failure)
        await press(pilot, "w")
        await shows(pilot, "without CRLs, which not all of them have")
        assert CRL not in screen_text(pilot)


async def test_without_a_repair_there_is_nothing_to_put_them_in(crl_lab: Lab) -> None:
    app = _app(crl_lab, "crl-chain")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "V")
        await shows(pilot, "has no proven repair")
        assert app.rows[0].state.crls is None
