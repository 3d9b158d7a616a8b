"""Choose a path, build its bundle, and prove it the way clients will use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice

from tui_chain.clients.families import family_names
from tui_chain.clients.handshake import CANNOT_SHAKE_HANDS
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import Verdicts
from tui_chain.core.command import option
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.net.connection_text import listed
from tui_chain.paths.checks import PathProblem, Problems
from tui_chain.paths.codes import WITHOUT_STRICT, is_strict
from tui_chain.paths.search import Path
from tui_chain.probe.served import ServedChain
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.losses import Loss, lost_limits
from tui_chain.repair.path_choice import ANY, PathChoice
from tui_chain.repair.proof import BundleProof, accepted, ders_of, minimal, minimal_for_all, refusal
from tui_chain.resolve.resolution import Resolution
from tui_chain.x509.certificate import Certificate

_OVERLOOKED = frozenset(
    {
        *(
            FindingCode.NOT_A_CA,
            FindingCode.LEAF_AS_ISSUER,
            FindingCode.NO_CERT_SIGN,
            FindingCode.PATH_LENGTH,
            FindingCode.EXPIRED,
            FindingCode.NOT_YET_VALID,
        ),
        *(FindingCode.WEAK_KEY, FindingCode.WEAK_SIGNATURE, FindingCode.CRITICAL_EXTENSION, FindingCode.UNREADABLE),
    }
)
"""Faults of a CA certificate that clients overlook once it, or one that it issued, is a trust anchor."""
_MAY_NOT_ISSUE = frozenset(
    {FindingCode.NOT_A_CA, FindingCode.LEAF_AS_ISSUER, FindingCode.NO_CERT_SIGN, FindingCode.PATH_LENGTH}
)
"""Those of them that the anchor has no more right to than others."""
_OF_NAMES = frozenset({FindingCode.NAME_CONSTRAINTS, FindingCode.REJECTED})
"""Faults that sit on the leaf too and that an anchor below those who forbid it would hide."""
MAX_TRIED = 16
"""Paths whose bundles are tried."""


@dataclass(frozen=True)
class Repair:
    """A bundle and its proof: each client family's verdict on the chain as served with the bundle alone.

    A repair exists only where at least one family more accepts than as served; `won` are their ids. `whole` says
    that all families accept. `unfit` is what is wrong with the path and what the bundle would only hide.
    """

    path: Path
    bundle: Bundle
    verdicts: Verdicts
    added: tuple[Certificate, ...]
    won: frozenset[str] = frozenset()
    losses: tuple[Loss, ...] = ()
    unfit: Problems = ()

    @property
    def passed(self) -> int:
        """How many client families accept."""
        return sum(verdict.ok for verdict in self.verdicts.values())

    @property
    def whole(self) -> bool:
        """Whether every client family accepts."""
        return self.passed == len(self.verdicts)

    @property
    def expiry_lines(self) -> tuple[str, ...]:
        """When the bundle expires, and with which certificate; when the leaf does, whose renewal may need another."""
        first, leaf = self.bundle.expiry, self.path.leaf.not_after
        bundle = () if first is None else (f"bundle expires {first.at:%Y-%m-%d}, with {first.name}",)
        if leaf is None:
            return bundle
        return (*bundle, f"leaf expires {leaf:%Y-%m-%d}; renewed under another intermediate, it needs another bundle")


def build_repair(
    served: ServedChain, resolution: Resolution, *, at: datetime, choice: PathChoice = ANY
) -> Repair | Failure:
    """Prove a bundle for `served` at the time `at`, and take the path with which most client families accept.

    Only paths that `choice` allows are taken. Every path is tried until one wins all families that shake hands with
    the server: which rules it breaks is for the clients to say.
    """
    diagnosis = resolution.diagnosis
    if diagnosis.status is Status.COMPLETE:
        return Failure("nothing-to-do", "All client families accept the chain as served; there is nothing to repair.")
    if diagnosis.status is Status.REFUSED:
        return Failure("no-repair", "No client can shake hands with the server.", "Look at the findings.")
    best = _best(served, resolution, at, choice)
    if best is not None and best.won:
        return best
    if best is not None:
        return Failure("no-repair", *_nothing_won(diagnosis, best))
    if choice and diagnosis.search.paths:
        return Failure("choice", "No path goes along with what you chose.", "Choose another, or none.")
    return Failure("no-repair", *_why_not(diagnosis))


def _best(served: ServedChain, resolution: Resolution, at: datetime, choice: PathChoice) -> Repair | None:
    """The repair that most families accept; of equals the first, and with it those paths that break no rule."""
    attempts: list[Repair] = []
    able = sum(verdict.code not in CANNOT_SHAKE_HANDS for verdict in resolution.diagnosis.verdicts.values())
    paths = (path for path in resolution.diagnosis.search.paths if len(path.certificates) > 1)
    for path in sorted(islice(filter(choice.allows, paths), MAX_TRIED), key=lambda path: not path.good):
        attempt = prove(path, served, resolution, at)
        if attempt.unfit:
            continue
        attempts.append(attempt)
        if attempt.passed == able:
            break
    return max(attempts, key=lambda attempt: (bool(attempt.won), attempt.passed), default=None)


def _nothing_won(diagnosis: Diagnosis, best: Repair) -> tuple[str, str]:
    """Why a bundle makes no difference: what a family says with it is what it says without."""
    refusing = {name: verdict for name, verdict in best.verdicts.items() if not verdict.ok}
    if not refusing:
        return "A bundle makes no difference.", "See the client families."
    first = next(iter(refusing.values()))
    hint = _strict_hint(refusing) or _root_hint(best) or "See the client families."
    who = family_names(refusing)
    error = (first.error or "it gives no reason").rstrip(".")
    if diagnosis.status is Status.PARTIAL:
        return f"No bundle helps {who}: {error}.", hint
    if not best.path.good:
        return _why_not(diagnosis)
    return f"A path was found, but no client accepts it: {error}.", hint


def _root_hint(best: Repair) -> str:
    """What helps where the trust store ends at an intermediate: some families want the root above it."""
    anchor = best.path.anchor
    if anchor.self_issued or not any(verdict.code == _NO_ROOT for verdict in best.verdicts.values()):
        return ""
    return (
        f"The trust store holds {anchor.label} without its root {anchor.issuer}: get that from the people who run it "
        "and add it to the trust store."
    )


_NO_ROOT = 2
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT: what the trust store has is not self-signed, and its issuer is not there."""


def _strict_hint(refusing: Verdicts) -> str:
    """What helps where only X509_STRICT refuses: no bundle does."""
    if any(is_strict(verdict.code) for verdict in refusing.values()):
        return (
            "Only without VERIFY_X509_STRICT does that client accept it, for one context: "
            f"`{WITHOUT_STRICT}`; that context no longer demands the forms of RFC 5280."
        )
    return ""


def standing_repair(
    served: ServedChain, diagnosis: Diagnosis, sources: Mapping[str, str], *, at: datetime
) -> Repair | Failure:
    """The bundle of a host that is trusted as it is served, for what goes beside it: its CRLs.

    `sources` say by SHA-256 where the certificates of its path came from.
    """
    path = diagnosis.path
    if path is None or len(path.certificates) < 2:
        return Failure("no-repair", "The host has no path of several certificates.", "Look at the findings.")
    repair = prove(path, served, Resolution(diagnosis, sources=sources), at)
    if repair.unfit:
        fault = repair.unfit[0]
        why = f"No bundle repairs this: {fault.certificate.label}: {fault.detail}."
        return Failure("no-repair", why, "Look at the findings.")
    if repair.passed:
        return repair
    refused = next(iter(repair.verdicts.values()))
    return Failure("no-repair", f"No client accepts the host: {refused.error}.", "See the client families.")


def prove(path: Path, served: ServedChain, resolution: Resolution, at: datetime) -> Repair:
    """Judge the path's CA certificates as the only anchors, then leave out what no family needs.

    An intermediate that is served anyway would only age in the bundle: once expired, it breaks what works.
    """
    whole = path.certificates[1:]
    before = resolution.diagnosis.verdicts
    with_all = _judged(whole, served, at, before)
    wanted = accepted(with_all)
    certificates = minimal(whole, (BundleProof(served, wanted, at),)) if wanted else whole
    store = resolution.diagnosis.store
    bundle = Bundle(
        certificates, (listed(served.target),), resolution.sources, trust=store, served=days_served([served])
    )
    verdicts = with_all if certificates == whole else _judged(certificates, served, at, before)
    added = tuple(certificate for certificate in certificates if certificate not in served.certificates)
    won = accepted(verdicts) - accepted(before)
    unfit = tuple(one for one in path.problems if _is_hidden(path, one))
    return Repair(path, bundle, verdicts, added, won, _losses(path, certificates, served, at), unfit)


def _is_hidden(path: Path, problem: PathProblem) -> bool:
    """Whether a bundle would hide a problem of the path: who may not issue makes no anchor, however far below.

    The anchor's own end, strength and form are another matter: its owner trusts it, and a client looks no further.
    """
    certificate = problem.certificate
    if problem.code in _OF_NAMES:
        return True
    if certificate == path.leaf:
        return False
    if problem.code == FindingCode.PURPOSE:
        return not certificate.for_servers
    return problem.code in _OVERLOOKED and (certificate != path.anchor or problem.code in _MAY_NOT_ISSUE)


def _judged(certificates: Sequence[Certificate], served: ServedChain, at: datetime, before: Verdicts) -> Verdicts:
    """What every family says with these anchors; one that cannot shake hands with the server still cannot."""
    judged = Judge.of(certificates).verdicts(ders_of(served), host=served.host, at=at)
    unable = {name: verdict for name, verdict in before.items() if verdict.code in CANNOT_SHAKE_HANDS}
    return {**judged, **unable}


def _losses(path: Path, certificates: Sequence[Certificate], served: ServedChain, at: datetime) -> tuple[Loss, ...]:
    """The limits that the bundle loses, with the families that end their path at the intermediate: they accept it."""
    return tuple(
        replace(loss, families=families)
        for loss in lost_limits(path.certificates, certificates)
        if (families := accepted(_judged((loss.certificate,), served, at, {})))
    )


def _why_not(diagnosis: Diagnosis) -> tuple[str, str]:
    rejected = any(found.code == FindingCode.REJECTED for found in diagnosis.findings)
    missing = diagnosis.missing
    if missing and not rejected:
        link = missing[0]
        key = f" (key id {link.key_id})" if link.key_id else ""
        return (
            f"An intermediate is still missing: {link.subject}{key}, the issuer of {link.wanted_by.label}.",
            f"Get it from the authority and add it from a file {option('--pool FILE')}.",
        )
    fatal = [found for found in diagnosis.findings if found.severity.value == "fatal"]
    if fatal:
        return f"No bundle repairs this: {fatal[0].message}", fatal[0].hint
    return "No path to a trust anchor was found.", "Look at the findings."


def combine(repairs: list[tuple[ServedChain, Repair]], *, at: datetime) -> Bundle | Failure:
    """Make one bundle for several hosts, each certificate once, and prove it for every one of them again."""
    certificates = dict.fromkeys(c for _, repair in repairs for c in repair.bundle.certificates)
    sources: dict[str, str] = {}
    users: dict[str, list[str]] = {}
    for served, repair in repairs:
        sources |= repair.bundle.sources
        for certificate in repair.bundle.certificates:
            users.setdefault(certificate.sha256, []).append(listed(served.target))
    needed_by = {digest: tuple(dict.fromkeys(targets)) for digest, targets in users.items()}
    proofs = proofs_of(repairs, at=at)
    refused = refusal(certificates, proofs)
    if refused is not None:
        return Failure("no-repair", f"One bundle for all fails: {refused}.", "Write one file a host.")
    hosts = tuple(dict.fromkeys(listed(served.target) for served, _ in repairs))
    fewest = minimal_for_all(tuple(certificates), proofs, needed_by)
    needed_by = needed_by if len(hosts) > 1 else {}
    days = days_served([served for served, _ in repairs])
    return Bundle(fewest, hosts, sources, needed_by, trust=repairs[0][1].bundle.trust, served=days)


def days_served(chains: Sequence[ServedChain]) -> tuple[date, date]:
    """The first and the last day (UTC) on which some chains were served."""
    days = [chain.at.astimezone(UTC).date() for chain in chains]
    return min(days), max(days)


def proofs_of(repairs: list[tuple[ServedChain, Repair]], *, at: datetime) -> list[BundleProof]:
    """What has to hold with one file for all: each host as served, for the families that its own repair serves."""
    return [BundleProof(served, accepted(repair.verdicts), at) for served, repair in repairs]
