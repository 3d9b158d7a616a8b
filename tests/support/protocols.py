"""Real servers that speak no HTTP, on loopback: databases, mail, LDAP; and small ones for what Debian has not."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from string import Template

from websockets.sync.server import ServerConnection, serve

from tests.support.daemon_programs import DOVECOT, POSTFIX
from tests.support.daemons import Daemon, running
from tests.support.mongo import mongo
from tests.support.nginx import free_port
from tests.support.posix import is_root
from tests.support.programs import require_program
from tui_chain.net.target import Target
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

SECONDS = 15.0
_POSTFIX_LINE = "smtpd_tls_cert_file = {folder}/leaf.pem\nsmtpd_tls_key_file = {folder}/key.pem"
_POSTGRES = Path("/usr/lib/postgresql")
"""Where Debian has each version's programs, which are not on PATH."""


@dataclass(frozen=True)
class Service:
    """A server program; in its words $folder has leaf.pem, key.pem and what is prepared, and $port is its port.

    `owner` are the user and group as whom it runs where it refuses root, `prepare` the words that make its data.
    """

    program: str
    words: tuple[str, ...]
    prepare: tuple[str, ...] = ()
    owner: tuple[str, str] | None = None
    starttls: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)


POSTGRESQL = Service(
    "postgres",
    (
        *("-D", "$folder/data", "-p", "$port", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
        *("-c", "ssl=on", "-c", "ssl_cert_file=$folder/leaf.pem", "-c", "ssl_key_file=$folder/key.pem"),
    ),
    ("initdb", "-D", "$folder/data", "--no-sync", "-A", "trust", "-U", "postgres"),
    owner=("postgres", "postgres"),
    starttls="postgres",
)
_SMALL = ("--innodb-use-native-aio=0", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M")
"""So that MariaDB asks the kernel for nothing of which others may have taken the most."""
MARIADB = Service(
    "mariadbd",
    (
        *("--no-defaults", "--datadir=$folder/data", "--port=$port", "--bind-address=127.0.0.1"),
        *("--socket=$folder/socket", "--ssl-cert=$folder/leaf.pem", "--ssl-key=$folder/key.pem", *_SMALL),
    ),
    (
        *("mariadb-install-db", "--no-defaults", "--datadir=$folder/data", "--skip-test-db", *_SMALL),
        "--auth-root-authentication-method=normal",
    ),
    owner=("nobody", "nogroup"),
    starttls="mysql",
)
REDIS = Service(
    "redis-server",
    (
        *("--port", "0", "--tls-port", "$port", "--bind", "127.0.0.1", "--tls-auth-clients", "no", "--save", ""),
        *("--tls-cert-file", "$folder/leaf.pem", "--tls-key-file", "$folder/key.pem", "--dir", "$folder"),
    ),
)
SLAPD = Service(
    "slapd",
    ("-f", "$folder/slapd.conf", "-h", "ldap://127.0.0.1:$port", "-d", "0"),
    starttls="ldap",
    files={
        "slapd.conf": """
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
TLSCertificateFile $folder/leaf.pem
TLSCertificateKeyFile $folder/key.pem
moduleload back_null
database null
suffix "dc=test"
"""
    },
)


@contextlib.contextmanager
def running_service(service: Service, folder: Path) -> Iterator[int]:
    """Start it in a folder that has leaf.pem and key.pem and that every user may pass; yields the port."""
    names = {"folder": str(folder), "port": str(free_port())}
    for name, text in service.files.items():
        (folder / name).write_text(Template(text).substitute(names))
    as_owner = _as_owner(service, folder)
    program = _program(service.program)
    with (folder / "log").open("wb") as log:
        if service.prepare:
            words = (*as_owner, *_filled(service.prepare, names))
            made = subprocess.run(words, stdout=log, stderr=log, check=False, timeout=SECONDS, cwd=folder)
            assert made.returncode == 0, (folder / "log").read_text()
        words = (*as_owner, program, *_filled(service.words, names))
        with subprocess.Popen(words, stdout=log, stderr=log, cwd=folder) as process:
            try:
                _wait(Target("127.0.0.1", int(names["port"]), service.starttls), process, folder / "log")
                yield int(names["port"])
            finally:
                process.terminate()


def _as_owner(service: Service, folder: Path) -> tuple[str, ...]:
    """The words before a command that runs as the server's user: root alone has to step down."""
    if service.owner is None or not is_root():
        return ()
    user, group = service.owner
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, user, group)
    return (str(require_program("setpriv")), f"--reuid={user}", f"--regid={group}", "--clear-groups")


def _filled(words: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    program, *arguments = (Template(word).substitute(names) for word in words)
    return (program if program.startswith("-") else _program(program), *arguments)


def _program(name: str) -> str:
    newest = max(_POSTGRES.glob(f"*/bin/{name}"), default=None)
    return str(newest or require_program(name))


def _wait(target: Target, process: subprocess.Popen[bytes], log: Path) -> None:
    """Poll until its chain can be read; a server that has ended says why."""
    deadline = time.monotonic() + SECONDS
    while not isinstance(asyncio.run(Prober(lambda: datetime.now(UTC), 5.0).probe(target)), ServedChain):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text())
        time.sleep(0.02)


@contextlib.contextmanager
def running_daemon(daemon: Daemon, line: str, folder: Path) -> Iterator[int]:
    """Start a mail server in such a folder."""
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
    "postgres": lambda folder: running_service(POSTGRESQL, folder),
    "mysql": lambda folder: running_service(MARIADB, folder),
    "redis": lambda folder: running_service(REDIS, folder),
    "ldap": lambda folder: running_service(SLAPD, folder),
    "smtp": lambda folder: running_daemon(POSTFIX, _POSTFIX_LINE, folder),
    "imap": lambda folder: running_daemon(DOVECOT, "ssl_cert = <{folder}/leaf.pem", folder),
    "mongo": lambda folder: mongo(server_context(folder)),
    "websocket": websocket,
}
"""How the server of a protocol is started in a folder that has its leaf and its key."""
