"""The real clients of the advice, a module each, found by being there."""

from __future__ import annotations

from pathlib import Path

from tests.advise.calls.call import Call, CodeCall
from tui_chain.core.found import declared

_EVERY: tuple[Call | CodeCall, ...] = tuple(
    one for found in declared(__name__, "CALLS", tuple, {"call"}) for one in found
)
CALLS = tuple(one for one in _EVERY if isinstance(one, Call) and not one.protocol)
CODE_CALLS = tuple(one for one in _EVERY if isinstance(one, CodeCall) and not one.protocol)
PROTOCOL_CALLS = tuple(one for one in _EVERY if one.protocol)
"""Those that are for another server than one of HTTPS."""


def write_sources(folder: Path) -> None:
    """Put the small programs there that some clients run from source."""
    for call in CALLS:
        for name, text in call.sources.items():
            (folder / name).write_text(text)
