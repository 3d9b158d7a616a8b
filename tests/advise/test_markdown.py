"""Foreign text in Markdown is text: to GitHub's cmark, to a second reader, and to what the sites do with words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.markdown import HOSTILE, REFERENCES, Page, by_cmark, by_markdown_it, document_with
from tui_chain.advise.document import markdown_text, to_markdown
from tui_chain.core.text import safe_text

READERS: tuple[Callable[[str], Page], ...] = (by_cmark, by_markdown_it)
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=6)
WIDE = st.text(max_size=3)
TEXTS = (
    st.lists(
        st.tuples(st.sampled_from(HOSTILE) | ASCII | WIDE, st.sampled_from(["", " ", " "])), min_size=1, max_size=6
    )
    .map(lambda pieces: safe_text("".join(map("".join, pieces)), 1000))
    .filter(str.strip)
)
BLOCKS = 12
"""How often the document has the text outside code."""


def tags(page: Page) -> Counter[str]:
    """The tags, but for the code that words become."""
    return Counter(tag for tag in page.tags if tag != "code")


def normalized(text: str) -> str:
    return " ".join(text.replace("`", "").split())


HARMLESS = {reader: tags(reader(to_markdown(document_with("harmless")))) for reader in READERS}


def is_text(text: str, reader: Callable[[str], Page]) -> None:
    page = reader(to_markdown(document_with(text)))
    assert tags(page) == HARMLESS[reader]
    assert REFERENCES.search(page.outside) is None, page.outside
    if normalized(text):
        assert normalized(page.text).count(normalized(text)) >= BLOCKS


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("reader", READERS)
def test_hostile_text_is_text(text: str, reader: Callable[[str], Page]) -> None:
    is_text(text, reader)


@settings(max_examples=150, deadline=None, database=None)
@given(TEXTS)
def test_whatever_stands_together_is_text(text: str) -> None:
    for reader in READERS:
        is_text(text, reader)


@settings(max_examples=150, deadline=None, database=None)
@given(TEXTS)
def test_text_stays_on_its_line(text: str) -> None:
    for in_table in (False, True):
        assert "\n" not in markdown_text(text, in_table=in_table)
    assert "|" not in markdown_text(text, in_table=True)


@pytest.mark.parametrize("reader", READERS)
def test_the_test_would_notice(reader: Callable[[str], Page]) -> None:
    """What the text is without any care."""
    for text in ("[x](https://evil.test)", "<b>x</b>", "https://evil.test/", "![x](y)", "www.example.com"):
        assert tags(reader(text)) - Counter(["p"]), text
    for text in ("@admin", "#1", "!1", "$a$", ":x:", "deadbeef", "/close"):
        assert REFERENCES.search(by_cmark(text).outside), text


def test_commands_are_code_and_plain_words_stay_plain() -> None:
    assert markdown_text("Run `tlschain fix a.test -o b.pem`, then (again).") == (
        "Run `tlschain fix a.test -o b.pem`, then (again)."
    )
    assert markdown_text("Python \u2265 3.13: and/or 5% of A & B!") == "Python \u2265 3.13: and/or 5% of A & B!"
    assert markdown_text('"a.test" (b.test:443).') == '"`a.test`" (`b.test:443`).'
    assert markdown_text("see [a](b)") == "see `[a](b)`"
    assert markdown_text("a | b", in_table=True) == "a &#124; b"
