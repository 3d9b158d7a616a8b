"""Days that are left and days since, by one rule on the screen, on the page and in the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui_chain.core.days import days_text, validity_text, whole_days

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "days", "short", "sentence"),
    [
        (timedelta(days=63, hours=1), 63, "63 d", "63 days left"),
        (timedelta(days=1), 1, "1 d", "1 day left"),
        (timedelta(hours=23), 0, "0 d", "ends today"),
        (timedelta(0), 0, "0 d", "ends today"),
        (-timedelta(hours=3), 0, "0 d", "expired today"),
        (-timedelta(days=1, hours=3), -1, "-1 d", "expired 1 day ago"),
        (-timedelta(days=42), -42, "-42 d", "expired 42 days ago"),
        (timedelta(days=3105), 3105, "8.5 y", "9 years left"),
        (-timedelta(days=800), -800, "-800 d", "expired 2 years ago"),
    ],
)
def test_days_are_cut_towards_zero(left: timedelta, days: int, short: str, sentence: str) -> None:
    end = NOW + left
    assert (whole_days(end, NOW), days_text(end, NOW)) == (days, short)
    assert validity_text(NOW - timedelta(days=900), end, NOW) == sentence


@pytest.mark.parametrize(("hours", "sentence"), [(3, "starts today"), (60, "starts in 2 days")])
def test_what_is_not_valid_yet_starts(hours: int, sentence: str) -> None:
    assert validity_text(NOW + timedelta(hours=hours), NOW + timedelta(days=90), NOW) == sentence
