"""Apache httpd, from 2.4.8 on: before that, the chain was a file of its own (SSLCertificateChainFile)."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "Apache 2.4.8 and later",
        f"SSLCertificateFile {at.chain}",
        "apachectl graceful",
        "apachectl configtest",
        "apache",
        note="A line with SSLCertificateChainFile would win over the chain in this file: remove it.",
    )


SERVER = Server("Apache", 20, _lines)
