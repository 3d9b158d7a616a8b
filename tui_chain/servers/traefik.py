"""Traefik, whose file provider takes certificates from the dynamic configuration."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "Traefik",
        f"tls:\n  certificates:\n    - certFile: {at.chain}\n      keyFile: {at.key}",
        "touch /etc/traefik/dynamic/tls.yml",
        language="yaml",
        note="The lines go into a file of the dynamic configuration, such as /etc/traefik/dynamic/tls.yml. Traefik "
        "watches that file and not the certificates: touch makes it read them again.",
    )


SERVER = Server("Traefik", 42, _lines)
