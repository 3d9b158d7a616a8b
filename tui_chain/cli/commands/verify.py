"""`tlschain verify`: what each client family says of a chain in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from tui_chain.api import verify
from tui_chain.cli.output import FOUND, OK, emit, fail
from tui_chain.clients.verdict import Verdict, reason
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, read_stdin
from tui_chain.core.status import Blame
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import read_time
from tui_chain.results.values import ClientResult, HostResult


def run_verify(
    chain: Path, host: str, bundle: Path | None, trust: tuple[str, ...], at: str | None, *, as_json: bool
) -> int:
    """Judge a chain file for `host`, with the trust store and, where one is named, with `bundle` alone."""
    data = read_stdin("chain") if str(chain) == "-" else read_file(chain, "chain")
    trusted = read_file(bundle, "bundle") if bundle is not None else None
    moment = read_time(at) if at is not None else None
    for part in (data, trusted, moment):
        if isinstance(part, Failure):
            return fail(part)
    try:
        result = verify(data, host=host, bundle=trusted, trust=trust or "certifi", at=moment)  # type: ignore[arg-type]
    except ValueError as error:
        return fail(Failure("usage", str(error)))
    emit(result.to_json() if as_json else "\n".join(_lines(result)))
    return OK if all(one.ok for one in _verdicts(result)) else FOUND


def _verdicts(result: HostResult) -> tuple[Verdict, ...]:
    """Those that count: with the bundle where there is one."""
    return tuple(one.as_served if one.with_bundle is None else one.with_bundle for one in result.clients)


def _lines(result: HostResult) -> Iterator[str]:
    yield click.style(safe_text(result.target), bold=True)
    blame = "" if result.blame == Blame.NOBODY.value else f" · fault: {result.blame}"
    yield f"{result.status} · {result.headline}{blame}"
    labels = {one.sha256: one.subject for one in result.served}
    for found in result.findings:
        yield f"  {found.code}  {found.subject or result.target}: {found.message}"
        yield f"      {found.hint}"
    yield from _table("trust store", result.clients, [one.as_served for one in result.clients], labels)
    bundled = [one.with_bundle for one in result.clients if one.with_bundle is not None]
    if bundled:
        yield from _table("bundle", result.clients, bundled, labels)
    yield f"  engines: {', '.join(dict.fromkeys(one.engine for one in result.clients))}"


def _table(
    store: str, clients: Sequence[ClientResult], verdicts: Sequence[Verdict], labels: Mapping[str, str]
) -> Iterator[str]:
    """Every family with its verdict; `labels` name by SHA-256 the certificates that are refused."""
    yield f"  with the {store}: accepted by {sum(one.ok for one in verdicts)} of {len(verdicts)} client families"
    for client, verdict in zip(clients, verdicts, strict=True):
        yield f"    {client.name:<26}{_verdict_text(verdict, labels)}"


def _verdict_text(verdict: Verdict, labels: Mapping[str, str]) -> str:
    refused = labels.get(verdict.certificate or "")
    return "✓ accepted" if verdict.ok else f"✗ {reason(verdict)}{f', on {refused}' if refused else ''}"
