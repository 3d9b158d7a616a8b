"""Small servers that agree to TLS and then do a real handshake, or refuse in their ways."""

from __future__ import annotations

import asyncio

from tests.support.chains import NOW
from tests.support.servers import Dialogue, Fresh, fresh_chain, server_context
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.conversation import CHECK_PROTOCOL
from tui_chain.net.target import Target
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

Answers = list[tuple[bytes, bytes]]
"""What the server waits for, and what it answers."""


def probe(lab: Lab, protocol: str, dialogue: Dialogue, timeout: float = 5.0) -> ServedChain | Failure:
    target = Target("localhost", lab.listen(dialogue), protocol)
    return asyncio.run(Prober(lambda: NOW, timeout).probe(target))


def assert_agrees(lab: Lab, protocol: str, greeting: bytes, answers: Answers) -> None:
    """The chain is read after the switch, and everything was asked for."""
    fresh: Fresh = fresh_chain(lab)
    dialogue = Dialogue(greeting, answers, server_context(lab, fresh), [])
    served = probe(lab, protocol, dialogue)
    assert isinstance(served, ServedChain), served
    assert tuple(one.der for one in served.certificates) == fresh.chain
    assert len(dialogue.heard) == len(answers)


def assert_refuses(
    lab: Lab, protocol: str, greeting: bytes, answers: Answers, why: str, hint: str = CHECK_PROTOCOL
) -> None:
    """The failure is in the server's words."""
    failure = probe(lab, protocol, Dialogue(greeting, answers, None, []))
    message = f"The server did not agree to STARTTLS: {why} (step: STARTTLS)."
    assert failure == Failure("starttls", message, hint)
