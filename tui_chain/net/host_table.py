"""Host lists that are tables: CSV as spreadsheets and inventories export it, with the hosts in a named column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.text import first_few, safe_text
from tui_chain.net.host_list import BadLine, Host, HostCollector, HostList, read_host_text
from tui_chain.net.target import Target, parse_target

MAX_ROW_LINES = 100
"""Lines that a row may have whose quoted cells hold line breaks: a quote that is never closed takes no more."""
MAX_SHOWN = 20
"""Columns that are listed where the named one is missing."""
DELIMITERS = ",;\t"
_SEPARATOR = "sep="
"""How the line begins with which Excel names the delimiter."""


@dataclass(frozen=True)
class TableColumns:
    """The names of the columns that count: that of the targets, and those of labels and ports where there are any.

    `starttls` is the protocol of targets without a scheme, as `parse_target` takes it.
    """

    target: str
    label: str | None = None
    port: str | None = None
    starttls: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that was given."""
        return tuple(name for name in (self.target, self.label, self.port) if name is not None)


@dataclass(frozen=True)
class _Row:
    """A row: the number of its first line, counted from 1, and its cells, or why it has none."""

    number: int
    cells: Sequence[str] | Failure


@dataclass(frozen=True)
class _Places:
    """Where in a row the columns stand, counted from 0."""

    target: int
    label: int | None = None
    port: int | None = None


def read_host_table(path: Path, columns: TableColumns) -> HostList | Failure:
    """Read a table of hosts (UTF-8, at most 16 MiB); `-` is standard input."""
    text = read_host_text(path)
    return text if isinstance(text, Failure) else parse_host_table(text, columns)


def parse_host_table(text: str, columns: TableColumns) -> HostList | Failure:
    """Read a table (RFC 4180, delimited by commas, semicolons or tabs) whose first row names its columns.

    A row that is wrong loses nothing but itself. The failure is of a column that the table does not have.
    """
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    named = lines[start].strip() if start < len(lines) else ""
    delimiters = DELIMITERS
    if named.lower().startswith(_SEPARATOR) and len(named) == len(_SEPARATOR) + 1:
        delimiters, start = named[-1], start + 1
    header, delimiter = _header(lines[start : start + MAX_ROW_LINES], columns, delimiters)
    places = _places(header, columns)
    if isinstance(places, Failure):
        return places
    hosts: list[Host] = []
    bad: list[BadLine] = []
    collector, rows = HostCollector(), _rows(lines, start, delimiter)
    next(rows, None)
    for row in rows:
        read = row.cells if isinstance(row.cells, Failure) else _host(row.cells, places, columns)
        if isinstance(read, Failure):
            bad.append(BadLine(row.number, read))
        elif read is not None and collector.is_new(read.target, row.number):
            hosts.append(read)
    return HostList(tuple(hosts), tuple(bad), collector.repeats)


def _header(lines: Sequence[str], columns: TableColumns, delimiters: str) -> tuple[list[str], str]:
    """The names of the columns, by the delimiter that gives all that are wanted, or the most."""
    headers = {}
    for delimiter in delimiters:
        first = next(_rows(lines, 0, delimiter), None)
        cells = [] if first is None or isinstance(first.cells, Failure) else first.cells
        headers[delimiter] = [cell.strip() for cell in cells]

    def fit(delimiter: str) -> tuple[bool, int]:
        header = headers[delimiter]
        return all(isinstance(_place(header, name), int) for name in columns.names), len(header)

    best = max(headers, key=fit)
    return headers[best], best


def _places(header: Sequence[str], columns: TableColumns) -> _Places | Failure:
    found = {name: _place(header, name) for name in columns.names}
    wrong = next((place for place in found.values() if isinstance(place, Failure)), None)
    if wrong is not None:
        return wrong
    places = {name: place for name, place in found.items() if isinstance(place, int)}
    label, port = (None if name is None else places[name] for name in (columns.label, columns.port))
    return _Places(places[columns.target], label, port)


def _place(header: Sequence[str], name: str) -> int | Failure:
    """Where a column stands; capitals count only where two names differ by nothing else."""
    for form in (str, str.casefold):
        places = [place for place, cell in enumerate(header) if form(cell) == form(name.strip())]
        if len(places) == 1:
            return places[0]
        if places:
            message = f"The table has {len(places)} columns {safe_text(name, 60)!r}."
            return Failure("file", message, "Give them names of their own.")
    shown = repr(safe_text(name, 60))
    if not any(header):
        return Failure("file", f"There is no column {shown}: the table has no row with names of columns.", "Add it.")
    known = first_few([safe_text(cell, 40) for cell in header if cell], MAX_SHOWN)
    return Failure("file", f"There is no column {shown} in the table; its columns are: {known}.", "Name one of them.")


def _rows(lines: Sequence[str], start: int, delimiter: str) -> Iterator[_Row]:
    """Every row from the line `start` on; where a quote is not closed, the next row begins in the next line."""
    place = start
    while place < len(lines):
        # only a quote lets a row go on
        several = '"' in lines[place]
        piece = lines[place : place + MAX_ROW_LINES] if several else lines[place : place + 1]
        reader = csv.reader(piece, delimiter=delimiter, strict=True)
        try:
            cells: Sequence[str] | Failure = next(reader, ())
        except csv.Error as error:
            cells, used = Failure("file", f"The row is no CSV: {safe_text(str(error), 80)}.", _CLOSE), 1
        else:
            used = max(reader.line_num, 1)
        yield _Row(place + 1, cells)
        place += used


_CLOSE = "Write a quote inside a quoted cell twice, and close every quote."


def _host(cells: Sequence[str], places: _Places, columns: TableColumns) -> Host | Failure | None:
    """The host of a row, why there is none, or None for a blank row."""
    if not any(cell.strip() for cell in cells):
        return None
    text = _cell(cells, places.target)
    if not text:
        return Failure("target", f"The column {safe_text(columns.target, 60)!r} is empty.", "Write a host into it.")
    target = _target(text, _cell(cells, places.port), columns.starttls)
    return target if isinstance(target, Failure) else Host(target, safe_text(_cell(cells, places.label), 60))


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _target(text: str, port: str, starttls: str | None) -> Target | Failure:
    """The target of a cell, at the port of another one where it names none itself."""
    target = parse_target(text, starttls)
    if not port or isinstance(target, Failure):
        return target
    bare = text.rstrip("/")
    if ":" in target.host and not text.endswith("]"):
        bare = f"[{text}]"
    joined = parse_target(f"{bare}:{port}", starttls)
    if isinstance(joined, Target) and joined.host == target.host:
        return joined
    if port == str(target.port):
        return target
    message = f"{safe_text(text, 60)!r} cannot be reached at the port {safe_text(port, 20)!r}."
    return Failure("target", message, "Write one port, a number from 1 to 65535, into one of the two columns.")
