"""The help page: every action by what it is for, with the keys that it really has and the id that a keymap names."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size

from tui_chain.tui.actions import ACTIONS, MOVES, Action, written_keys
from tui_chain.tui.host_rows import DIM
from tui_chain.tui.render import lines
from tui_chain.tui.screens.dialog import Page, PageScreen

GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Hosts", frozenset({"host.add", "host.probe", "host.probe_all", "host.remove", "undo", "watch"})),
    ("The list", frozenset({"filter", "list", "mark", "link.choose"})),
    ("Repair", frozenset({"host.fix", "host.fix_all", "path", "root", "host.crls", "host.write"})),
    ("Test", frozenset({"host.test", "host.programs", "host.request", "hop"})),
    ("Ask further", frozenset({"host.servers", "host.revocation", "host.doctor", "question"})),
    ("Read", frozenset({"details", "error", "log", "host.say", "host.report", "explain", "file"})),
    ("Copy", frozenset({"copy"})),
    ("View", frozenset({"pane", "zoom", "back"})),
)
"""Titles, and the ids of the actions below each, or how they begin; what is in none of them stands at the end."""
REST = "The program"
MOVE_TITLE = "In every list and text"
GAP, BETWEEN, COLUMN = 2, 4, 70
"""Cells between the columns of one table, between two tables, and of the narrowest of two."""


def grouped(actions: Sequence[Action]) -> dict[str, list[Action]]:
    """The actions below the title of their group, in the order of the table."""
    groups: dict[str, list[Action]] = {title: [] for title in (*(title for title, _ in GROUPS), REST)}
    for action in actions:
        names = {action.id, action.id.partition(".")[0]}
        title = next((title for title, members in GROUPS if names & members), REST)
        groups[title].append(action)
    return {title: members for title, members in groups.items() if members}


Line = tuple[str, str, str]
"""A line of the page: keys, description, id; a title has the first alone, and a blank line none."""


def _blocks(keymap: Mapping[str, str]) -> list[list[Line]]:
    """The groups as lines, each with its title and a blank line after it."""
    blocks = [
        [(title, "", ""), *((written_keys(one, keymap), one.description, one.id) for one in members), ("", "", "")]
        for title, members in grouped(ACTIONS).items()
    ]
    moves = [(keys, text, "") for keys, text in MOVES]
    return [*blocks, [(MOVE_TITLE, "", ""), *moves, ("", "", "")]]


def keys_page(width: int, keymap: Mapping[str, str]) -> Content:
    """All keys for a width in cells, in two columns where there is room; `keymap` is Textual's."""
    blocks = _blocks(keymap)
    half = (width - BETWEEN) // 2
    if half < COLUMN:
        return lines([*_drawn(blocks, width), *_legend()])
    left, right = _halves(blocks)
    pairs = zip_longest(_drawn(left, half), _drawn(right, half), fillvalue=Content())
    rows = [one.pad_right(half + BETWEEN - one.cell_length) + other for one, other in pairs]
    return lines([*rows, *_legend()])


def _halves(blocks: list[list[Line]]) -> tuple[list[list[Line]], list[list[Line]]]:
    """Two columns of about the same length."""
    total, place, count = sum(map(len, blocks)), 0, 0
    while place < len(blocks) and count + len(blocks[place]) // 2 < total / 2:
        count += len(blocks[place])
        place += 1
    return blocks[:place], blocks[place:]


def _drawn(blocks: list[list[Line]], width: int) -> list[Content]:
    """Lines in three columns, or with the id behind the description where there is not room for all of one."""
    table = [line for block in blocks for line in block]
    keys, text, name = (max(cell_len(line[place]) for line in table if line[1]) for place in range(3))
    if keys + text + name + 2 * GAP > width:
        return [row for line in table for row in _wrapped(line, keys, width)]
    return [
        Content.assemble((f"{key:<{keys + GAP}}", "bold"), f"{description:<{text + GAP}}", (action, DIM))
        for key, description, action in table
    ]


def _wrapped(line: Line, keys: int, width: int) -> list[Content]:
    key, description, action = line
    if not description:
        return [Content.styled(key, "bold")]
    room = max(width - keys - GAP, 10)
    shown = textwrap.wrap(f"{description}  {action}".strip(), room, break_long_words=False, break_on_hyphens=False)
    rows = [Content.assemble((f"{key:<{keys + GAP}}", "bold"), shown[0])]
    rows += [Content(" " * (keys + GAP) + text) for text in shown[1:]]
    if action:
        rows[-1] = rows[-1].stylize(DIM, len(rows[-1]) - len(action))
    return rows


def _legend() -> list[Content]:
    glyphs = "✓ complete  ✚ repairable  ◐ partial  ✗ incomplete, untrusted, invalid  ⊘ unreachable"
    return [
        Content.styled(glyphs, DIM),
        Content.styled("! some clients refuse  · nobody refuses", DIM),
        Content.styled("The names at the right are those of [keymap] in the config file.", DIM),
    ]


class KeysScreen(PageScreen):
    """The page, laid out for the width that there is."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__("All keys", Content())
        self._remapped = keymap

    def compose(self) -> ComposeResult:
        """The page in a frame that takes all columns."""
        for page in super().compose():
            page.add_class("-broad")
            yield page

    def fit(self, size: Size) -> None:
        """Lay the page out for a width."""
        page = self.query_one(Page)
        # the frame and its padding, and the scroll bar
        page.update(keys_page(max(size.width - 5, 20), self._remapped), keep=True)
