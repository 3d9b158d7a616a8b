"""`tlschain refresh`: whether a bundle still works and is still needed, and a new one."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import click

from tui_chain.audit.refresh import Refreshed, State, header_of, refreshed
from tui_chain.audit.summary import outcome_summary, replacement_refused
from tui_chain.cli.files import Consent, put
from tui_chain.cli.hosts import loss_refused, repair_all, repairs_of
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, emit, fail, note
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.text import safe_text
from tui_chain.engine.command_line import is_given
from tui_chain.net.connection_text import JUDGED_KEYS, parse_listed
from tui_chain.net.target import Target
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.write import WritePlan, plan_write

NOT_NEEDED = 3
"""Exit code of refresh: the servers send everything by themselves now."""


def run_refresh(file: Path, options: CommandOptions, *, write: bool) -> int:
    """Check a bundle of ours, and write a new one where that is wanted.

    Exit 0: it works and is needed, or was replaced. 1: to be replaced, or it fails and nothing newer was found.
    2: the file is not ours. 3: not needed any more. A host that was not reached counts as 1.
    """
    if str(file) == "-":
        why = "refresh reads a file that it can replace, and not standard input."
        return fail(Failure("usage", why, "Write the bundle to a file, and name that."))
    data = read_file(file, "bundle")
    if isinstance(data, Failure):
        return fail(data)
    header = header_of(data)
    if isinstance(header, Failure):
        hint = options.completed_for(header.hint, file)
        return fail(replace(header, message=f"{safe_text(str(file))}: {header.message}", hint=hint))
    odd = next((one for one in map(_host, header.hosts) if isinstance(one, Failure)), None)
    if odd is not None:
        return fail(replace(odd, message=f"{safe_text(str(file))}: {odd.message}"))
    # what the bundle was made with is nearer than what the config file sets for everything
    named = options.trust if is_given(click.get_current_context(), "trust") else ()
    trust = named or ((header.trust,) if header.trust in {"certifi", "system"} else options.trust)
    with opened(replace(options, targets=header.hosts, trust=trust)) as run:
        run.journey.have_roots_of(data)
        states = asyncio.run(repair_all(run, crl=header.crl_check))
        at, accepted = run.journey.clock(), options.accept_new_anchor
        found = refreshed(data, header, states, run.journey.trust, at, chosen=bool(named), accepted=accepted)
    refused = (
        loss_refused(options, repairs_of(states, OutputKind(header.kind), at)) if write and found.output else None
    )
    written = refused or (_replaced(file, data, found, backup=options.backup) if write else None)
    if isinstance(written, Failure):
        return fail(written)
    _print_outcome(file, found, written, options)
    return OK if written is not None else _CODES[found.state]


def _host(text: str) -> Target | Failure:
    """A host of a header, which may say where it is and by which name it is judged, and nothing of the user's."""
    return parse_listed(text, keys=JUDGED_KEYS)


def _replaced(file: Path, data: bytes, found: Refreshed, *, backup: bool) -> Path | Failure | None:
    if found.output is None:
        return None
    refused = replacement_refused(file, data, found)
    if refused is not None:
        return refused
    plan = plan_write(file, found.output.data)
    if isinstance(plan, WritePlan) and plan.old != data:
        return Failure("refresh", f"{safe_text(str(file))} has changed meanwhile.", "Run it again.")
    return put(file, found.output.data, found.output.summary, Consent(replace=True, backup=backup))


_CODES = {
    State.WORKS: OK,
    State.SOON: FOUND,
    State.FAILS: FOUND,
    State.UNKNOWN: FOUND,
    State.NOT_NEEDED: NOT_NEEDED,
}


def _print_outcome(file: Path, found: Refreshed, written: Path | None, options: CommandOptions) -> None:
    if options.as_json:
        news = [{"target": one.target, "state": one.state.value, "words": one.text} for one in found.news]
        new = found.output.data.decode("ascii") if found.output is not None else None
        place = str(written) if written is not None else None
        emit(json.dumps({"file": str(file), "state": found.state.value, "hosts": news, "new": new, "written": place}))
        return
    for one in found.news:
        note(f"{safe_text(one.target)}: {one.state.value}. {one.text}")
    replacing = options.command("refresh", "--write", file.absolute())
    outcome = outcome_summary(found, f"`{replacing}` replaces the old one with it.") if written is None else ""
    if outcome:
        note(outcome)
