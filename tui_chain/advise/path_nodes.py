"""The path of a host as a reader sees it: each certificate with how it stands, and what is missing or beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tui_chain.core.text import validity_text
from tui_chain.diagnose.case import longest_trail
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.engine.host_state import HostState
from tui_chain.paths.search import MissingIssuer
from tui_chain.x509.certificate import Certificate


class Standing(StrEnum):
    """How a certificate stands in what a client gets; the value is the word that is shown."""

    SERVED = "served"
    FOUND = "not served, found"
    MISSING = "missing"
    TRUSTED = "trusted"
    UNTRUSTED = "not trusted"
    UNUSED = "served, not used"


@dataclass(frozen=True)
class PathNode:
    """A certificate, or a missing one, in which case it is None and `subject` is the name that its child gives.

    `where` says where it was served, found or trusted; `findings` sit on it. All texts are safe.
    """

    standing: Standing
    label: str
    subject: str
    where: str
    certificate: Certificate | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class PathNodes:
    """The path, leaf first, and the certificates that were served and are not in it."""

    path: tuple[PathNode, ...] = ()
    unused: tuple[PathNode, ...] = ()

    @property
    def all(self) -> tuple[PathNode, ...]:
        """The path, then what is beside it."""
        return (*self.path, *self.unused)


def path_nodes(state: HostState) -> PathNodes:
    """Lay out what is known of a host that was probed; nothing where it was not reached."""
    served, verdict = state.reached, state.verdict
    if served is None or verdict is None:
        return PathNodes()
    anchored = state.proven.path if state.proven is not None else verdict.path
    trail = anchored.certificates if anchored is not None else longest_trail(verdict.search, served)
    anchor = anchored.anchor if anchored is not None else None
    path = [_node(state, verdict, one, trusted=one == anchor) for one in trail]
    if anchor is None:
        path += [_missing(link) for link in verdict.missing if link.wanted_by == trail[-1]][:1]
    unused = dict.fromkeys(one for one in served.certificates if one not in trail)
    return PathNodes(tuple(path), tuple(_unused(state, verdict, one) for one in unused))


def _node(state: HostState, verdict: Diagnosis, certificate: Certificate, *, trusted: bool) -> PathNode:
    standing = _standing(state, certificate, trusted=trusted)
    where = _where(state, certificate, standing)
    label, subject = certificate.label, certificate.subject
    return PathNode(standing, label, subject, where, certificate, verdict.at(certificate))


def _standing(state: HostState, certificate: Certificate, *, trusted: bool) -> Standing:
    if trusted:
        return Standing.TRUSTED
    if any(certificate in trail[-1:] for trail in (state.verdict.search.untrusted if state.verdict else ())):
        return Standing.UNTRUSTED
    return Standing.SERVED if _places(state, certificate) else Standing.FOUND


def _where(state: HostState, certificate: Certificate, standing: Standing) -> str:
    sent, source = _sent(state, certificate), state.source_of(certificate)
    if standing in {Standing.SERVED, Standing.UNTRUSTED} and sent:
        return sent
    if standing is Standing.TRUSTED and source == "served" and state.verdict is not None:
        source = f"trust store {state.verdict.store}"
    origin = f"in {source}" if source.startswith("trust store") else f"from {source}"
    return f"{origin}; also {sent}" if sent else origin


def _sent(state: HostState, certificate: Certificate) -> str:
    """Where in the served chain a certificate stands, as `sent as no. 1 and 3`; empty where it was not sent."""
    places = _places(state, certificate)
    return f"sent as no. {' and '.join(map(str, places))}" if places else ""


def _places(state: HostState, certificate: Certificate) -> tuple[int, ...]:
    served = state.reached.certificates if state.reached is not None else ()
    return tuple(place for place, one in enumerate(served, 1) if one == certificate)


def _missing(link: MissingIssuer) -> PathNode:
    key = f"; its key id is {link.key_id}" if link.key_id else ""
    where = f"the issuer of {link.wanted_by.label}{key}"
    return PathNode(Standing.MISSING, link.wanted_by.issuer, link.wanted_by.issuer, where)


def _unused(state: HostState, verdict: Diagnosis, certificate: Certificate) -> PathNode:
    sent = _sent(state, certificate)
    found = verdict.at(certificate)
    return PathNode(Standing.UNUSED, certificate.label, certificate.subject, sent, certificate, found)


# -- dates as sentences


def validity(certificate: Certificate, now: datetime) -> str:
    """From when to when a certificate is valid, and how long still at `now` (aware), or since when it is not."""
    begin, end = certificate.not_before, certificate.not_after
    if begin is None or end is None:
        return "dates unreadable"
    return f"{begin:%Y-%m-%d} to {end:%Y-%m-%d}, {validity_text(begin, end, now)}"


def text_rows(state: HostState, now: datetime) -> Iterator[tuple[str, str, str, str]]:
    """Every certificate as text: standing, subject, where, and validity; `now` is aware."""
    for node in path_nodes(state).all:
        one = node.certificate
        yield node.standing.value, node.subject, node.where, validity(one, now) if one is not None else ""
