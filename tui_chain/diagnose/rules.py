"""The rules that turn a served chain and its paths into findings, family by family."""

from __future__ import annotations

from tui_chain.diagnose.case import Case, uses_only_served
from tui_chain.diagnose.catalogue import Finding
from tui_chain.diagnose.certificate_rules import certificate_findings
from tui_chain.diagnose.chain_rules import chain_findings
from tui_chain.diagnose.network_rules import network_findings
from tui_chain.diagnose.path_rules import path_findings
from tui_chain.diagnose.trust_rules import profile_findings, trust_findings

__all__ = ["Case", "findings", "uses_only_served"]


def findings(case: Case) -> tuple[Finding, ...]:
    """Everything that is to be said of a host that was reached, in the order in which the rules speak."""
    told = (
        *path_findings(case),
        *trust_findings(case),
        *chain_findings(case),
        *certificate_findings(case),
        *network_findings(case),
    )
    return (*told, *profile_findings(case, told))
