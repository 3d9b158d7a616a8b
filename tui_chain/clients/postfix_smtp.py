"""Postfix as a client of other mail servers."""

from __future__ import annotations

from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, speaks
from tui_chain.clients.errors import TRUST_KINDS, CauseSign, ErrorOutput, spelled
from tui_chain.clients.errors import ErrorKind as Kind

CLIENT = Client(
    "Postfix",
    386,
    errors=ErrorOutput(
        (
            spelled(Kind.ROOT_UNKNOWN, "Server certificate not trusted", "untrusted issuer"),
            spelled(Kind.NO_CA_STORE, "Untrusted TLS connection established to"),
            spelled(Kind.HOST, "Server certificate not verified", "certificate peer name verification failed"),
            spelled(
                Kind.ENDED,
                pattern=r"ssl connect error to .{1,253}?: 1"
                r"|ssl connect error to .{1,253}?: lost connection",
            ),
            spelled(Kind.GENERAL, pattern=r"certificate verification failed for .{1,253}?\[[^\]]{2,45}\]:\d+"),
        ),
        signs=r"\bpostfix/(?:\w+/)?smtp\[\d+\]|\bsmtp_tls_",
        trust_command="postconf smtp_tls_CAfile smtp_tls_CApath smtp_tls_security_level",
        cause_signs=(CauseSign(TRUST_KINDS, r"[Uu]ntrusted issuer", (Code.UNTRUSTED_ROOT,)),),
    ),
    reaches=speaks("smtp", 465),
)
