"""Results of hosts in every state that a report can be of, and one whose every text attacks who shows it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.fleet.made import HOSTILE, hostile_result
from tests.support.chains import NOW
from tests.support.reports import every_state
from tui_chain.results.host import host_result
from tui_chain.results.values import HostResult


@pytest.fixture(scope="session")
def results() -> Mapping[str, HostResult]:
    """By the name of the state; targets differ."""
    made = {name: host_result(state, NOW) for name, state in every_state().items()}
    return {**made, **{f"hostile-{place}": hostile_result(text) for place, text in enumerate(HOSTILE)}}
