"""Why a host was not reached, and what its server did after its certificates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_chain.core.failure import Failure
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.catalogue import CATALOGUE, Finding, finding
from tui_chain.probe.served import ServedChain

_ALERT = re.compile(r"the alert '([a-z0-9 ]+)'")
_ALERT_CODES = {"bad certificate": "alert-certificate-required"}
_AFTER = re.compile(r"after the certificates: .*\b(?:alert|certificate required)\b")


def failure_finding(failure: Failure) -> Finding:
    """The finding that a failed probe is; an alert is called by its name where the catalogue has it."""
    kind = CATALOGUE.get(_code(failure), CATALOGUE["connect"])
    return Finding(kind, None, failure.message, failure.hint)


def _code(failure: Failure) -> str:
    alert = _ALERT.search(failure.message) if failure.kind == "alert" else None
    if alert is not None:
        code = _ALERT_CODES.get(alert[1], f"alert-{alert[1].replace(' ', '-')}")
        return code if code in CATALOGUE else "alert"
    if failure.kind == "tls" and "excessive message size" in failure.message:
        return "chain-too-large"
    return failure.kind


def is_ended_by_alert(served: ServedChain) -> bool:
    """Whether a server showed its certificates and then ended the handshake, having asked for none of the client."""
    return served.tls.client_certificate is None and _AFTER.search(served.note) is not None


def network_findings(case: Case) -> Iterator[Finding]:
    """What the server did after it had sent its certificates."""
    if is_ended_by_alert(case.served):
        yield finding("client-certificate", None, f"{case.served.note[:1].upper()}{case.served.note[1:]}.")
