"""OpenVPN, both ends: its log names the verify error of the peer."""

from __future__ import annotations

from tui_chain.clients.client import Client, any_endpoint
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled

CLIENT = Client(
    "OpenVPN",
    390,
    errors=ErrorOutput(
        (
            spelled(
                Kind.PURPOSE, "Certificate does not have key usage extension", "VERIFY KU ERROR", "VERIFY EKU ERROR"
            ),
            spelled(
                Kind.PURPOSE, "Validating certificate key usage", pattern=r"certificate has key usage \w+, expects"
            ),
            spelled(Kind.HOST, "VERIFY X509NAME ERROR"),
            spelled(Kind.TIMEOUT, "TLS key negotiation failed to occur"),
            spelled(Kind.OWN_UNUSABLE, "Cannot load inline certificate file", "Cannot load private key file"),
            spelled(
                Kind.GENERAL,
                "VERIFY ERROR",
            ),
            spelled(Kind.VAGUE, "TLS Error: TLS handshake failed"),
        ),
        signs=r"\bopenvpn\b|\bOpenVPN\b|\bovpn-|VERIFY (?:ERROR|KU|EKU|OK|X509NAME)|TLS_ERROR: BIO read",
        version=r"\bOpenVPN (\d+\.\d+(?:\.\d+)?)",
        trust_command="grep -E '^(ca|capath|verify-x509-name|remote-cert-tls)' CLIENT.ovpn",
    ),
    reaches=any_endpoint,
)
