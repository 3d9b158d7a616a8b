"""Real servers that speak no HTTP, on loopback: databases, mail, LDAP; and small ones for what Debian has not."""

from __future__ import annotations

import contextlib
import shutil
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from websockets.sync.server import ServerConnection, serve

from tests.support.daemon_programs import DOVECOT, MARIADB, OPENLDAP, POSTFIX, POSTGRESQL, REDIS
from tests.support.daemons import Daemon, running
from tests.support.mongo import mongo

SECONDS = 15.0
_POSTFIX_KEY = "smtpd_tls_key_file = {folder}/etc/ssl/private/localhost.key"


@contextlib.contextmanager
def running_daemon(daemon: Daemon, line: str, folder: Path) -> Iterator[int]:
    """Start a server in a folder that has leaf.pem and key.pem, and that every user may pass; yields the port."""
    private = folder / "etc/ssl/private"
    private.mkdir(parents=True)
    shutil.copy(folder / "key.pem", private / "localhost.key")
    with running(daemon, folder, line.format(folder=folder)) as server:
        yield server.port


def _until_closed(connection: ServerConnection) -> None:
    for _ in connection:
        pass


@contextlib.contextmanager
def websocket(folder: Path) -> Iterator[int]:
    """A server that takes every connection of RFC 6455 and waits for its end."""
    with serve(_until_closed, "127.0.0.1", 0, ssl=server_context(folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join(SECONDS)


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "leaf.pem", folder / "key.pem")
    return context


SERVICES: Mapping[str, Callable[[Path], contextlib.AbstractContextManager[int]]] = {
    "postgres": lambda folder: running_daemon(POSTGRESQL, "ssl_cert_file = '{folder}/leaf.pem'", folder),
    "mysql": lambda folder: running_daemon(MARIADB, "[mysqld]\nssl_cert = {folder}/leaf.pem", folder),
    "redis": lambda folder: running_daemon(REDIS, "tls-cert-file {folder}/leaf.pem", folder),
    "ldap": lambda folder: running_daemon(OPENLDAP, "", folder),
    "smtp": lambda folder: running_daemon(
        POSTFIX, "smtpd_tls_cert_file = {folder}/leaf.pem\n" + _POSTFIX_KEY, folder
    ),
    "imap": lambda folder: running_daemon(DOVECOT, "ssl_cert = <{folder}/leaf.pem", folder),
    "mongo": lambda folder: mongo(server_context(folder)),
    "websocket": websocket,
}
"""How the server of a protocol is started in a folder that has its leaf and its key."""
