"""What holds for every protocol with STARTTLS; each has its own test in `starttls/`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.net.starttls.conversations import probe
from tests.support.chains import NOW
from tests.support.servers import Dialogue, reset, saying
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.tls import stay_silent
from tui_chain.net import starttls
from tui_chain.net.starttls.registry import protocols
from tui_chain.net.target import Target
from tui_chain.probe.probe import Prober

FOLDER = Path(starttls.__file__).parent
TESTS = Path(__file__).parent / "starttls"


def test_every_module_is_found_and_has_its_test() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "conversation", "registry"}
    tested = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    assert modules == {name.replace("-", "_") for name in protocols()} == tested
    ports = [port for one in protocols().values() for port in (one.port, *one.more_ports)]
    assert all(1 <= port <= 65535 for port in ports)
    assert len(ports) == len(set(ports))
    tls_ports = [port for one in protocols().values() for port in one.tls_ports]
    assert len(tls_ports) == len(set(tls_ports))
    assert not set(tls_ports) & set(ports)
    names = [name for one in protocols().values() for name in one.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("protocol", protocols())
def test_a_silent_server_uses_up_the_step(lab: Lab, protocol: str) -> None:
    target = Target("localhost", lab.listen(stay_silent), protocol)
    failure = asyncio.run(Prober(lambda: NOW, 0.1).probe(target))
    assert isinstance(failure, Failure)
    assert (failure.kind, "(step: STARTTLS)" in failure.message) == ("timeout", True)


@pytest.mark.parametrize(("handler", "word"), [(saying(), "closed"), (reset, "cut")])
def test_a_server_that_hangs_up(lab: Lab, handler: Handler, word: str) -> None:
    target = Target("localhost", lab.listen(handler), "postgres")
    failure = asyncio.run(Prober(lambda: NOW).probe(target))
    assert isinstance(failure, Failure)
    assert failure.message == f"The server {word} the connection before STARTTLS was agreed (step: STARTTLS)."


def test_a_switch_without_a_handshake_fails_at_tls(lab: Lab) -> None:
    failure = probe(lab, "pop3", Dialogue(b"+OK\r\n", [(b"STLS", b"+OK\r\n")], None, []))
    assert isinstance(failure, Failure)
    assert failure.message == "The server closed the connection during the TLS handshake (step: TLS)."
