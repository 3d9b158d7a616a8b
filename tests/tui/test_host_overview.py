"""What a short list leaves room for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.chains import HOST, NOW, make_pki, served_by
from tui_chain.core.expiry import read_threshold
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.net.target import Target
from tui_chain.tui.host_rows import BAD, OK, WARN, HostRow
from tui_chain.tui.render import expiry_style
from tui_chain.tui.widgets.host_overview import overview

PKI = make_pki()


def _rows(*targets: Target) -> list[HostRow]:
    journey = Journey(Context(PKI.trust, lambda: NOW, offline=True))
    served = served_by(PKI.leaf, PKI.issuing)
    return [HostRow(journey.diagnose(HostState(target), served)) for target in targets]


def test_one_host_with_and_without_starttls_expires_at_one_time() -> None:
    rows = _rows(Target(HOST, 25, starttls="smtp"), Target(HOST, 25))
    shown = [line.plain for line in overview(rows, NOW, 60)]
    assert sum(HOST in line for line in shown) == 2


@pytest.mark.parametrize(
    ("left", "warn_days", "style"),
    [
        (timedelta(days=15), "14", OK),
        (timedelta(days=13, hours=23), "14", WARN),
        (timedelta(days=29), "30", WARN),
        (timedelta(hours=1), "0", OK),
        (-timedelta(hours=3), "14", BAD),
        (timedelta(days=29), "33%", WARN),
        (timedelta(days=31), "33%", OK),
    ],
)
def test_an_expiry_is_coloured_by_the_days_that_the_user_wants_to_be_warned(
    left: timedelta, warn_days: str, style: str
) -> None:
    wanted, end = read_threshold(warn_days), NOW + left
    assert wanted is not None
    assert expiry_style(end, NOW, wanted.of_life(end - timedelta(days=90), end)) == style
