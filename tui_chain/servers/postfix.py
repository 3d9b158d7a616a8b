"""Postfix, from 3.4 on, which has one setting for key and chain."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "Postfix 3.4 and later",
        f"smtpd_tls_chain_files = {at.key}, {at.chain}",
        "postfix reload",
        note="The key comes first. It takes the place of smtpd_tls_cert_file and smtpd_tls_key_file.",
    )


SERVER = Server("Postfix", 60, _lines, starttls=frozenset({"smtp"}), ports=frozenset({25, 465, 587}), only=True)
