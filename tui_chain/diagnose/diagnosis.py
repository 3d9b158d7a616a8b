"""The verdict on a host: status, blame, and findings on their certificates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.signatures import SignatureProver
from tui_chain.certs.store import TrustStore
from tui_chain.diagnose.case import Case, OtherStores, no_other_stores
from tui_chain.diagnose.catalogue import Finding
from tui_chain.diagnose.network_rules import failure_finding
from tui_chain.diagnose.rules import findings as rule_findings
from tui_chain.diagnose.rules import uses_only_served
from tui_chain.diagnose.words import Blame, Severity, Status
from tui_chain.failure import Failure
from tui_chain.paths.profiles import Judge, Verdict
from tui_chain.paths.search import MissingIssuer, Path, Search, find_paths
from tui_chain.probe.served import ServedChain


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a host, how bad, and whose fault.

    `path` is the certification path it speaks of, leaf first, good or not, or None. `verdicts` are what the
    client profiles say of the chain as served with the trust store. `forgotten` are the certificates of the
    path that the server did not send and the trust store does not have. `store` is that store's name, where there
    was a chain to judge.
    """

    status: Status
    blame: Blame
    findings: tuple[Finding, ...]
    search: Search = field(default_factory=Search)
    path: Path | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    forgotten: tuple[Certificate, ...] = ()
    store: str = ""

    @property
    def missing(self) -> tuple[MissingIssuer, ...]:
        """The issuers that are nowhere to be found; empty once a path reaches an anchor."""
        return () if self.path is not None else self.search.missing

    @property
    def fatal(self) -> bool:
        """Whether any finding is fatal."""
        return any(found.severity is Severity.FATAL for found in self.findings)

    @property
    def fatal_codes(self) -> set[str]:
        """The codes of the fatal findings."""
        return {found.code for found in self.findings if found.severity is Severity.FATAL}

    def at(self, certificate: Certificate) -> tuple[Finding, ...]:
        """The findings that sit on `certificate`."""
        return tuple(found for found in self.findings if found.at == certificate.sha256)


@dataclass(frozen=True, eq=False)
class Diagnoser:
    """Diagnoses served chains against one trust store, remembering signatures and the store's OpenSSL form.

    `others` gives the public stores beside it; they are asked for only where a path ends at an unknown root.
    `confirmed` are the SHA-256s of private roots that the user vouched for in this run: they end paths, but what
    needs one is never `complete`, since the store's clients lack it.
    """

    trust: TrustStore
    prover: SignatureProver = field(default_factory=SignatureProver)
    others: OtherStores = no_other_stores
    confirmed: frozenset[str] = frozenset()
    judge: Judge = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "judge", Judge(self.trust.anchors))

    def diagnose(
        self, served: ServedChain | Failure, *, at: datetime, found: tuple[Certificate, ...] = ()
    ) -> Diagnosis:
        """Say what is wrong with `served` at the time `at` (aware), with the certificates `found` elsewhere."""
        if isinstance(served, Failure):
            return unreachable(served)
        leaf, *others = served.certificates
        anchors = self._anchors((*others, *found))
        search = find_paths(leaf, (*others, *found), anchors, host=served.host, at=at, prover=self.prover)
        path = choose_path(search, served)
        verdicts = self.judge.verdicts(served.certificates, host=served.host, at=at)
        status = self._judged(_status(search, path, served, self.prover), path, verdicts)
        case = Case(served, search, path, status, at, self.trust, self.prover, verdicts, self.others)
        findings = rule_findings(case)
        blame = _blame(status, findings, path)
        if path is not None and blame is Blame.SERVER and self._lacks_only_root(path, served):
            blame = Blame.CLIENT_STORE
        forgotten = self._forgotten(path, served)
        return Diagnosis(status, blame, by_severity(findings), search, path, verdicts, forgotten, self.trust.name)

    def _anchors(self, at_hand: tuple[Certificate, ...]) -> TrustStore:
        """The trust store, with those confirmed roots that are at hand; only a CA that signed itself is a root."""
        wanted = (one for one in dict.fromkeys(at_hand) if one.sha256 in self.confirmed and one not in self.trust)
        roots = tuple(one for one in wanted if one.is_ca and one.self_issued and self.prover.signed(one, one))
        return replace(self.trust, anchors=(*self.trust.anchors, *roots)) if roots else self.trust

    def _judged(self, status: Status, path: Path | None, verdicts: Mapping[str, Verdict]) -> Status:
        """What is complete by our own search has to be so for clients, with the trust store alone."""
        if status is not Status.COMPLETE or path is None:
            return status
        if path.anchor not in self.trust:
            return Status.REPAIRABLE
        return Status.COMPLETE if any(verdict.ok for verdict in verdicts.values()) else Status.INVALID

    def _lacks_only_root(self, path: Path, served: ServedChain) -> bool:
        return path.good and path.anchor not in self.trust and uses_only_served(path, served)

    def _forgotten(self, path: Path | None, served: ServedChain) -> tuple[Certificate, ...]:
        if path is None:
            return ()
        sent = set(served.certificates)
        return tuple(c for c in path.certificates[1:-1] if c not in sent and c not in self.trust)


def choose_path(search: Search, served: ServedChain) -> Path | None:
    """Take the first good path that needs nothing but what was served, else the best there is."""
    whole = [path for path in search.good if uses_only_served(path, served)]
    return whole[0] if whole else search.best


def unreachable(failure: Failure) -> Diagnosis:
    """Turn a failed probe into a diagnosis."""
    found = failure_finding(failure)
    return Diagnosis(Status.UNREACHABLE, found.kind.blame, (found,))


def _status(search: Search, path: Path | None, served: ServedChain, prover: SignatureProver) -> Status:
    if path is not None:
        if not path.good:
            return Status.INVALID
        return Status.COMPLETE if uses_only_served(path, served) else Status.REPAIRABLE
    leaf = served.certificates[0]
    if leaf.self_issued and prover.signed(leaf, leaf):
        return Status.UNTRUSTED
    return Status.UNTRUSTED if search.untrusted and not search.missing else Status.INCOMPLETE


def _blame(status: Status, findings: tuple[Finding, ...], path: Path | None) -> Blame:
    if status is Status.COMPLETE:
        return Blame.NOBODY
    if any(found.kind.blame is Blame.INTERCEPTION for found in findings):
        return Blame.INTERCEPTION
    at_anchor = path is not None and bool(path.problems) and all(p.certificate == path.anchor for p in path.problems)
    if status is Status.INVALID and path is not None and at_anchor:
        return Blame.CLIENT_STORE if len(path.certificates) > 1 else Blame.SERVER
    if status is Status.REPAIRABLE:
        return Blame.SERVER
    fatal = [found for found in findings if found.severity is Severity.FATAL]
    return fatal[0].kind.blame if fatal else Blame.SERVER


def by_severity(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return each finding once, the worst first; within a severity in the order in which the rules speak."""
    order = list(Severity)
    return tuple(sorted(dict.fromkeys(findings), key=lambda found: order.index(found.severity)))
