"""Servers whose protocol begins in clear text and changes to TLS by STARTTLS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_chain.lab.hierarchy import Leaf
from tui_chain.lab.servers.services import LOCALHOST, LabResources, Served
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, make_context

Answers = Sequence[tuple[bytes, bytes]]
"""Beginnings of what a client sends, and the answer to each; what waits for nothing is sent unasked."""
_STREAM = b"<?xml version='1.0'?><stream:stream id='lab' version='1.0' xmlns='jabber:client' "
_STREAM += b"xmlns:stream='http://etherx.jabber.org/streams'>"
_TLS = b"xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
XMPP_OPENS = b"<?xml version='1.0'?><stream:stream "
XMPP: Answers = (
    (XMPP_OPENS, _STREAM + b"<stream:features><starttls " + _TLS + b"><required/></starttls></stream:features>"),
    (b"<starttls ", b"<proceed " + _TLS + b"/>"),
)
"""An XMPP server up to TLS (RFC 6120 section 5.4)."""
XMPP_FEATURES: Answers = (
    (
        XMPP_OPENS,
        _STREAM + b"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></stream:features>",
    ),
)
"""And after it."""
SMTP: Answers = (
    (b"", b"220 lab.test ESMTP\r\n"),
    (b"EHLO ", b"250-lab.test\r\n250 STARTTLS\r\n"),
    (b"STARTTLS", b"220 ready\r\n"),
)
"""A mail server up to TLS (RFC 3207)."""
SMTP_FEATURES: Answers = ((b"EHLO ", b"250-lab.test\r\n250 8BITMIME\r\n"),)


@dataclass(frozen=True)
class Switching:
    """A server that answers in clear text, then sends its leaf alone over TLS, then answers what comes `after`.

    One that is sent anything else says no more.
    """

    before: Answers
    after: Answers
    leaf: Leaf

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the leaf and serve it."""
        leaf = lab.hierarchy.issue_leaf(self.leaf, scenario)
        context = make_context(lab.folder, Credentials((leaf.der,), leaf.key))

        async def serve(stream: Stream) -> None:
            if await _answer(stream, self.before):
                await stream.start_tls(context)
                await _answer(stream, self.after)
            await stream.finish()

        return lab.listen(serve, addresses=LOCALHOST), (leaf.der,)


async def _answer(stream: Stream, answers: Answers) -> bool:
    """Whether the client sent all of it; what it sends last may be the beginning of TLS."""
    for wanted, answer in answers:
        if wanted and not (await stream.receive()).startswith(wanted):
            return False
        await stream.send(answer)
    return True
