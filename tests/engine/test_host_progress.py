"""Counts by status and the progress of a run: cheap, never cut, never wrong about the time."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tui_chain.core.status import Status
from tui_chain.engine.host_progress import RunProgress, StatusCounts, duration_text
from tui_chain.tui.host_rows import STATUS_LOOK

GLYPHS = {**{status: glyph for status, (glyph, _) in STATUS_LOOK.items()}, None: "…"}


def counts_of(**counts: int) -> StatusCounts:
    made = StatusCounts()
    for name, count in counts.items():
        made = made.added(None if name == "waiting" else Status(name), count)
    return made


def test_counts_follow_every_change() -> None:
    rng = random.Random(3)  # noqa: S311 - an order that can be had again is what is wanted
    choices = [None, *Status]
    hosts: list[Status | None] = [None] * 200
    counts = StatusCounts().added(None, len(hosts))
    for _ in range(2_000):
        place, new = rng.randrange(len(hosts)), rng.choice(choices)
        counts = counts.added(hosts[place], -1).added(new)
        hosts[place] = new
    assert {status: counts.of(status) for status in choices} == {**dict.fromkeys(choices, 0), **Counter(hosts)}
    assert counts.total == len(hosts)


def test_the_text_has_all_hosts_first_and_each_glyph_once() -> None:
    counts = counts_of(complete=196, partial=3, incomplete=10, invalid=2, unreachable=2, refused=1)
    assert counts.text(GLYPHS) == "214 · 196 ✓ · 3 ◐ · 12 ✗ · 3 ⊘"
    assert StatusCounts().text(GLYPHS) == "0"


def test_four_digits_of_each_fit_into_60_columns() -> None:
    full = StatusCounts()
    for status in (None, Status.COMPLETE, Status.REPAIRABLE, Status.PARTIAL, Status.INVALID, Status.UNREACHABLE):
        full = full.added(status, 1_111)
    text = full.text(GLYPHS)
    assert len(text) <= 60
    assert text.split(" · ") == ["6666", *(f"1111 {glyph}" for glyph in "…✓✚◐✗⊘")]


@pytest.mark.parametrize("width", [60, 50, 40])
def test_narrower_it_loses_blanks_and_no_number(width: int) -> None:
    counts = counts_of(complete=1_000, repairable=2_000, partial=3_000, invalid=4_000, unreachable=5_000)
    text = counts.text(GLYPHS, width)
    assert [part for part in text.replace("·", " ").split() if part.isdigit()] == [
        "15000", "1000", "2000", "3000", "4000", "5000",
    ]  # fmt: skip
    assert len(text) <= max(width, len("15000 1000 ✓ 2000 ✚ 3000 ◐ 4000 ✗ 5000 ⊘"))


class Clock:
    """A monotonic clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_rate_and_the_time_left() -> None:
    clock = Clock()
    run = RunProgress(214, clock)
    assert run.text == "0/214"
    for _ in range(188):
        clock.now += 1 / 41
        run.advance()
    assert run.text == "188/214  41/s  0:01"
    for _ in range(26):
        run.advance()
    assert run.finished
    assert run.text == "214/214"


def test_the_rate_is_that_of_the_window() -> None:
    clock = Clock()
    run = RunProgress(100_000, clock, window=10)
    for _ in range(10_000):
        clock.now += 0.01
        run.advance()
    for _ in range(300):
        clock.now += 0.1
        run.advance()
    assert run.rate == pytest.approx(10, rel=0.02)
    assert len(run._steps) <= 110


def test_a_run_that_stands_still_takes_ever_longer() -> None:
    clock = Clock()
    run = RunProgress(20, clock)
    clock.now += 1
    run.advance(10)
    left = run.seconds_left
    clock.now += 9
    assert left == pytest.approx(1)
    assert run.seconds_left == pytest.approx(10)


def test_a_slow_run_shows_its_time_alone() -> None:
    clock = Clock()
    run = RunProgress(10, clock)
    clock.now += 4
    run.advance()
    assert run.text == "1/10  0:36"


def test_hosts_that_are_added_and_removed_count() -> None:
    run = RunProgress(2, Clock())
    run.extend(3)
    run.advance(4)
    assert run.text == "4/5"
    run.extend(-3)
    assert run.text == "4/4"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (0.2, "0:01"), (59.5, "1:00"), (750, "12:30"), (3_723, "1:02:03")]
)
def test_a_time_is_shown_in_minutes_and_hours(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
