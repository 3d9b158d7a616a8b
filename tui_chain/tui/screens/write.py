"""Writing the bundle of one host or of several, in every kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.content import Content

from tui_chain.core.failure import Failure
from tui_chain.repair.merge import merge_proven
from tui_chain.repair.output import Output
from tui_chain.repair.output_kinds import DESCRIPTIONS, SUFFIXES, OutputKind
from tui_chain.tui.screens.save import Draft, Form

Make = Callable[[OutputKind], Output | Failure]
_MERGED = frozenset({OutputKind.CLIENT, OutputKind.CLIENT_STORE, OutputKind.LINKS})
"""Kinds that can be added to a file; a server's chain has an order, and the containers are sealed."""


def kinds(make: Make) -> tuple[Form, ...]:
    """Every kind of output as a form of the file; `make` makes it."""
    return tuple(Form(kind.value, DESCRIPTIONS[kind], SUFFIXES[kind], _maker(make, kind)) for kind in OutputKind)


def _maker(make: Make, kind: OutputKind) -> Callable[[], Draft | Failure]:
    def draft() -> Draft | Failure:
        output = make(kind)
        return output if isinstance(output, Failure) else _draft(output)

    return draft


def _draft(output: Output) -> Draft:
    shown = None if output.is_text else Content("\n").join(Content(one.subject) for one in output.certificates)
    merged = partial(merge_proven, output=output) if output.kind in _MERGED else None
    return Draft(output.data, shown, merged, output.more)
