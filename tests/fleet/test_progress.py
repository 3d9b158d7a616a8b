"""The line that says how far a run has come."""

from __future__ import annotations

import pytest

from tui_chain.core.text import cell_width
from tui_chain.fleet.progress import Progress, span


def some(done: int, total: int | None) -> Progress:
    progress = Progress(100.0, total)
    for number in range(done):
        progress.add("complete" if number % 4 else "incomplete")
    return progress


def test_a_line_has_hosts_rate_time_left_and_counts() -> None:
    line = some(400, 1000).line(102.0, 120)
    assert line == "━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌ 400/1,000 hosts probed · 200/s · 3 s left · 300 complete · 100 incomplete"


def test_without_glyphs_it_is_ascii() -> None:
    line = some(5, 10).line(110.0, 120, ascii_only=True)
    assert line == "##########---------- 5/10 hosts probed  0.5/s  10 s left  3 complete  2 incomplete"
    assert line.isascii()


def test_where_nobody_knows_how_many_there_are_it_says_how_many_are_done() -> None:
    assert some(4, None).line(100.0, 120) == "4 hosts probed · 3 complete · 1 incomplete"


@pytest.mark.parametrize("width", [0, 1, 10, 39, 60, 79])
def test_it_is_never_wider_than_the_terminal(width: int) -> None:
    assert cell_width(some(123_456, 1_000_000).line(5000.0, width)) <= width


def test_more_hosts_than_there_were_lines_are_no_odd_number() -> None:
    """The total is an estimate: a list may grow while it is read."""
    assert "12/12 hosts" in some(12, 10).line(102.0, 120)
    assert "left" not in some(12, 10).line(102.0, 120)


def test_at_the_end_it_says_what_was_counted() -> None:
    progress = some(1200, None)
    assert progress.summary(145.0) == "1,200 hosts probed in 45 s · 900 complete · 300 incomplete"
    assert progress.summary(145.0, ascii_only=True).isascii()
    assert some(1, 1).summary(145.0).startswith("1 host probed in ")


def test_a_second_pass_counts_anew() -> None:
    progress = some(10, 10)
    progress.begin("finished", 10, 200.0)
    assert progress.line(200.0, 120) == "╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 0/10 hosts finished"
    progress.add("complete")
    assert progress.summary(205.0) == "1 host finished in 1 min 45 s · 1 complete"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"), (59.4, "59 s"), (60, "1 min"), (80, "1 min 20 s"), (700, "11 min"),
        (3600, "1 h"), (7500, "2 h 5 min"), (-3, "0 s"),
    ],
)  # fmt: skip
def test_a_span_is_said_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert span(seconds) == text
