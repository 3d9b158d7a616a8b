"""The certification path of a host as lines: each certificate with where it came from, and the gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Severity
from tui_chain.engine.host_state import HostState
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, SEVERITY_LOOK
from tui_chain.tui.render import short_name

if TYPE_CHECKING:
    from tui_chain.diagnose.diagnosis import Diagnosis
    from tui_chain.paths.search import MissingIssuer
    from tui_chain.probe.served import ServedChain
    from tui_chain.x509.certificate import Certificate


NOT_IN_PATH = "not in path"
"""The source of a certificate that was served and is not needed."""


@dataclass(frozen=True)
class ChainNode:
    """A line of the path: a certificate or the gap where one is missing; `depth` 0 is the leaf, `source` in short."""

    depth: int
    glyph: str
    style: str
    source: str
    name: str
    certificate: Certificate | None = None
    missing: MissingIssuer | None = None


def chain_path(state: HostState) -> tuple[ChainNode, ...]:
    """The path of a host that was reached, leaf first, and what it does not need; empty before."""
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


def _trail_nodes(state: HostState, verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[ChainNode]:
    for depth, certificate in enumerate(trail):
        source = state.source_of(certificate)
        glyph, style = _look(verdict, certificate, source)
        yield ChainNode(depth, glyph, style, source_label(source), certificate.label, certificate)


def source_label(source: str) -> str:
    """Where a certificate came from, in a word or two, of what `HostState.source_of` says."""
    return next((text for start, text in _SOURCES.items() if source.startswith(start)), "found")


_SOURCES = {
    "served by": "another host",
    "served": "served",
    "trust store": "trust store",
    "confirmed root": "confirmed",
    "AIA": "found, AIA",
    "file": "found, file",
    "pool": "found, pool",
}
"""Where a certificate came from, by how `HostState.source_of` begins."""


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


def _gaps(verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[ChainNode]:
    for missing in verdict.missing:
        if missing.wanted_by == trail[-1]:
            yield ChainNode(len(trail), "✗", BAD, "not served", short_name(missing.subject), missing=missing)


def _unneeded(served: ServedChain, verdict: Diagnosis, trail: tuple[Certificate, ...]) -> Iterator[ChainNode]:
    for certificate in dict.fromkeys(served.certificates):
        if certificate not in trail:
            findings = verdict.at(certificate)
            glyph, style = SEVERITY_LOOK[findings[0].severity] if findings else ("·", DIM)
            yield ChainNode(0, glyph, style, NOT_IN_PATH, certificate.label, certificate)
