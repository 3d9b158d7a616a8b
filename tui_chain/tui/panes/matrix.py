"""The matrix of client families: what each says of the chain as served, and with the bundle."""

from __future__ import annotations

from textual.content import Content

from tui_chain.clients.families import FAMILIES
from tui_chain.clients.verdict import Verdict, Verdicts
from tui_chain.tui.host_row import BAD, DIM, OK

NAME = 25
"""Cells of the column of names."""
GAP = 2


def matrix(as_served: Verdicts, with_bundle: Verdicts | None, width: int) -> Content:
    """Lay the verdicts out in `width` cells, a line for each family; nothing before the probe."""
    if not as_served:
        return Content()
    titles = ["as served"] if with_bundle is None else ["as served", "with the bundle"]
    rows = [(family, _texts(as_served.get(family.id), with_bundle, family.id)) for family in FAMILIES]
    # what the bundle changes is mostly short, and the reason of a refusal wants the room
    last = max(len(titles[-1]), *(len(text) for _, texts in rows for text in texts[1:])) if len(titles) > 1 else 0
    room = width - NAME - (GAP if last else 0)
    widths = (max(room - min(last, room // 2), 8), min(last, room // 2))
    head = "client family".ljust(NAME) + "".join(
        title.ljust(size + GAP) for title, size in zip(titles, widths, strict=False)
    )
    lines = [Content.styled(head.rstrip(), DIM)]
    for family, texts in rows:
        name = f"{family.name}{' model' if family.model else ''}"
        cells = [_cell(text, size) for text, size in zip(texts, widths, strict=False)]
        lines.append(Content.assemble(name.ljust(NAME), *cells))
    return Content("\n").join([*lines, Content.styled(MODELS, DIM)])


MODELS = "model: not the library itself, but its rules, measured against its programs"


def _texts(as_served: Verdict | None, with_bundle: Verdicts | None, family: str) -> list[str]:
    """What a family says, for each column."""
    verdicts = [as_served] if with_bundle is None else [as_served, with_bundle.get(family)]
    return [_text(verdict) for verdict in verdicts]


def _text(verdict: Verdict | None) -> str:
    """The code first where it is a number, since the words may be cut."""
    if verdict is None:
        return ""
    if verdict.ok:
        return "✓ accepts"
    code = f"{verdict.code} " if isinstance(verdict.code, int) else ""
    return f"✗ {code}{verdict.error or 'refused'}"


def _cell(text: str, width: int) -> tuple[str, str]:
    shown = text if len(text) <= width else f"{text[: width - 1]}…"
    return shown.ljust(width + GAP), OK if text.startswith("✓") else BAD
