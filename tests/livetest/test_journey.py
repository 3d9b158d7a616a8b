"""The live test of a host: what failed before works with the bundle alone."""

from __future__ import annotations

import pytest

from tests.support.journeys import journey_for, state_of, walk
from tui_chain.engine.journey import HostState
from tui_chain.lab.internet import Lab
from tui_chain.livetest.choice import RequestChoice


def live(lab: Lab, name: str, method: str = "GET") -> HostState:
    host = lab.host(name)
    journey = journey_for(lab, host)
    return walk(
        state_of(host.port), journey.probe, journey.fix, lambda state: journey.test(state, RequestChoice(method))
    )


@pytest.mark.parametrize("name", ["leaf-only", "two-links-missing", "root-in-place-of-intermediate"])
def test_what_failed_before_works_with_the_bundle(lab: Lab, name: str) -> None:
    test = live(lab, name).live_test
    assert test is not None
    assert test.after is not None
    assert (test.before.ok, test.before.code, test.after.ok, test.after.status) == (False, 20, True, 200)
    assert test.before.trust == f"trust store {lab.trust_file}"
    assert test.after.trust == "the bundle alone"
    assert test.url == f"https://localhost:{lab.host(name).port}/"


def test_a_complete_host_works_before_and_has_no_after(lab: Lab) -> None:
    test = live(lab, "complete", "HEAD").live_test
    assert test is not None
    assert (test.method, test.before.ok, test.after) == ("HEAD", True, None)


def test_what_no_bundle_mends_has_no_after(lab: Lab) -> None:
    test = live(lab, "expired-leaf").live_test
    assert test is not None
    assert (test.before.code, test.after) == (10, None)
