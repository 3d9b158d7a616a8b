"""The HTML report in a real browser: foreign texts do nothing, nothing is loaded, and it can be read everywhere."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import text

from tests.support.browser import SECONDS, Browser, browser
from tests.support.chains import NOW, make_pki, served_by
from tests.support.programs import require_program
from tests.support.reports import every_state
from tests.support.unsafe import unsafe_in
from tui_chain.advise.html.blocks import to_html
from tui_chain.advise.html.markup import foreign, tag
from tui_chain.advise.instructions import FileCommands, advice_document, client_advice
from tui_chain.advise.report import server_file
from tui_chain.advise.report_page import report_page
from tui_chain.core.text import safe_text
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import HostState
from tui_chain.lab.authority import Authority
from tui_chain.trust.store import TrustStore

NAMES = (
    *("repairable", "complete", "wrong-order", "root-sent", "expired", "wrong-name", "untrusted", "self-signed"),
    *("two-missing", "unreachable", "incomplete", "not-repaired", "partial", "refused", "several"),
    *("not-yet-valid", "unreadable", "hostile", "hostile-incomplete"),
)
WIDTHS = (360, 1280)
OVERFLOWING = """
[document.documentElement.scrollWidth - innerWidth,
 [...document.querySelectorAll('body *')].filter(one => {
   const box = one.getBoundingClientRect();
   return box.width && box.right > innerWidth + 1 && !one.closest('pre, svg svg, .unseen, thead');
 }).map(one => one.tagName + '.' + one.getAttribute('class')).slice(0, 5)]
"""
CLIPPED = """
[...document.querySelectorAll('svg text')].filter(one => {
  const frame = one.ownerSVGElement.getBoundingClientRect(), box = one.getBoundingClientRect();
  return box.width && (box.right > frame.right + 1 || box.bottom > frame.bottom + 1);
}).map(one => one.textContent)
"""
CONTRAST = """
(() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = (colour) => colour.slice(0, 3).map(v => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = (one) => {
    for (let each = one; each; each = each.parentElement) {
      const box = each.matches('svg.card') && each.querySelector('.box');
      const colour = channels(box ? getComputedStyle(box).fill : getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || !one.getBoundingClientRect().width || one.closest('script, .unseen, title, desc')) continue;
    const style = getComputedStyle(one);
    const front = channels(one.closest('svg') ? style.fill : style.color);
    const pair = [light(front), light(ground(one))].sort((a, b) => b - a);
    const ratio = (pair[0] + .05) / (pair[1] + .05);
    if (ratio < 4.5) weak.add(`${one.tagName}.${one.getAttribute('class')} ${ratio.toFixed(2)}`);
  }
  return [...weak];
})()
"""
STRUCTURE = """
({levels: [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => Number(one.tagName[1])),
  titles: document.title, language: document.documentElement.lang,
  unnamed: [...document.querySelectorAll('svg')].filter(one => !one.parentElement.closest('svg')).filter(one =>
    one.getAttribute('aria-hidden') !== 'true' && !(one.getAttribute('role') === 'img' &&
      (one.hasAttribute('aria-label') || one.getAttribute('aria-labelledby').split(' ')
        .every(id => document.getElementById(id)?.textContent)))).length,
  links: [...document.querySelectorAll('nav a, .skip')].filter(one =>
    !document.querySelector(one.getAttribute('href'))).length,
  twice: [...document.querySelectorAll('[id]')].map(one => one.id)
    .filter((id, place, all) => all.indexOf(id) !== place)})
"""


@pytest.fixture(scope="module")
def states() -> Mapping[str, HostState]:
    return every_state()


@pytest.fixture(scope="module")
def pages(states: Mapping[str, HostState], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, state in states.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(page_of(state), encoding="utf-8")
    return found


def page_of(state: HostState) -> str:
    repair = state.proven
    anchors = (repair.path.anchor,) if repair is not None else ()
    return report_page(state, NOW, server_file(state, TrustStore("test", anchors), NOW))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


def test_every_state_is_looked_at(states: Mapping[str, HostState]) -> None:
    assert set(states) == set(NAMES)


def quiet(found: Browser) -> None:
    """Nothing was asked for but the page, no policy was broken, and nothing of theirs ran."""
    requests = [one["request"]["url"] for one in found.reported("Network.requestWillBeSent")]
    assert [url for url in requests if not url.startswith("file:")] == []
    assert len(requests) == 1
    assert found.reported("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled") == []
    assert found.run("typeof window.pwned") == "undefined"


@pytest.mark.parametrize("name", NAMES)
def test_it_acts_on_nothing_and_fits(chromium: Browser, pages: Mapping[str, Path], name: str) -> None:
    chromium.look(WIDTHS[0])
    chromium.open(pages[name])
    for dark in (False, True):
        for width in WIDTHS:
            chromium.look(width, dark=dark)
            for unfolded in ("false", "true"):
                chromium.run(f"document.querySelectorAll('details').forEach(one => {{ one.open = {unfolded}; }})")
                assert chromium.run(OVERFLOWING) == [0, []], (width, unfolded)
            assert chromium.run(CONTRAST) == [], dark
    quiet(chromium)


@pytest.mark.parametrize("name", ["repairable", "hostile"])
def test_its_structure_is_sound(chromium: Browser, pages: Mapping[str, Path], name: str) -> None:
    chromium.open(pages[name])
    found = chromium.run(STRUCTURE)
    levels = found["levels"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert found["titles"].startswith("TLS certificate report: ")
    assert found["language"] == "en"
    assert (found["unnamed"], found["links"], found["twice"]) == (0, 0, [])


@pytest.mark.parametrize("width", WIDTHS)
def test_a_screen_reader_meets_the_drawings_tables_and_buttons(
    chromium: Browser, pages: Mapping[str, Path], width: int
) -> None:
    chromium.look(width)
    chromium.open(pages["several"])
    chromium.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    nodes = chromium.accessible("The certification path, leaf first")
    named = {(one["role"]["value"], one.get("name", {}).get("value", "")): one for one in nodes}
    path = named["image", "The certification path, leaf first"]
    for words in (
        "1. host.test: served, sent as no. 1",
        "2. Test Issuing: not served, found",
        "3. Test Root: trusted",
    ):
        assert words in path["description"]["value"]
    assert (
        "host.test: 2026-11-22 to 2026-12-23"
        in named["image", "Validity of the certificates"]["description"]["value"]
    )
    for known in (
        ("table", "What client families say"),
        ("columnheader", "As served"),
        ("button", "Copy: The bundle as PEM"),
        ("searchbox", "Show clients named"),
        ("navigation", "Sections"),
        ("region", "Certification path"),
    ):
        assert known in named


@pytest.mark.parametrize("name", ["two-missing", "root-sent", "expired", "untrusted", "not-yet-valid", "unreadable"])
def test_the_drawings_show_their_texts_whole_on_a_phone(
    chromium: Browser, pages: Mapping[str, Path], name: str
) -> None:
    chromium.look(WIDTHS[0])
    chromium.open(pages[name])
    assert chromium.run(CLIPPED) == []


def until(found: Browser, condition: str) -> None:
    """Wait for a condition of the page."""
    deadline = time.monotonic() + SECONDS
    while not found.run(condition):
        assert time.monotonic() < deadline, condition


@pytest.mark.parametrize("form", ["clipboard", "selection"])
def test_a_button_copies_exactly_what_stands_beside_it(
    chromium: Browser, pages: Mapping[str, Path], states: Mapping[str, HostState], form: str
) -> None:
    chromium.open(pages["repairable"])
    chromium.run("write = navigator.clipboard.writeText.bind(navigator.clipboard); 0")
    if form == "selection":
        chromium.run("navigator.clipboard.writeText = undefined")
    chromium.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    count = chromium.run("document.querySelectorAll('.code').length")
    assert count == chromium.run("document.querySelectorAll('button.copy').length")
    assert count > 20
    bundle = states["repairable"].bundle
    assert bundle is not None
    pem = bundle.pem.decode().rstrip("\n")
    for place in range(count):
        button = f"document.querySelectorAll('button.copy')[{place}]"
        chromium.run("write('')")
        chromium.run(f"{button}.click()")
        until(chromium, f"{button}.textContent !== 'Copy'")
        copied = chromium.run("navigator.clipboard.readText()")
        assert copied == chromium.run(f"{button}.parentElement.querySelector('code').textContent")
        assert chromium.run(f"{button}.textContent") == "Copied"
        pem = "" if copied == pem else pem
    assert pem == "", "the bundle is among what is copied"


def test_the_filter_leaves_the_clients_of_a_name(chromium: Browser, pages: Mapping[str, Path]) -> None:
    chromium.open(pages["repairable"])
    shown = "[...document.querySelectorAll('.client')].filter(one => one.checkVisibility()).length"
    everything = chromium.run(shown)
    type_in = "filter.value = '{}'; filter.dispatchEvent(new Event('input')); document.getElementById('shown').value"
    assert chromium.run(type_in.format("requests CONTEXT")) == f"1 of {everything}"
    assert chromium.run(shown) == 1
    assert chromium.run(type_in.format("no such client")) == f"0 of {everything}"
    assert chromium.run(type_in.format("")) == ""
    assert chromium.run(shown) == everything


def test_the_keyboard_reaches_and_unfolds_everything(chromium: Browser, pages: Mapping[str, Path]) -> None:
    chromium.open(pages["repairable"])
    reached = "[...document.querySelectorAll('a, summary, input, button')].every(one => one.tabIndex >= 0)"
    assert chromium.run(reached) is True
    chromium.run("document.querySelector('summary').focus()")
    press(chromium, "Enter", 13, "\r")
    assert chromium.run("document.querySelector('details').open") is True
    press(chromium, "Tab", 9)
    assert chromium.run("document.activeElement.className") == "copy"


def press(found: Browser, key: str, number: int, text: str = "") -> None:
    """Press a key; `number` is its Windows key code."""
    for kind in ("keyDown", "keyUp"):
        known = {"key": key, "code": key, "windowsVirtualKeyCode": number}
        found.ask("Input.dispatchKeyEvent", type=kind, text=text if kind == "keyDown" else "", **known)


def test_print_has_everything_that_is_folded(chromium: Browser, pages: Mapping[str, Path], tmp_path: Path) -> None:
    chromium.look(WIDTHS[1])
    chromium.open(pages["repairable"])
    file = tmp_path / "report.pdf"
    file.write_bytes(chromium.printed())
    printed = subprocess.run(
        (require_program("pdftotext"), "-layout", file, "-"), check=True, capture_output=True, text=True
    ).stdout
    wanted = ("repairable", "NODE_EXTRA_CA_CERTS", "BEGIN CERTIFICATE", "To check it", "SHA-256", "verify failed")
    assert [one for one in wanted if one not in printed] == []
    assert "Copy" not in printed
    assert chromium.run("document.querySelectorAll('details[open]').length") == 0, "what was folded is folded again"


def test_it_says_the_same_without_a_script(chromium: Browser, pages: Mapping[str, Path]) -> None:
    chromium.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(pages["repairable"])
        assert chromium.run("document.querySelectorAll('button').length") == 0
        assert chromium.run("filter.checkVisibility()") is False
        assert chromium.run("document.querySelectorAll('.client').length") > 20
        quiet(chromium)
    finally:
        chromium.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_the_policy_holds_where_somebody_gets_markup_in(
    chromium: Browser, pages: Mapping[str, Path], tmp_path: Path
) -> None:
    """As if an escape were missing: the policy alone keeps it from running and loading."""
    smuggled = (
        "<script>window.pwned=1</script><img src='http://127.0.0.1:9/a' onerror='window.pwned=1'>"
        "<p style='background:url(http://127.0.0.1:9/b)'>x</p><link rel=stylesheet href='http://127.0.0.1:9/c'>"
        "<base href='http://127.0.0.1:9/'><iframe src='http://127.0.0.1:9/d'></iframe><form action='/e'></form>"
    )
    file = tmp_path / "smuggled.html"
    file.write_text(pages["complete"].read_text(encoding="utf-8").replace("<main", f"{smuggled}<main", 1), "utf-8")
    chromium.open(file)
    assert chromium.run("typeof window.pwned") == "undefined"
    assert chromium.run("document.baseURI").startswith("file:")
    answered = [one["response"]["url"] for one in chromium.reported("Network.responseReceived")]
    assert [url for url in answered if not url.startswith(("file:", "data:"))] == []
    assert len(chromium.reported("Log.entryAdded")) >= 6, "each was refused by the policy"


def test_the_advice_has_the_same_frame(chromium: Browser, states: Mapping[str, HostState], tmp_path: Path) -> None:
    target = states["repairable"].target
    commands = FileCommands(Options(), target, tmp_path / "<b>.pem")
    document = advice_document(commands, client_advice(target, commands.bundle), None)
    file = tmp_path / "advice.html"
    file.write_text(to_html(document), encoding="utf-8")
    chromium.look(WIDTHS[0])
    chromium.open(file)
    quiet(chromium)
    assert chromium.run(OVERFLOWING) == [0, []]
    assert chromium.run("document.querySelectorAll('button.copy').length") > 20


# what needs no browser


class Elements(HTMLParser):
    """Gathers elements with their attributes, and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(text())
def test_a_text_is_nothing_but_a_text(name: str) -> None:
    seen = Elements()
    seen.feed(tag("p", {"title": name}, name, foreign(name)))
    shown = "\n".join(safe_text(line, 10 * len(line) + 1) for line in name.split("\n"))
    assert seen.found == [("p", {"title": shown}), ("bdi", {})]
    assert seen.text == shown * 2


@pytest.mark.parametrize("name", ["page.css", "page.js"])
def test_no_file_of_ours_ends_its_element(name: str) -> None:
    assert "</" not in files("tui_chain.advise.html").joinpath(name).read_text(encoding="utf-8")


def test_what_is_unrelated_is_counted_beyond_a_few() -> None:
    pki = make_pki()
    unrelated = [Authority.root(f"Unrelated {number}", now=NOW) for number in range(7)]
    served = served_by(pki.leaf, pki.issuing, *unrelated)
    state = HostState(served.target, "", served, Diagnoser(pki.trust).diagnose(served, at=NOW))
    whole = page_of(state)
    assert whole.count('class="card unused"') == 4
    assert "and 3 more, in the list of certificates" in whole
    assert whole.count('<details class="certificate">') == 10


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_file_hides_or_leads_outside(pages: Mapping[str, Path], name: str) -> None:
    whole = pages[name].read_text(encoding="utf-8")
    assert not unsafe_in(whole)
    assert "unsafe-" not in whole
    assert not re.search(r"""<[^>]*\s(?:src|style|on\w+)\s*=""", whole), "no attribute that loads, styles or runs"
    assert not re.search(r"""<[^>]*\shref\s*=\s*"(?!#)""", whole), "links lead within the page alone"
    assert len(re.findall(r"<script", whole)) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "repairable",
            ("repairable", "not served, found", "from AIA http://aia.example.test/issuing-g2.cer", "sent as no. 1"),
        ),
        ("two-missing", ("not served, found", "Example Policy CA P1", "in trust store certifi")),
        ("complete", ("complete", "Nothing has to be done.", "Nobody")),
        ("root-sent", ("trusted", "in trust store certifi; also sent as no. 3")),
        ("untrusted", ("not trusted", "untrusted-root", "The client&#x27;s trust store")),
        ("incomplete", ("missing", "the issuer of host.test; its key id is")),
        ("not-repaired", ("An intermediate is still missing",)),
        ("partial", ("partial", "refuses", "model")),
        ("refused", ("refused", "handshake_failure")),
        ("unreachable", ("unreachable", "The network", "No answer to the connection within 5 s")),
        ("several", ("192.0.2.2", "Every server of the host", "192.0.2.3: No answer to the connection within 5 s")),
        (
            "not-yet-valid",
            ("starts in 2 days", "crl.example.test", "so that no answer could be verified"),
        ),
        ("unreadable", ("dates unreadable",)),
        ("expired", ("expired 5 days ago",)),
        ("hostile", ("served, not used", "sent as no. 2 and 3", "Live test", "Revocation", "Redirects")),
    ],
)
def test_each_state_says_what_it_is(pages: Mapping[str, Path], name: str, words: tuple[str, ...]) -> None:
    whole = pages[name].read_text(encoding="utf-8")
    assert [one for one in words if one not in whole] == []
