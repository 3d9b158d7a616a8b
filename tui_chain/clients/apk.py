"""apk: Alpine's package manager, OpenSSL with the roots of ca-certificates-bundle."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled

CLIENT = Client(
    "apk",
    116,
    errors=ErrorOutput(
        (spelled(Kind.GENERAL, "TLS: server certificate not trusted"),),
        signs=r"\bapk (?:add|update|upgrade)\b|APKINDEX|dl-cdn\.alpinelinux\.org",
        trust_command="ls -l /etc/ssl/cert.pem /etc/ssl/certs/ca-certificates.crt",
    ),
)
