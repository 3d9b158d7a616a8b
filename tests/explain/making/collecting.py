"""Runs every client in every situation, and merges what the texts cannot tell apart."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from tests.explain.making.client import Client
from tests.explain.making.clients import CLIENTS
from tests.explain.making.machine import APP, HOME, PKI, VENV
from tests.explain.making.serving import serving, write_files
from tests.explain.making.shape import clean, reached
from tests.explain.making.situations import SITUATIONS, Situation
from tui_chain.lab.internet import Lab, open_lab

NOT_THERE = (126, 127)
"""How bash ends where the program is missing."""
SHORTEST = 12
"""Characters of a text that says anything."""
_WAITED = re.compile(r"timed out|(?<!\w)TimeoutError")
"""What a client of another protocol says that got through TLS to a server of HTTP."""
_TELLS_NOTHING = re.compile(
    "Invalid argument, IO::Socket::IP|already exists and is not an empty|The specified session has been invalidated"
)
"""Texts in which nobody could read what went wrong."""
_NO_STORE = 'mount -t tmpfs tmpfs /etc/ssl/certs && exec "$@"'


@dataclass(frozen=True)
class Made:
    """A text as it was printed, with the truth about it; the fields are those of a line of the kept files."""

    text: str
    client: str
    version: str
    scenario: str
    host: str | None
    port: int | None
    speaker: str
    causes: tuple[str, ...]
    shows_client: bool
    asked: str


def collect(labels: Sequence[str], names: Sequence[str], share: tuple[int, int]) -> Iterator[Made]:
    """Run the clients of these labels (none: all) in a share of the situations, such as (0, 2): each second one."""
    clients = [client for client in CLIENTS if not labels or client.label in labels]
    with open_lab(()) as lab:
        write_files(lab)
        _prepare(clients)
        if share[0] == 0 and (not names or "server-logs" in names):
            from tests.explain.making.daemon_logs import collect_daemon_logs
            from tests.explain.making.server_logs import collect_logs

            yield from collect_logs(lab)
            yield from collect_daemon_logs(lab)
        for number, situation in enumerate(SITUATIONS):
            if number % share[1] == share[0] and (not names or situation.name in names):
                yield from _all_in(lab, situation, number, clients)


def _prepare(clients: Iterable[Client]) -> None:
    for client in clients:
        for name, text in client.sources.items():
            (APP / name).write_text(text)
    for client in clients:
        if client.prepare:
            subprocess.run(
                ("bash", "-ec", client.prepare),
                cwd=APP,
                env=environment(),
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )


def _all_in(lab: Lab, situation: Situation, number: int, clients: Iterable[Client]) -> Iterator[Made]:
    with serving(lab, situation) as received:
        for turn, client in enumerate(clients):
            if _can(client, situation):
                received.clear()
                made = _run(client, situation, number + turn)
                # a client that has sent anything through TLS has failed at something else, if at all
                if made is not None and not received:
                    sys.stderr.write(f"{situation.name}: {client.label}\n")
                    yield made


def _can(client: Client, situation: Situation) -> bool:
    needs = [("CERT", situation.identity), ("PROXY", situation.proxy), ("TRUST", situation.trust)]
    return situation.tag in client.tags and all(name in client.script for name, wanted in needs if wanted)


def _run(client: Client, situation: Situation, turn: int) -> Made | None:
    host = _host(client, situation, turn)
    port = 8443 if client.port == 443 and host in ("localhost", "api.staging.lan") else client.port
    variant = sorted(client.variants)[turn % len(client.variants)] if client.variants else ""
    given = _given(situation, host, port) | {"VARIANT": client.variants.get(variant, "")}
    words: tuple[str, ...] = ("bash", "-c", client.script)
    if situation.wrap:
        words = ("unshare", "--mount", "sh", "-c", _NO_STORE, "sh", *words)
    try:
        done = subprocess.run(
            words,
            cwd=APP,
            env=environment() | given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=client.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    text = clean(done.stdout.decode(errors="replace"))
    nothing = len(text) < SHORTEST or _TELLS_NOTHING.search(text) is not None
    waited = situation.tag != "slow" and _WAITED.search(text) is not None
    if done.returncode in NOT_THERE or waited or reached(text) or nothing:
        return None
    return Made(
        text,
        client.label,
        variant or version_of(client.version),
        situation.name,
        _shown(host, text),
        _shown_port(port, text),
        situation.speaker,
        situation.causes,
        bool(client.shows) and re.search(client.shows, text, re.MULTILINE) is not None,
        host,
    )


def _host(client: Client, situation: Situation, turn: int) -> str:
    if client.host and "github.com" in situation.hosts:
        return client.host
    return situation.hosts[turn % len(situation.hosts)]


def _given(situation: Situation, host: str, port: int) -> dict[str, str]:
    trust, identity = situation.trust, situation.identity
    place = host if port == 443 else f"{host}:{port}"
    given = {"URL": f"https://{place}/", "HOST": host, "PORT": str(port), "PROXY": situation.proxy}
    if trust:
        given["TRUST"] = trust if trust.startswith("/") else str(PKI / trust)
    if identity:
        given |= {"CERT": str(PKI / f"{identity}-client.pem"), "KEY": str(PKI / f"{identity}-client.key")}
    return given


def environment() -> dict[str, str]:
    """What every client has: nothing of this machine's settings."""
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(APP / "home"),
        "USER": "joe",
        "LC_ALL": "C.UTF-8",
        "LIBRARIES": str(VENV / "explain"),
        "PYENVS": str(HOME / ".pyenv" / "versions"),
        "CARGOS": str(HOME / ".cargo"),
        "RUSTUPS": str(HOME / ".rustup"),
    }


@cache
def version_of(command: str) -> str:
    done = subprocess.run(
        ("bash", "-c", command), env=environment(), cwd=APP, capture_output=True, text=True, check=False
    )
    found = re.findall(r"\d+(?:\.\w+)+", done.stdout)
    return found[0] if found else ""


def _shown(host: str, text: str) -> str | None:
    """The host, where the text names it other than as the subject of a certificate."""
    named = rf"(?<![\w.-])(?<!CN=)(?<!CN = ){re.escape(host)}(?![\w-]|\.\w)"
    return host if re.search(named, text) else None


def _shown_port(port: int, text: str) -> int | None:
    return port if re.search(rf"(?<!\d){port}(?!\d)", text) else None
