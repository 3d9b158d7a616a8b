"""Every kind of finding: its code, how bad it is, whose fault, what it means, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.findings import (
    certificate,
    endpoints,
    families,
    handshake,
    interception,
    leaf,
    network,
    revocation,
    served_chain,
    strict,
    trust,
)
from tui_chain.diagnose.findings.finding import FindingKind, Kinds

GROUPS: Mapping[str, Kinds] = MappingProxyType(
    {
        "The served chain": served_chain.KINDS,
        "The server's certificate": leaf.KINDS,
        "Any certificate": certificate.KINDS,
        "Python 3.13 and later": strict.KINDS,
        "The handshake": handshake.KINDS,
        "Trust": trust.KINDS,
        "Client families": families.KINDS,
        "Interception": interception.KINDS,
        "Revocation": revocation.KINDS,
        "One host, many servers": endpoints.KINDS,
        "The network": network.KINDS,
    }
)
"""Every kind of finding by its group, in the order in which they are listed."""

CATALOGUE: Mapping[FindingCode, FindingKind] = MappingProxyType(
    {kind.code: kind for kinds in GROUPS.values() for kind in kinds}
)
"""Every kind of finding by its code."""


def markdown_table() -> str:
    """The whole catalogue as Markdown, a heading and a table for each group: the README's list of findings."""
    parts = [f"### {group}\n\n{_HEAD}{''.join(map(_row, kinds))}" for group, kinds in GROUPS.items()]
    return "\n".join(parts)


_HEAD = "| code | severity | fault | meaning | what to do | source |\n|---|---|---|---|---|---|\n"


def _row(kind: FindingKind) -> str:
    cells = (f"`{kind.code}`", kind.severity, kind.blame, kind.message, kind.hint, kind.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
