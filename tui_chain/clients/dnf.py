"""dnf and yum: libcurl with the roots of the package ca-certificates."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorOutput

CLIENT = Client(
    "dnf",
    114,
    errors=ErrorOutput(
        signs=r"\b(?:dnf|yum|microdnf) |Errors during downloading metadata|Curl error \(\d+\)|repomd\.xml",
        trust_command="ls -l /etc/pki/tls/certs/ca-bundle.crt; grep -r sslcacert /etc/dnf /etc/yum.repos.d",
    ),
)
