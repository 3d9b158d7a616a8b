"""Small servers that agree to TLS and then do a real handshake, or refuse in their ways."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.support.chains import NOW
from tests.support.servers import Dialogue, fresh_chain, server_context
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.starttls.conversation import CHECK_PROTOCOL
from tui_chain.net.target import Target
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

Answers = list[tuple[bytes, bytes]]
"""What the server waits for, and what it answers."""
INJECTED = b"250 injected \x1b[31m\r\n"


def probe(lab: Lab, protocol: str, dialogue: Dialogue, timeout: float = 5.0) -> ServedChain | Failure:
    target = Target("localhost", lab.listen(dialogue), protocol)
    return asyncio.run(Prober(lambda: NOW, timeout).probe(target))


@dataclass(frozen=True)
class Agreeing:
    """A server that agrees to TLS: its greeting, and what it answers until then, and `after` it."""

    protocol: str
    greeting: bytes
    answers: Answers
    after: Answers

    def assert_agrees(self, lab: Lab) -> None:
        """The chain is read after the switch, and everything was asked for."""
        fresh = fresh_chain(lab)
        dialogue = Dialogue(self.greeting, self.answers, server_context(lab, fresh), [])
        served = probe(lab, self.protocol, dialogue)
        assert isinstance(served, ServedChain), served
        assert tuple(one.der for one in served.certificates) == fresh.chain
        assert len(dialogue.heard) == len(self.answers)

    def assert_injection_is_refused(self, lab: Lab) -> None:
        """What came in plain text behind the agreement is neither believed nor taken for TLS (CVE-2011-0411)."""
        *answers, (wanted, agreed) = self.answers
        greeting = self.greeting if agreed else self.greeting + INJECTED
        injecting = [*answers, (wanted, agreed and agreed + INJECTED)]
        dialogue = Dialogue(greeting, injecting, server_context(lab, fresh_chain(lab)), [], self.after)
        failure = probe(lab, self.protocol, dialogue)
        assert isinstance(failure, Failure)
        assert failure.kind == "no-tls"
        assert "went on in plain text: '250 injected \\x1b[31m'" in failure.message

    def live_test(self, lab: Lab, after: Answers | None = None) -> Attempt:
        """The real request to such a server, with other answers over TLS if they are given."""
        after = self.after if after is None else after
        dialogue = Dialogue(self.greeting, self.answers, server_context(lab, fresh_chain(lab)), [], after)
        request = LiveRequest(Target("localhost", lab.listen(dialogue), self.protocol))
        return asyncio.run(request.send(bundle_context(lab.trust_pem), "test"))

    def assert_greets(self, lab: Lab, text: str, after: Answers | None = None) -> None:
        """The live test speaks the protocol over TLS, and says what the server answered."""
        attempt = self.live_test(lab, after)
        assert (attempt.ok, attempt.text, attempt.tls_version) == (True, text, "TLSv1.3")
        assert attempt.times.first_byte is not None

    def assert_breaks(self, lab: Lab, after: Answers, why: str) -> None:
        """A server that breaks after its certificate was accepted is not said to fail at TLS."""
        attempt = self.live_test(lab, after)
        assert (attempt.ok, attempt.text) == (False, f"the certificate was accepted; then {why}")
        assert (attempt.tls_error, attempt.code) == (False, None)


def assert_refuses(
    lab: Lab, protocol: str, greeting: bytes, answers: Answers, why: str, hint: str = CHECK_PROTOCOL
) -> None:
    """The failure is in the server's words."""
    failure = probe(lab, protocol, Dialogue(greeting, answers, None, []))
    message = f"The server did not agree to STARTTLS: {why} (step: STARTTLS)."
    assert failure == Failure("starttls", message, hint)
