"""MariaDB and MySQL: `ssl_cert` is read with SSL_CTX_use_certificate_chain_file (viosslfactories)."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "MariaDB and MySQL",
        f"[mysqld]\nssl_cert = {at.chain}",
        "systemctl restart mariadb",
        language="ini",
        note="The service of MySQL is called mysql. Where ssl_cert names the file already and only the file "
        "changes, no restart is needed: FLUSH SSL (MariaDB 10.4 and later) or ALTER INSTANCE RELOAD TLS "
        "(MySQL 8.0.16 and later) reads it again.",
    )


SERVER = Server("MariaDB and MySQL", 100, _lines, starttls=frozenset({"mysql"}), ports=frozenset({3306}), only=True)
