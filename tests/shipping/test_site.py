"""The site: built from `docs` without a broken link, whole, and with nothing from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from shipping.site import PAGES
from tests.readme import DOCS
from tests.support.browser import Browser, browser
from tests.support.cli import ROOT, SECONDS
from tests.support.posix import is_root
from tests.support.programs import require_program

LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
"""Elements that load what an attribute names."""
LOOKS = [(1440, False), (1440, True), (390, False), (390, True)]
SHOWN = ("index.html", "findings/index.html", "comparison/index.html", "repair/index.html", "SECURITY/index.html")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built where there is no network at all, as far as this user may have such a place."""
    folder = tmp_path_factory.mktemp("site")
    alone = (require_program("unshare"), "--net") if is_root() else ()
    words = (*alone, sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder)
    done = subprocess.run(
        words,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return folder


def named(entry: object) -> Iterator[str]:
    """The files that a part of the navigation names."""
    if isinstance(entry, str):
        yield entry
    for one in entry if isinstance(entry, list) else entry.values() if isinstance(entry, dict) else ():
        yield from named(one)


def test_every_document_is_in_the_navigation_once() -> None:
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(named(settings["nav"])) == sorted([*PAGES, *(path.name for path in DOCS.glob("*.md"))])


class _Loaded(HTMLParser):
    """What a page loads by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == LOADING.get(tag)]


def outside(address: str) -> bool:
    return bool(urlsplit(address).scheme.replace("data", "") or urlsplit(address).netloc)


def test_no_page_loads_anything_from_outside(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(list(DOCS.glob("*.md")))
    loaded = {page: _Loaded(page.read_text(encoding="utf-8")).found for page in pages}
    assert all(loaded.values())
    assert {(page.name, one) for page, found in loaded.items() for one in found if outside(one)} == set()
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert [one for text in styles for one in re.findall(r"url\(['\"]?(\w+:?//[^)]*)|@import", text) if one] == []


def test_the_pictures_of_the_repository_are_there(site: Path) -> None:
    for picture in (ROOT / "screenshots").iterdir():
        assert (site / "screenshots" / picture.name).read_bytes() == picture.read_bytes()


def test_links_lead_to_pages_and_not_into_the_repository(site: Path) -> None:
    """Those of GitHub's layout were led to the site's."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'href="[^":]*\.md["#]', text) == [], page


def test_code_in_tables_has_its_bars(site: Path) -> None:
    text = (site / "causes" / "index.html").read_text(encoding="utf-8")
    assert "env | grep -iE" in text
    assert "\\|" not in text


def test_the_search_knows_every_page(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    pages = {one["location"].partition("#")[0] for one in index["docs"]}
    assert {f"{path.stem}/" for path in DOCS.glob("*.md")} - {"index/"} <= pages


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("page", SHOWN)
def test_a_page_fits_every_window_and_asks_nobody(site: Path, window: Browser, page: str) -> None:
    """What is too wide, as tables and commands are, scrolls by itself."""
    backgrounds = set()
    for width, dark in LOOKS:
        window.look(width, dark=dark)
        window.open(site / page)
        assert window.run("document.documentElement.scrollWidth") <= width
        backgrounds.add((dark, window.run("getComputedStyle(document.body).backgroundColor")))
        requested = {one["request"]["url"] for one in window.reported("Network.requestWillBeSent")}
        assert {address for address in requested if not address.startswith(("file:", "data:", "blob:"))} == set()
    assert len({colour for _, colour in backgrounds}) == 2
