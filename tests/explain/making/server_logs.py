"""What servers write about the clients that fail: each server with each client, and the lines of its log."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.explain.making.collecting import Made, environment, version_of
from tests.explain.making.machine import APP
from tests.explain.making.server_programs import SERVERS, Server
from tests.explain.making.shape import clean
from tui_chain.lab.authority import Identity, Template, days, key_to_pem, to_pem
from tui_chain.lab.internet import Lab

PORT = 8443
SECONDS = 10.0
_URL = "https://git.corp.internal:8443/"
_CURL = f"curl -sS -m 4 -o /dev/null --cacert /srv/app/pki/corp-root.pem {_URL}"
_GO_GET = "SSL_CERT_FILE=/srv/app/pki/corp-root.pem /srv/app/get " + _URL
_S_CLIENT = "echo | timeout 4 openssl s_client -connect git.corp.internal:8443"
_PYTHON_GET = f"/srv/app/.venv/bin/python fetch_urlopen.py {_URL} /srv/app/pki/corp-root.pem"
_STRANGER = "--cert /srv/app/pki/stranger-client.pem --key /srv/app/pki/stranger-client.key"


@dataclass(frozen=True)
class Visit:
    """A client that fails: the true cause, the chain that the server has, and whether it asks for certificates."""

    name: str
    causes: tuple[str, ...]
    script: str
    chain: str = "whole"
    asks: bool = False


VISITS = (
    Visit("client-lacks-root", ("untrusted-root", "missing-issuer"), f"curl -sS -m 4 -o /dev/null {_URL}"),
    Visit("client-lacks-root-go", ("untrusted-root", "missing-issuer"), "/srv/app/get " + _URL),
    Visit(
        "client-lacks-root-python",
        ("untrusted-root", "missing-issuer"),
        f"/srv/app/.venv/bin/python fetch_urlopen.py {_URL} ''",
    ),
    Visit(
        "client-lacks-root-gnutls",
        ("untrusted-root", "missing-issuer"),
        "timeout 4 gnutls-cli -p 8443 git.corp.internal </dev/null",
    ),
    Visit("missing-intermediate", ("missing-issuer", "untrusted-root"), _CURL, "leaf"),
    Visit("missing-intermediate-go", ("missing-issuer", "untrusted-root"), _GO_GET, "leaf"),
    Visit("missing-intermediate-python", ("missing-issuer", "untrusted-root"), _PYTHON_GET, "leaf"),
    Visit("expired", ("expired",), _CURL, "expired"),
    Visit("expired-go", ("expired",), _GO_GET, "expired"),
    Visit("wrong-host-go", ("host-mismatch",), _GO_GET, "other-name"),
    Visit("wrong-host", ("host-mismatch",), _PYTHON_GET, "other-name"),
    Visit("no-client-certificate", ("client-certificate",), _CURL, asks=True),
    Visit("no-client-certificate-1.2", ("client-certificate",), _CURL + " --tls-max 1.2", asks=True),
    Visit("strange-client-certificate", ("client-certificate",), f"{_CURL} {_STRANGER}", asks=True),
    Visit("plain-http-client", ("no-tls",), "curl -sS -m 4 -o /dev/null http://git.corp.internal:8443/"),
    Visit("old-client", ("alert-protocol-version",), f"{_S_CLIENT} -tls1_1 -cipher ALL:@SECLEVEL=0"),
    Visit("no-common-cipher", ("alert-handshake-failure",), f"{_S_CLIENT} -tls1_2 -cipher AES256-SHA:@SECLEVEL=0"),
    Visit("client-cuts", ("reset",), "bash -c 'exec 3<>/dev/tcp/10.20.0.5/8443; exec 3>&-'"),
)
"""Each visit leaves its lines in the log."""


def collect_logs(lab: Lab) -> Iterator[Made]:
    """Yield the lines that every server writes about every visit."""
    _write_chains(lab)
    for server in SERVERS:
        for name, text in server.sources.items():
            (APP / name).write_text(text)
        if server.prepare:
            subprocess.run(("bash", "-ec", server.prepare), env=environment(), check=True)
        for visit in VISITS:
            text = clean(_log_of(server, visit))
            if len(text) > 1:
                yield Made(
                    text,
                    server.label,
                    version_of(server.version),
                    f"server-log-{visit.name}",
                    None,
                    None,
                    "server-log",
                    visit.causes,
                    server.shows,
                    "git.corp.internal",
                )


def _write_chains(lab: Lab) -> None:
    issuing = lab.hierarchy["issuing"]
    names = ["git.corp.internal"]
    expired = issuing.issue_leaf(names, Template(validity=days(-40, -2)))
    chains = {
        "whole": (issuing.issue_leaf(names), True),
        "leaf": (issuing.issue_leaf(names), False),
        "expired": (expired, True),
        "other-name": (issuing.issue_leaf(["shop.other.example"]), True),
    }
    for name, (leaf, whole) in chains.items():
        _write_chain(APP / "server" / name, leaf, issuing.der if whole else b"")


def _write_chain(folder: Path, leaf: Identity, issuer: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chain, key = to_pem([leaf.der, *([issuer] if issuer else [])]), key_to_pem(leaf.key)
    for name, data in (("chain.pem", chain), ("key.pem", key), ("both.pem", chain + key)):
        (folder / name).write_bytes(data)


def _log_of(server: Server, visit: Visit) -> str:
    for name in ("chain.pem", "key.pem", "both.pem"):
        (APP / "server" / name).write_bytes((APP / "server" / visit.chain / name).read_bytes())
    given = environment() | {"CLIENTS": "yes" if visit.asks else ""}
    log = APP / "server" / "log"
    with log.open("wb") as out:
        words = ("bash", "-c", server.script)
        with subprocess.Popen(words, cwd=APP, env=given, stdin=subprocess.DEVNULL, stdout=out, stderr=out) as process:
            _wait_for_port(process)
            before = settled(log)
            subprocess.run(
                ("bash", "-c", visit.script), cwd=APP, env=given, capture_output=True, check=False, timeout=SECONDS
            )
            after = settled(log)
            process.terminate()
    return log.read_bytes()[before:after].decode(errors="replace")


def _wait_for_port(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("10.20.0.5", PORT), timeout=1):
            return
        time.sleep(0.05)


def settled(log: Path) -> int:
    """The size of a log that has not grown for a while."""
    size = -1
    while size != (size := log.stat().st_size):
        time.sleep(0.3)
    return size
