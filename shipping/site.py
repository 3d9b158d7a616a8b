"""Hooks of the site (mkdocs.yml): what stands outside of `docs` is in it too, by the links that GitHub shows."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = ("SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")
"""Documents at the top of the repository that are pages."""
PICTURES = "screenshots"
WIDE = frozenset({"causes.md", "clients.md", "comparison.md", "findings.md"})
"""Pages of wide tables: they do without the list of their headings beside them."""
_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
_CODE = re.compile(r"`[^`]*`")
_START = {"README.md": "index.md"}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the documents of the top and the pictures, where links of the pages lead to."""
    pictures = sorted((ROOT / PICTURES).iterdir())
    for path in (*(ROOT / name for name in PAGES), *pictures):
        files.append(File.generated(config, path.relative_to(ROOT).as_posix(), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Lead the links to where their files are in the site; a page of the top is as if it stood in `docs`."""
    if page.file.src_uri in WIDE:
        page.meta["hide"] = ["toc"]
    folder = ROOT if page.file.src_uri in PAGES else ROOT / "docs"
    lines = _LINK.sub(lambda found: _link(found, folder), markdown).split("\n")
    return "\n".join(_row(line) if line.startswith("|") else line for line in lines)


def _row(line: str) -> str:
    """A row of a table: GitHub wants a bar in code escaped, and Python-Markdown shows the backslash."""
    return _CODE.sub(lambda found: found[0].replace("\\|", "|"), line)


def _link(found: re.Match[str], folder: Path) -> str:
    """A link whose file is in the repository, from the site's top; another one as it is."""
    path = (folder / found["target"]).resolve()
    if ":" in found["target"] or not path.is_relative_to(ROOT):
        return found[0]
    name = path.relative_to(ROOT).as_posix()
    name = _START.get(name, name).removeprefix("docs/")
    return f"]({name}{found['anchor'] or ''})"
