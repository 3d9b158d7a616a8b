"""msmtp, mpop and mbsync: mail from the command line."""

from __future__ import annotations

from tui_chain.clients.client import Client, speaks
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled

CLIENT = Client(
    "msmtp",
    384,
    errors=ErrorOutput(
        (
            spelled(
                Kind.HOST,
                "certificate owner does not match hostname",
                "the certificate owner does not match hostname",
            ),
            spelled(Kind.EXPIRED, pattern=r"certificate \d of \d has expired"),
            spelled(Kind.NOT_YET, pattern=r"certificate \d of \d is not yet activated"),
            spelled(Kind.UNKNOWN_ISSUER, "the certificate hasn't got a known issuer"),
            spelled(
                Kind.SELF_SIGNED,
                "certificate fingerprint does not match",
                pattern=r"fingerprint .{0,200}does not match configured fingerprint",
            ),
            spelled(Kind.GENERAL, "TLS certificate verification failed"),
        ),
        signs=r"\bmsmtp\b|\bmpop\b|\bmbsync\b|\bisync\b|\bofflineimap\b|/etc/msmtprc",
        trust_command="grep -i tls_ ~/.msmtprc /etc/msmtprc; grep -i CertificateFile ~/.mbsyncrc",
    ),
    reaches=speaks("smtp", 465),
)
