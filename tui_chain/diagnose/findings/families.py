"""Which client families refuse a chain that others accept, or that should be good, each with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tui_chain.clients.families import family_names
from tui_chain.clients.handshake import CANNOT_SHAKE_HANDS
from tui_chain.clients.verdict import Verdict, reason
from tui_chain.core.command import HOST, hinted
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Status
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.findings.finding import FATAL, RISK, SERVER, Finding, FindingKind
from tui_chain.paths.codes import WITHOUT_STRICT, is_strict

CLIENTS_REFUSE = FindingKind(
    FindingCode.CLIENTS_REFUSE,
    FATAL,
    SERVER,
    "Every client family refuses this chain though a good path is in it.",
    "A certificate with the issuer's name and another key comes before the right one; remove it from the chain file.",
    "OpenSSL build_chain takes one candidate issuer and does not backtrack",
)
FAMILY_REFUSES = FindingKind(
    FindingCode.FAMILY_REFUSES,
    RISK,
    SERVER,
    "These client families refuse the chain.",
    f"A bundle helps where another path wins them, which {hinted('fix', HOST)} looks for; else the server has to "
    "change.",
    "the verdict of each family's engine",
)

KINDS = (
    CLIENTS_REFUSE,
    FAMILY_REFUSES,
)
"""What the client families say."""


def family_findings(case: Case, status: Status) -> Iterator[Finding]:
    """Say who refuses, and why; families that refuse the same certificate for the same reason stand together.

    Of those that cannot shake hands the findings on the handshake say it.
    """
    if status is Status.PARTIAL:
        yield from _refusals(case)
    elif status is Status.INVALID and case.path is not None and case.path.good:
        # all of it was served and its anchor is trusted, else the status were another: no family looks that far
        first = next(iter(case.verdicts.values()))
        yield CLIENTS_REFUSE.finding(first.certificate or case.leaf.sha256, f"{reason(first)}.")
        yield from _refusals(case)


def _refusals(case: Case) -> Iterator[Finding]:
    groups: dict[Verdict, list[str]] = defaultdict(list)
    for identity, verdict in case.verdicts.items():
        if not verdict.ok and verdict.code not in CANNOT_SHAKE_HANDS:
            groups[verdict].append(identity)
    for verdict, identities in groups.items():
        detail = f"Refused by {family_names(identities)}: {reason(verdict)}."
        yield FAMILY_REFUSES.finding(verdict.certificate, detail, _advice(verdict))


def _advice(verdict: Verdict) -> str:
    """What helps where no bundle does: a context without X509_STRICT."""
    if is_strict(verdict.code):
        return f"Where no bundle helps, `{WITHOUT_STRICT}` does for one Python context, and gives up checks of form."
    return ""
