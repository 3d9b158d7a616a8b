"""Prosody, for XMPP alone: `ssl` of LuaSec takes a chain in `certificate` (SSL_CTX_use_certificate_chain_file)."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    key = f"/etc/prosody/certs/{at.name}.key"
    return ServerLines(
        "Prosody",
        f'ssl = {{\n    certificate = "{at.chain}";\n    key = "{key}";\n}}',
        "prosodyctl reload",
        language="lua",
        first=f"install -D -o prosody -m 400 {at.key} {key}",
        note="The lines stand under the VirtualHost: what stands before the first one needs a restart. Prosody runs "
        "as a user of its own, which has to be able to read the key: the copy is for it, and is made again at every "
        "renewal.",
        comment="-- {}",
    )


SERVER = Server(
    "Prosody",
    105,
    _lines,
    starttls=frozenset({"xmpp", "xmpp-server"}),
    ports=frozenset({5222, 5223, 5269, 5270}),
    only=True,
)
