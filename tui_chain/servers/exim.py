"""Exim, which reads `tls_certificate` anew for each connection."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "Exim",
        f"tls_certificate = {at.chain}",
        "systemctl reload exim4",
        "exim4 -bV",
        note="The line goes into the main section, above the first `begin`; in Debian's configuration it is "
        f"MAIN_TLS_CERTIFICATE = {at.chain} in /etc/exim4/exim4.conf.localmacros. The user that Exim runs as has to "
        "be able to read the file.",
    )


SERVER = Server("Exim", 65, _lines, starttls=frozenset({"smtp"}), ports=frozenset({25, 465, 587}), only=True)
