"""A document as HTML in a real browser: foreign text in any block is text, asks for nothing and does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import Browser, browser
from tests.support.markdown import HOSTILE, document_with
from tui_chain.advise.document import Document
from tui_chain.advise.html.blocks import to_html

MARKUP = [
    "<img src=http://127.0.0.1:9/a onerror=window.pwned=1>",
    "</script><script>window.pwned=1</script>",
    "</title><script>window.pwned=1</script>",
    "</pre></code><svg onload=window.pwned=1>",
    '" onmouseover="window.pwned=1" x="',
    "' autofocus onfocus='window.pwned=1",
    "<a href=javascript:window.pwned=1>x</a>",
    "<style>*{display:none}</style>",
    "<base href=http://127.0.0.1:9/>",
    "<!--",
    "]]>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.1:9/>",
    "{{constructor.constructor('window.pwned=1')()}}",
]
TEXTS = [*HOSTILE, *MARKUP]
ELEMENTS = """
(() => {
  const counts = {};
  for (const one of document.querySelectorAll('*'))
    for (const name of [one.localName, ...one.getAttributeNames().map(each => `@${each}`)])
      counts[name] = (counts[name] || 0) + 1;
  return counts;
})()
"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


def elements(chromium: Browser, folder: Path, texts: list[str]) -> dict[str, Any]:
    """How often each element and attribute is there, in a page that has every text in every block."""
    file = folder / "page.html"
    blocks = tuple(block for text in texts for block in document_with(text).parts)
    file.write_text(to_html(Document(f"{' '.join(texts)} report", blocks)), encoding="utf-8")
    chromium.open(file)
    found = chromium.run(ELEMENTS)
    assert isinstance(found, dict)
    return found


def test_foreign_text_makes_no_element_and_no_attribute(chromium: Browser, tmp_path: Path) -> None:
    harmless = elements(chromium, tmp_path, ["harmless"] * len(TEXTS))
    assert elements(chromium, tmp_path, TEXTS) == harmless
    assert chromium.run("typeof window.pwned") == "undefined"
    requests = [one["request"]["url"] for one in chromium.reported("Network.requestWillBeSent")]
    assert [url for url in requests if not url.startswith("file:")] == []
    assert chromium.reported("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled") == []
    shown = chromium.run("document.body.textContent")
    assert isinstance(shown, str)
    assert [text for text in TEXTS if shown.count(text) < 10] == []


def test_the_test_would_notice(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    before = elements(chromium, tmp_path, ["harmless"])
    file.write_text(file.read_text("utf-8").replace("harmless", "<b>x</b>"), encoding="utf-8")
    chromium.open(file)
    assert chromium.run(ELEMENTS) != before
