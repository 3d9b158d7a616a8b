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

from tui_chain.advise.document import Code, Document, Heading, ItemList, Paragraph, Table

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

HOSTILE = [
    "[x](https://evil.test)",
    "![x](http://evil.test/x.png)",
    "[x]: http://evil.test",
    "[x][y]",
    "<https://evil.test>",
    "https://evil.test/a",
    "http://evil.test).",
    "www.evil.test",
    "evil.test",
    "ftp://evil.test",
    "//evil.test",
    "a@evil.test",
    "www.example.com",
    "example.com",
    "a@example.com",
    "mailto:a@evil.test",
    "xmpp:a@evil.test/x",
    "javascript:alert(1)",
    "@admin",
    "@org/team",
    "(@admin)",
    "#1",
    "!1",
    "&1",
    "%1",
    '%"v 1"',
    "~1",
    '~"a b"',
    "$1",
    "^1",
    "GH-1",
    "gl-1",
    "org/repo#1",
    "org/repo@0123456",
    "0123456789abcdef0123456789abcdef01234567",
    "deadbeef",
    "<b>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- x",
    "-->",
    "<?x?>",
    "<![CDATA[x]]>",
    "</code>",
    "</td>",
    "&lt;b&gt;",
    "&amp;",
    "&#64;admin",
    "&copy;",
    "*a*",
    "**a**",
    "_a_",
    "__a__",
    "~~a~~",
    "~a~",
    "`a`",
    "``a``",
    "`",
    "```",
    "~~~",
    "\\",
    "\\`",
    "a\\|b",
    "|",
    "a|b",
    "||",
    "| --- |",
    "`a|b`",
    "$a$",
    "$$a$$",
    "$`a`$",
    "\\(a\\)",
    ":x:",
    ":+1:",
    ":smile:",
    "[^1]",
    "[^1]: x",
    "- [ ] x",
    "- [x]",
    "[ ]",
    "-",
    "+",
    "*",
    "1.",
    "1)",
    "#",
    "##",
    "# x",
    ">",
    "> [!NOTE]",
    "---",
    "===",
    "***",
    "___",
    "- - -",
    "[TOC]",
    "[[_TOC_]]",
    "[[x]]",
    "/close",
    "/assign @a",
    "\\\\",
    "{x}",
    "{{x}}",
    "{: .x}",
    "+++",
    "=",
    "caf\u00e9",
    "\u4e2d\u6587\u3002@a",
    "\u00a0#1",
    "\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
    "*.evil.test",
    "[::1]:443",
    "CN=x,O=y",
    "5%",
]
"""Words that are more than words to readers of Markdown, to GitHub and GitLab, or to browsers."""


def document_with(text: str) -> Document:
    """Every block, each of them with the text, alone and among words of ours."""
    among = f"The server sent {text}, which"
    blocks = (
        Heading(text), Heading(text, 3), Paragraph(text), Paragraph(among), ItemList((text, among)),
        ItemList((text, among), numbered=True), Table(("fact", text), ((text, "x"), ("y", text))), Code(text, "sh"),
    )  # fmt: skip
    return Document(f"{text} report", blocks)
