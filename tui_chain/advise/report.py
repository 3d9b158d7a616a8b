"""The report of one host: everything that is known of it, as a document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tui_chain.advise.document import Code, Document, DocumentBlock, Heading, ItemList, Paragraph, Table
from tui_chain.advise.instructions import client_advice
from tui_chain.advise.letter import file_base, letter_document
from tui_chain.clients.families import FAMILIES
from tui_chain.clients.registry import stands_for
from tui_chain.clients.verdict import Verdicts, reason
from tui_chain.core.failure import Failure
from tui_chain.core.text import colon_hex
from tui_chain.engine.host_state import HostState
from tui_chain.probe.served import ServedChain
from tui_chain.repair.output import make_output
from tui_chain.repair.output_kinds import SUFFIXES, OutputKind
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate


def report(state: HostState, now: datetime, chain: bytes | None = None, written: Path | None = None) -> Document:
    """Write down a host that was probed at least.

    `chain` is the server's file for the letter, where there is one, and `written` where the bundle for clients
    stands; None takes the name that it would be given.
    """
    return Document(f"TLS certificate report: {state.target}", tuple(_parts(state, now, chain, written)))


def server_file(state: HostState, store: TrustStore, at: datetime) -> bytes | None:
    """The chain file that the server should have, proven with the trust store, or None where there is none."""
    if state.reached is None or state.proven is None:
        return None
    found = make_output(OutputKind.SERVER, [(state.reached, state.proven)], store, at=at)
    return None if isinstance(found, Failure) else found.data


def _parts(state: HostState, now: datetime, chain: bytes | None, written: Path | None) -> Iterator[DocumentBlock]:
    verdict, status = state.verdict, state.status
    if verdict is None or status is None:
        yield Paragraph("The host has not been probed.")
        return
    yield Paragraph(f"{status.value}: {state.headline} (fault: {verdict.blame.value})")
    yield Paragraph(f"Written on {now:%Y-%m-%d at %H:%M} UTC by tlschain-tui.")
    if isinstance(state.served, ServedChain):
        yield from _served(state.served)
    elif isinstance(state.served, Failure):
        yield Paragraph(str(state.served))
    yield from _path(state, now)
    yield from _findings(state)
    yield from _tries(state)
    yield from _servers(state)
    yield from _revocation(state)
    yield from _repair(state, written)
    yield from _live(state)
    yield from _letter(state, chain)


def _served(served: ServedChain) -> Iterator[DocumentBlock]:
    facts = [("address", served.address), ("protocol", served.tls_version), ("cipher", served.cipher)]
    facts += [("probed", f"{served.at:%Y-%m-%d %H:%M:%S} UTC"), ("note", served.note)]
    if served.timings is not None:
        times = served.timings
        facts.append(("times", f"name {times.lookup:.0f} ms, connect {times.connect:.0f} ms, TLS {times.tls:.0f} ms"))
    yield Heading("Connection")
    yield Table(("fact", "value"), tuple((name, value) for name, value in facts if value))
    yield Heading("Served chain")
    rows = tuple((str(place), *_columns(one)) for place, one in enumerate(served.certificates, start=1))
    yield Table(("no.", "subject", "issuer", "valid until", "SHA-256"), rows)


def _columns(certificate: Certificate) -> tuple[str, str, str, str]:
    until = f"{certificate.not_after:%Y-%m-%d %H:%M} UTC" if certificate.not_after else "unreadable"
    return certificate.subject, certificate.issuer, until, colon_hex(certificate.sha256)


def _path(state: HostState, now: datetime) -> Iterator[DocumentBlock]:
    verdict = state.verdict
    path = state.proven.path if state.proven is not None else verdict.path if verdict is not None else None
    if path is not None:
        yield Heading("Certification path, leaf to anchor")
        rows = [
            (one.subject, state.source_of(one), "yes" if one.valid_at(now) else "no") for one in path.certificates
        ]
        yield Table(("subject", "source", "valid now"), tuple(rows))
    if verdict is not None and verdict.missing:
        yield Heading("Missing")
        yield ItemList(tuple(f"{link.subject}, which signed {link.wanted_by.label}" for link in verdict.missing))


def _findings(state: HostState) -> Iterator[DocumentBlock]:
    found = state.verdict.findings if state.verdict is not None else ()
    if found:
        yield Heading("Findings")
        rows = tuple((one.severity.value, one.code, one.message, one.hint) for one in found)
        yield Table(("severity", "code", "finding", "what to do"), rows)


def _tries(state: HostState) -> Iterator[DocumentBlock]:
    if state.resolution is not None and state.resolution.tries:
        yield Heading("Where missing certificates were looked for")
        rows = tuple((one.source, one.where, one.outcome) for one in state.resolution.tries)
        yield Table(("source", "where", "outcome"), rows)


def _families(verdicts: Verdicts) -> Table:
    known = [(family, verdicts[family.id]) for family in FAMILIES if family.id in verdicts]
    rows = (
        (family.name, stands_for(family.id), "accepts" if one.ok else f"refuses: {reason(one)}")
        for family, one in known
    )
    return Table(("client family", "stands for", "verdict"), tuple(rows))


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
    if rows:
        yield Heading("Revocation")
        yield Table(("certificate", "status", "source", "answer"), tuple(rows))


def _live(state: HostState) -> Iterator[DocumentBlock]:
    test = state.live_test
    if test is not None:
        yield Heading("Live test")
        yield Paragraph(f"{test.method} {test.url}")
        made = [("before", test.before), *([("after", test.after)] if test.after is not None else [])]
        rows = ((when, one.trust, one.text, f"{one.milliseconds:.0f} ms") for when, one in made)
        yield Table(("", "trusts", "answer", "took"), tuple(rows))


def _repair(state: HostState, written: Path | None) -> Iterator[DocumentBlock]:
    if state.proven is not None:
        yield Heading("The repair, and what clients say with it alone")
        yield _families(state.proven.verdicts)
        yield Code(state.proven.bundle.pem.decode("ascii"))
        yield Heading("How clients use it")
        bundle = written or Path(file_base(state.target) + SUFFIXES[OutputKind.CLIENT])
        for advice in client_advice(state.target, bundle):
            yield Heading(advice.client, 3)
            yield Code(advice.code, advice.language)
            if advice.text:
                yield Paragraph(advice.text)
    elif state.verdict is not None and state.verdict.verdicts:
        yield Heading("What clients say")
        yield _families(state.verdict.verdicts)
        if isinstance(state.repair, Failure):
            yield Paragraph(str(state.repair))


def _letter(state: HostState, chain: bytes | None) -> Iterator[DocumentBlock]:
    if isinstance(state.served, ServedChain) and state.verdict is not None:
        document = letter_document(state.served, state.verdict, chain)
        if document is not None:
            yield Heading("To the server's administrator")
            yield Paragraph(document.title)
            yield from document.parts
