"""HAProxy."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    both = at.chain.removesuffix(".pem") + "-and-key.pem"
    return ServerLines(
        "HAProxy",
        f"bind :{at.port} ssl crt {both}",
        "systemctl reload haproxy",
        "haproxy -c -f /etc/haproxy/haproxy.cfg",
        "haproxy",
        # a new file of mode 600 before the key goes in: cat alone would keep the rights of a file that is there
        f"install -m 600 /dev/null {both} && cat {at.chain} {at.key} > {both}",
        "It wants chain and private key in one file, which nobody else may read.",
    )


SERVER = Server("HAProxy", 30, _lines)
