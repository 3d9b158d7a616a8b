"""nginx."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines("nginx", f"ssl_certificate {at.chain};", "nginx -s reload", "nginx -t", "nginx")


SERVER = Server("nginx", 10, _lines)
