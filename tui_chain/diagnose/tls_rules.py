"""What the handshake says beside certificates: which families cannot shake hands, and for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tui_chain.clients.families import family_names
from tui_chain.clients.handshake import HandshakeCode
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.catalogue import Finding, finding
from tui_chain.diagnose.network_rules import is_ended_by_alert

MAX_CAS = 4
"""Names of accepted client CAs that are told."""

_CODES: Mapping[str, str] = {
    HandshakeCode.PROTOCOL_VERSION: "old-tls",
    HandshakeCode.NO_SHARED_CIPHER: "old-cipher",
    HandshakeCode.WEAK_DH_KEY: "old-cipher",
    HandshakeCode.LEGACY_RENEGOTIATION: "no-secure-renegotiation",
    HandshakeCode.NO_SHARED_GROUP: "unsupported-group",
    HandshakeCode.UNSUPPORTED_ALGORITHM: "unsupported-algorithm",
    HandshakeCode.CLIENT_CERTIFICATE: "client-certificate-required",
    HandshakeCode.HANDSHAKE_FAILURE: "alert-handshake-failure",
}


def tls_findings(case: Case) -> Iterator[Finding]:
    """Say of each kind of refusal which families it concerns, and whether a client certificate is asked for."""
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for family, verdict in case.no_handshake.items():
        groups[_CODES.get(str(verdict.code), "alert-handshake-failure")][verdict.error or ""].append(family)
    if is_ended_by_alert(case.served):
        groups.pop("alert-handshake-failure", None)  # the finding on that says more
    for code, reasons in groups.items():
        words = " ".join(f"{family_names(families)}: {why}." for why, families in reasons.items())
        yield finding(code, None, _cas(case) if code == "client-certificate-required" else words)
    if case.served.tls.client_certificate == "requested":
        yield finding("client-certificate-requested", None, _cas(case))


def _cas(case: Case) -> str:
    names = case.served.tls.client_cas
    if not names:
        return "It names no CA that has to have issued it."
    more = f" and {len(names) - MAX_CAS} more" if len(names) > MAX_CAS else ""
    return f"It takes those issued by {'; '.join(names[:MAX_CAS])}{more}."
