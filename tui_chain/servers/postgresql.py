"""PostgreSQL: `ssl_cert_file` is read with SSL_CTX_use_certificate_chain_file (be-secure-openssl.c)."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "PostgreSQL",
        f"ssl_cert_file = '{at.chain}'",
        "systemctl reload postgresql",
        language="ini",
        note="The line goes into postgresql.conf; the user that PostgreSQL runs as has to be able to read the file. "
        "A file that cannot be loaded changes nothing: the log says why.",
    )


SERVER = Server("PostgreSQL", 90, _lines, starttls=frozenset({"postgres"}), ports=frozenset({5432, 5433}), only=True)
