from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.unsafe import UNSAFE
from tests.x509.relaxed import relaxed
from tui_chain.core.text import (
    cell_width,
    colon_hex,
    days_text,
    elide_end,
    elide_middle,
    first_few,
    plural,
    safe_text,
    validity_text,
    whole_days,
)

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
HOSTILE = st.text(alphabet=st.sampled_from("a é\x1b\x07\n\r\t\u202e\u200b\u2028\u0301\u0489\ud800\ue000\U0010ffff…"))


@relaxed
@given(ANY_TEXT | HOSTILE, st.integers(-3, 250))
def test_safe_text_holds_its_promises(text: str, limit: int) -> None:
    safe = safe_text(text, limit)
    assert not {unicodedata.category(char) for char in safe} & UNSAFE
    assert len(safe) <= max(limit, 0)
    assert safe_text(safe, limit) == safe


@relaxed
@given(ANY_TEXT)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    harmless = "".join(char for char in text if unicodedata.category(char)[0] in "LNPS" or char == " ")
    assert safe_text(harmless, 300) == harmless


@relaxed
@given(HOSTILE)
def test_marks_never_pile_up(text: str) -> None:
    run = worst = 0
    for char in safe_text(text):
        run = run + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        worst = max(worst, run)
    assert worst <= 2


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\u202eb", r"a\u202eb"),
        ("a\nb\u2028", r"a\x0ab\u2028"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("e\u0301\u0301\u0301", "e\u0301\u0301\\u0301"),
        ("\u0301e", r"\u0301e"),
        ("Müller GmbH", "Müller GmbH"),
        ("日本", "日本"),
    ],
)
def test_what_acts_on_a_terminal_is_escaped(text: str, safe: str) -> None:
    assert safe_text(text) == safe


def test_a_cut_is_shown_and_stays_in_the_limit() -> None:
    assert safe_text("abcdef", 4) == "abc…"
    assert safe_text("abcd", 4) == "abcd"
    assert safe_text("éééééé", 4) == "ééé…"
    assert safe_text("abc", 1) == "…"
    assert safe_text("abc", 0) == ""


@relaxed
@given(ANY_TEXT, st.integers(0, 50))
def test_eliding_keeps_the_width_and_both_ends(text: str, width: int) -> None:
    shown = elide_middle(text, width)
    assert cell_width(shown) <= max(width, 0)
    if cell_width(text) > width >= 5:
        assert shown[0] == text[0]
        assert shown[-1] == text[-1]


def test_a_port_stays_after_a_name_of_wide_characters() -> None:
    assert elide_middle("例え例え例え.テスト:8443", 14) == "例え例…ト:8443"
    assert cell_width("例え") == 4
    assert cell_width("e\u0301") == 1


def test_small_words() -> None:
    assert colon_hex("ab12") == "AB:12"
    assert plural(1, "key") == "1 key"
    assert plural(2, "key") == "2 keys"


def test_a_list_that_is_cut_says_how_many_follow() -> None:
    assert first_few(["a", "b"], 2) == "a, b"
    assert first_few(["a", "b", "c", "d"], 2, "; ") == "a; b and 2 more"


@pytest.mark.parametrize("width", range(-1, 20))
@pytest.mark.parametrize("text", ["a certificate that is missing", "例え.テスト.例え.テスト", "short"])
def test_the_end_of_a_text_is_cut_to_its_cells(text: str, width: int) -> None:
    shown = elide_end(text, width)
    assert cell_width(shown) <= max(width, 0)
    assert shown == text or shown.endswith("…") or width < 1


# days that are left, by one rule on the screen, on the page and in the list


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
