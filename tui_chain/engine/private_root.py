"""A private root in which a host's chain ends: what to show before it is trusted, and a trust file with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame
from tui_chain.core.text import colon_hex, safe_text
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.diagnose.findings.interception import vendor_of
from tui_chain.engine.host_state import HostState
from tui_chain.repair.file_header import comment
from tui_chain.repair.proof import accepted, ders_of
from tui_chain.trust.loading import clients_own
from tui_chain.trust.pinned import ConfirmedRoot, hidden_fingerprint
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.formats.readers import read_certificates

if TYPE_CHECKING:
    from tui_chain.engine.journey import Journey
    from tui_chain.repair.write import WritePlan

MEANING = (
    "Whoever holds the key of this root can stand in for any site, to every program that uses the bundle. "
    "Trust it only if the people who run it gave you its fingerprint."
)
"""What trusting a root means, for the dialog."""


@dataclass(frozen=True)
class RootQuestion:
    """What to show before a private root is trusted.

    `shown` is its fingerprint without its first digits, for who has to give it whole; a screen that asks for the
    digits shows none.
    `warning` is None, or says that somebody seems to sit in between; then the bar is higher: `confirm_typed` wants
    `warned`.
    """

    root: Certificate
    shown: str
    meaning: str
    warning: Failure | None


def private_root(diagnosis: Diagnosis) -> Certificate | None:
    """Return the root outside the trust store in which a host's chain ends, or None.

    A self-signed leaf is none, and none is one that the trust store's owner rejects.
    """
    if diagnosis.path is not None:
        return None
    rejected = {found.at for found in diagnosis.findings if found.code == FindingCode.REJECTED}
    roots = (trail[-1] for trail in diagnosis.search.untrusted if len(trail) > 1)
    return next((root for root in roots if root.sha256 not in rejected), None)


def ask_about(root: Certificate, diagnosis: Diagnosis) -> RootQuestion:
    """Return what the user has to know before trusting `root`."""
    return RootQuestion(root, hidden_fingerprint(root), MEANING, interception_warning(root, diagnosis))


def interception_warning(root: Certificate, diagnosis: Diagnosis) -> Failure | None:
    """Return who seems to sit in between, where the diagnosis or the root's name shows interception."""
    vendor = vendor_of((root,))
    if vendor is None and diagnosis.blame is not Blame.INTERCEPTION:
        return None
    who = f"by {vendor}" if vendor is not None else "by a proxy in between"
    return Failure(
        "interception",
        f"This connection seems to be opened and read {who}: the root is not the site's.",
        "Get the root, or its fingerprint, from the people who run that proxy; never from this connection.",
    )


def root_for_clients(state: HostState, trust: TrustStore, at: datetime) -> Certificate | None:
    """Return the root of a host that is accepted as it is served, where clients by themselves do not have it.

    `trust` is the chosen trust store. Clients judge: a family that accepts with it refuses with its own.
    """
    served, verdict = state.reached, state.verdict
    if served is None or verdict is None or verdict.path is None or state.proven is not None:
        return None
    content = accepted(verdict.verdicts)
    own = clients_own(trust)
    if not content or verdict.path.anchor in own:
        return None
    alone = Judge(own.file).verdicts(ders_of(served), host=served.host, at=at)
    return verdict.path.anchor if content - accepted(alone) else None


def with_private_root(journey: Journey, state: HostState) -> HostState:
    """The host with the root that its clients lack as its bundle, where it is accepted as it is served."""
    lacking = root_for_clients(state, journey.trust, journey.clock())
    if lacking is None:
        return state
    return replace(state, repair=journey.standing(state))


def plan_trust_file(path: Path, root: Certificate, confirmed: ConfirmedRoot) -> WritePlan | Failure:
    """Plan to add a confirmed root to a trust file that `--trust` takes; what stands there stays as it is.

    The plan is shown and written as that of a bundle (repair.write).
    """
    from tui_chain.repair.write import WritePlan, plan_write

    if confirmed.sha256 != root.sha256:
        return Failure("root", "Another root was confirmed.", "Confirm this one first.")
    plan = plan_write(path, b"")
    if isinstance(plan, Failure):
        return plan
    old = plan.old or b""
    if b"PRIVATE KEY-----" in old:
        return Failure("file", f"{safe_text(str(path))} holds a private key.", "Name a file of its own.")
    reading = read_certificates(old)
    if old.strip() and reading.format != "PEM":
        return Failure("file", f"{safe_text(str(path))} is no PEM file.", "Name another file.")
    if root in reading.certificates:
        return WritePlan(plan.path, old, plan.old)
    return WritePlan(plan.path, _joined(old, root), plan.old)


def _joined(old: bytes, root: Certificate) -> bytes:
    before = old if not old or old.endswith(b"\n") else old + b"\n"
    header = comment(f"Private root, confirmed by its fingerprint: {root.subject}")
    return before + (header + comment(f"SHA-256: {colon_hex(root.sha256)}") + to_pem(root)).encode("ascii")
