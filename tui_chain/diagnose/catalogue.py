"""Every finding there is: its code, how bad it is, whose fault, what it means, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui_chain.core.status import Severity
from tui_chain.diagnose.kinds.certificate import CERTIFICATE, STRICT
from tui_chain.diagnose.kinds.chain import CHAIN
from tui_chain.diagnose.kinds.handshake import HANDSHAKE
from tui_chain.diagnose.kinds.kind import FindingKind, Kinds
from tui_chain.diagnose.kinds.leaf import LEAF
from tui_chain.diagnose.kinds.network import NETWORK_KINDS, SERVERS
from tui_chain.diagnose.kinds.trust import BETWEEN, REVOCATION, TRUST

__all__ = ["CATALOGUE", "GROUPS", "Finding", "FindingKind", "finding", "markdown_table"]

GROUPS: Mapping[str, Kinds] = MappingProxyType(
    {
        "The served chain": CHAIN,
        "The server's certificate": LEAF,
        "Any certificate": CERTIFICATE,
        "Python 3.13 and later": STRICT,
        "The handshake": HANDSHAKE,
        "Trust": TRUST,
        "Interception": BETWEEN,
        "Revocation": REVOCATION,
        "One host, many servers": SERVERS,
        "The network": NETWORK_KINDS,
    }
)
"""Every kind of finding by its group, in the order in which they are listed."""

CATALOGUE: Mapping[str, FindingKind] = MappingProxyType(
    {kind.code: kind for kinds in GROUPS.values() for kind in kinds}
)
"""Every kind of finding by its code."""


@dataclass(frozen=True)
class Finding:
    """A kind of finding on a certificate: `at` is its SHA-256, or None where it sits on the host.

    `message` is one sentence for this case, safe for a terminal; `advice` takes the place of the kind's hint.
    """

    kind: FindingKind
    at: str | None
    message: str
    advice: str = ""

    @property
    def code(self) -> str:
        """The code of its kind."""
        return self.kind.code

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.kind.severity

    @property
    def hint(self) -> str:
        """What to do."""
        return self.advice or self.kind.hint


def finding(code: str, at: str | None, detail: str = "", advice: str = "") -> Finding:
    """Make a finding of the kind `code`; `detail` follows the kind's sentence."""
    kind = CATALOGUE[code]
    return Finding(kind, at, f"{kind.message} {detail}".rstrip(), advice)


def markdown_table() -> str:
    """The whole catalogue as Markdown, a heading and a table for each group: the README's list of findings."""
    parts = [f"### {group}\n\n{_HEAD}{''.join(map(_row, kinds))}" for group, kinds in GROUPS.items()]
    return "\n".join(parts)


_HEAD = "| code | severity | fault | meaning | what to do | source |\n|---|---|---|---|---|---|\n"


def _row(kind: FindingKind) -> str:
    cells = (f"`{kind.code}`", kind.severity, kind.blame, kind.message, kind.hint, kind.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
