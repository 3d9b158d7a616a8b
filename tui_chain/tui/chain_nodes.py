"""The served chain as a tree: the path from the leaf up, gaps in it, and what was sent for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Severity
from tui_chain.engine.host_state import HostState
from tui_chain.tui.rows import BAD, DIM, NEW, OK, SEVERITY_LOOK

if TYPE_CHECKING:
    from tui_chain.diagnose.diagnosis import Diagnosis
    from tui_chain.paths.search import MissingIssuer
    from tui_chain.probe.served import ServedChain
    from tui_chain.x509.certificate import Certificate


@dataclass(frozen=True)
class Node:
    """A line of the tree: a certificate or the gap where one is missing; `depth` 0 is the leaf."""

    depth: int
    glyph: str
    style: str
    role: str
    name: str
    certificate: Certificate | None = None
    missing: MissingIssuer | None = None


def nodes(state: HostState) -> tuple[Node, ...]:
    """The tree of a host that was reached, top to bottom; empty before."""
    verdict = state.verdict
    if verdict is None or state.reached is None:
        return ()
    trail = shown_trail(state)
    return (*_trail_nodes(state, verdict, trail), *_gaps(verdict, trail), *_unneeded(state.reached, verdict, trail))


def shown_trail(state: HostState) -> tuple[Certificate, ...]:
    """The path that is chosen, or as far as the chain leads; empty before the first probe."""
    verdict = state.verdict
    if verdict is None:
        return ()
    if state.proven is not None:
        return state.proven.path.certificates
    if verdict.path is not None:
        return verdict.path.certificates
    trails = [missing.trail for missing in verdict.search.missing] + list(verdict.search.untrusted)
    served = state.reached.certificates if state.reached is not None else ()
    return max(trails, key=len, default=served[:1])


def _trail_nodes(state: HostState, verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[Node]:
    for depth, certificate in enumerate(trail):
        source = state.source_of(certificate)
        glyph, style = _look(verdict, certificate, source)
        role = "leaf" if depth == 0 else _role(certificate, source)
        yield Node(depth, glyph, style, role, certificate.label, certificate)


def _role(certificate: Certificate, source: str) -> str:
    kind = "root" if certificate.self_issued else "intermediate"
    if source == "served":
        return kind
    where = next((words for start, words in _FOUND.items() if source.startswith(start)), "found")
    return f"{kind}, {where}"


_FOUND = {
    "trust store": "trusted",
    "served by": "sent by another host",
    "AIA": "found by AIA",
    "file": "from a file",
    "pool": "from the pool",
}


def _look(verdict: Diagnosis, certificate: Certificate, source: str) -> tuple[str, str]:
    findings = [
        found
        for found in verdict.at(certificate)
        if found.code not in {FindingCode.MISSING_ISSUER, FindingCode.ISSUER_UNKNOWN}
    ]
    if findings and findings[0].severity is not Severity.COSMETIC:
        return SEVERITY_LOOK[findings[0].severity]
    if source == "served" or source.startswith("trust store"):
        return "✓", OK
    return "✚", NEW


def _gaps(verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[Node]:
    for missing in verdict.missing:
        if missing.wanted_by == trail[-1]:
            yield Node(len(trail), "✗", BAD, "not served", missing.subject, missing=missing)


def _unneeded(served: ServedChain, verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[Node]:
    for certificate in dict.fromkeys(served.certificates):
        if certificate not in trail:
            findings = verdict.at(certificate)
            glyph, style = SEVERITY_LOOK[findings[0].severity] if findings else ("·", DIM)
            yield Node(0, glyph, style, "sent for nothing", certificate.label, certificate)
