"""Real servers on loopback, reloaded by their own tools (`daemon_programs` has which)."""

from __future__ import annotations

import contextlib
import os
import shutil
import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from urllib.parse import quote

import pytest

from tests.support.nginx import free_port
from tests.support.posix import is_root, own_ids
from tests.support.programs import require_file, require_program
from tui_chain.net.starttls import ldap, mysql, postgres

SECONDS = 15.0
TRIAL_SECONDS = 2.0


@dataclass(frozen=True)
class Daemon:
    """A server program and its configuration files, in which $folder, $port and $line stand for what a test says.

    `start` are the words that keep it in the foreground, `stop` those that end it where a signal to what was started
    does not. `variables` lead its own tools to these files, and `tools` are scripts that stand in for a tool that
    would reach for the whole machine. `owner` is the user that has to own the folder `data`, and the key in it;
    `as_owner` says that the server refuses to run as root, so that this user runs it and what $as_owner begins.
    `needs` are files that have to be installed. `prepare` is a script that is run before the start. `again` says that
    its unit starts it again whenever it ends. `more` are further protocols with STARTTLS, each at a port of its own:
    that of `xmpp-server` stands in for $port_xmpp_server.
    """

    name: str
    program: str
    files: Mapping[str, str]
    start: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    starttls: str = ""
    more: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    needs_root: bool = False
    owner: str = ""
    as_owner: bool = False
    needs: tuple[Path, ...] = ()
    prepare: str = ""
    again: bool = False


@dataclass(frozen=True)
class Running:
    """A server that was started: its port, and the folder with all its files."""

    daemon: Daemon
    program: Path
    port: int
    folder: Path
    more: Mapping[str, int] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What its tools are run with: those of the test first."""
        places = (str(self.folder / "tools"), os.environ["PATH"], str(self.program.parent), "/usr/sbin", "/sbin")
        path = os.pathsep.join(places)
        own = {name: _filled(value, self) for name, value in self.daemon.variables.items()}
        return {"PATH": path, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"} | own

    @property
    def target(self) -> str:
        return self.target_in(self.daemon.starttls)

    def target_in(self, protocol: str) -> str:
        """The target of one of its protocols."""
        port = self.more.get(protocol, self.port)
        return f"{protocol}+starttls://localhost:{port}" if protocol else f"localhost:{port}"

    def configure(self, line: str) -> None:
        """Write the files with another line for the certificate."""
        line = Template(line).safe_substitute(port=self.port)
        for name, text in self.daemon.files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_filled(text, self, line))

    def shakes_hands(self) -> bool:
        """Whether it serves TLS now, whatever its certificate; its key may be another one's."""
        lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
        try:
            for protocol, port in {self.daemon.starttls: self.port, **self.more}.items():
                _HANDSHAKES[protocol](port, lax)
        except ssl.SSLError as error:
            return error.reason == "BAD_SIGNATURE"
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def trusted_by(self, roots: Path) -> bool:
        """Whether the server sends a chain that leads to these roots; no OSError but a refused certificate counts."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(roots)
        try:
            _HANDSHAKES[self.daemon.starttls](self.port, context)
        except ssl.SSLCertVerificationError:
            return False
        return True


def _filled(text: str, server: Running, line: str = "") -> str:
    user, group = own_ids()
    owner = server.daemon.owner if server.daemon.as_owner and is_root() else ""
    return Template(text).substitute(
        folder=server.folder,
        quoted_folder=quote(str(server.folder), safe=""),
        port=server.port,
        program=server.program,
        line=line,
        user=user,
        group=group,
        **{f"port_{name.replace('-', '_')}": port for name, port in server.more.items()},
        as_owner=f"setpriv --reuid={owner} --regid={owner} --clear-groups" if owner else "",
    )


def _plain(port: int, context: ssl.SSLContext) -> None:
    with (
        socket.create_connection(("localhost", port), timeout=SECONDS) as sock,
        context.wrap_socket(sock, server_hostname="localhost"),
    ):
        pass


def _smtp(port: int, context: ssl.SSLContext) -> None:
    with smtplib.SMTP("localhost", port, timeout=SECONDS) as client:
        client.starttls(context=context)


def _imap(port: int, context: ssl.SSLContext) -> None:
    """By hand (RFC 9051 section 6.2.1): imaplib wants to log out of a connection that a refusal has ended."""
    with socket.create_connection(("localhost", port), timeout=SECONDS) as sock:
        with sock.makefile("rb", buffering=0) as answers:
            answers.readline()
            sock.sendall(b"a STARTTLS\r\n")
            answers.readline()
        with context.wrap_socket(sock, server_hostname="localhost"):
            pass


def _after(hello: bytes, answer: int, greeting: int = 0) -> Callable[[int, ssl.SSLContext], None]:
    """A protocol that greets with `greeting` bytes at least, is sent `hello`, and answers with so many bytes."""

    def shake_hands(port: int, context: ssl.SSLContext) -> None:
        with socket.create_connection(("localhost", port), timeout=SECONDS) as sock:
            if greeting:
                sock.recv(4096)
            sock.sendall(hello)
            if answer:
                sock.recv(answer)
            with context.wrap_socket(sock, server_hostname="localhost"):
                pass

    return shake_hands


def _lines(*steps: tuple[bytes, bytes]) -> Callable[[int, ssl.SSLContext], None]:
    """A protocol of lines: what is sent, and what the answer has in it when it is whole.

    A server that has just begun to listen may not have its TLS yet, and then says nothing for ever.
    """

    def shake_hands(port: int, context: ssl.SSLContext) -> None:
        with socket.create_connection(("localhost", port), timeout=TRIAL_SECONDS) as sock:
            for sent, wanted in steps:
                sock.sendall(sent)
                answer = b""
                while wanted not in answer:
                    piece = sock.recv(4096)
                    if not piece:
                        raise ConnectionResetError(answer)
                    answer += piece
            with context.wrap_socket(sock, server_hostname="localhost"):
                pass

    return shake_hands


def _xmpp(namespace: bytes) -> Callable[[int, ssl.SSLContext], None]:
    opens = (
        b"<stream:stream to='localhost' version='1.0' xmlns='%s' xmlns:stream='http://etherx.jabber.org/streams'>"
        % namespace
    )
    return _lines(
        (opens, b"</stream:features>"), (b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b"<proceed")
    )


_HANDSHAKES: Mapping[str, Callable[[int, ssl.SSLContext], None]] = {
    "": _plain,
    "smtp": _smtp,
    "imap": _imap,
    "postgres": _after(postgres.SSL_REQUEST, 1),
    "ldap": _after(ldap.REQUEST, 4096),
    "mysql": _after(mysql.SSL_REQUEST, 0, 4096),
    "pop3": _lines((b"", b"\n"), (b"STLS\r\n", b"+OK")),
    "sieve": _lines((b"", b"\nOK "), (b"STARTTLS\r\n", b"OK ")),
    "lmtp": _lines((b"", b"220 "), (b"LHLO localhost\r\n", b"250 "), (b"STARTTLS\r\n", b"220 ")),
    "ftp": _lines((b"", b"220 "), (b"AUTH TLS\r\n", b"234 ")),
    "irc": _lines((b"STARTTLS\r\n", b" 670 ")),
    "xmpp": _xmpp(b"jabber:client"),
    "xmpp-server": _xmpp(b"jabber:server"),
}


@contextlib.contextmanager
def running(daemon: Daemon, folder: Path, line: str, *, requires_certificate: bool = False) -> Iterator[Running]:
    """Start a server with this line for its certificate; it has ended when the context is left.

    Of one that refuses who shows no certificate, or is unknown, it is enough that it listens.
    """
    program = require_program(daemon.program)
    for file in daemon.needs:
        require_file(file)
    if daemon.needs_root and not is_root():
        pytest.skip(f"{daemon.name} starts as root only")
    server = Running(daemon, program, free_port(), folder, {name: free_port() for name in daemon.more})
    _prepare(server)
    server.configure(line)
    with (folder / "daemon.log").open("wb") as log:
        if daemon.prepare:
            subprocess.run(
                ("sh", "-ec", _filled(daemon.prepare, server)),
                env=server.environment,
                cwd=folder,
                stdout=log,
                stderr=log,
                timeout=SECONDS,
                check=True,
            )
        process = subprocess.Popen(_command(server), env=server.environment, stdout=log, stderr=log)
        with process:
            try:
                _wait(server, process, _listens if requires_certificate else Running.shakes_hands)
                yield server
            finally:
                if daemon.stop:
                    stop = (str(program), *daemon.stop)
                    subprocess.run(stop, env=server.environment, stdout=log, stderr=log, timeout=SECONDS, check=False)
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(SECONDS)
                process.kill()


def _command(server: Running) -> tuple[str, ...]:
    """What starts a server; one that is to be started again is the child of a shell that ends it."""
    words = [_filled(word, server) for word in server.daemon.start]
    command = (*_filled("$as_owner", server).split(), str(server.program), *words)
    loop = 'trap \'kill $!; wait; exit\' TERM; while :; do "$@" & echo $! > "$0"; wait $!; done'
    return ("sh", "-c", loop, str(server.folder / "child"), *command) if server.daemon.again else command


def _prepare(server: Running) -> None:
    """Make the folders of a server and the tools that it is given."""
    folder, daemon = server.folder, server.daemon
    for made in (folder / "tools", folder / "queue", folder / "data"):
        made.mkdir()
    if daemon.owner:
        key = Path(shutil.copy(folder / "etc/ssl/private/localhost.key", folder / "data/server.key"))
        key.chmod(0o600)
        for path in (folder / "data", key) if is_root() else ():
            shutil.chown(path, daemon.owner)
    for name, text in daemon.tools.items():
        tool = folder / "tools" / name
        tool.write_text(f"#!/bin/sh\n{_filled(text, server)}\n")
        tool.chmod(0o755)


def _wait(server: Running, process: subprocess.Popen[bytes], ready: Callable[[Running], bool]) -> None:
    """Poll until it is ready; a server that has ended says why."""

    def is_ready() -> bool:
        if process.poll() is not None:
            raise RuntimeError((server.folder / "daemon.log").read_text())
        return ready(server)

    wait_until(is_ready, (server.folder / "daemon.log").read_text)


def _listens(server: Running) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", server.port), timeout=TRIAL_SECONDS):
        return True
    return False


def wait_until(reached: Callable[[], bool], words: Callable[[], str] = str) -> None:
    """Poll with a deadline; `words` say what the matter is when it passes."""
    deadline = time.monotonic() + SECONDS
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(words())
        time.sleep(0.02)
