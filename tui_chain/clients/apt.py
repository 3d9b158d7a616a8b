"""apt: GnuTLS with the roots of the package ca-certificates."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled

CLIENT = Client(
    "apt",
    112,
    errors=ErrorOutput(
        (
            spelled(Kind.PROXY_REFUSES, "Invalid response from proxy"),
            spelled(Kind.NAME, "Temporary failure resolving"),
            spelled(Kind.NAME, "Could not resolve"),
            spelled(Kind.UNKNOWN_ISSUER, "The certificate is NOT trusted. The certificate issuer is unknown"),
            spelled(Kind.NO_CA_STORE, "No system certificates available. Try installing ca-certificates"),
            spelled(Kind.GENERAL, "Certificate verification failed: The certificate is NOT trusted"),
        ),
        signs=r"^(?:E|W|Err|Ign):\S* |\bapt(?:-get)? (?:update|install)|Could not handshake:|sources\.list",
        trust_command="ls -l /etc/ssl/certs/ca-certificates.crt; apt-config dump | grep -i cainfo",
    ),
)
