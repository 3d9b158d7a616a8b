"""Failure as a value: exceptions do not cross a stage of the journey."""

from __future__ import annotations

from dataclasses import dataclass

FAULT = 70
"""Exit code of a fault of the product itself (EX_SOFTWARE of sysexits.h)."""


@dataclass(frozen=True)
class Failure:
    """Something that did not work, said so that the user knows what to do.

    `kind` is a stable word for programs, `message` one sentence of what happened, `hint` one sentence of
    what to do next (may be empty). Both texts are already safe for a terminal.
    """

    kind: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()
