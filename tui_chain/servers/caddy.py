"""Caddy."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    site = at.host if at.port == 443 else f"{at.host}:{at.port}"
    return ServerLines(
        "Caddy",
        f"{site} {{\n    tls {at.chain} {at.key}\n}}",
        "caddy reload --force --config /etc/caddy/Caddyfile",
        language="caddy",
        note="The tls line goes into the site's block; the user that Caddy runs as has to be able to read both "
        "files. Without --force it does not read files again whose names have not changed.",
    )


SERVER = Server("Caddy", 40, _lines)
