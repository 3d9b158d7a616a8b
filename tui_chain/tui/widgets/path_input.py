"""A box for the path of a file, in which names are suggested."""

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
        found = await in_background(lambda: completions(value), "completion")
        return None if isinstance(found, Failure) else next(iter(found), None)


class PathInput(Input):
    """The right arrow takes the name that is suggested; what cannot be shown is left out."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "app.focus_next", "Go on", show=False)]

    def __init__(self, value: str, widget_id: str) -> None:
        super().__init__(
            value,
            placeholder="a bundle, trust store file or folder; → completes names",
            id=widget_id,
            classes="path",
            compact=True,
            max_length=MAX_PATH,
            suggester=PathSuggester(),
        )

    def validate_value(self, value: str) -> str:
        """Leave out what would act on the terminal: a pasted text may have anything in it."""
        return value if value.isprintable() else "".join(filter(str.isprintable, value))
