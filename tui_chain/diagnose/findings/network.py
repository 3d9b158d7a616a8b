"""Why a host was not reached, and what its server did after its certificates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame
from tui_chain.diagnose.case import Case, Chain
from tui_chain.diagnose.findings.finding import FATAL, SERVER, Finding, FindingKind
from tui_chain.diagnose.findings.served_chain import CHAIN_TOO_LARGE

NAME = FindingKind(
    FindingCode.NAME, FATAL, Blame.NETWORK, "The name could not be looked up.", "Check the spelling and the resolver."
)
REFUSED = FindingKind(
    FindingCode.REFUSED, FATAL, Blame.NETWORK, "Nothing listens on that port.", "Check the port and the service."
)
NETWORK = FindingKind(
    FindingCode.NETWORK, FATAL, Blame.NETWORK, "There is no route to the host.", "Check the network, VPN or proxy."
)
PROXY = FindingKind(
    FindingCode.PROXY,
    FATAL,
    Blame.NETWORK,
    "The proxy did not connect to the host.",
    "Check the proxy and its login; NO_PROXY names hosts that go without it.",
)
RESET = FindingKind(
    FindingCode.RESET, FATAL, Blame.NETWORK, "The connection was cut.", "A firewall or the server did it."
)
CONNECT = FindingKind(
    FindingCode.CONNECT, FATAL, Blame.NETWORK, "The connection failed.", "Check the host, the port and the network."
)
TIMEOUT = FindingKind(
    FindingCode.TIMEOUT,
    FATAL,
    Blame.NETWORK,
    "A step took longer than its deadline.",
    "Check the port and firewalls.",
)
NO_TLS = FindingKind(
    FindingCode.NO_TLS, FATAL, Blame.NETWORK, "What answers does not speak TLS.", "Check the port, or use STARTTLS."
)
STARTTLS = FindingKind(
    FindingCode.STARTTLS,
    FATAL,
    SERVER,
    "The server did not agree to STARTTLS.",
    "Check the protocol and port.",
    "RFC 3207",
)
TLS = FindingKind(
    FindingCode.TLS, FATAL, SERVER, "The TLS handshake failed.", "The server's log may say more.", "RFC 8446"
)
ALERT = FindingKind(
    FindingCode.ALERT,
    FATAL,
    SERVER,
    "The server ended the handshake with an alert.",
    "Its log says why.",
    "RFC 8446 section 6.2",
)
ALERT_UNRECOGNIZED_NAME = FindingKind(
    FindingCode.ALERT_UNRECOGNIZED_NAME,
    FATAL,
    SERVER,
    "The server has no certificate for this name and says so by an alert.",
    "Check the name and the server's virtual hosts.",
    "RFC 6066 section 3; alert 112",
)
ALERT_PROTOCOL_VERSION = FindingKind(
    FindingCode.ALERT_PROTOCOL_VERSION,
    FATAL,
    SERVER,
    "The server and this client have no TLS version in common.",
    "The server is very old or very strict; allow TLS 1.2 and 1.3 there.",
    "RFC 8446 section 6.2; alert 70",
)
ALERT_CERTIFICATE_REQUIRED = FindingKind(
    FindingCode.ALERT_CERTIFICATE_REQUIRED,
    FATAL,
    SERVER,
    "The server demands a client certificate.",
    "Give the client its certificate and key; the server's chain is not the reason.",
    "RFC 8446 section 4.4.2.4; alerts 116 and 42",
)
ALERT_HANDSHAKE_FAILURE = FindingKind(
    FindingCode.ALERT_HANDSHAKE_FAILURE,
    FATAL,
    SERVER,
    "The server and this client have no cipher or key type in common, or it wants a client certificate.",
    "Compare the server's ciphers and key types with the client's.",
    "RFC 8446 section 6.2; alert 40",
)
CLIENT_CERTIFICATE = FindingKind(
    FindingCode.CLIENT_CERTIFICATE,
    FATAL,
    SERVER,
    "The server ended the handshake after its certificates; most likely it wants a client certificate.",
    "Give the client its certificate and key; what is said of the chain holds all the same.",
    "RFC 5246 section 7.4.6; alerts 40, 42 and 116",
)

KINDS = (
    NAME,
    REFUSED,
    NETWORK,
    RESET,
    CONNECT,
    PROXY,
    TIMEOUT,
    NO_TLS,
    STARTTLS,
    TLS,
    ALERT,
    ALERT_UNRECOGNIZED_NAME,
    ALERT_PROTOCOL_VERSION,
    ALERT_CERTIFICATE_REQUIRED,
    ALERT_HANDSHAKE_FAILURE,
    CLIENT_CERTIFICATE,
)
"""Why a host was not reached, by the kind of the failure."""


_ALERT = re.compile(r"the alert '([a-z0-9 ]+)'")
_ALERTS = {"bad certificate": ALERT_CERTIFICATE_REQUIRED}
_BY_CODE: Mapping[str, FindingKind] = {kind.code: kind for kind in KINDS}
_AFTER = re.compile(r"after the certificates: .*\b(?:alert|certificate required)\b")


def failure_finding(failure: Failure) -> Finding:
    """The finding that a failed probe is; an alert is called by its name where there is a kind for it."""
    return Finding(_kind(failure), None, failure.message, failure.hint)


def _kind(failure: Failure) -> FindingKind:
    alert = _ALERT.search(failure.message) if failure.kind == FindingCode.ALERT else None
    if alert is not None:
        named = _BY_CODE.get(f"alert-{alert[1].replace(' ', '-')}", ALERT)
        return _ALERTS.get(alert[1], named)
    if failure.kind == FindingCode.TLS and "excessive message size" in failure.message:
        return CHAIN_TOO_LARGE
    return _BY_CODE.get(failure.kind, CONNECT)


def is_ended_by_alert(served: Chain) -> bool:
    """Whether a server showed its certificates and then ended the handshake, having asked for none of the client."""
    return served.tls.client_certificate is None and _AFTER.search(served.note) is not None


def network_findings(case: Case) -> Iterator[Finding]:
    """What the server did after it had sent its certificates."""
    if is_ended_by_alert(case.served):
        yield CLIENT_CERTIFICATE.finding(None, f"{case.served.note[:1].upper()}{case.served.note[1:]}.")
