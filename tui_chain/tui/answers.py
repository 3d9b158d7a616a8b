"""Answers to what was asked beyond the main journey: each waits with its host until somebody opens it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.engine.actions import ACTIONS
from tui_chain.engine.host_state import HostState

if TYPE_CHECKING:
    from textual.content import Content

    from tui_chain.diagnose.findings.endpoints import Servers
    from tui_chain.doctor.examination import Examination
    from tui_chain.livetest.tester import LiveTestResult
    from tui_chain.x509.revocation import RevocationCheck


class AnswerKind(StrEnum):
    """What was asked; the value is the name of the action that asks."""

    SERVERS = "servers"
    REVOCATION = "revocation"
    PROGRAMS = "programs"
    DOCTOR = "doctor"

    @property
    def key(self) -> str:
        """The key that asks, and opens the answer."""
        return next(action.key_names for action in ACTIONS if action.call == self.value)


@dataclass(frozen=True)
class FullTest:
    """A live test with everything, and the bundle (PEM) that it was made with; None for the trust store."""

    result: LiveTestResult
    pem: bytes | None = None


@dataclass(frozen=True)
class Examined:
    """What the doctor found: `why` is how the interpreter was chosen.

    `unreached` is why a host was not reached: then the environment alone was examined.
    """

    found: Examination
    why: str
    unreached: Failure | None = None


Found: TypeAlias = "Servers | tuple[RevocationCheck, ...] | FullTest | Examined"
"""What an answer holds, each kind another."""


@dataclass(frozen=True)
class Answer:
    """An answer and when it was given (`at`, aware), with its `summary` in a few words and the style of these.

    `chain` has the SHA-256 of each certificate that the host served then; it is empty where it was not reached.
    """

    kind: AnswerKind
    at: datetime
    found: Found
    summary: str
    style: str = ""
    chain: tuple[str, ...] = ()

    @property
    def time(self) -> str:
        """When it was given, as the lists show it."""
        return f"{self.at:%H:%M} UTC"


@dataclass(frozen=True)
class TextPage:
    """A text about a host that can be opened, and what its heading begins with."""

    name: str
    text: Content


Answers = tuple[Answer, ...]
"""At most one of each kind, in the order of the kinds."""


def served_chain(state: HostState) -> tuple[str, ...]:
    """The SHA-256 of each certificate that a host serves; empty where it was not reached."""
    return () if state.reached is None else tuple(one.sha256 for one in state.reached.certificates)


def answer_of(answers: Answers, kind: AnswerKind) -> Answer | None:
    """The answer of a kind, or None where there is none."""
    return next((one for one in answers if one.kind is kind), None)


def with_answer(answers: Answers, answer: Answer) -> Answers:
    """The answers with another one in the place of that of its kind."""
    known = {one.kind: one for one in (*answers, answer)}
    return tuple(known[kind] for kind in AnswerKind if kind in known)


def current_answers(answers: Answers, state: HostState) -> Answers:
    """Those that are about the chain that the host serves now; while it is not reached, all of them."""
    chain = served_chain(state)
    return tuple(one for one in answers if one.chain == chain) if chain else answers


def with_answers(state: HostState, answers: Answers) -> HostState:
    """A host that was probed anew, with what is known of its chain already: a revoked certificate stays revoked."""
    for answer in answers if state.reached is not None else ():
        if isinstance(answer.found, tuple):
            state = _with_revocation(state, answer.found)
        elif not isinstance(answer.found, FullTest | Examined):
            state = _with_servers(state, answer.found)
    return state


def _with_servers(state: HostState, servers: Servers) -> HostState:
    if state.servers is not None or state.diagnosis is None:
        return state
    from tui_chain.diagnose.findings.endpoints import with_servers

    diagnosis = with_servers(state.diagnosis, servers) if servers.broken is not None else state.diagnosis
    return replace(state, servers=servers, diagnosis=diagnosis)


def _with_revocation(state: HostState, checks: tuple[RevocationCheck, ...]) -> HostState:
    if state.diagnosis is None:
        return state
    known = any(found.code is FindingCode.REVOKED for found in state.diagnosis.findings)
    revoked = any(check.status.value == FindingCode.REVOKED for check in checks)
    if revoked and not known:
        from tui_chain.diagnose.findings.revocation import with_revocation

        state = replace(state, diagnosis=with_revocation(state.diagnosis, checks))
    return state if state.revocation is not None else replace(state, revocation=checks)
