"""Dovecot, for mailboxes alone (RFC 8314 section 7.3 has their ports), their filters, and the delivery to them."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "Dovecot 2.2 and 2.3",
        f"ssl_cert = <{at.chain}",
        "doveadm reload",
        note=f"From 2.4 on the line is: ssl_server_cert_file = {at.chain}",
    )


SERVER = Server(
    "Dovecot",
    70,
    _lines,
    starttls=frozenset({"imap", "pop3", "sieve", "lmtp"}),
    ports=frozenset({24, 110, 143, 993, 995, 4190}),
    only=True,
)
