"""The rules that turn a served chain and its paths into findings, group by group."""

from __future__ import annotations

from tui_chain.core.status import Status
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.catalogue import Finding
from tui_chain.diagnose.certificate_rules import certificate_findings
from tui_chain.diagnose.chain_rules import chain_findings
from tui_chain.diagnose.family_rules import family_findings
from tui_chain.diagnose.network_rules import network_findings
from tui_chain.diagnose.path_rules import path_findings
from tui_chain.diagnose.tls_rules import tls_findings
from tui_chain.diagnose.trust_rules import trust_findings

__all__ = ["Case", "findings"]


def findings(case: Case, status: Status) -> tuple[Finding, ...]:
    """Everything that is to be said of a host that was reached, in the order in which the rules speak."""
    return (
        *path_findings(case),
        *trust_findings(case),
        *chain_findings(case),
        *certificate_findings(case),
        *network_findings(case),
        *tls_findings(case),
        *family_findings(case, status),
    )
