"""What every kind of finding declares."""

from __future__ import annotations

from dataclasses import dataclass

from tui_chain.core.status import Blame, Severity

FATAL, RISK, COSMETIC = Severity.FATAL, Severity.RISK, Severity.COSMETIC
SERVER, STORE, NETWORK = Blame.SERVER, Blame.CLIENT_STORE, Blame.NETWORK
INTERCEPTION, NOBODY, CLIENT = Blame.INTERCEPTION, Blame.NOBODY, Blame.CLIENT


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding: its code, how bad it is, whose fault, one sentence of what it means, one of what to do.

    `source` names the RFC section, OpenSSL verify code or client version behind it; empty where there is none.
    """

    code: str
    severity: Severity
    blame: Blame
    message: str
    hint: str
    source: str = ""


Kinds = tuple[FindingKind, ...]
