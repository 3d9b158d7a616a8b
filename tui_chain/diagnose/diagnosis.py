"""The verdict on a host: status, blame, and findings on their certificates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from tui_chain.clients.families import FamilyId
from tui_chain.clients.handshake import HandshakeCode, handshake_refusals, key_kind
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import Verdict, Verdicts, refused
from tui_chain.core.expiry import Threshold
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.diagnose.case import (
    Case,
    Chain,
    JudgedChain,
    OtherStores,
    misplaced_leaf,
    no_other_stores,
    uses_only_served,
)
from tui_chain.diagnose.diagnosis_cache import DiagnosisCache
from tui_chain.diagnose.findings.certificate import certificate_findings, path_findings
from tui_chain.diagnose.findings.families import family_findings
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.diagnose.findings.handshake import handshake_findings
from tui_chain.diagnose.findings.network import failure_finding, is_ended_by_alert, network_findings
from tui_chain.diagnose.findings.served_chain import chain_findings, search_findings
from tui_chain.diagnose.findings.trust import trust_findings
from tui_chain.diagnose.status import blame_of, status_of
from tui_chain.paths.search import MissingIssuer, Path, Search, find_paths
from tui_chain.probe.served import ServedChain
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver

_SPEAKS_TLS = frozenset({FindingCode.ALERT, FindingCode.TLS})
"""Kinds of a failed probe whose server answered in TLS; all that any family offers was offered to it."""


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a host, how bad, and whose fault.

    `path` is the certification path it speaks of, leaf first, good or not, or None. `verdicts` are what the
    client families say of the chain as served with the trust store. `not_sent` are the certificates of the
    path that the server did not send and the trust store does not have. `store` is that store's name, where there
    was a chain to judge.
    """

    status: Status
    blame: Blame
    findings: tuple[Finding, ...]
    search: Search = field(default_factory=Search)
    path: Path | None = None
    verdicts: Verdicts = field(default_factory=dict)
    not_sent: tuple[Certificate, ...] = ()
    store: str = ""

    @property
    def accepting(self) -> tuple[str, ...]:
        """The ids of the families that accept the chain as served."""
        return tuple(name for name, verdict in self.verdicts.items() if verdict.ok)

    @property
    def refusing(self) -> tuple[str, ...]:
        """The ids of the families that refuse the chain as served."""
        return tuple(name for name, verdict in self.verdicts.items() if not verdict.ok)

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


@dataclass(frozen=True, eq=False)
class Diagnoser:
    """Diagnoses served chains against one trust store; remembers signatures, diagnoses and the store's OpenSSL form.

    `others` gives the public stores beside it; they are asked for only where a path ends at an unknown root.
    `confirmed` are the SHA-256s of private roots that the user vouched for in this run: they end paths, but what
    needs one is never `complete`, since the store's clients lack it. `warn_days` is how long before its end a
    certificate expires soon, where the user says.
    """

    trust: TrustStore
    prover: SignatureProver = field(default_factory=SignatureProver)
    others: OtherStores = no_other_stores
    confirmed: frozenset[str] = frozenset()
    warn_days: Threshold | None = None
    judge: Judge = field(init=False)
    _made: DiagnosisCache[Diagnosis] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "judge", Judge(self.trust.file))
        object.__setattr__(self, "_made", DiagnosisCache(self.judge.dates, self.warn_days))

    def diagnose(
        self, served: ServedChain | Failure, *, at: datetime, found: tuple[Certificate, ...] = ()
    ) -> Diagnosis:
        """Say what is wrong with `served` at the time `at` (aware), with the certificates `found` elsewhere."""
        if isinstance(served, Failure):
            return unreachable(served)
        chain = JudgedChain.of(served)
        known = self._made.get(chain, found, at)
        if known is not None:
            return known
        made = self._diagnose(chain, at, found)
        self._made.put(chain, found, at, made)
        # hosts are kept, by the list and by the memory, and of a leaf little is asked again; its issuers are shared
        chain.certificates[0].forget_parsed()
        return made

    def _diagnose(self, served: JudgedChain, at: datetime, found: tuple[Certificate, ...]) -> Diagnosis:
        leaf, *others = served.certificates
        anchors = self._anchors((*others, *found))
        search = find_paths(leaf, (*others, *found), anchors, host=served.host, at=at, prover=self.prover)
        path = choose_path(search, served)
        no_handshake = _no_handshake(served)
        verdicts: Verdicts = {**self._verdicts(served, at), **no_handshake}
        case = Case(
            served, search, path, at, self.trust, self.prover, verdicts, self.others, no_handshake, self.warn_days
        )
        status = status_of(verdicts, no_handshake, case)
        findings = all_findings(case, status)
        blame = blame_of(status, findings, case, verdicts)
        not_sent = self._not_sent(path, served)
        return Diagnosis(status, blame, by_severity(findings), search, path, verdicts, not_sent, self.trust.name)

    def _verdicts(self, served: JudgedChain, at: datetime) -> Verdicts:
        ders = tuple(certificate.der for certificate in served.certificates)
        verdicts = self.judge.verdicts(ders, host=served.host, at=at)
        if not served.staple:
            return verdicts
        return {**verdicts, FamilyId.GNUTLS: self._with_staple(served, ders, verdicts[FamilyId.GNUTLS], at)}

    def _with_staple(self, served: JudgedChain, ders: tuple[bytes, ...], without: Verdict, at: datetime) -> Verdict:
        """What GnuTLS says with the OCSP response that the server staples; one that does not hold counts as none."""
        leaf, *others = served.certificates
        issuers = (*others, *self.trust.issuers_of(leaf))
        issuer = next((one for one in issuers if self.prover.signed(leaf, one)), None)
        if issuer is None:
            return without
        # few servers staple: the others' start does without
        from tui_chain.x509.ocsp import read_response
        from tui_chain.x509.revocation import Means, Revocation

        status = read_response(served.staple or b"", leaf, issuer, at=at, means=Means.STAPLE).status
        if status is Revocation.REVOKED:
            return refused("REVOKED", "its stapled OCSP response says that it was revoked", leaf.sha256)
        if status is not Revocation.GOOD:
            return without
        return self.judge.stapled_verdict(ders, host=served.host, at=at)

    def _anchors(self, at_hand: tuple[Certificate, ...]) -> TrustStore:
        """The trust store, with those confirmed roots that are at hand; only a CA that signed itself is a root."""
        wanted = (one for one in dict.fromkeys(at_hand) if one.sha256 in self.confirmed and one not in self.trust)
        roots = tuple(one for one in wanted if one.is_ca and one.self_issued and self.prover.signed(one, one))
        return replace(self.trust, anchors=(*self.trust.anchors, *roots)) if roots else self.trust

    def _not_sent(self, path: Path | None, served: JudgedChain) -> tuple[Certificate, ...]:
        if path is None:
            return ()
        sent = set(served.certificates)
        return tuple(c for c in path.certificates[1:-1] if c not in sent and c not in self.trust)


def _no_handshake(served: JudgedChain) -> Verdicts:
    """The families that cannot shake hands with the server; of an alert after the certificates it is the reason."""
    refusals = handshake_refusals(served.tls, key_kind(served.certificates[0].der))
    if misplaced_leaf(served) is not None:
        # its key is not the first certificate's: the handshake ends at its signature, after clients have judged
        refusals = {name: one for name, one in refusals.items() if one.code != HandshakeCode.HANDSHAKE_FAILURE}
    ended = is_ended_by_alert(served)
    return {
        str(family): replace(refusal, error=served.note)
        if ended and refusal.code == HandshakeCode.HANDSHAKE_FAILURE
        else refusal
        for family, refusal in refusals.items()
    }


def all_findings(case: Case, status: Status) -> tuple[Finding, ...]:
    """The findings on a host that was reached, in the order in which the rules speak."""
    return (
        *path_findings(case),
        *search_findings(case),
        *trust_findings(case),
        *chain_findings(case),
        *certificate_findings(case),
        *network_findings(case),
        *handshake_findings(case),
        *family_findings(case, status),
    )


def choose_path(search: Search, served: Chain) -> Path | None:
    """Take the first good path that needs nothing but what was served, else the best there is."""
    whole = [path for path in search.good if uses_only_served(path, served)]
    return whole[0] if whole else search.best


def unreachable(failure: Failure) -> Diagnosis:
    """Turn a failed probe into a diagnosis; a server that speaks TLS and shakes hands with nobody refuses all."""
    found = failure_finding(failure)
    if failure.kind not in _SPEAKS_TLS:
        return Diagnosis(Status.UNREACHABLE, found.kind.blame, (found,))
    reason = failure.message[:1].lower() + failure.message[1:].rstrip(".")
    refusal = refused(HandshakeCode.HANDSHAKE_FAILURE, reason)
    verdicts: Verdicts = {family.value: refusal for family in FamilyId}
    return Diagnosis(Status.REFUSED, found.kind.blame, (found,), verdicts=verdicts)


def by_severity(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return each finding once, the worst first; within a severity in the order in which the rules speak."""
    order = list(Severity)
    return tuple(sorted(dict.fromkeys(findings), key=lambda found: order.index(found.severity)))
