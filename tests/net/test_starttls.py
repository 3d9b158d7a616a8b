"""What holds for every protocol with STARTTLS; each has its own test in `starttls/`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.net.starttls.conversations import probe
from tests.support.chains import NOW
from tests.support.servers import Dialogue, fresh_chain, reset, saying, server_context
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
    assert modules == set(protocols()) == {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    assert all(1 <= one.port <= 65535 for one in protocols().values())


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


def test_plain_text_behind_the_answer_is_no_handshake(lab: Lab) -> None:
    """An answer injected before TLS begins (as in CVE-2011-0411) is not taken for the server's."""
    answers = [(b"STLS\r\n", b"+OK go\r\n+OK injected\r\n")]
    failure = probe(lab, "pop3", Dialogue(b"+OK\r\n", answers, server_context(lab, fresh_chain(lab)), []))
    assert isinstance(failure, Failure)
    assert failure.kind == "no-tls"


def test_a_switch_without_a_handshake_fails_at_tls(lab: Lab) -> None:
    failure = probe(lab, "pop3", Dialogue(b"+OK\r\n", [(b"STLS", b"+OK\r\n")], None, []))
    assert isinstance(failure, Failure)
    assert failure.message == "The server closed the connection during the TLS handshake (step: TLS)."
