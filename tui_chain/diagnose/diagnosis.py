"""The verdict on a host: status, blame, and findings on their certificates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.signatures import SignatureProver
from tui_chain.certs.store import TrustStore
from tui_chain.diagnose.catalogue import CATALOGUE, Finding
from tui_chain.diagnose.rules import chain_findings, path_findings, profile_findings, uses_only_served
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
    path that the server did not send and the trust store does not have.
    """

    status: Status
    blame: Blame
    findings: tuple[Finding, ...]
    search: Search = field(default_factory=Search)
    path: Path | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    forgotten: tuple[Certificate, ...] = ()

    @property
    def missing(self) -> tuple[MissingIssuer, ...]:
        """The issuers that are nowhere to be found; empty once a path reaches an anchor."""
        return () if self.path is not None else self.search.missing

    @property
    def fatal(self) -> bool:
        """Whether any finding is fatal."""
        return any(found.severity is Severity.FATAL for found in self.findings)

    def at(self, certificate: Certificate) -> tuple[Finding, ...]:
        """The findings that sit on `certificate`."""
        return tuple(found for found in self.findings if found.at == certificate.sha256)


@dataclass(frozen=True)
class Diagnoser:
    """Diagnoses served chains against one trust store, remembering signatures and the store's OpenSSL form."""

    trust: TrustStore
    prover: SignatureProver = field(default_factory=SignatureProver)
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
        search = find_paths(leaf, (*others, *found), self.trust, host=served.host, at=at, prover=self.prover)
        path = choose_path(search, served)
        status = _status(search, path, served, self.prover)
        verdicts = self.judge.verdicts(served.certificates, host=served.host, at=at)
        findings = (
            *path_findings(served, search, path, at),
            *chain_findings(served, search, path, self.trust, self.prover),
            *profile_findings(verdicts, served, status),
        )
        blame = _blame(status, findings, path)
        return Diagnosis(status, blame, _sorted(findings), search, path, verdicts, self._forgotten(path, served))

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
    kind = CATALOGUE.get(failure.kind, CATALOGUE["connect"])
    return Diagnosis(Status.UNREACHABLE, kind.blame, (Finding(kind, None, failure.message, failure.hint),))


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
    if status is Status.INVALID and path is not None and any(p.certificate is path.anchor for p in path.problems):
        return Blame.CLIENT_STORE if len(path.certificates) > 1 else Blame.SERVER
    if status is Status.REPAIRABLE:
        return Blame.SERVER
    fatal = [found for found in findings if found.severity is Severity.FATAL]
    return fatal[0].kind.blame if fatal else Blame.SERVER


def _sorted(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The worst first; within a severity in the order in which the rules speak."""
    order = list(Severity)
    return tuple(sorted(dict.fromkeys(findings), key=lambda found: order.index(found.severity)))
