"""What comes out only when several servers of one host, or its key types, are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis, by_severity
from tui_chain.diagnose.findings.finding import COSMETIC, FATAL, RISK, SERVER, Finding, FindingKind
from tui_chain.probe.key_types import KeyType
from tui_chain.probe.served import ServedChain
from tui_chain.probe.variants import Variant, VariantResult

BACKEND_BROKEN = FindingKind(
    FindingCode.BACKEND_BROKEN,
    FATAL,
    SERVER,
    "One of several servers behind this name is broken; whoever reaches it fails.",
    "Give every server of the name the same chain file.",
    "RFC 8446 section 4.4.2",
)
KEY_TYPE_BROKEN = FindingKind(
    FindingCode.KEY_TYPE_BROKEN,
    FATAL,
    SERVER,
    "The server has a chain for each key type, and one of them is broken.",
    "Fix the chain file of that key type; which one a client gets depends on the client.",
    "RFC 8446 section 4.2.3",
)
SNI_NEEDED = FindingKind(
    FindingCode.SNI_NEEDED,
    COSMETIC,
    SERVER,
    "Without SNI the server answers with another certificate or not at all.",
    "Only very old clients send none.",
    "RFC 6066 section 3",
)
SERVERS_DIFFER = FindingKind(
    FindingCode.SERVERS_DIFFER,
    COSMETIC,
    SERVER,
    "The servers behind this name send different chains, all of them good.",
    "Nobody refuses it; it may be a renewal under way.",
    "RFC 8446 section 4.4.2",
)
ANSWERS_VARY = FindingKind(
    FindingCode.ANSWERS_VARY,
    RISK,
    SERVER,
    "The same address answers differently from one time to the next.",
    "A load balancer has servers behind it that differ; compare their chain files.",
    "RFC 8446 section 4.4.2",
)

KINDS = (
    BACKEND_BROKEN,
    KEY_TYPE_BROKEN,
    SNI_NEEDED,
    SERVERS_DIFFER,
    ANSWERS_VARY,
)
"""One host is many servers: what comes out only when several of them are asked."""


Chain = tuple[str, ...]


@dataclass(frozen=True)
class EndpointResult:
    """One answer with its diagnosis; `somewhere` are the ids of the families that accept any answer of the host."""

    answer: VariantResult
    diagnosis: Diagnosis
    somewhere: frozenset[str] = frozenset()

    @property
    def variant(self) -> Variant:
        """How the server was asked."""
        return self.answer.variant

    @property
    def not_offered(self) -> bool:
        """Whether the server only lacks what was asked for."""
        return self.answer.not_offered

    @property
    def good(self) -> bool:
        """Whether every family that accepts some answer of the host accepts this one, and any does."""
        accepting = frozenset(self.diagnosis.accepting)
        return bool(accepting) and self.somewhere <= accepting

    @property
    def chain(self) -> Chain:
        """SHA-256 of each certificate served, in order; empty where there was no handshake."""
        served = self.answer.result
        return tuple(one.sha256 for one in served.certificates) if isinstance(served, ServedChain) else ()

    @property
    def issuers(self) -> Chain:
        """The chain above the leaf: servers may have a leaf each and still serve alike."""
        return self.chain[1:]

    @property
    def summary(self) -> str:
        """What came, in a few detail."""
        if self.not_offered:
            return "not offered"
        if isinstance(self.answer.result, ServedChain):
            worst = next(iter(self.diagnosis.findings), None)
            reason = "" if self.good or worst is None else f": {worst.kind.message}"
            return f"{self.diagnosis.status.value}{reason}"
        return f"unreachable: {self.answer.result.message}"


@dataclass(frozen=True)
class Servers:
    """All answers of one host, and the findings that only their comparison brings."""

    rows: tuple[EndpointResult, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def differing(self) -> tuple[EndpointResult, ...]:
        """The rows that do not answer as the first does; empty where all agree."""
        first = self.rows[0] if self.rows else None
        return tuple(row for row in self.rows if first is not None and not _same(row, first))

    @property
    def broken(self) -> EndpointResult | None:
        """The first row that clients refuse though others are accepted, best one with a chain to look at."""
        if not any(row.good for row in self.rows):
            return None
        bad = [row for row in self.rows if not row.good and not row.not_offered and row.variant.sni]
        return next((row for row in bad if row.chain), bad[0] if bad else None)

    @property
    def key_types(self) -> tuple[str, ...]:
        """The key types and TLS versions that were asked for, as `RSA over TLSv1.2`."""
        kinds = (row.variant for row in self.rows if row.variant.key_type is not KeyType.ANY)
        return tuple(dict.fromkeys(f"{kind.key_type.value} over {kind.tls}" for kind in kinds))


def _same(row: EndpointResult, other: EndpointResult) -> bool:
    return row.chain == other.chain and row.good == other.good


def compare(answers: tuple[VariantResult, ...], diagnoser: Diagnoser, *, at: datetime) -> Servers:
    """Diagnose every answer at `at` (aware) and say in what they differ; equal chains are diagnosed once."""
    known: dict[tuple[object, ...], Diagnosis] = {}
    rows: list[EndpointResult] = []
    for answer in answers:
        key = _key(answer)
        if key not in known:
            known[key] = diagnoser.diagnose(answer.result, at=at)
        rows.append(EndpointResult(answer, known[key]))
    somewhere = frozenset(family for row in rows for family in row.diagnosis.accepting)
    judged = tuple(replace(row, somewhere=somewhere) for row in rows)
    return Servers(judged, tuple(_findings(judged)))


def _key(answer: VariantResult) -> tuple[object, ...]:
    result = answer.result
    return (result.certificates, result.note) if isinstance(result, ServedChain) else (result,)


def _findings(rows: tuple[EndpointResult, ...]) -> Iterator[Finding]:
    offered = tuple(row for row in rows if not row.not_offered)
    plain = tuple(row for row in offered if row.variant.key_type is KeyType.ANY and row.variant.sni)
    turns = _varying(offered)
    if turns:
        yield ANSWERS_VARY.finding(None, f"It does so at {', '.join(dict.fromkeys(turns))}.")
        yield from _some_turns(plain)
    else:
        yield from _addresses(plain)
    yield from _key_types(offered)
    yield from _without_name(offered)


def _varying(rows: tuple[EndpointResult, ...]) -> list[str]:
    """Variants that answered differently from one turn to the next."""
    firsts: dict[Variant, EndpointResult] = {}
    found = []
    for row in rows:
        first = firsts.setdefault(replace(row.variant, turn=1), row)
        if not _same(row, first):
            found.append(row.variant.description)
    return found


def _some_turns(plain: tuple[EndpointResult, ...]) -> Iterator[Finding]:
    bad = [row for row in plain if not row.good]
    if bad and len(bad) < len(plain):
        yield BACKEND_BROKEN.finding(None, f"{len(bad)} of {len(plain)} answers: {bad[0].summary}")


def _addresses(plain: tuple[EndpointResult, ...]) -> Iterator[Finding]:
    bad = _distinct(row for row in plain if not row.good)
    good = _distinct(row for row in plain if row.good)
    if bad and good:
        detail = f"Of {len(bad) + len(good)} addresses {_list(bad)} {'is' if len(bad) == 1 else 'are'} broken"
        yield BACKEND_BROKEN.finding(None, f"{detail}, {bad[0].summary}")
    elif len({row.issuers for row in good}) > 1:
        yield SERVERS_DIFFER.finding(None, f"{_list(good)} do not send the same intermediates.")


def _distinct(rows: Iterator[EndpointResult]) -> list[EndpointResult]:
    return list({row.variant.address: row for row in rows}.values())


def _list(rows: list[EndpointResult], name: Callable[[EndpointResult], str] = lambda row: row.variant.place) -> str:
    names = list(dict.fromkeys(map(name, rows)))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _key_types(rows: tuple[EndpointResult, ...]) -> Iterator[Finding]:
    kinds = [row for row in rows if row.variant.key_type is not KeyType.ANY]
    bad = [row for row in kinds if not row.good]
    broken = {row.variant.key_type for row in bad}
    if bad and any(row.good and row.variant.key_type not in broken for row in kinds):
        detail = _list(bad, lambda row: row.variant.key_type.value)
        yield KEY_TYPE_BROKEN.finding(None, f"It is {detail}, {bad[0].summary}")


def _without_name(rows: tuple[EndpointResult, ...]) -> Iterator[Finding]:
    named = {(row.variant.address, row.variant.turn): row for row in rows if _plainly_named(row)}
    for row in rows:
        with_name = named.get((row.variant.address, row.variant.turn))
        if row.variant.sni or with_name is None or not with_name.good or row.chain == with_name.chain:
            continue
        yield SNI_NEEDED.finding(None, f"Without it {row.variant.place} is {row.summary}")
        return


def _plainly_named(row: EndpointResult) -> bool:
    return row.variant.sni and row.variant.key_type is KeyType.ANY


def with_servers(diagnosis: Diagnosis, servers: Servers) -> Diagnosis:
    """The host's diagnosis with what the comparison brought; a broken server's takes the place of a good one's.

    So one broken backend of several is the headline, and the repair starts from the chain that needs it.
    """
    broken = servers.broken
    base = diagnosis
    if broken is not None and broken.chain and set(broken.diagnosis.accepting) < set(diagnosis.accepting):
        base = broken.diagnosis
    findings = tuple(_with_right_server(found, servers) for found in base.findings)
    return replace(base, findings=by_severity((*servers.findings, *findings)))


def _with_right_server(found: Finding, servers: Servers) -> Finding:
    """A wrong name, with the address or the SNI under which a certificate of the right name was seen."""
    right = next((row for row in servers.rows if _covers(row)), None)
    if found.code is not FindingCode.HOST_MISMATCH or right is None:
        return found
    how = "" if right.variant.sni else " when no SNI is sent"
    return replace(found, message=f"{found.message} {right.variant.place} serves a certificate for it{how}.")


def _covers(row: EndpointResult) -> bool:
    result = row.answer.result
    return isinstance(result, ServedChain) and result.certificates[0].alternative_names.covers(result.host)
