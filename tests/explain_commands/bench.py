"""A machine whose public roots are the lab's: its servers, trust files and proxies, and a shell for commands."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import Final

import certifi
import pytest
from OpenSSL import SSL

from tests.explain_commands.situations import Situation
from tests.support.cli import tlschain
from tests.support.proxy import ConnectProxy, answering, start
from tests.support.servers import refused_port
from tests.support.trusted import SERVER, trusted_block
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.lab.authority import Template, days
from tui_chain.lab.hierarchy import Leaf
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.catalogue import every_scenario
from tui_chain.lab.scenarios.unreachable import ALERTS, alerting
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.pyopenssl import pyopenssl_handler, server_context
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, make_context, tls_handler
from tui_chain.x509.formats.pem import pem_block

SECONDS: Final = 60
USUAL: Final = Situation(Code.MISSING_ISSUER, "complete")
_STAND_IN: Final = """__version__ = "2026.11.01"


def where():
    return {file!r}


def contents():
    return open(where()).read()
"""
"""A module `certifi` whose roots are those of a file."""


@dataclass
class Bench:
    """Runs commands in `elsewhere`; what a command printed is kept, by its environment too.

    A command that is like another but for its host, and needs no shell, runs in this process.
    """

    lab: Lab
    elsewhere: Path
    resources: ExitStack
    kept: dict[tuple[str, tuple[str, str, str]], str] = field(default_factory=dict)
    shapes: set[str] = field(default_factory=set)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The trust files by their labels."""
        folder = self.elsewhere.parent / "trust"
        folder.mkdir()
        authorities = self.lab.hierarchy
        contents = {
            "public": self.lab.trust_pem,
            "private": _pem(authorities["private-root"].der),
            "old": _pem(authorities["other-root"].der),
            "intermediate": _pem(authorities["issuing"].der),
            "rejecting": trusted_block(authorities["root"].der, rejected=[SERVER]),
            "empty": b"",
        }
        for label, content in contents.items():
            (folder / f"{label}.pem").write_bytes(content)
        return {label: str(folder / f"{label}.pem") for label in (*contents, "missing")}

    def place(self, host: str) -> tuple[str, int]:
        """Where a scenario, or one of the servers here, is reached: host and port."""
        if host == "no-such-name":
            return "no-such-name.invalid", 443
        if host in self._own:
            return "127.0.0.1" if host == "names-alone" else "localhost", self._own[host]
        name, _, port = self.lab.host(host).target.rpartition(":")
        return ("localhost" if name.endswith(".lab.test") else name), int(port)

    @cached_property
    def _own(self) -> dict[str, int]:
        lab = self.lab
        return {
            "names-alone": _serve(lab, Leaf(names=("localhost",))),
            "one-not-reloaded": lab.listen(_in_turn(_server(lab, Leaf()), _server(lab, Leaf(template=_EXPIRED)))),
            "mail": lab.listen(_mail(lab)),
            "no-alpn": lab.listen(_no_alpn(lab)),
            **{name: lab.listen(alerting(alert).handler) for name, alert in _ALERTS.items()},
        }

    @cached_property
    def _proxies(self) -> dict[str, str]:
        refusing = ConnectProxy(answering(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))
        return {
            "": "",
            "wants a login": start(self.lab, ConnectProxy(login="joe")),
            "refuses": start(self.lab, refusing),
            "is not there": f"http://localhost:{self.resources.enter_context(refused_port())}",
            "is named as https": start(self.lab, ConnectProxy()).replace("http:", "https:"),
        }

    def run(self, command: str, situation: Situation) -> str:
        """What a command prints, as it stands, in the folder elsewhere."""
        key = (command, situation.environment)
        if key not in self.kept:
            self.kept[key] = self._run(command, situation)
        return self.kept[key]

    def _run(self, command: str, situation: Situation) -> str:
        shape = self._shape(command, situation)
        usual = situation.environment == USUAL.environment
        if usual and shape in self.shapes and command.startswith("tlschain ") and ";" not in command:
            done = tlschain(*shlex.split(command)[1:])
            return done.out + done.err
        self.shapes.add(shape)
        return self._in_shell(command, situation)

    def _shape(self, command: str, situation: Situation) -> str:
        """A command without what differs from host to host and file to file."""
        host, port = self.place(situation.host)
        shape = command.replace(f"{host}:{port}", "HOST")
        for file in self.files.values():
            shape = shape.replace(file, "FILE")
        return shape

    def _in_shell(self, command: str, situation: Situation) -> str:
        proxy = self._proxies[situation.proxy]
        env = {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join((str(self.elsewhere.parent / "roots"), str(Path.cwd()))),
            "SSL_CERT_FILE": self.files[situation.system],
            "SSL_CERT_DIR": str(self.elsewhere),
            "HOME": str(self.elsewhere),
            **({"HTTPS_PROXY": proxy} if proxy else {}),
            **({"REQUESTS_CA_BUNDLE": self.files[situation.bundle]} if situation.bundle else {}),
        }
        done = subprocess.run(
            ("bash", "-c", command),
            cwd=self.elsewhere,
            env=env,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.stdout + done.stderr


@contextmanager
def open_bench(situations: Iterable[Situation], folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Serve the situations; the public roots are those of the lab, in this process too."""
    known = {scenario.name for group in every_scenario().values() for scenario in group}
    (folder / "elsewhere").mkdir()
    (folder / "roots" / "certifi").mkdir(parents=True)
    with ExitStack() as resources:
        names = [each.host for each in situations if each.host in known]
        bench = Bench(resources.enter_context(open_lab(names)), folder / "elsewhere", resources)
        roots = bench.files["public"]
        (folder / "roots" / "certifi" / "__init__.py").write_text(_STAND_IN.format(file=roots))
        patch.setattr(certifi, "where", lambda: roots)
        patch.setattr(certifi, "contents", lambda: Path(roots).read_text())
        yield bench


_EXPIRED: Final = Template(validity=days(-33, -3))
_ALERTS: Final = {
    "internal-error": ALERTS.ALERT_DESCRIPTION_INTERNAL_ERROR,
    "decrypt-error": ALERTS.ALERT_DESCRIPTION_DECRYPT_ERROR,
}


def _pem(der: bytes) -> bytes:
    return pem_block("CERTIFICATE", der).encode("ascii")


def _credentials(lab: Lab, leaf: Leaf) -> Credentials:
    identity = lab.hierarchy.issue_leaf(leaf, "bench")
    return Credentials((identity.der, lab.hierarchy["issuing"].der), identity.key)


def _server(lab: Lab, leaf: Leaf) -> Handler:
    return tls_handler(make_context(lab.folder, _credentials(lab, leaf)), "")


def _serve(lab: Lab, leaf: Leaf) -> int:
    return lab.listen(_server(lab, leaf))


def _in_turn(*handlers: Handler) -> Handler:
    """A load balancer of several servers."""
    turns = cycle(handlers)

    async def handle(stream: Stream) -> None:
        await next(turns)(stream)

    return handle


def _mail(lab: Lab) -> Handler:
    """A mail server that changes to TLS (RFC 3207), and says so to whoever begins with it."""
    context = make_context(lab.folder, _credentials(lab, Leaf()))

    async def handle(stream: Stream) -> None:
        await stream.send(b"220 lab.test\r\n")
        if not (await stream.receive()).startswith(b"EHLO"):
            await stream.send(b"500 5.5.1 no such command\r\n")
            await stream.finish()
            return
        await stream.send(b"250-lab.test\r\n250 STARTTLS\r\n")
        await stream.receive()
        await stream.send(b"220 go on\r\n")
        await stream.start_tls(context)
        await stream.finish()

    return handle


def _no_alpn(lab: Lab) -> Handler:
    """A server that takes none of the protocols a client offers (RFC 7301 section 3.2)."""
    context = server_context(_credentials(lab, Leaf()))

    def choose(_connection: SSL.Connection, _offered: list[bytes]) -> bytes:
        raise SSL.Error("no protocol in common")

    context.set_alpn_select_callback(choose)
    return pyopenssl_handler(context)
