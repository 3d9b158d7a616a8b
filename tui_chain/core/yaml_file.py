"""YAML of others, bounded: mappings, lists and texts alone, whatever its tags say; JSON is read as the YAML it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text

MAX_BYTES = 16 << 20
"""Bytes of a text that is parsed."""
MAX_BYTES_SLOW = 1 << 20
"""The same where PyYAML has no libyaml, and is some fifty times slower."""
MAX_NODES = 500_000
"""Mappings, lists and texts of all documents together; what an alias stands for counts each time it is used."""
MAX_DEPTH = 64
"""Mappings and lists inside each other."""
_NULL = frozenset({"~", "null", "Null", "NULL"})

Value = str | list["Value"] | dict[str, "Value"]


def documents(data: bytes, what: str) -> tuple[Value, ...] | Failure:
    """Parse every document of a text in YAML 1.1 or JSON; `what` names it in the failure.

    Every scalar is its text, and null the empty one. Of two equal keys the last counts.
    """
    import yaml  # loaded for a file that is YAML, and for no other

    most = MAX_BYTES if yaml.__with_libyaml__ else MAX_BYTES_SLOW
    if len(data) > most:
        return Failure("file", f"The {what} is larger than {most >> 20} MiB.", "Split it.")
    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        return tuple(_documents(yaml.parse(data, Loader=loader)))
    except _BoundError as bound:
        return Failure("file", f"The {what} is no YAML that is read here: {bound}.", "Write it out, or split it.")
    except yaml.YAMLError as error:
        return Failure("file", f"The {what} is not valid YAML: {_fault(error)}.", "Check it where that stands.")
    except ValueError as error:  # bytes that are no text in the encoding that they begin as
        return Failure("file", f"The {what} is not valid YAML: {safe_text(str(error), 120)}.", "Save it as UTF-8.")


def value_at(value: Value, *keys: str) -> Value:
    """What stands at the end of a path of keys; the empty text where it ends before."""
    for key in keys:
        value = value.get(key, "") if isinstance(value, dict) else ""
    return value


def text_at(value: Value, *keys: str) -> str:
    """The text at the end of a path of keys, or the empty one where no text stands there."""
    found = value_at(value, *keys)
    return found if isinstance(found, str) else ""


def list_at(value: Value, *keys: str) -> list[Value]:
    """The list at the end of a path of keys, or an empty one where none stands there."""
    found = value_at(value, *keys)
    return found if isinstance(found, list) else []


class _BoundError(Exception):
    """More than is read here."""


@dataclass
class _Frame:
    """A mapping or list whose end has not come: `key` is the text before the next value, where that has come.

    `size` counts the nodes in it, with its own. `keyed` says that the next node of a mapping is a value.
    """

    value: list[Value] | dict[str, Value]
    anchor: str | None
    size: int = 1
    keyed: bool = False
    key: str | None = None

    def add(self, node: Value, size: int) -> None:
        """Take the next node: an element, a key or a value."""
        self.size += size
        if isinstance(self.value, list):
            self.value.append(node)
            return
        if self.keyed:
            if self.key is not None:  # a key that is no text names nothing
                self.value[self.key] = node
        else:
            self.key = node if isinstance(node, str) else None
        self.keyed = not self.keyed


@dataclass
class _Tree:
    """The document that is being read, and the nodes with anchors; `total` counts those of all documents."""

    total: int = 0
    frames: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Value, int]] = field(default_factory=dict)
    root: Value = ""

    def add(self, node: Value, size: int, anchor: str | None = None) -> None:
        """Take a whole node of `size` nodes."""
        if anchor is not None:
            self.anchors[anchor] = node, size
        if self.frames:
            self.frames[-1].add(node, size)
        else:
            self.root = node

    def count(self, size: int) -> None:
        """Count nodes; raises where there are too many."""
        self.total += size
        if self.total > MAX_NODES:
            raise _BoundError(f"it has more than {MAX_NODES:,} values, those counted that aliases stand for")

    def begin(self, value: list[Value] | dict[str, Value], anchor: str | None) -> None:
        """Begin a mapping or list."""
        self.count(1)
        if len(self.frames) == MAX_DEPTH:
            raise _BoundError(f"more than {MAX_DEPTH} of its lists and mappings stand inside each other")
        self.frames.append(_Frame(value, anchor))

    def end(self) -> None:
        """End the innermost mapping or list."""
        frame = self.frames.pop()
        self.add(frame.value, frame.size, frame.anchor)

    def alias(self, anchor: str) -> None:
        """Put what an anchor stands for in place of an alias."""
        if anchor not in self.anchors:
            raise _BoundError("one of its aliases stands for nothing before it")
        node, size = self.anchors[anchor]
        self.count(size)
        self.add(node, size)


def _documents(events: Iterable[Any]) -> Iterator[Value]:
    """Put the documents together from the parser's events; raises `_BoundError`."""
    from yaml import events as kinds

    tree = _Tree()
    for event in events:
        if isinstance(event, kinds.ScalarEvent):
            tree.count(1)
            tree.add(_text(event), 1, event.anchor)
        elif isinstance(event, kinds.MappingStartEvent):
            tree.begin({}, event.anchor)
        elif isinstance(event, kinds.SequenceStartEvent):
            tree.begin([], event.anchor)
        elif isinstance(event, kinds.MappingEndEvent | kinds.SequenceEndEvent):
            tree.end()
        elif isinstance(event, kinds.AliasEvent):
            tree.alias(str(event.anchor))
        elif isinstance(event, kinds.DocumentEndEvent):
            yield tree.root
            tree = _Tree(tree.total)


def _text(scalar: Any) -> str:
    """The text of a scalar; null is the empty one (YAML 1.1, the type null)."""
    text = str(scalar.value)
    return "" if text in _NULL and scalar.implicit[0] else text


def _fault(error: Exception) -> str:
    """Where and why a text is no YAML; nothing of the text itself is in it."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or not problem:
        position = getattr(error, "position", None)
        return f"character {position} cannot stand in it" if isinstance(position, int) else "it cannot be parsed"
    return f"line {mark.line + 1}: {safe_text(str(problem), 80)}"
