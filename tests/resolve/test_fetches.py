"""Fetches of whole journeys: shared between hosts, and gone when they are cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.lab.clients import SECONDS
from tests.support.aia import fetches_under_way
from tests.support.journeys import journey_for, state_of
from tui_chain.core.status import Status
from tui_chain.engine.journey import HostState
from tui_chain.lab.authority import Template
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.aia_site import AiaAnswer


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["leaf-only"]) as opened:
        yield opened


def test_cancelling_a_fix_in_the_middle_leaves_nothing_running(lab: Lab) -> None:
    url = lab.publish("/very-slow.cer", AiaAnswer(b"late", delay=30))
    issuing = lab.hierarchy["issuing"]
    leaf = issuing.issue_leaf(template=Template(urls=(url,)))
    port = lab.serve((leaf.der,), leaf.key)
    journey = journey_for(lab, lab.host("leaf-only"))

    async def run() -> None:
        probed = await journey.probe(state_of(port))
        fixing = asyncio.create_task(journey.fix(probed))
        async with asyncio.timeout(SECONDS):
            while "/very-slow.cer" not in lab.aia_log:  # noqa: ASYNC110 - the log is another thread's
                await asyncio.sleep(0.01)
            fixing.cancel()
            await asyncio.wait({fixing})
        assert fixing.cancelled()
        assert fetches_under_way() == 0
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_two_hosts_that_want_one_url_fetch_it_once(lab: Lab) -> None:
    journey = journey_for(lab, lab.host("leaf-only"))
    before = lab.aia_log.count("/issuing.cer")
    url = lab.publish("/issuing.cer", lab.hierarchy["issuing"].der)
    leaf = lab.hierarchy["issuing"].issue_leaf(template=Template(urls=(url,)))
    port = lab.serve((leaf.der,), leaf.key)

    async def run() -> list[HostState]:
        states = [await journey.probe(state_of(each)) for each in (port, lab.host("leaf-only").port)]
        return await asyncio.gather(*(journey.fix(state) for state in states))

    states = asyncio.run(run())
    assert [state.status for state in states] == [Status.REPAIRABLE] * 2
    assert lab.aia_log.count("/issuing.cer") == before + 1
