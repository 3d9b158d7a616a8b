"""Hosts that are reached by a proxy, at another place or by another name, from the screen alone."""

from __future__ import annotations

import pytest

from tests.scenes.stage import opened, press, screen_text, shows, until
from tests.support.proxy import ConnectProxy, start
from tui_chain.core.status import Status
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.internet import Lab
from tui_chain.net.host_list import Host
from tui_chain.net.route import Proxies
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio
NAME = "leaf-only.lab.test"
"""A name that no resolver knows."""


def app_on(lab: Lab, *hosts: Host, proxies: Proxies = Proxies()) -> ChainApp:  # noqa: B008 - frozen
    store = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    return ChainApp(lambda: (Journey(Context(store, proxies=proxies)), ()), hosts)


async def test_a_host_that_only_the_proxy_reaches_is_tested(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = ConnectProxy(names={"complete.lab.test": "127.0.0.1"})
    url = start(lab, proxy)
    monkeypatch.setenv("https_proxy", url)
    target = Target("complete.lab.test", lab.host("complete").port)
    app = app_on(lab, Host(target, ""), proxies=Proxies({"https_proxy": url}))
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is Status.COMPLETE)
        await press(pilot, "t")
        await until(pilot, lambda: app.rows[0].state.live_test is not None)
        live = app.rows[0].state.live_test
        assert live is not None
        assert live.last.ok, live.last.text
        assert live.route == f"by proxy {url}"
        await press(pilot, "2", "z")
        await shows(pilot, f"by proxy {url}")
    assert set(proxy.asked) == {str(target)}


async def test_what_is_added_has_its_options_and_two_ways_are_two_hosts(lab: Lab) -> None:
    complete, leaf = lab.host("complete").port, lab.host("leaf-only").port
    app = app_on(lab)
    async with opened(app) as pilot:
        await press(pilot, "a")
        lines = (
            f"{NAME} connect-to=localhost:{complete} verify-name=complete.lab.test",
            f"{NAME} connect-to=localhost:{leaf}",
        )
        for place, line in enumerate(lines):
            await press(pilot, *(["ctrl+j"] if place else []))
            await pilot.press(*("space" if key == " " else key for key in line))
        await press(pilot, "enter")
        await until(pilot, lambda: [row.status for row in app.rows] == [Status.COMPLETE, Status.INCOMPLETE])
        first, second = (row.target for row in app.rows)
        assert str(first) == str(second)
        assert first != second
        assert f"connect-to=localhost:{leaf}" in second.display
        await press(pilot, "1", "g", "2", "z")
        shown = " ".join(screen_text(pilot).split())
        assert f"connected to localhost:{complete}, judged as complete.lab.test" in shown
