"""What a finding is, and what every kind of finding declares; loads nothing of X.509."""

from __future__ import annotations

from dataclasses import dataclass

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Severity

FATAL, RISK, COSMETIC = Severity.FATAL, Severity.RISK, Severity.COSMETIC
SERVER, STORE, CLIENT, INTERCEPTION = Blame.SERVER, Blame.CLIENT_STORE, Blame.CLIENT, Blame.INTERCEPTION


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding: its code, how bad it is, whose fault, one sentence of what it means, one of what to do.

    `source` names the RFC section, OpenSSL verify code or client version behind it; empty where there is none.
    """

    code: FindingCode
    severity: Severity
    blame: Blame
    message: str
    hint: str
    source: str = ""

    def finding(self, at: str | None, detail: str = "", advice: str = "") -> Finding:
        """Make a finding of this kind on the certificate with the SHA-256 `at`; `detail` follows its sentence."""
        return Finding(self, at, f"{self.message} {detail}".rstrip(), advice)


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
    def code(self) -> FindingCode:
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


Kinds = tuple[FindingKind, ...]
