"""The letter and the report in their forms."""

from __future__ import annotations

import html
import html.parser
import json
import re
import shlex
from pathlib import Path

import pytest

from tests.advise.conftest import Site
from tests.support.unsafe import unsafe_in
from tui_chain.advise.document import (
    Code,
    Document,
    Heading,
    ItemList,
    Paragraph,
    Table,
    to_markdown,
    to_text,
)
from tui_chain.advise.html.blocks import to_html
from tui_chain.x509.formats.readers import read_certificates

EVIL = '<script>alert(1)</script> [x](javascript:1) `code` | pipe & "quote" *b*'


EVERY_PART = Document(
    EVIL,
    (Heading(EVIL), Paragraph(EVIL), ItemList((EVIL,)), Table((EVIL,), ((EVIL,),)), Code(EVIL), Code("a ``` b")),
)


class Tags(html.parser.HTMLParser):
    """Gathers what a browser would see as tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts = 0
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.scripts += tag == "script"
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_shows_foreign_text_as_text() -> None:
    seen = Tags()
    seen.feed(to_html(EVERY_PART))
    assert not seen.tags & {"a", "img", "link", "iframe", "b"}
    assert seen.scripts == 1, "the page's own, which the policy names by its SHA-256"
    assert not seen.attributes & {"src", "href", "onclick", "style"}
    assert seen.text.count(EVIL) == 8


def test_markdown_shows_foreign_text_as_text() -> None:
    from markdown_it import MarkdownIt

    seen = Tags()
    seen.feed(MarkdownIt("commonmark").enable("table").render(to_markdown(EVERY_PART)))
    assert not seen.tags & {"script", "a", "img", "em", "strong"}
    assert seen.text.count(EVIL.replace("`", "")) == 6, "what stands between grave accents is code"
    assert seen.text.count(EVIL) == 1
    assert "a ``` b" in seen.text


def test_plain_text_leaves_code_in_its_columns() -> None:
    assert "\n-----BEGIN X-----\n" in to_text(Document("t", (Code("-----BEGIN X-----\n"), Paragraph("p"))))


@pytest.mark.parametrize("form", ["markdown", "html", "json", "text"])
def test_the_report_tells_the_whole_story(site: Site, form: str, tmp_path: Path) -> None:
    file = tmp_path / "report"
    done = site.tlschain("report", site.target, "--format", form, "-o", str(file))
    assert done.returncode == 0, done.stderr
    told = file.read_text()
    if form == "json":
        assert json.loads(told)["status"] == "repairable"
        return
    for words in ("repairable", "Lab Issuing CA G2", "The server sent", "BEGIN CERTIFICATE", "administrator", "curl"):
        assert words in told
    assert not unsafe_in(told)
    assert read_certificates(told.encode()).certificates
    if form == "html":
        assert "default-src 'none'" in html.unescape(told)
        assert not re.search(r"""<[^>]*\s(src\s*=|href\s*=\s*"(?!#))""", told)


def test_a_bundle_of_ours_names_its_host(site: Site) -> None:
    done = site.tlschain("advise", "--bundle", str(site.bundle))
    assert done.returncode == 0, done.stderr
    assert f"curl --cacert {shlex.quote(str(site.bundle))}" in done.stdout
