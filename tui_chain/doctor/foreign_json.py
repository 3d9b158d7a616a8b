"""JSON that another interpreter printed: whatever it is, its values come out bounded and as safe text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui_chain.core.text import safe_text

MAX_TEXT = 4096
MAX_MEMBERS = 4096
MAX_DEPTH = 8


def cleaned(value: object, depth: int = MAX_DEPTH) -> Any:
    """Return a value with its texts safe and all of it bounded; what JSON has not becomes None."""
    if isinstance(value, str):
        return safe_text(value, MAX_TEXT)
    if isinstance(value, dict) and depth:
        members = list(value.items())[:MAX_MEMBERS]
        return {safe_text(str(name), MAX_TEXT): cleaned(one, depth - 1) for name, one in members}
    if isinstance(value, list) and depth:
        return [cleaned(one, depth - 1) for one in value[:MAX_MEMBERS]]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 1 << 63) else None


def last_object(text: str, name: str) -> dict[str, Any] | None:
    """Return the last JSON object in a text that has a member `name`: the whole text, or a line of it."""
    for candidate in (text, *reversed(text.splitlines())):
        if f'"{name}"' in candidate:
            try:
                found = json.loads(candidate)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict) and name in found:
                return found
    return None


@dataclass(frozen=True)
class ForeignJSON:
    """A JSON object that is `cleaned`; a value that is missing or of another type is an empty one."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return text."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool | None:
        """Return true, false, or None where it is not said."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else None

    def whole(self, name: str) -> int | None:
        """Return a whole number or None."""
        value = self.values.get(name)
        return value if type(value) is int else None

    def number(self, name: str) -> float | None:
        """Return a number or None."""
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        value = self.values.get(name)
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()

    def mapping(self, name: str) -> dict[str, str]:
        """Return the texts of an object by name."""
        return {key: value for key, value in self.object(name).values.items() if isinstance(value, str)}

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the pairs of texts of a list."""
        value = self.values.get(name)
        found = value if isinstance(value, list) else []
        return tuple(
            (one[0], one[1]) for one in found if isinstance(one, list) and len(one) == 2 and all(map(_is_text, one))
        )

    def object(self, name: str) -> ForeignJSON:
        """Return an object."""
        value = self.values.get(name)
        return ForeignJSON(value if isinstance(value, dict) else {})

    def objects(self, name: str) -> Iterator[ForeignJSON]:
        """Yield the objects of a list."""
        value = self.values.get(name)
        yield from (ForeignJSON(one) for one in (value if isinstance(value, list) else []) if isinstance(one, dict))


def _is_text(value: object) -> bool:
    return isinstance(value, str)
