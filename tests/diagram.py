"""The picture of the folders as SVG: each above what it imports; arrows that follow from others are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

Graph = Mapping[str, set[str]]

WIDTH, HEIGHT = 150, 34
"""Of a box, in pixels."""
ROW, GUTTER, MARGIN = 58, 130, 24
RADIUS = 6
COLOURS = {"": "#f6f8fa", "stage": "#ddf4ff", "pure": "#dafbe1", "front": "#fff8c5"}
STYLE = """
text { font: 600 15px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328; text-anchor: middle; }
rect.box { stroke: #8c959f; stroke-width: 1.2; }
path { fill: none; stroke: #57606a; stroke-width: 1.4; }
"""


@dataclass(frozen=True)
class Box:
    """Where a folder stands: the column (0 to 2, 1 is the longest path of imports) and the row, from the bottom."""

    name: str
    column: int
    row: int


@dataclass(frozen=True)
class Arrow:
    """From what imports to what is imported; `gutter` is the space between columns that it runs in, None: none."""

    start: Box
    end: Box
    gutter: int | None


def reduced(graph: Graph) -> dict[str, set[str]]:
    """The edges without which something would not be reached: the transitive reduction of a graph without circles."""
    return {
        node: {end for end in ends if not any(end in reached(graph, other) for other in ends - {end})}
        for node, ends in graph.items()
    }


def reached(graph: Graph, start: str) -> set[str]:
    """All nodes that a path leads to."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def levels(graph: Graph) -> dict[str, int]:
    """How many imports the longest path from each node has."""
    level: dict[str, int] = {}

    def visit(node: str) -> int:
        if node not in level:
            level[node] = max((visit(end) + 1 for end in graph[node]), default=0)
        return level[node]

    for node in sorted(graph):
        visit(node)
    return level


def spine(graph: Graph, level: Mapping[str, int]) -> tuple[str, ...]:
    """The longest path, from the top down."""
    path = [min(graph, key=lambda name: (-level[name], name))]
    while graph[path[-1]]:
        path.append(min(graph[path[-1]], key=lambda name: (-level[name], name)))
    return tuple(path)


def placed(graph: Graph) -> dict[str, Box]:
    """A box for each folder: the longest path in the middle, on the right what only the front ends import."""
    level = levels(graph)
    middle = spine(graph, level)
    boxes = {name: Box(name, 1, level[name]) for name in middle}
    for name in sorted(graph.keys() - set(middle), key=lambda each: (-level[each], each)):
        above = [level[other] for other, ends in graph.items() if name in ends]
        column = 0 if any(name in graph[other] for other in middle[1:]) else 2
        taken = {box.row for box in boxes.values() if box.column == column}
        highest = min(above, default=level[name] + 1) - 1
        boxes[name] = Box(name, column, next(row for row in range(highest, -1, -1) if row not in taken))
    return boxes


def arrows(graph: Graph, boxes: Mapping[str, Box]) -> Iterator[Arrow]:
    """The arrows, those from the top first."""
    for start in sorted(boxes.values(), key=lambda box: (-box.row, box.column)):
        for end in sorted((boxes[name] for name in graph[start.name]), key=lambda box: (-box.row, box.column)):
            straight = start.column == end.column and start.row - end.row == 1
            yield Arrow(start, end, None if straight else min(start.column, end.column, 1))


def drawn(graph: Graph, kinds: Mapping[str, str]) -> str:
    """The picture of a graph without circles; `kinds` has the colour of a folder by its name."""
    graph = reduced(graph)
    boxes = placed(graph)
    top = max(box.row for box in boxes.values())
    picture = _Picture(top)
    width = 3 * WIDTH + 2 * GUTTER + 2 * MARGIN
    height = 2 * MARGIN + top * ROW + HEIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<style>{STYLE}</style>",
        '<marker id="head" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0.5,0.5 L7.5,4 L0.5,7.5" /></marker>',
        f'<rect width="{width}" height="{height}" rx="12" fill="#ffffff" />',
        *picture.paths(arrows(graph, boxes)),
        *(picture.box(box, COLOURS[kinds.get(box.name, "")]) for box in sorted(boxes.values(), key=_reading)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _reading(box: Box) -> tuple[int, int]:
    return -box.row, box.column


@dataclass(frozen=True)
class _Picture:
    """Coordinates of a picture whose uppermost row is `top`."""

    top: int

    def corner(self, box: Box) -> tuple[int, int]:
        return MARGIN + box.column * (WIDTH + GUTTER), MARGIN + (self.top - box.row) * ROW

    def box(self, box: Box, colour: str) -> str:
        x, y = self.corner(box)
        return (
            f'<rect class="box" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{colour}" />'
            f'<text x="{x + WIDTH // 2}" y="{y + HEIGHT // 2 + 5}">{box.name}</text>'
        )

    def paths(self, all_arrows: Iterable[Arrow]) -> Iterator[str]:
        """Straight ones, then those of each gutter, each on a track of its own."""
        ordered = sorted(all_arrows, key=lambda arrow: -1 if arrow.gutter is None else arrow.gutter)
        for gutter, group in groupby(ordered, key=lambda arrow: arrow.gutter):
            some = list(group)
            for number, arrow in enumerate(some):
                if gutter is None:
                    yield self._straight(arrow)
                else:
                    left = MARGIN + gutter * (WIDTH + GUTTER) + WIDTH
                    track = left + GUTTER * (number + 1) // (len(some) + 1)
                    yield self._bent(arrow, track, _shift(some, number))

    def _straight(self, arrow: Arrow) -> str:
        x, y = self.corner(arrow.start)
        return _path(f"M{x + WIDTH // 2},{y + HEIGHT} V{self.corner(arrow.end)[1]}")

    def _bent(self, arrow: Arrow, track: int, shift: tuple[int, int]) -> str:
        (from_x, from_y), (to_x, to_y) = self._side(arrow.start, track), self._side(arrow.end, track)
        from_y, to_y = from_y + shift[0], to_y + shift[1]
        out = RADIUS if track > from_x else -RADIUS
        back = RADIUS if to_x > track else -RADIUS
        return _path(
            f"M{from_x},{from_y} H{track - out} Q{track},{from_y} {track},{from_y + RADIUS} "
            f"V{to_y - RADIUS} Q{track},{to_y} {track + back},{to_y} H{to_x}"
        )

    def _side(self, box: Box, track: int) -> tuple[int, int]:
        x, y = self.corner(box)
        return (x if track < x else x + WIDTH), y + HEIGHT // 2


def _shift(arrows_of_gutter: list[Arrow], number: int) -> tuple[int, int]:
    """How far from the middle of a box's side an arrow begins and ends, so that no two of them are one line."""
    mine = arrows_of_gutter[number]

    def place(box: Box) -> int:
        here = [each for each in arrows_of_gutter if box in {each.start, each.end}]
        return 8 * here.index(mine) - 4 * (len(here) - 1)

    return place(mine.start), place(mine.end)


def _path(points: str) -> str:
    return f'<path d="{points}" marker-end="url(#head)" />'
