"""The page of a fleet in a real browser: nothing is loaded, foreign texts do nothing, keys sort and filter it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import text

from tests.advise.test_report_page import CLIPPED, CONTRAST, OVERFLOWING, STRUCTURE, quiet
from tests.fleet.made import HOSTILE, hostile_result, joint_of, result_of, written
from tests.support.browser import Browser, browser
from tests.support.chains import NOW
from tui_chain.core.expiry import Threshold
from tui_chain.core.status import Status
from tui_chain.fleet.formats.html_page import MAX_DETAILS
from tui_chain.fleet.policy import Policy
from tui_chain.results.values import HostResult

WIDTHS = (360, 1280)
ROWS = "[...document.querySelectorAll('.hosts tbody')]"
NAMES = f"{ROWS}.filter(one => !one.hidden).map(one => one.querySelector('bdi').textContent)"
SHOWN = "document.getElementById('matching').textContent"
BYTES_OF_10_000 = 16 << 20
"""Bytes of the page of ten thousand hosts that a browser opens at once."""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def page(results: Mapping[str, HostResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pages") / "fleet.html"
    joint = [joint_of(), *map(joint_of, HOSTILE)]
    file.write_text(written("html", results.values(), joint), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six hosts whose order is known."""
    good = result_of()
    hosts = (
        replace(good, target="b10.test:443"),
        replace(result_of(leaf=(-80, 5)), target="soon.test:443", label="the shop"),
        replace(good, target="b9.test:443", status=Status.PARTIAL, headline="refused by one"),
        replace(good, target="a.test:443"),
        replace(good, target="gone.test:443", status=Status.UNREACHABLE, path=(), served=(), clients=()),
        replace(result_of(issuing=(-700, 10)), target="ca.test:443"),
    )
    file = tmp_path_factory.mktemp("plain") / "fleet.html"
    file.write_text(written("html", hosts, policy=Policy(critical_days=Threshold(3))), encoding="utf-8")
    return file


def press(found: Browser, key: str, text: str = "") -> None:
    known = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
    values = {"key": key, "code": key, "windowsVirtualKeyCode": known.get(key, 0), **({"text": text} if text else {})}
    found.ask("Input.dispatchKeyEvent", type="keyDown", **values)
    found.ask("Input.dispatchKeyEvent", type="keyUp", **{**values, "text": ""})


def test_it_acts_on_nothing_and_fits(chromium: Browser, page: Path) -> None:
    chromium.look(WIDTHS[0])
    chromium.open(page)
    for dark in (False, True):
        for width in WIDTHS:
            chromium.look(width, dark=dark, height=30_000)
            for unfolded in ("false", "true"):
                chromium.run(f"document.querySelectorAll('details').forEach(one => {{ one.open = {unfolded}; }})")
                assert chromium.run(OVERFLOWING) == [0, []], (width, unfolded)
            assert chromium.run(CLIPPED) == [], width
            assert chromium.run(CONTRAST) == [], (width, dark)
    quiet(chromium)


def test_its_structure_is_sound(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    found = chromium.run(STRUCTURE)
    assert found["levels"][0] == 1
    assert found["levels"].count(1) == 1
    assert found["titles"].startswith("TLS fleet report: ")
    assert (found["unnamed"], found["links"], found["twice"]) == (0, 0, [])


def test_it_stands_in_the_order_of_need(chromium: Browser, plain: Path) -> None:
    chromium.look(1280)
    chromium.open(plain)
    assert chromium.run(NAMES) == [f"{one}.test:443" for one in ("b9", "soon", "ca", "gone", "b10", "a")]
    assert chromium.run("document.querySelector('.headline').textContent") == (
        "1 needs work; 2 will need work soon or have a risk; 1 was not reached; 2 are well"
    )


def test_it_sorts_and_filters_by_keys(chromium: Browser, plain: Path) -> None:
    chromium.look(1280)
    chromium.open(plain)
    chromium.run("document.querySelector('.hosts thead button').focus()")
    press(chromium, "Enter", "\r")
    order = ["a", "b9", "b10", "ca", "gone", "soon"]
    assert [one.partition(".")[0] for one in chromium.run(NAMES)] == order, "numbers in names count as such"
    press(chromium, "Enter", "\r")
    assert [one.partition(".")[0] for one in chromium.run(NAMES)] == order[::-1]
    assert chromium.run("document.querySelector('.hosts th').getAttribute('aria-sort')") == "descending"
    press(chromium, "Enter", "\r")
    assert chromium.run("document.querySelector('.hosts th').getAttribute('aria-sort')") is None
    press(chromium, "Tab")
    press(chromium, "Tab")
    press(chromium, "Enter", "\r")
    first = [one.partition(".")[0] for one in chromium.run(NAMES)]
    assert (first[:2], first[-1]) == (["soon", "ca"], "gone"), "by what expires first; what is not known comes last"
    press(chromium, "/", "/")
    assert chromium.run("document.activeElement.id") == "wanted"
    chromium.ask("Input.insertText", text="SHOP complete")
    assert [one.partition(".")[0] for one in chromium.run(NAMES)] == ["soon"]
    assert chromium.run(SHOWN) == "1 of 6"
    press(chromium, "Escape")
    assert chromium.run(SHOWN) == "6 hosts"


def test_a_status_filters_too(chromium: Browser, plain: Path) -> None:
    chromium.open(plain)
    chromium.run(
        "[...document.querySelectorAll('.counts button')].find(one => /partial/.test(one.textContent)).focus()"
    )
    press(chromium, " ", " ")
    assert chromium.run("document.activeElement.getAttribute('aria-pressed')") == "true"
    assert chromium.run(SHOWN) == "1 of 6"
    press(chromium, " ", " ")
    assert chromium.run(SHOWN) == "6 hosts"


def test_without_a_script_it_is_a_plain_table(chromium: Browser, plain: Path) -> None:
    chromium.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(plain)
        tree = chromium.accessible("refused by one")
    finally:
        chromium.ask("Emulation.setScriptExecutionDisabled", value=False)
    roles = [one["role"]["value"] for one in tree]
    assert "button" not in roles
    assert "searchbox" not in roles
    assert {one.get("name", {}).get("value") for one in tree} >= {"ca.test:443", "refused by one"}


def test_an_issuer_that_ends_first_is_named(chromium: Browser, plain: Path) -> None:
    chromium.open(plain)
    row = chromium.run(
        "[...document.querySelectorAll('.hosts tbody')].find(one => /ca.test/.test(one.textContent)).textContent"
    )
    assert "CA certificate Issuing" in row
    assert "10 d" in row


def test_the_hosts_of_one_column_are_all_counted(
    chromium: Browser, page: Path, results: Mapping[str, HostResult]
) -> None:
    chromium.open(page)
    titles = chromium.run("[...document.querySelectorAll('.expiries g > title')].map(one => one.textContent)")
    counted = sum(int(title.split()[0]) for title in titles)
    assert counted == sum(
        1 for one in results.values() if (one.path or one.served) and (one.path or one.served)[0].not_after
    )


class Tags(HTMLParser):
    """Whether a page is well formed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(text(max_size=40))
def test_any_text_stays_a_text(given_text: str) -> None:
    tags = Tags()
    tags.feed(written("html", [hostile_result(given_text)], [joint_of(given_text)]))
    assert tags.open == []
    assert not tags.seen & {"img", "a-z", "iframe", "object", "b"}


def test_nothing_is_there_and_it_says_so() -> None:
    output = written("html", [])
    assert "There is no host." in output
    assert "When certification paths end" not in output


def test_ten_thousand_hosts_open(chromium: Browser, tmp_path: Path) -> None:
    rng = random.Random(5)  # noqa: S311 - the same page each time
    good, bad = result_of(), replace(result_of(leaf=(-80, 5)), status=Status.PARTIAL)

    def host(number: int) -> HostResult:
        if number % 10 == 0:
            return replace(bad, target=f"bad{number:05}.test:443")
        leaf, *others = good.path
        leaf = replace(leaf, not_after=NOW + timedelta(days=rng.uniform(1, 300)))
        return replace(good, target=f"host{number:05}.test:443", path=(leaf, *others))

    file = tmp_path / "fleet.html"
    file.write_text(written("html", map(host, range(10_000))), encoding="utf-8")
    assert file.stat().st_size < BYTES_OF_10_000
    assert file.read_text(encoding="utf-8").count("<details") <= MAX_DETAILS
    chromium.look(1280)
    chromium.open(file)
    assert chromium.run(SHOWN) == "10,000 hosts"
    chromium.run("document.querySelector('.hosts thead button').click()")
    assert chromium.run(f"{NAMES}.slice(0, 2)") == ["bad00000.test:443", "bad00010.test:443"]
