"""`tlschain verify`: what each client family says of chains in files, and the chains to send instead."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from tui_chain.api import verify
from tui_chain.cli.files import Consent, print_text, put
from tui_chain.cli.options import CommandOptions, note_private
from tui_chain.cli.output import FOUND, OK, emit, fail, note, note_wrong
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import Verdict, reason
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute, read_file
from tui_chain.core.status import Blame
from tui_chain.core.text import first_few, plural, safe_text
from tui_chain.engine.arguments import read_arguments
from tui_chain.engine.chain_files import (
    ChainFile,
    ChainFiles,
    ReviewedChain,
    judge_chain,
    put_right,
    read_chain_files,
    with_chains_at_hand,
)
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run, start
from tui_chain.fleet.scheduling import AT_ONCE
from tui_chain.net.host_list import STDIN
from tui_chain.probe.tls_secrets import CHAIN, TLSSecret, patch
from tui_chain.repair.file_header import comment
from tui_chain.repair.proof import ders_of
from tui_chain.repair.server_chain import ServerChain
from tui_chain.results.host import host_result
from tui_chain.results.values import ClientResult, HostResult
from tui_chain.x509.formats.pem import pem_of

MAX_NAMED = 2
"""Hosts of a chain that are named in a row of the table."""


@dataclass(frozen=True)
class VerifyFiles:
    """The paths whose chains are judged, and how: with `bundle` as well, fixed, files of another use left out.

    `quiet` says that only what is refused is printed.
    """

    paths: tuple[Path, ...]
    bundle: Path | None = None
    fix: bool = False
    skip_others: bool = False
    quiet: bool = False


def run_verify(given: VerifyFiles, options: CommandOptions) -> int:
    """Judge the chains of paths with the trust store and, where one is named, with a bundle alone; or fix them.

    One chain for one host is printed with every family, several as a table.
    """
    trusted = read_file(given.bundle, "bundle") if given.bundle is not None else None
    if isinstance(trusted, Failure):
        return fail(trusted)
    files = read_chain_files(given.paths, options.host, skip_others=given.skip_others)
    if isinstance(files, Failure):
        return fail(files)
    note_wrong(files.problems)
    for sentence in files.notices:
        note(f"tlschain: {sentence}")
    if not files.chains:
        return OK
    if given.fix:
        return _fix(files, options)
    if options.host is not None and files.single:
        return _verify_one(files.chains[0], options.host, trusted, options, quiet=given.quiet)
    return _verify_all(files, trusted, options, given)


def _verify_one(chain: ChainFile, host: str, bundle: bytes | None, options: CommandOptions, *, quiet: bool) -> int:
    arguments = read_arguments(replace(options, targets=()))
    if isinstance(arguments, Failure):
        return fail(arguments)
    at = arguments.clock() if options.at is not None else None
    try:
        ders = tuple(one.der for one in chain.certificates)
        result = verify(ders, host=host, bundle=bundle, trust=options.trust or "certifi", at=at)
    except ValueError as error:
        return fail(Failure("usage", str(error)))
    if options.as_json:
        emit(result.to_json())
    elif not (quiet and _is_accepted(result)):
        emit("\n".join(_lines(result)))
    return OK if _is_accepted(result) else FOUND


def _is_accepted(result: HostResult) -> bool:
    return all(one.ok for one in _verdicts(result))


def _verdicts(result: HostResult) -> tuple[Verdict, ...]:
    """Those that count: with the bundle where there is one."""
    return tuple(one.as_served if one.with_bundle is None else one.with_bundle for one in result.clients)


def _lines(result: HostResult) -> Iterator[str]:
    yield click.style(safe_text(result.target), bold=True)
    yield from _findings(result)
    labels = {one.sha256: one.subject for one in result.served}
    yield from _families("trust store", result.clients, [one.as_served for one in result.clients], labels)
    bundled = [one.with_bundle for one in result.clients if one.with_bundle is not None]
    if bundled:
        yield from _families("bundle", result.clients, bundled, labels)
    yield _engines(result)


def _findings(result: HostResult) -> Iterator[str]:
    blame = "" if result.blame == Blame.NOBODY.value else f" · fault: {result.blame}"
    yield f"{result.status} · {result.headline}{blame}"
    for found in result.findings:
        yield f"  {found.code}  {found.subject or result.target}: {found.message}"
        yield f"      {found.hint}"


def _engines(result: HostResult) -> str:
    return f"  engines: {', '.join(dict.fromkeys(one.engine for one in result.clients))}"


def _families(
    store: str, clients: Sequence[ClientResult], verdicts: Sequence[Verdict], labels: Mapping[str, str]
) -> Iterator[str]:
    """Every family with its verdict; `labels` name by SHA-256 the certificates that are refused."""
    yield f"  with the {store}: accepted by {sum(one.ok for one in verdicts)} of {len(verdicts)} client families"
    for client, verdict in zip(clients, verdicts, strict=True):
        yield f"    {client.name:<26}{_verdict_text(verdict, labels)}"


def _verdict_text(verdict: Verdict, labels: Mapping[str, str]) -> str:
    refused = labels.get(verdict.certificate or "")
    return "✓ accepted" if verdict.ok else f"✗ {reason(verdict)}{f', on {refused}' if refused else ''}"


# several chains


@contextmanager
def _opened(options: CommandOptions, *, every_source: bool) -> Iterator[Run]:
    """Start without a host; what keeps it from starting ends the command with a sentence."""
    arguments = read_arguments(options)
    if isinstance(arguments, Failure):
        raise SystemExit(fail(arguments))
    with start(options, arguments, every_source=every_source) as run:
        if isinstance(run, Failure):
            raise SystemExit(fail(run))
        for notice in run.journey.notices:
            note(f"tlschain: {notice}")
        run.journey.on_private = note_private
        yield run


def _verify_all(files: ChainFiles, bundle: bytes | None, options: CommandOptions, given: VerifyFiles) -> int:
    judge = Judge(bundle) if bundle is not None else None
    with _opened(options, every_source=False) as run:
        now, judged = run.journey.clock(), []
        for file in files.chains:
            states = judge_chain(run.journey, file).hosts
            judged.append([_result(state, run, options, bundle, judge) for state in states])
            if options.as_json:
                for result in judged[-1]:
                    emit(result.to_json())
    good = all(map(_is_accepted, _all(judged)))
    if not options.as_json and not (given.quiet and good):
        shown = [one for one in judged if not (given.quiet and all(map(_is_accepted, one)))]
        emit("\n".join(_report(shown, now.date().isoformat())))
        if not good and bundle is None:
            note(f"{_fix_command(files, given.paths, options)} puts right what can be.")
    return OK if good else FOUND


def _all(judged: Sequence[Sequence[HostResult]]) -> Iterator[HostResult]:
    return (result for results in judged for result in results)


def _result(
    state: HostState, run: Run, options: CommandOptions, bundle: bytes | None = None, judge: Judge | None = None
) -> HostResult:
    now = run.journey.clock()
    result = host_result(state, now, options=options)
    if bundle is None or judge is None or state.reached is None:
        return result
    verdicts = judge.verdicts(ders_of(state.reached), host=state.target.host, at=now)
    return result.with_bundle(bundle, verdicts)


def _fix_command(files: ChainFiles, paths: Sequence[Path], options: CommandOptions) -> str:
    """The command that does more; of a folder, and of several files, it takes one file."""
    one = len(paths) == 1 and (len(files.chains) == 1 or files.manifest)
    named: object = absolute(paths[0]) if one else "FILE"
    if STDIN in paths or isinstance(named, Failure):
        named = "FILE"
    return f"`{options.command('verify', '--fix', named, '-o', 'NEW')}`"


def _report(judged: Sequence[Sequence[HostResult]], day: str) -> Iterator[str]:
    """A table of the chains with their verdicts, then what is wrong with each that somebody refuses."""
    groups = [group for results in judged for group in _groups(results)]
    rows = [_row(group) for group in groups]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for group, row in zip(groups, rows, strict=True):
        glyph, colour = ("✓", "green") if _is_accepted(group[0]) else ("✗", "red")
        cells = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        yield f"{click.style(glyph, fg=colour)} {cells}  {row[3]}"
    for group in groups:
        if not _is_accepted(group[0]) or group[0].findings:
            yield ""
            yield click.style(f"{safe_text(group[0].label)}  {_names(group)}", bold=True)
            yield from _findings(group[0])
    yield f"{plural(len(judged), 'chain')}, judged as of {day}"
    yield _engines(groups[0][0]).strip()


def _groups(results: Sequence[HostResult]) -> Iterator[list[HostResult]]:
    """The hosts of a chain, those together of whom the same is said."""
    found: dict[object, list[HostResult]] = {}
    for one in results:
        found.setdefault((one.status, one.headline, _verdicts(one)), []).append(one)
    yield from found.values()


def _row(group: Sequence[HostResult]) -> tuple[str, str, str, str]:
    first, verdicts = group[0], _verdicts(group[0])
    accepted = f"accepted by {sum(one.ok for one in verdicts)} of {len(verdicts)} client families"
    return safe_text(first.label), _names(group), first.status, accepted


def _names(group: Sequence[HostResult]) -> str:
    return first_few([safe_text(one.target) for one in group], MAX_NAMED)


# what should be sent instead


def _fix(files: ChainFiles, options: CommandOptions) -> int:
    if len(files.chains) > 1 and not files.manifest:
        return fail(Failure("usage", "--fix writes one chain, and these are several.", "Name one of its files."))
    with _opened(options, every_source=True) as run:
        with_chains_at_hand(run.journey, files.chains)
        reviewed = asyncio.run(_put_all_right(run, files))
        results = [[_result(state, run, options) for state in one.hosts] for one in reviewed]
        found = [[_result(state, run, options) for state in _searched(one)] for one in reviewed]
        day = run.journey.clock().date().isoformat()
    if not options.as_json and results:
        note("\n".join(_report(results, day)))
        note("\n".join(line for one in reviewed for line in _right_lines(one)))
    written = _deliver(reviewed, options)
    if options.as_json:
        place = str(written) if isinstance(written, Path) else None
        for one, hosts in zip(reviewed, found, strict=True):
            for result in hosts:
                emit((replace(result, written=place) if one.right is not None else result).to_json())
    if isinstance(written, Failure):
        return fail(written)
    return OK if all(one.good for one in reviewed) else FOUND


def _searched(reviewed: ReviewedChain) -> Iterator[HostState]:
    """The hosts of a chain, with what was found where it was looked for that."""
    for state in reviewed.hosts:
        same = reviewed.searched is not None and reviewed.searched.target == state.target
        yield reviewed.searched if same and reviewed.searched is not None else state


async def _put_all_right(run: Run, files: ChainFiles) -> list[ReviewedChain]:
    """Several are searched for at once; the chains stay in their order."""
    gate = asyncio.Semaphore(run.journey.context.options.jobs or AT_ONCE)

    async def one(file: ChainFile) -> ReviewedChain:
        async with gate:
            return await put_right(run.journey, judge_chain(run.journey, file))

    return list(await asyncio.gather(*map(one, files.chains)))


def _right_lines(reviewed: ReviewedChain) -> Iterator[str]:
    """What should stand in the file, and who accepts that."""
    right, name = reviewed.right, reviewed.file.name
    if right is None:
        if not reviewed.good:
            yield f"{name}: no chain was found that more client families accept."
        return
    what = CHAIN if reviewed.file.secret is not None else "chain"
    lacking = [one.label for one in right.certificates if one not in reviewed.file.certificates]
    wrong = f"lacks {', '.join(lacking)}" if lacking else "is out of order, or has more than clients want"
    yield f"{name}: its {what} {wrong}. The right one is {', '.join(one.label for one in right.certificates)}."
    hosts: dict[str, list[str]] = {}
    for state in reviewed.after:
        hosts.setdefault(_counted(state), []).append(str(state.target))
    for count, targets in hosts.items():
        yield f"  For {first_few(targets, MAX_NAMED)} it is accepted by {count} client families."
    secret = reviewed.file.secret
    if secret is not None and secret.certificate:
        yield f"  cert-manager's Certificate {secret.certificate} owns it: its Issuer has to give the whole chain."


def _counted(state: HostState) -> str:
    verdicts = state.diagnosis.verdicts if state.diagnosis is not None else {}
    return f"{sum(one.ok for one in verdicts.values())} of {len(verdicts)}"


def _deliver(reviewed: Sequence[ReviewedChain], options: CommandOptions) -> Path | Failure | None:
    """Write the right chains, or print them where no file is named; None where there is nothing to write."""
    right = [(one, one.right) for one in reviewed if one.right is not None]
    named = options.output is not None and options.output != STDIN
    if not right:
        if named and not options.as_json:
            note(f"tlschain: There is nothing to write; {safe_text(str(options.output))} was left as it is.")
        return None
    data = _file(right)
    if options.output is None or not named:
        if not options.as_json:
            print_text(data)
        return None
    secrets = [one.file.secret for one, _ in right if one.file.secret is not None]
    summary = f"{CHAIN} of {plural(len(secrets), 'Secret')}" if secrets else "the chain for the server"
    written = put(options.output, data, summary, Consent(options.replace, options.backup))
    if isinstance(written, Path) and secrets and not options.as_json:
        note(f"This puts it into the cluster: {_apply_command(secrets, written)}")
    return written


def _file(right: Sequence[tuple[ReviewedChain, ServerChain]]) -> bytes:
    """The chain file, or the patch of every Secret, a document each."""
    if right[0][0].file.secret is None:
        return right[0][1].pem
    patches = []
    for reviewed, chain in right:
        if reviewed.file.secret is not None:
            names = ", ".join(one.label for one in chain.certificates)
            head = comment(f"{CHAIN} of the {reviewed.file.secret}: {names}")
            patches.append(head + patch(reviewed.file.secret, pem_of(chain.certificates)))
    return "---\n".join(patches).encode("ascii")


def _apply_command(secrets: Sequence[TLSSecret], file: Path) -> str:
    """The command by which the chains alone change; several Secrets are applied by the server, field by field."""
    if len(secrets) > 1:
        return shlex.join(("kubectl", "apply", "--server-side", "--force-conflicts", "-f", str(file)))
    namespace = ("-n", secrets[0].namespace) if secrets[0].namespace else ()
    return shlex.join(("kubectl", "patch", "secret", secrets[0].name, *namespace, "--patch-file", str(file)))
