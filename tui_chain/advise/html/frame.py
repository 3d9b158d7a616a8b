"""The frame of every HTML file: its policy, its style, its script, and nothing from outside."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from tui_chain.advise.html.markup import Markup, join, tag

FOLDER = "tui_chain.advise.html"


def page(title: str, *body: Markup) -> str:
    """Return a whole HTML file; its policy lets run and load nothing but the style and the script of this package.

    Both are named by their SHA-256 (CSP Level 3, section 6.7.2.3), so that a style or script that somebody smuggled
    in would not run. Without a script the page shows the same texts.
    """
    opening, closing = frame(title)
    return f"{opening}{join(body)}{closing}"


def frame(title: str, style: Markup = Markup(), script: Markup = Markup()) -> tuple[str, str]:  # noqa: B008 - frozen
    """Return what stands before and behind the body of a file, with a style and a script of its own besides."""
    style, script = Markup(own("page.css") + style), Markup(own("page.js") + script)
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
    return f'<!DOCTYPE html>\n<html lang="en">{head}<body>', f"{tag('script', None, script)}</body></html>\n"


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode('ascii')}"


def own(name: str, folder: str = FOLDER) -> Markup:
    """A file of a folder of this package, as it stands: neither `</` nor anything foreign is in it."""
    return Markup(files(folder).joinpath(name).read_text(encoding="utf-8"))
