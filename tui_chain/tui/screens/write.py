"""Writing one bundle for the hosts that share it, in every kind of file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from textual.content import Content

from tui_chain.clients.families import family_names
from tui_chain.clients.verdict import reason
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import plural
from tui_chain.diagnose.headline import works_for
from tui_chain.probe.served import ServedChain
from tui_chain.repair.losses import Loss
from tui_chain.repair.merge import merge_proven
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import DESCRIPTIONS, SUFFIXES, OutputKind, without_crls
from tui_chain.repair.repair import Repair
from tui_chain.trust.store import TrustStore
from tui_chain.tui.host_rows import HostRow
from tui_chain.tui.screens.pages import file_base
from tui_chain.tui.screens.save import Draft, Form, SaveScreen
from tui_chain.x509.crl import CrlSet, joined

Rows = tuple[HostRow, ...]
_MERGED = frozenset({OutputKind.CLIENT, OutputKind.CLIENT_STORE, OutputKind.LINKS})
"""Kinds that can be added to a file; a server's chain has an order, and the containers are sealed."""
MAX_LOSSES = 6
"""Lost limits that are named one by one."""
MAX_NOTES = 3
"""Hosts that are named one by one whose bundle works for some client families alone."""


def repaired(rows: Sequence[HostRow]) -> Rows:
    """Those of the hosts that have a proven repair."""
    return tuple(row for row in rows if row.state.proven is not None and row.state.reached is not None)


def output_of(kind: OutputKind, rows: Rows, trust: TrustStore, at: datetime) -> Output | Failure:
    """The file of this kind for hosts with a proven repair, at a time that is aware."""
    crls = _shared_crls(rows) if without_crls(kind) is None else None
    return make_output(kind, _repairs(rows), trust, at=at, crls=crls)


def write_screen(selected: Sequence[HostRow], trust: TrustStore, at: datetime) -> SaveScreen:
    """The dialog that writes the bundle of those of the selected hosts that are repaired."""
    rows = repaired(selected)
    title = "Write the bundle" if len(rows) == 1 else f"Write one bundle for {plural(len(rows), 'host')}"
    title += _left_out([row for row in selected if row not in rows]) + _crl_label(rows)
    base = file_base(rows[0]) if len(rows) == 1 else f"{file_base(rows[0])}-and-{len(rows) - 1}-more"
    return SaveScreen(title, _forms(lambda kind: output_of(kind, rows, trust, at), reach_note(rows)), base)


def reach_note(rows: Rows) -> str:
    """For how many client families the bundle of a host works, and why not for the others; empty where for all."""
    notes = []
    for row in rows:
        proven = row.state.proven
        if proven is not None and not proven.whole:
            first = next(verdict for verdict in proven.verdicts.values() if not verdict.ok)
            whose = "" if len(rows) == 1 else f"{row.target.display}: "
            notes.append(f"! {whose}{works_for(proven.verdicts)}: {reason(first)}")
    more = [f"! and {len(notes) - MAX_NOTES} more hosts like that"] if len(notes) > MAX_NOTES else []
    return "\n".join([*notes[:MAX_NOTES], *more])


def _forms(make: Callable[[OutputKind], Output | Failure], note: str) -> tuple[Form, ...]:
    """Every kind of output as a form of the file; `make` makes it, `note` goes for those that are for clients."""
    return tuple(
        Form(kind.value, _purpose(kind, note), SUFFIXES[kind], partial(_draft, make, kind)) for kind in OutputKind
    )


def _purpose(kind: OutputKind, note: str) -> str:
    return f"{DESCRIPTIONS[kind]}\n{note}" if note and kind is not OutputKind.SERVER else DESCRIPTIONS[kind]


def _draft(make: Callable[[OutputKind], Output | Failure], kind: OutputKind) -> Draft | Failure:
    output = make(kind)
    if isinstance(output, Failure):
        return output
    shown = None if output.is_text else Content("\n").join(Content(one.subject) for one in output.certificates)
    merged = partial(merge_proven, output=output) if output.kind in _MERGED else None
    return Draft(output.data, shown, merged, output.more)


def loss_question(rows: Rows) -> str:
    """What each intermediate loses as an anchor, for which clients, and the remedy without loss; empty for none."""
    losses: list[Loss] = [loss for row in rows if row.state.proven is not None for loss in row.state.proven.losses]
    if not losses:
        return ""
    lines = [
        f"{one.certificate.label} loses the {one.limit} of {one.limited_by.label}, for {family_names(one.families)}."
        for one in losses[:MAX_LOSSES]
    ]
    more = [f"and {len(losses) - MAX_LOSSES} more"] if len(losses) > MAX_LOSSES else []
    remedy = "The remedy without loss is that the server sends the intermediate. Write the bundle all the same?"
    return "\n".join(["As trust anchors in this bundle:", *lines, *more, remedy])


def _left_out(rows: list[HostRow]) -> str:
    """Which of the marked hosts the file is not for, and why."""
    fine = sum(row.status is Status.COMPLETE for row in rows)
    counted = [(fine, "needs no repair" if fine == 1 else "need no repair"), (len(rows) - fine, "not repaired")]
    return "".join(f" · {count} {reason}" for count, reason in counted if count)


def _shared_crls(rows: Rows) -> CrlSet | None:
    """The CRLs of all hosts as one; None unless each has them, for the same kind of check."""
    found = [row.state.lists for row in rows if row.state.lists is not None]
    return joined(found) if len(found) == len(rows) and len({one.scope for one in found}) == 1 else None


def _crl_label(rows: Rows) -> str:
    if _shared_crls(rows) is not None:
        return " · with CRLs"
    some = any(row.state.lists is not None for row in rows)
    return " · without CRLs, which not all of them have alike" if some else ""


def _repairs(rows: Rows) -> list[tuple[ServedChain, Repair]]:
    """What each host serves, and its proven repair."""
    pairs = ((row.state.reached, row.state.proven) for row in rows)
    return [(served, proven) for served, proven in pairs if served is not None and proven is not None]
