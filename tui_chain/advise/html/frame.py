"""The frame of every HTML file: its policy, its style, its script, and nothing from outside."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from tui_chain.advise.html.markup import Markup, tag


def page(title: str, *body: Markup) -> str:
    """Return a whole HTML file; its policy lets run and load nothing but the style and the script of this package.

    Both are named by their SHA-256 (CSP Level 3, section 6.7.2.3), so that a style or script that somebody smuggled
    in would not run. Without a script the page shows the same texts.
    """
    style, script = _own("page.css"), _own("page.js")
    head = tag(
        "head",
        None,
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(style, script)}),
        tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        tag("meta", {"name": "color-scheme", "content": "light dark"}),
        tag("meta", {"name": "referrer", "content": "no-referrer"}),
        tag("meta", {"name": "format-detection", "content": "telephone=no"}),
        tag("title", None, title),
        tag("style", None, style),
    )
    whole = tag("html", {"lang": "en"}, head, tag("body", None, *body, tag("script", None, script)))
    return f"<!DOCTYPE html>\n{whole}\n"


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode('ascii')}"


def _own(name: str) -> Markup:
    """A file of this folder, as it stands: neither `</` nor anything foreign is in it."""
    return Markup(files("tui_chain.advise.html").joinpath(name).read_text(encoding="utf-8"))
