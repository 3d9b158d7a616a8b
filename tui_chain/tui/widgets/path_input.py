"""A box for the path of a file, with names completed as in a shell."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

from tui_chain.core.failure import Failure
from tui_chain.tui.background import in_background
from tui_chain.tui.screens.audited_file import MAX_PATH, completions


class PathSuggester(Suggester):
    """Suggests the first name that fits, in grey behind the cursor."""

    def __init__(self) -> None:
        # the disk changes: nothing is kept
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first path that begins so."""
        return next(iter(await _completions(value)), None)


async def _completions(value: str) -> tuple[str, ...]:
    found = await in_background(lambda: completions(value), "completion")
    return () if isinstance(found, Failure) else found


def _agreed(paths: tuple[str, ...]) -> str:
    """How all of these begin; they are sorted, so that the first and the last differ most."""
    if not paths:
        return ""
    first, last = paths[0], paths[-1]
    alike = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first[: min(len(first), len(last)) if alike is None else alike]


class PathInput(Input):
    """Tab completes a name, and goes on where there is nothing to complete; what cannot be shown is left out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False),
        Binding("down", "app.focus_next", "Go on", show=False),
    ]

    def __init__(self, value: str, widget_id: str) -> None:
        super().__init__(
            value,
            placeholder="a bundle, trust store file or folder; tab completes names",
            id=widget_id,
            classes="path",
            compact=True,
            max_length=MAX_PATH,
            suggester=PathSuggester(),
        )

    def validate_value(self, value: str) -> str:
        """Leave out what would act on the terminal: a pasted text may have anything in it."""
        return value if value.isprintable() else "".join(filter(str.isprintable, value))

    async def action_complete(self) -> None:
        """Complete as far as all names that fit agree, else take the first; go on where none is longer."""
        typed = self.value
        found = await _completions(typed) if typed else ()
        if self.value != typed:
            return
        agreed = _agreed(found)
        better = agreed if len(agreed) > len(typed) else next((path for path in found if len(path) > len(typed)), "")
        if better:
            self.value = better
            self.cursor_position = len(better)
        else:
            self.screen.focus_next()
