"""Real servers on loopback, reloaded by their own tools: nginx, Apache, HAProxy, Caddy, Postfix, Dovecot."""

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

import pytest

from tests.support.nginx import free_port
from tests.support.posix import is_root
from tests.support.programs import require_program

SECONDS = 15.0


@dataclass(frozen=True)
class Daemon:
    """A server program and its configuration files, in which $folder, $port and $line stand for what a test says.

    `start` are the words that keep it in the foreground, `stop` those that end it where a signal to what was started
    does not, `variables` lead its own tools to these files, and `tools`
    are scripts that stand in for a tool that would reach for the whole machine. `owner` is the user that has to own
    the folder `data`.
    """

    name: str
    program: str
    files: Mapping[str, str]
    start: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    starttls: str = ""
    stop: tuple[str, ...] = ()
    needs_root: bool = False
    owner: str = ""


@dataclass(frozen=True)
class Running:
    """A server that was started: its port, and the folder with all its files."""

    daemon: Daemon
    program: Path
    port: int
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What its tools are run with: those of the test first."""
        path = os.pathsep.join((str(self.folder / "tools"), os.environ["PATH"], "/usr/sbin", "/sbin"))
        own = {name: _filled(value, self) for name, value in self.daemon.variables.items()}
        return {"PATH": path, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"} | own

    @property
    def target(self) -> str:
        scheme = f"{self.daemon.starttls}+starttls://" if self.daemon.starttls else ""
        return f"{scheme}localhost:{self.port}"

    def configure(self, line: str) -> None:
        """Write the files with another line for the certificate."""
        line = Template(line).safe_substitute(port=self.port)
        for name, text in self.daemon.files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_filled(text, self, line))

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
    return Template(text).substitute(folder=server.folder, port=server.port, program=server.program, line=line)


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


_HANDSHAKES: Mapping[str, Callable[[int, ssl.SSLContext], None]] = {"": _plain, "smtp": _smtp, "imap": _imap}


@contextlib.contextmanager
def running(daemon: Daemon, folder: Path, line: str) -> Iterator[Running]:
    """Start a server with this line for its certificate; it has ended when the context is left."""
    program = require_program(daemon.program)
    if daemon.needs_root and not is_root():
        pytest.skip(f"{daemon.name} starts as root only")
    server = Running(daemon, program, free_port(), folder)
    _prepare(server)
    server.configure(line)
    words = [_filled(word, server) for word in daemon.start]
    with (folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen((str(program), *words), env=server.environment, stdout=log, stderr=log)
        with process:
            try:
                _wait(server, process)
                yield server
            finally:
                if daemon.stop:
                    stop = (str(program), *daemon.stop)
                    subprocess.run(stop, env=server.environment, stdout=log, stderr=log, timeout=SECONDS, check=False)
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(SECONDS)
                process.kill()


def _prepare(server: Running) -> None:
    """Make the folders of a server and the tools that it is given."""
    folder, daemon = server.folder, server.daemon
    for made in (folder / "tools", folder / "queue", folder / "data"):
        made.mkdir()
    if daemon.owner:
        shutil.chown(folder / "data", daemon.owner)
    for name, text in daemon.tools.items():
        tool = folder / "tools" / name
        tool.write_text(f"#!/bin/sh\n{_filled(text, server)}\n")
        tool.chmod(0o755)


def _wait(server: Running, process: subprocess.Popen[bytes]) -> None:
    """Poll until it shakes hands; a server that has ended says why."""
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE

    def shakes_hands() -> bool:
        if process.poll() is not None:
            raise RuntimeError((server.folder / "daemon.log").read_text())
        with contextlib.suppress(OSError, smtplib.SMTPException):
            _HANDSHAKES[server.daemon.starttls](server.port, lax)
            return True
        return False

    wait_until(shakes_hands, (server.folder / "daemon.log").read_text)


def wait_until(reached: Callable[[], bool], words: Callable[[], str] = str) -> None:
    """Poll with a deadline; `words` say what the matter is when it passes."""
    deadline = time.monotonic() + SECONDS
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(words())
        time.sleep(0.02)


NGINX = Daemon(
    "nginx",
    "nginx",
    {
        "nginx.conf": """
daemon off;
pid $folder/pid;
events {}
http {
    access_log off;
    client_body_temp_path $folder/data;
    proxy_temp_path $folder/data;
    fastcgi_temp_path $folder/data;
    uwsgi_temp_path $folder/data;
    scgi_temp_path $folder/data;
    server {
        listen 127.0.0.1:$port ssl;
        server_name localhost;
        $line
        ssl_certificate_key $folder/etc/ssl/private/localhost.key;
        location / { return 200; }
    }
}
"""
    },
    ("-p", "$folder", "-e", "error.log", "-c", "nginx.conf"),
    # the machine's nginx is not reloaded
    tools={"nginx": 'exec $program -p $folder -e error.log -c nginx.conf "$$@"'},
)
_MODULES = "/usr/lib/apache2/modules"
APACHE = Daemon(
    "Apache",
    "apache2",
    {
        "apache2.conf": f"""
LoadModule mpm_event_module {_MODULES}/mod_mpm_event.so
LoadModule authz_core_module {_MODULES}/mod_authz_core.so
LoadModule ssl_module {_MODULES}/mod_ssl.so
User www-data
Group www-data
PidFile apache.pid
ErrorLog error.log
ServerName localhost
Listen 127.0.0.1:$port
SSLSessionCache none
DocumentRoot $folder
<VirtualHost *:$port>
    SSLEngine on
    $line
    SSLCertificateKeyFile $folder/etc/ssl/private/localhost.key
</VirtualHost>
""",
        "envvars": "",
    },
    ("-d", "$folder", "-DFOREGROUND"),
    {"APACHE_CONFDIR": "$folder", "APACHE_RUN_DIR": "$folder", "APACHE_LOCK_DIR": "$folder"},
)
HAPROXY = Daemon(
    "HAProxy",
    "haproxy",
    {
        "etc/haproxy/haproxy.cfg": """
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend site
    $line
    http-request return status 200
"""
    },
    ("-W", "-p", "$folder/pid", "-f", "$folder/etc/haproxy/haproxy.cfg"),
    # what its unit does for `systemctl reload`
    tools={"systemctl": '[ "$$*" = "reload haproxy" ] && kill -USR2 "$$(head -n 1 $folder/pid)"'},
)
CADDY = Daemon(
    "Caddy",
    "caddy",
    {
        "etc/caddy/Caddyfile": """
{
    admin unix/$folder/admin.sock
    auto_https disable_redirects
    default_bind 127.0.0.1
    storage file_system $folder/storage
}
$line
"""
    },
    ("run", "--config", "$folder/etc/caddy/Caddyfile"),
)
POSTFIX = Daemon(
    "Postfix",
    "postfix",
    {
        "etc/postfix/main.cf": """
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
local_recipient_maps =
maillog_file_prefixes = $folder
maillog_file = $folder/mail.log
smtpd_tls_security_level = may
$line
""",
        "etc/postfix/master.cf": """
127.0.0.1:$port inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
""",
    },
    ("start-fg",),
    {"MAIL_CONFIG": "$folder/etc/postfix"},
    starttls="smtp",
    stop=("stop",),
    needs_root=True,
    owner="postfix",
)
DOVECOT = Daemon(
    "Dovecot",
    "dovecot",
    {
        "dovecot.conf": """
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/dovecot.log
listen = 127.0.0.1
protocols = imap
ssl = yes
$line
ssl_key = <$folder/etc/ssl/private/localhost.key
passdb {
  driver = static
  args = password=none
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
service stats {
  chroot =
}
"""
    },
    ("-F", "-c", "$folder/dovecot.conf"),
    tools={"doveadm": 'exec /usr/bin/doveadm -c $folder/dovecot.conf "$$@"'},
    starttls="imap",
    needs_root=True,
)
DAEMONS = (NGINX, APACHE, HAPROXY, CADDY, POSTFIX, DOVECOT)
