"""The report of one host: everything that is known of it, as a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tui_chain.advise.document import Code, Document, DocumentBlock, Heading, ItemList, Paragraph, Table
from tui_chain.advise.letter import letter_document
from tui_chain.advise.path_nodes import text_rows
from tui_chain.advise.summary import (
    LEFT_OUT,
    NOBODY_TO_ASK,
    ReportInstructions,
    basis,
    fault,
    next_steps,
    report_instructions,
    shows_bundle,
)
from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES
from tui_chain.clients.registry import stands_for
from tui_chain.clients.verdict import Verdict, Verdicts, reason
from tui_chain.core.failure import Failure
from tui_chain.core.text import colon_hex
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import HostState
from tui_chain.probe.served import ServedChain
from tui_chain.repair.server_chain import ServerChain, server_chain
from tui_chain.resolve.resolution import Resolution
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate


def report(
    state: HostState,
    now: datetime,
    chain: ServerChain | None = None,
    written: Path | None = None,
    options: Options | None = None,
    trust: TrustStore | None = None,
) -> Document:
    """Write down a host that was probed at least.

    `chain` is what the server should send, where that is known, and `written` where the bundle for clients
    stands; None takes the name that it would be given. Commands carry the `options` of the run on. `trust` is the
    store in force, for what clients have by themselves.
    """
    of_run = options or Options()
    found = report_instructions(state, now, written, of_run, trust)
    return Document(f"TLS certificate report: {state.target}", tuple(_parts(state, now, chain, written, found)))


def server_file(state: HostState, store: TrustStore, at: datetime) -> ServerChain | None:
    """What the server of a host should send, judged with the trust store, or None where no path is known."""
    if state.reached is None or state.verdict is None:
        return None
    resolution = replace(state.resolution or Resolution(state.verdict), diagnosis=state.verdict)
    selected = state.proven.path if state.proven is not None else None
    return server_chain(state.reached, resolution, store, at=at, path=selected)


def _parts(
    state: HostState, now: datetime, chain: ServerChain | None, written: Path | None, found: ReportInstructions
) -> Iterator[DocumentBlock]:
    options = found.commands.options
    verdict, status = state.verdict, state.status
    if verdict is None or status is None:
        yield Paragraph("The host has not been probed.")
        return
    yield Paragraph(f"{status.value}: {state.headline}")
    yield Paragraph(f"Fault: {fault(state)}.")
    steps = next_steps(state, options, found.lacking)
    if steps:
        yield Paragraph("Next step:" if len(steps) == 1 else "Next steps:")
        yield ItemList(steps, numbered=len(steps) > 1)
    yield Table(("fact", "value"), basis(state, now))
    if isinstance(state.served, Failure):
        yield Paragraph(str(state.served))
    yield from _findings(state, options)
    yield from _path(state, now)
    yield from _clients(state)
    yield from _letter(state, chain)
    yield from _bundle(state, written)
    yield from _instructions(found)
    yield from _tries(state)
    yield from _live(state)
    yield from _servers(state)
    yield from _revocation(state)
    yield from _served(state)


def _served(state: HostState) -> Iterator[DocumentBlock]:
    served = state.reached
    if served is not None:
        yield Heading("Served chain")
        rows = tuple((str(place), *_columns(one)) for place, one in enumerate(served.certificates, start=1))
        yield Table(("no.", "subject", "issuer", "valid until", "SHA-256"), rows)
        yield from _timings(served)


def _timings(served: ServedChain) -> Iterator[DocumentBlock]:
    if served.timings is not None:
        times = served.timings
        yield Paragraph(f"Times: name {times.lookup:.0f} ms, connect {times.connect:.0f} ms, TLS {times.tls:.0f} ms.")


def _columns(certificate: Certificate) -> tuple[str, str, str, str]:
    until = f"{certificate.not_after:%Y-%m-%d %H:%M} UTC" if certificate.not_after else "unreadable"
    return certificate.subject, certificate.issuer, until, colon_hex(certificate.sha256)


def _path(state: HostState, now: datetime) -> Iterator[DocumentBlock]:
    rows = tuple(text_rows(state, now))
    if rows:
        yield Heading("Certification path, leaf to anchor")
        yield Table(("standing", "subject", "where", "validity"), rows)


def _findings(state: HostState, options: Options) -> Iterator[DocumentBlock]:
    found = state.verdict.findings if state.verdict is not None else ()
    if found:
        yield Heading("Findings")
        rows = tuple(
            (one.severity.value, one.code, one.message, options.completed(one.hint, state.target, state.label))
            for one in found
        )
        yield Table(("severity", "code", "finding", "what to do"), rows)


def _tries(state: HostState) -> Iterator[DocumentBlock]:
    if state.resolution is not None and state.resolution.tries:
        yield Heading("Where missing certificates were looked for")
        rows = tuple(
            (one.source, one.where, one.outcome, f"{one.milliseconds:.0f} ms") for one in state.resolution.tries
        )
        yield Table(("source", "where", "outcome", "took"), rows)


def _clients(state: HostState) -> Iterator[DocumentBlock]:
    verdict, proven = state.verdict, state.proven
    if verdict is not None and verdict.verdicts:
        yield Heading("What clients say")
        names = ("client family", "stands for", "judged by", "as served")
        yield Table(
            (*names, "with the bundle alone") if proven is not None else names,
            tuple(_family_rows(verdict.verdicts, proven.verdicts if proven is not None else None)),
        )
    if isinstance(state.repair, Failure) and state.repair.kind != "nothing-to-do":
        yield Paragraph(str(state.repair))


def _family_rows(served: Verdicts, bundle: Verdicts | None) -> Iterator[tuple[str, ...]]:
    for family in FAMILIES:
        if family.id in served:
            said = (_said(one[family.id]) for one in (served, bundle) if one is not None)
            yield (family.name, stands_for(family.id), engine_name(family), *said)


def _said(verdict: Verdict) -> str:
    return "accepts" if verdict.ok else f"refuses: {reason(verdict)}"


def _servers(state: HostState) -> Iterator[DocumentBlock]:
    if state.servers is not None:
        yield Heading("Every server of the host")
        rows = tuple((row.variant.description, row.summary) for row in state.servers.rows)
        yield Table(("handshake", "answer"), rows)


def _revocation(state: HostState) -> Iterator[DocumentBlock]:
    rows = [
        (check.label, check.status.value, " ".join(filter(None, (answer.means.value, answer.url))), answer.text)
        for check in state.revocation or ()
        for answer in check.answers
    ]
    if state.revocation is not None:
        yield Heading("Revocation")
        columns = ("certificate", "status", "source", "answer")
        yield Table(columns, tuple(rows)) if rows else Paragraph(NOBODY_TO_ASK)


def _live(state: HostState) -> Iterator[DocumentBlock]:
    test = state.live_test
    if test is not None:
        yield Heading("Live test")
        yield Paragraph(test.request_line)
        made = [("before", test.before), *([("after", test.after)] if test.after is not None else [])]
        rows = ((when, one.trust, one.text, f"{one.milliseconds:.0f} ms") for when, one in made)
        yield Table(("", "trusts", "answer", "took"), tuple(rows))


def _bundle(state: HostState, written: Path | None) -> Iterator[DocumentBlock]:
    if state.bundle is not None:
        yield Heading("The bundle for clients")
        agreed = shows_bundle(state, written)
        yield Code(state.bundle.pem.decode("ascii")) if agreed else Paragraph(LEFT_OUT)


def _instructions(found: ReportInstructions) -> Iterator[DocumentBlock]:
    if found.advice:
        yield Heading("Instructions for clients")
        if found.make:
            yield from (Paragraph("The file for clients is made by:"), Code(found.make, "sh"))
        for advice in found.advice:
            yield Heading(advice.client, 3)
            if make := found.commands.of(advice):
                yield from (Paragraph("It needs a file of another kind:"), Code(make, "sh"))
            yield Code(advice.code, advice.language)
            if advice.text:
                yield Paragraph(advice.text)


def _letter(state: HostState, chain: ServerChain | None) -> Iterator[DocumentBlock]:
    if isinstance(state.served, ServedChain) and state.verdict is not None:
        document = letter_document(state.served, state.verdict, chain)
        if document is not None:
            yield Heading("To the server's administrator")
            yield Paragraph(document.title)
            yield from document.parts
