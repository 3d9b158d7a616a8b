"""`tlschain fix`: the whole journey, and the file that it ends with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.cli.files import Consent, print_text, put
from tui_chain.cli.host_text import host_text
from tui_chain.cli.hosts import loss_refused, repair_all, repairs_of
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, fail, host_json, note, worst
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.status import Status
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.x509.crl import CrlScope

if TYPE_CHECKING:
    from tui_chain.x509.crl import CrlSet

STANDARD_OUTPUT = Path("-")
"""What `-o` is given for standard output."""
MAX_PROBLEMS = 10
"""Problems of files that are printed."""


def run_fix(options: CommandOptions) -> int:
    """Run the whole journey of each host, then write one bundle for all that could be repaired."""
    refused = _refused_kind(options.kind, options.crl_scope)
    if refused is not None:
        return fail(refused)
    with opened(options, every_source=True) as run:
        _note_problems(run.problems)

        def done(state: HostState) -> None:
            if not options.as_json:
                note(host_text(state, run.journey.clock(), options) + "\n")

        variants, kind = options if _has_variants(options) else None, OutputKind(options.kind)
        states = asyncio.run(repair_all(run, done, options.crl_scope, variants, kind))
        repairs = _repairs(options, run, states)
        written = _deliver(options, run, states, repairs)
    repaired = _targets(repairs)
    if options.as_json:
        for state in states:
            inside = state.target in repaired and not isinstance(state.crls, Failure)
            file = written if inside and isinstance(written, Path) else None
            now, accepted = run.journey.clock(), options.accept_lost_constraints
            emit(host_json(state, now, options, file, accept_lost_constraints=accepted))
    codes = [_fix_code(state, repaired) for state in states]
    return worst([*codes, fail(written)] if isinstance(written, Failure) else codes)


def _refused_kind(kind: str, scope: CrlScope | None) -> Failure | None:
    """Why a kind of output cannot hold CRLs, or None where it can or none are wanted."""
    if scope is None:
        return None
    from tui_chain.repair.output_kinds import without_crls

    return without_crls(OutputKind(kind))


def _has_variants(options: CommandOptions) -> bool:
    """Whether a host is to be probed as the several servers that it may be."""
    return options.all_addresses or options.key_types or options.no_sni or options.repeat > 1


def _note_problems(problems: tuple[str, ...]) -> None:
    """Print which pieces of the user's files were not read: what is not there cannot be found."""
    for problem in problems[:MAX_PROBLEMS]:
        note(f"tlschain: {problem}")
    if len(problems) > MAX_PROBLEMS:
        note(f"tlschain: and {plural(len(problems) - MAX_PROBLEMS, 'problem')} more")


Repairs = list[tuple[ServedChain, Repair]]


def _repairs(options: CommandOptions, run: Run, states: list[HostState]) -> Repairs:
    """What the file is made of."""
    states = states if options.crl is None else [state for state in states if state.lists is not None]
    return repairs_of(states, OutputKind(options.kind), run.journey.clock(), run.journey.trust)


def _targets(repairs: Repairs) -> frozenset[Target]:
    return frozenset(served.target for served, _ in repairs)


def _fix_code(state: HostState, repaired: frozenset[Target]) -> int:
    if state.status is Status.UNREACHABLE:
        return UNREACHED
    if isinstance(state.crls, Failure):
        return FOUND
    good = state.proven is not None or state.status is Status.COMPLETE
    return OK if good or state.target in repaired else FOUND


def _deliver(options: CommandOptions, run: Run, states: list[HostState], repairs: Repairs) -> Path | Failure | None:
    """Write the file, or print it where none is named; None where there is nothing to write."""
    states = states if options.crl is None else [state for state in states if state.lists is not None]
    crls = _joined_crls(states)
    named = options.output is not None and options.output != STANDARD_OUTPUT
    if not repairs:
        if named and not options.as_json:
            note(f"tlschain: There is nothing to write; {safe_text(str(options.output))} was left as it is.")
        return None
    refused = loss_refused(options, repairs)
    if refused is not None:
        return refused
    output = make_output(OutputKind(options.kind), repairs, run.journey.trust, at=run.journey.clock(), crls=crls)
    if isinstance(output, Failure):
        return output
    if options.output is not None and named:
        written = _write(options.output, output, options, _left_out(states, _targets(repairs)))
        if crls is not None and isinstance(written, Path) and not options.as_json:
            note(_check_snippet(written, crls.scope, options))
        return written
    if not output.is_text:
        return Failure("usage", f"{output.kind} is no text to print.", "Name a file with -o.")
    if not options.as_json:
        print_text(output.data)
    return None


def _joined_crls(states: Sequence[HostState]) -> CrlSet | None:
    """The CRLs of all hosts as one, or None where there are none."""
    found = [state.lists for state in states if state.lists is not None]
    if not found:
        return None
    from tui_chain.x509.crl import joined  # every `fix` comes here, few have CRLs

    return joined(found)


def _left_out(states: list[HostState], repaired: frozenset[Target]) -> str:
    """For how many hosts a file is, and for which not, where some that need it have no repair; else nothing."""
    needing = [state for state in states if state.proven is not None or state.status is not Status.COMPLETE]
    without = [str(state.target) for state in needing if state.target not in repaired]
    if not without:
        return ""
    more = f" and {len(without) - MAX_PROBLEMS} more" if len(without) > MAX_PROBLEMS else ""
    names = f"{', '.join(without[:MAX_PROBLEMS])}{more}"
    return f" for {len(needing) - len(without)} of {plural(len(needing), 'host')}; not for {names}"


def _write(path: Path, output: Output, options: CommandOptions, some: str = "") -> Path | Failure:
    from tui_chain.repair.difference import summary
    from tui_chain.repair.write import numbered

    consent = Consent(options.replace or options.merge, options.backup)
    data = _merged(path, output, options) if options.merge else output.data
    if isinstance(data, Failure):
        return data
    written = put(path, data, summary(None, data) + some, consent)
    for number, more in enumerate(output.more, start=2):
        if isinstance(written, Failure):
            break
        put(numbered(path, number), more, "the next certificate", consent)
    return written


def _merged(path: Path, output: Output, options: CommandOptions) -> bytes | Failure:
    """The file that stands there, with what it lacks."""
    from tui_chain.repair.merge import merge_proven

    if not path.exists():
        return output.data
    old = read_file(path, "old file")
    merged = old if isinstance(old, Failure) else merge_proven(old, output)
    return replace(merged, hint=options.completed_for(merged.hint, path)) if isinstance(merged, Failure) else merged


def _check_snippet(path: Path, scope: CrlScope, options: CommandOptions) -> str:
    """How a client is made to check the CRLs of a file that was written."""
    file = safe_text(repr(str(path)), 400)
    return "\n".join(
        [
            "In Python this file is checked with:",
            f"  context = ssl.create_default_context(cafile={file})",
            f"  {scope.python}",
            "For other clients, and to get new CRLs:",
            f"  {options.command('advise', '--bundle', path.absolute())}",
            f"  {options.command('refresh', '--write', path.absolute())}",
        ]
    )
