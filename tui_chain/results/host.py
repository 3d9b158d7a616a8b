"""The values of a host's result, made from how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES
from tui_chain.clients.handshake import HandshakeCode
from tui_chain.clients.verdict import Verdict, Verdicts
from tui_chain.core.failure import Failure
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import HostState
from tui_chain.net.connection_options import SHOWN_KEYS, USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.connection_text import read_connection, shown_connection
from tui_chain.probe.served import ServedChain
from tui_chain.results.json_reader import iso, uncut
from tui_chain.results.values import (
    CertificateResult,
    ClientResult,
    FindingResult,
    HostResult,
    MissingResult,
    ProbeResult,
    TLSResult,
)
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList

if TYPE_CHECKING:
    from tui_chain.diagnose.findings.endpoints import EndpointResult
    from tui_chain.x509.revocation import RevocationAnswer, RevocationCheck


class ServerJSON(TypedDict):
    """One answer of a host: how it was probed, and the SHA-256 of each certificate that came, or the error.

    `key_type` is `any`, `RSA` or `ECDSA`, `tls` the version offered or null, `turn` counts from 1, `status` is the
    host's word for this answer alone, or `not offered`.
    """

    address: str
    key_type: str
    tls: str | None
    sni: bool
    turn: int
    status: str
    served: list[str]
    error: str | None


class AnswerJSON(TypedDict):
    """One word about a certificate: `means` is staple, OCSP, CRL or none; times are ISO 8601 in UTC or null."""

    means: str
    url: str
    status: str
    words: str
    produced: str | None
    next_update: str | None
    revoked_at: str | None
    reason: str | None


class RevocationJSON(TypedDict):
    """What is known of one certificate (`at`, a SHA-256): good, revoked, unknown or unreachable, and by whom."""

    at: str
    status: str
    answers: list[AnswerJSON]


class CrlJSON(TypedDict):
    """A CRL: times are ISO 8601 in UTC or null, `number` decimal digits or null, `source` says where it came from."""

    sha256: str
    issuer: str
    number: str | None
    this_update: str | None
    next_update: str | None
    source: str


def _connection(state: HostState, options: Options | None) -> ConnectionOptions:
    """The options of a host's connection; those of the whole run, too, where it was not reached by them."""
    if state.reached is not None:
        return state.reached.target.connection
    own = state.target.connection
    given = {} if options is None else {name: one for name, one in options.connection.items() if name in SHOWN_KEYS}
    usual = read_connection(given) if given else USUAL_CONNECTION
    return own if isinstance(usual, Failure) else own.over(usual.of_run)


def host_result(
    state: HostState,
    at: datetime,
    written: Path | None = None,
    options: Options | None = None,
    *,
    accept_lost_constraints: bool = False,
) -> HostResult:
    """Return the result of a host that was probed at least; `at` stands for the time where none was reached.

    The commands of hints go on with `options`, those of the run, where they are given.
    A bundle in which an intermediate loses a limit is in it only with `accept_lost_constraints`.
    Raises ValueError for a host that was not probed.
    """
    verdict, status = state.verdict, state.status
    if verdict is None or status is None:
        raise ValueError("the host has not been probed")
    served, repair = state.reached, state.proven
    path = repair.path if repair is not None else verdict.path
    return HostResult(
        target=str(state.target),
        label=state.label,
        address=served.address if served is not None else None,
        time=served.at if served is not None else at,
        status=status.value,
        blame=verdict.blame.value,
        headline=state.headline,
        tls=_tls(served) if served is not None else TLSResult(),
        served=tuple(_certificate(one, "served") for one in (served.certificates if served is not None else ())),
        path=tuple(_certificate(one, state.source_of(one)) for one in (path.certificates if path else ())),
        missing=tuple(MissingResult(link.subject, link.key_id, link.wanted_by.sha256) for link in verdict.missing),
        findings=tuple(finding_results(state, options or Options())),
        clients=client_results(verdict.verdicts, None if repair is None else repair.verdicts),
        bundle=_bundle(state, written, accept_lost_constraints=accept_lost_constraints),
        written=uncut(str(written)) if written is not None else None,
        timings=_timings(served),
        found=_found(state),
        probe=_probe(state),
        proxy=served.proxy if served is not None else None,
        connection=shown_connection(_connection(state, options)),
        more=_more(state),
    )


def in_file(result: HostResult, written: Path) -> HostResult:
    """The result of a host whose bundle went to a file after it was made."""
    from tui_chain.repair.header_lines import with_file_name  # few runs write a file

    pem = None if result.bundle is None else with_file_name(result.bundle.encode("ascii"), written).decode("ascii")
    return replace(result, bundle=pem, written=uncut(str(written)))


def _bundle(state: HostState, written: Path | None, *, accept_lost_constraints: bool) -> str | None:
    if state.proven is None or state.bundle is None or (state.proven.losses and not accept_lost_constraints):
        return None
    pem = state.bundle.pem
    if written is not None:
        from tui_chain.repair.header_lines import with_file_name  # few runs write a file

        pem = with_file_name(pem, written)
    return pem.decode("ascii")


def client_results(as_served: Verdicts, with_bundle: Verdicts | None) -> tuple[ClientResult, ...]:
    """Every family with its verdicts, in the order in which families are shown; none for a host not reached."""
    return tuple(
        ClientResult(
            family.id.value,
            family.name,
            engine_name(family),
            _plain(as_served[family.id]),
            None if with_bundle is None else _plain(with_bundle[family.id]),
        )
        for family in FAMILIES
        if family.id in as_served
    )


def _plain(verdict: Verdict) -> Verdict:
    """A verdict whose code is a number or mere text, for programs that have no enumeration of ours."""
    return replace(verdict, code=str(verdict.code)) if isinstance(verdict.code, HandshakeCode) else verdict


def finding_results(state: HostState, options: Options) -> Iterator[FindingResult]:
    """Every finding with the certificate that it is about."""
    verdict = state.verdict
    subjects = subjects_of(state)
    for found in verdict.findings if verdict is not None else ():
        subject = subjects.get(found.at) if found.at is not None else None
        hint = options.completed(found.hint, state.target, state.label)
        yield FindingResult(str(found.code), found.severity.value, found.at, subject, found.message, hint)


def subjects_of(state: HostState) -> dict[str, str]:
    """The subject of every certificate that is known of a host, by SHA-256."""
    return {one.sha256: one.subject for one in state.known_certificates}


def _tls(served: ServedChain) -> TLSResult:
    facts = served.tls
    wanted = None if facts.client_certificate is None else str(facts.client_certificate)
    return TLSResult(facts.version, facts.cipher, facts.group, wanted, facts.client_cas)


def _probe(state: HostState) -> ProbeResult:
    served = state.served
    if isinstance(served, Failure):
        return ProbeResult(replace(served, kind=str(served.kind)))
    if served is None:
        return ProbeResult()
    facts = served.tls
    return ProbeResult(
        note=served.note,
        staple=served.staple,
        signature=facts.signature,
        dh_bits=facts.dh_bits,
        secure_renegotiation=facts.secure_renegotiation,
        library=facts.library,
        refused_offers=tuple(sorted(facts.refused_offers)),
        unanswered_offers=tuple(sorted(facts.unanswered_offers)),
    )


def _found(state: HostState) -> tuple[CertificateResult, ...] | None:
    """What a search brought and stands nowhere else in the result."""
    if state.resolution is None:
        return None
    verdict, served = state.verdict, state.reached
    path = state.proven.path if state.proven is not None else verdict.path if verdict is not None else None
    elsewhere = {*(served.certificates if served else ()), *(path.certificates if path else ())}
    return tuple(_certificate(one, state.source_of(one)) for one in state.resolution.found if one not in elsewhere)


def _timings(served: ServedChain | None) -> dict[str, float]:
    if served is None or served.timings is None:
        return {}
    times = served.timings
    return {name: round(getattr(times, name), 3) for name in ("lookup", "connect", "tls")}


def _more(state: HostState) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if state.servers is not None:
        more["servers"] = [server_object(row) for row in state.servers.rows]
    if state.revocation is not None:
        more["revocation"] = [revocation_object(check) for check in state.revocation]
    found = state.crls
    if isinstance(found, Failure):
        more |= {"crls": [], "crl_error": found.message}
    elif found is not None:
        more["crls"] = [crl_object(one.crl, one.source) for one in found.lists]
        more["crl_check"] = found.scope.value
        more["crl_clients"] = {str(family): ok for family, ok in found.clients.items()}
    return more


def _certificate(certificate: Certificate, source: str) -> CertificateResult:
    return CertificateResult(
        certificate.der,
        certificate.sha256,
        certificate.subject,
        certificate.issuer,
        certificate.not_after,
        source,
    )


def crl_object(crl: RevocationList, source: str) -> CrlJSON:
    """Describe a CRL that came from `source`, safe text."""
    return CrlJSON(
        sha256=crl.sha256,
        issuer=crl.issuer,
        number=None if crl.number is None else str(crl.number),
        this_update=iso(crl.this_update),
        next_update=iso(crl.next_update),
        source=source,
    )


def server_object(row: EndpointResult) -> ServerJSON:
    """Describe one answer."""
    variant, result = row.variant, row.answer.result
    return ServerJSON(
        address=variant.place,
        key_type=variant.key_type.value,
        tls=variant.tls,
        sni=variant.sni,
        turn=variant.turn,
        status="not offered" if row.not_offered else row.diagnosis.status.value,
        served=list(row.chain),
        error=result.message if isinstance(result, Failure) else None,
    )


def revocation_object(check: RevocationCheck) -> RevocationJSON:
    """Describe what is known of one certificate."""
    return RevocationJSON(
        at=check.at, status=check.status.value, answers=[_answer_object(answer) for answer in check.answers]
    )


def _answer_object(answer: RevocationAnswer) -> AnswerJSON:
    return AnswerJSON(
        means=answer.means.value,
        url=answer.url,
        status=answer.status.value,
        words=answer.text,
        produced=iso(answer.produced),
        next_update=iso(answer.next_update),
        revoked_at=iso(answer.revoked_at),
        reason=answer.reason,
    )
