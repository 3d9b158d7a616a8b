"""What GitHub's own cmark, and a second reader of Markdown, make of a document: its tags and its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

_EXTENSIONS = ["table", "strikethrough", "autolink", "tasklist"]
_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
"""HTML is let through, so that it is seen; without the tag filter for the same reason."""
CODE = {"code", "pre"}
"""What the later filters of GitHub and GitLab leave alone."""


@dataclass
class Page(HTMLParser):
    """The opening tags of a page in their order, all its text, and the text that stands outside code."""

    tags: list[str] = field(default_factory=list)
    text: str = ""
    outside: str = ""
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)
        self._open += [tag] * (tag in CODE)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        self.text += data
        self.outside += "\uffff" if self._open else data

    def handle_comment(self, data: str) -> None:  # noqa: ARG002
        self.tags.append("comment")

    def handle_decl(self, decl: str) -> None:  # noqa: ARG002
        self.tags.append("declaration")

    def handle_pi(self, data: str) -> None:  # noqa: ARG002
        self.tags.append("instruction")


def by_cmark(markdown: str) -> Page:
    """Read as GitHub does: cmark-gfm with tables, strikethrough, autolinks, task lists and footnotes."""
    return _page(cmarkgfm.markdown_to_html_with_extensions(markdown, options=_OPTIONS, extensions=_EXTENSIONS))


def by_markdown_it(markdown: str) -> Page:
    """Read with formulas and with links for all that looks like a host's name as well."""
    reader = MarkdownIt("gfm-like", {"html": True, "linkify": True})
    reader.use(dollarmath_plugin).use(footnote_plugin).use(tasklists_plugin)
    return _page(reader.render(markdown))


def _page(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


def tags_of(markdown: str) -> set[str]:
    """All tags of both readings."""
    return {*by_cmark(markdown).tags, *by_markdown_it(markdown).tags}


REFERENCES = re.compile(
    r"""
    (?<![\w/])@[\w-] | [\w-]@[\w-]                    # mentions, mail addresses, commits of forks
    | [#!&$%~^*]\w | \[ | \] | GH-\d | GL-\d           # issues, requests, epics, snippets, milestones, labels
    | \$ | :[\w+-]+: | ://  | www\. | \b[0-9a-f]{7,40}\b # formulas, emoji, addresses, commits
    | ^/\w                                             # quick actions
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
"""What GitHub and GitLab make links, pictures or commands of in text outside code (docs.github.com, "Autolinked
references and URLs"; docs.gitlab.com, "GitLab Flavored Markdown")."""
