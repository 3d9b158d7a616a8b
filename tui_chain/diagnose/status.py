"""Where a host stands and whose fault that is, from what the client families say of it."""

from __future__ import annotations

from collections.abc import Iterable

from tui_chain.clients.handshake import CANNOT_SHAKE_HANDS
from tui_chain.clients.judge import OPENSSL_SETTINGS
from tui_chain.clients.verdict import Verdicts
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.diagnose.case import Case, uses_only_served
from tui_chain.diagnose.findings import handshake
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.diagnose.findings.trust import is_staging, rejected_issuer, sound_dead_ends
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver

HANDSHAKE_CODES = frozenset(kind.code for kind in handshake.KINDS)
"""Findings on the handshake."""
_OF_THE_STORE = frozenset({2, 28, "ca-file", "CA_FILE", "trust store"})
"""Codes that speak of the trust file: it lacks the issuer of an issuer in it (X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT),
its settings reject an anchor (X509_V_ERR_CERT_REJECTED), or OpenSSL, GnuTLS or Java cannot read it."""


def status_of(verdicts: Verdicts, no_handshake: Verdicts, case: Case) -> Status:
    """Return the status; the first that fits counts.

    `verdicts` are those of every family on the chain as served, `no_handshake` the refusals of those families that
    cannot shake hands with the server at all.
    """
    if verdicts and len(no_handshake) == len(verdicts):
        return Status.REFUSED
    accepted = [verdict.ok for verdict in verdicts.values()]
    if all(accepted):
        return Status.COMPLETE
    if any(accepted):
        return Status.PARTIAL
    return _unaccepted(case)


def _unaccepted(case: Case) -> Status:
    """Why nobody accepts the chain: an unknown root, a missing issuer, or what a certificate says."""
    search, path = case.search, case.path
    if path is None and case.leaf.issuer_name is None:
        return Status.INVALID
    if path is None:
        rejected = any(rejected_issuer(case, missing.wanted_by) for missing in search.missing)
        known = rejected or bool(search.untrusted) or _signs_itself(case.leaf, case.prover)
        return Status.UNTRUSTED if known else Status.INCOMPLETE
    if path.anchor not in case.trust and path.good:
        # its root was confirmed by the user, and no client's store has it
        return Status.UNTRUSTED if uses_only_served(path, case.served) else Status.INCOMPLETE
    if path.good:
        return Status.INVALID if uses_only_served(path, case.served) else Status.INCOMPLETE
    return Status.INCOMPLETE if sound_dead_ends(case) else Status.INVALID


def _signs_itself(leaf: Certificate, prover: SignatureProver) -> bool:
    return leaf.self_issued and prover.signed(leaf, leaf)


def blame_of(status: Status, findings: Iterable[Finding], case: Case, verdicts: Verdicts) -> Blame:
    """Say whose fault it is that some family refuses."""
    found = tuple(findings)
    if status is Status.COMPLETE:
        return Blame.NOBODY
    if any(one.kind.blame is Blame.INTERCEPTION for one in found):
        return Blame.INTERCEPTION
    if status is Status.REFUSED:
        return next((one.kind.blame for one in found if one.code in HANDSHAKE_CODES), Blame.SERVER)
    if _namesake_in_store(case) or _anchor_alone_is_bad(case) or _lacks_only_root(case):
        return Blame.CLIENT_STORE
    if case.path is None and is_staging(case.trail[-1].issuer):
        return Blame.SERVER
    if status is Status.PARTIAL:
        return _partial_blame(verdicts, found, case)
    if status is Status.INCOMPLETE and case.leaf_alone:
        return Blame.SERVER_OR_STORE
    fatal = (one.kind.blame for one in found if one.severity is Severity.FATAL)
    return next(fatal, Blame.SERVER)


def _namesake_in_store(case: Case) -> bool:
    """An old CA of the issuer's name in the user's own file, beside the right one or in its place."""
    if case.path is not None and case.path.problems:
        return False
    if case.path is None or not uses_only_served(case.path, case.served):
        child = next((missing.wanted_by for missing in case.search.missing), None)
        return child is not None and bool(case.trust.issuers_of(child))
    child = case.path.certificates[-2] if len(case.path.certificates) > 1 else None
    if child is None:
        return False
    return any(not case.prover.signed(child, one) for one in case.trust.issuers_of(child))


def _anchor_alone_is_bad(case: Case) -> bool:
    path = case.path
    if path is None or not path.problems or len(path.certificates) < 2:
        return False
    return all(problem.certificate == path.anchor for problem in path.problems)


def _lacks_only_root(case: Case) -> bool:
    """A good path of served certificates whose root the user confirmed: the store lacks nothing else."""
    path = case.path
    return path is not None and path.good and path.anchor not in case.trust and uses_only_served(path, case.served)


def _partial_blame(verdicts: Verdicts, found: tuple[Finding, ...], case: Case) -> Blame:
    """Of a refusal by some: the client store's where it is about the trust file; else the server's."""
    refusals = [verdict for verdict in verdicts.values() if not verdict.ok]
    if any(verdict.code in _OF_THE_STORE for verdict in refusals):
        return Blame.CLIENT_STORE
    if _anchor_for_openssl_alone(case) and all(verdicts[family].ok for family in OPENSSL_SETTINGS):
        return Blame.CLIENT_STORE
    if all(verdict.code in CANNOT_SHAKE_HANDS for verdict in refusals):
        return next((one.kind.blame for one in found if one.code in HANDSHAKE_CODES), Blame.SERVER)
    return Blame.SERVER


def _anchor_for_openssl_alone(case: Case) -> bool:
    """Whether the anchor stands in the file in a form that other libraries do not read."""
    return case.path is not None and case.path.anchor.der in case.trust.in_trusted_form_alone
