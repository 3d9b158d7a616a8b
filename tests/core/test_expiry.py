from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import text

from tui_chain.core.expiry import CA_SOON, LEAF_SOON, MAX_DAYS, Threshold, notice, read_threshold

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = BEGIN + timedelta(days=365)


@pytest.mark.parametrize(
    ("given_text", "found"),
    [
        ("14", Threshold(14)),
        ("0", Threshold(0)),
        (f"{MAX_DAYS}", Threshold(MAX_DAYS)),
        ("33%", Threshold(33, percent=True)),
        ("100%", Threshold(100, percent=True)),
        ("007", Threshold(7)),
    ],
)
def test_days_and_shares_are_read(given_text: str, found: Threshold) -> None:
    assert read_threshold(given_text) == found


@pytest.mark.parametrize(
    "wrong", ["", "%", "-1", "3651", "101%", "1.5", " 14", "14 ", "33 %", "٣", "14d", "1e3", "99999"]
)
def test_what_is_no_threshold_is_none(wrong: str) -> None:
    assert read_threshold(wrong) is None


@given(text(max_size=8))
def test_what_is_read_is_written_alike(given_text: str) -> None:
    found = read_threshold(given_text)
    assert found is None or read_threshold(str(found)) == found


def test_a_share_is_of_the_lifetime_and_days_are_not() -> None:
    assert Threshold(20, percent=True).of_life(BEGIN, YEAR) == timedelta(days=73)
    assert Threshold(20).of_life(BEGIN, YEAR) == timedelta(days=20)
    assert Threshold(20, percent=True).of_life(YEAR, BEGIN) == timedelta(0), "of one that ends before it begins"
    assert Threshold(20, percent=True).of_life(None, YEAR) == LEAF_SOON
    assert Threshold(20, percent=True).of_life(BEGIN, None) == LEAF_SOON


def test_a_ca_certificate_has_never_less_notice_than_usual() -> None:
    week, quarter = timedelta(days=7), timedelta(days=90)
    assert notice(BEGIN, YEAR, None, leaf=True) == LEAF_SOON
    assert notice(BEGIN, YEAR, None, leaf=False) == CA_SOON
    assert notice(BEGIN, YEAR, week, leaf=True) == week
    assert notice(BEGIN, YEAR, week, leaf=False) == CA_SOON
    assert notice(BEGIN, YEAR, quarter, leaf=False) == quarter
    assert notice(BEGIN, BEGIN + timedelta(days=6), None, leaf=True) == timedelta(days=2), "a third of a short life"
    assert notice(None, YEAR, None, leaf=True) == LEAF_SOON
