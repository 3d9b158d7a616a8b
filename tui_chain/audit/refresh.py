"""Looking after a bundle of ours: whether it still works, is still needed, or has to be replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tui_chain.audit.rules import SOON
from tui_chain.certs.certificate import Certificate
from tui_chain.certs.readers import read_certificates
from tui_chain.certs.store import TrustStore
from tui_chain.certs.text import colon_hex
from tui_chain.diagnose.words import Status
from tui_chain.failure import Failure
from tui_chain.paths.profiles import Judge
from tui_chain.probe.served import ServedChain
from tui_chain.repair.headers import Header, read_header
from tui_chain.repair.kinds import Kind, Output, make_output
from tui_chain.repair.merge import MERGED
from tui_chain.repair.proof import Proof, accepted
from tui_chain.repair.repair import Repair
from tui_chain.state import HostState


class State(StrEnum):
    """What has become of a host's part of a bundle."""

    WORKS = "works"
    SOON = "expires soon"
    FAILS = "fails"
    NOT_NEEDED = "not needed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class HostNews:
    """One host of a bundle: its state, and a sentence why."""

    target: str
    state: State
    words: str


@dataclass(frozen=True)
class Refreshed:
    """What came of looking after a bundle: each host's news, and the file that should stand there instead, or None.

    `failure` says why no new file could be made although one is wanted.
    """

    header: Header
    news: tuple[HostNews, ...]
    output: Output | None = None
    failure: Failure | None = None

    @property
    def state(self) -> State:
        """The worst that was found; not needed only where no host needs it any more."""
        states = {one.state for one in self.news}
        for state in (State.FAILS, State.SOON, State.UNKNOWN, State.WORKS):
            if state in states:
                return state
        return State.NOT_NEEDED


def header_of(data: bytes) -> Header | Failure:
    """Read whom a bundle is for; a file of another maker, or one that names no host, is a failure."""
    header = read_header(data)
    if header is None or not header.hosts:
        return Failure(
            "refresh",
            "The file does not say which hosts it is for.",
            "Only a file that tlschain fix has written can be refreshed; tlschain audit reads any.",
        )
    if header.kind not in _PEM_KINDS:
        return Failure("refresh", "A file of that kind is not refreshed.", "Write it anew with tlschain fix.")
    return header


_PEM_KINDS = frozenset({Kind.CLIENT.value, Kind.CLIENT_STORE.value, Kind.LINKS.value})


def refreshed(data: bytes, header: Header, states: Sequence[HostState], store: TrustStore, at: datetime) -> Refreshed:
    """Judge the bundle `data` for its hosts, which have been probed and repaired anew, at the time `at`."""
    certificates = read_certificates(data).certificates
    anchors = (*certificates, *store.anchors) if header.kind == Kind.LINKS else certificates
    judge = Judge(tuple(dict.fromkeys(anchors)))
    plain = Judge(store.anchors)
    news = tuple(_news(state, judge, plain, certificates, at) for state in states)
    found = Refreshed(header, news)
    if found.state not in {State.FAILS, State.SOON}:
        return found
    output = _anew(header, states, store, at)
    if isinstance(output, Failure):
        return Refreshed(header, news, None, output)
    return Refreshed(header, news, None if set(output.certificates) == set(certificates) else output)


def foreign_certificates(data: bytes, anew: Iterable[Certificate] = ()) -> int:
    """How many certificates of a bundle are not of its own making, nor in the new one: added by hand, or merged.

    What this tool writes for the hosts on top stands below a comment with its fingerprint, and nothing merged does.
    """
    text = data.decode("utf-8", "replace")
    own = set(_FINGERPRINT.findall(text[: text.find(MERGED)] if MERGED in text else text))
    kept = set(anew)
    there = (one for one in read_certificates(data).certificates if one not in kept)
    return sum(colon_hex(one.sha256) not in own for one in there)


_FINGERPRINT = re.compile(r"^# SHA-256: ([0-9A-F:]+)$", re.MULTILINE)


def _news(
    state: HostState, judge: Judge, plain: Judge, certificates: tuple[Certificate, ...], at: datetime
) -> HostNews:
    name = str(state.target)
    if not isinstance(state.served, ServedChain):
        why = state.served.message if isinstance(state.served, Failure) else "It was not reached."
        return HostNews(name, State.UNKNOWN, why)
    served = state.served
    wanted = _wanted(state, served, plain, at)
    refused = Proof(served, wanted, at).refusal(judge) if wanted else "no client accepts it with any bundle"
    if refused is not None:
        return HostNews(name, State.FAILS, f"The bundle does not work: {refused}.")
    if state.status is Status.COMPLETE:
        words = "The server sends its whole chain now, and clients trust it as it is; the bundle is not needed."
        return HostNews(name, State.NOT_NEEDED, words)
    return _age(name, certificates, state, at)


def _wanted(state: HostState, served: ServedChain, plain: Judge, at: datetime) -> frozenset[str]:
    """The profiles that accept the host at best: with its new repair, or as it is where that is complete."""
    if state.proven is not None:
        return accepted(state.proven.verdicts)
    return accepted(plain.verdicts(served.certificates, host=served.host, at=at))


def _age(name: str, certificates: tuple[Certificate, ...], state: HostState, at: datetime) -> HostNews:
    """Whether one of the bundle's certificates that this host needs ends soon."""
    needed = set(state.repair.path.certificates) if isinstance(state.repair, Repair) else set(certificates)
    ends = [one for one in certificates if one in needed and one.not_after is not None]
    first = min(ends, key=lambda one: one.not_after or at, default=None)
    if first is not None and first.not_after is not None and first.not_after - at < SOON:
        return HostNews(name, State.SOON, f"{first.label} in the bundle expires on {first.not_after:%Y-%m-%d}.")
    return HostNews(name, State.WORKS, "The bundle works and is needed.")


def _anew(header: Header, states: Sequence[HostState], store: TrustStore, at: datetime) -> Output | Failure:
    """The file as it would be written today; a host that cannot be repaired now keeps the old file in place."""
    repairs = []
    for state in states:
        if isinstance(state.served, ServedChain) and state.proven is not None:
            repairs.append((state.served, state.proven))
        elif state.status is not Status.COMPLETE:
            why = state.repair.message if isinstance(state.repair, Failure) else "It was not reached."
            return Failure("refresh", f"No new file is made, for {state.target} has no repair: {why}", "")
    return make_output(Kind(header.kind), repairs, store, at=at)
