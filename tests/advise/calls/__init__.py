"""The real clients of the advice, a module each, found by being there."""

from __future__ import annotations

from pathlib import Path

from tests.advise.calls.call import Call, CodeCall, OwnTest
from tui_chain.core.found import declared

_EVERY = tuple(one for found in declared(__name__, "CALLS", tuple, {"call"}) for one in found)
CALLS = tuple(one for one in _EVERY if isinstance(one, Call))
CODE_CALLS = tuple(one for one in _EVERY if isinstance(one, CodeCall))
OWN_TESTS = tuple(one for one in _EVERY if isinstance(one, OwnTest))
HEADINGS = frozenset(
    (
        *(call.client for call in CALLS),
        *(call.client for call in CODE_CALLS),
        *(name for own in OWN_TESTS for name in own.clients),
    )
)
"""Of every piece of advice that a test runs."""


def write_sources(folder: Path) -> None:
    """Put the small programs there that some clients run from source."""
    for call in CALLS:
        for name, text in call.sources.items():
            (folder / name).write_text(text)
