"""Which protocol a port speaks: named where TLS was expected, and found out where that is wanted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import pytest

from tests.support.chains import NOW
from tests.support.servers import Dialogue, fresh_chain, refused_port, server_context
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import stay_silent
from tui_chain.net.lookup import Address
from tui_chain.net.route import OpenConnection, Route, open_connection
from tui_chain.net.starttls.ldap import REQUEST
from tui_chain.net.starttls.postgres import SSL_REQUEST
from tui_chain.net.target import AUTO, Target
from tui_chain.probe import protocols
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

LDAP_SUCCESS = bytes.fromhex("300c02010178070a010004000400")
STREAM_ERROR = (
    b"<?xml version='1.0'?><stream:stream xmlns='%s' id='1'><stream:error><x/></stream:error></stream:stream>"
)
GREETINGS = {
    b"220 mail.test ESMTP Postfix\r\n": "SMTP: write smtp+starttls://localhost:{port}.",
    b"554 SMTP synchronization error\r\n": "SMTP: write smtp+starttls://localhost:{port}.",
    b"220-FileZilla Server\r\n220 FTP ready\r\n": "FTP: write ftp+starttls://localhost:{port}.",
    b"220 ProFTPD Server (Debian) [::1]\r\n": "FTP: write ftp+starttls://localhost:{port}.",
    b"220 ftp.test ESMTP ready\r\n": "SMTP or FTP: write smtp+starttls://localhost:{port} or ftp+",
    b"220 mail.test Dovecot LMTP ready\r\n": "LMTP: write lmtp+starttls://localhost:{port}.",
    b"220 mail.test Dovecot ready.\r\n": "SMTP, FTP or LMTP: write smtp+starttls://localhost:{port}, ftp+",
    b"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n": "IMAP: write imap+starttls://localhost:{port}.",
    b"+OK Dovecot ready.\r\n": "POP3: write pop3+starttls://localhost:{port}.",
    b'"IMPLEMENTATION" "Dovecot Pigeonhole"\r\nOK\r\n': "ManageSieve: write sieve+starttls://localhost:{port}.",
    b"200 news.test InterNetNews NNRP server ready\r\n": "NNTP: write nntp+starttls://localhost:{port}.",
    b":irc.test NOTICE * :*** Looking up your hostname\r\n": "IRC: write irc+starttls://localhost:{port}.",
    b"\x4a\0\0\0\x0a5.5.5-10.11.19-MariaDB\0" + bytes(50): "MySQL or MariaDB: write mysql+starttls://",
    b"\x45\0\0\0\xff\x6a\x04Host is not allowed": "MySQL or MariaDB: write mysql+starttls://localhost:{port}.",
    STREAM_ERROR % b"jabber:client": "XMPP: write xmpp+starttls://localhost:{port}.",
    STREAM_ERROR % b"jabber:server": "XMPP between servers: write xmpp-server+starttls://localhost:{port}.",
    b"E\0\0\0\x60SFATAL\0C0A000\0Munsupported frontend protocol\0\0": "PostgreSQL: write postgres+starttls://",
    b"220 \x1b[31mred\x1b[0m ESMTP\r\n": "SMTP: write smtp+starttls://localhost:{port}.",
}
"""What servers send before they are asked, or to a ClientHello, and what is said of it."""


@dataclass
class Greeting:
    """A server that greets, and then waits; it counts its connections."""

    greeting: bytes
    connections: int = 0

    async def __call__(self, stream: Stream) -> None:
        self.connections += 1
        await stream.send(self.greeting)
        while await stream.receive():
            pass


@dataclass
class ClientFirst:
    """A server that closes unless the first bytes are `wanted`; `heard` are the first bytes of each connection."""

    wanted: bytes
    agreed: Handler
    refusal: bytes = b""
    heard: list[bytes] = field(default_factory=list)

    async def __call__(self, stream: Stream) -> None:
        self.heard.append(await stream.receive())
        if self.heard[-1] == self.wanted:
            await self.agreed(stream)
        else:
            await stream.send(self.refusal)
            await stream.finish()


def postgres(lab: Lab, answer: bytes = b"S") -> ClientFirst:
    context = server_context(lab, fresh_chain(lab))

    async def agreed(stream: Stream) -> None:
        await stream.send(answer)
        if answer == b"S":
            await stream.start_tls(context)
        await stream.finish()

    return ClientFirst(SSL_REQUEST, agreed)


def probe(target: Target) -> ServedChain | Failure:
    return asyncio.run(Prober(lambda: NOW).probe(target))


def fail(target: Target) -> Failure:
    failure = probe(target)
    assert isinstance(failure, Failure), failure
    assert failure.message.isprintable()
    assert failure.hint.isprintable()
    return failure


# -- what is said where TLS was expected


@pytest.mark.parametrize("greeting", GREETINGS, ids=lambda each: repr(each[:20]))
def test_a_port_that_speaks_a_known_protocol_is_named_with_the_target_to_type(lab: Lab, greeting: bytes) -> None:
    server = Greeting(greeting)
    port = lab.listen(server)
    failure = fail(Target("localhost", port))
    assert failure.kind == "no-tls"
    assert failure.hint.startswith(f"This is {GREETINGS[greeting].format(port=port)}")
    assert server.connections == 1


@pytest.mark.parametrize(
    "greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad\r\n\r\n", b"\0\0\0\0\0\0", b"hello"]
)
def test_another_protocol_is_not_named(lab: Lab, greeting: bytes) -> None:
    failure = fail(Target("localhost", lab.listen(Greeting(greeting))))
    assert (failure.kind, "This is" in failure.hint) == ("no-tls", False)


def test_the_usual_port_decides_between_those_that_begin_alike() -> None:
    failure = Failure("no-tls", "x")
    for port, name in ((25, "smtp"), (587, "smtp"), (21, "ftp")):
        found = protocols.named(failure, b"220 ready\r\n", Target("a.test", port))
        assert found.hint.endswith(f": write {name}+starttls://a.test:{port}.")


@pytest.mark.parametrize("answer", [b"S", b"N"])
def test_postgresql_closes_and_is_named_by_one_connection_more(lab: Lab, answer: bytes) -> None:
    """One with TLS turned off is PostgreSQL too, but not one with which TLS can be had."""
    server = postgres(lab, answer)
    port = lab.listen(server)
    failure = fail(Target("localhost", port))
    assert server.heard.count(SSL_REQUEST) == 1
    if answer == b"N":
        assert failure.kind == "reset"
        return
    assert failure.kind == "no-tls"
    assert failure.message == "What answers there speaks PostgreSQL, and no TLS from the first byte (step: TLS)."
    assert failure.hint == f"This is PostgreSQL: write postgres+starttls://localhost:{port}."


def dialling(port: int) -> protocols.Dial:
    """Connects to a port of this machine."""
    route = Route((Address("127.0.0.1", socket.AF_INET),))
    return lambda: open_connection(Target("127.0.0.1", port), route)


@pytest.mark.parametrize("port", [443, 993, 8883])
def test_a_server_that_closes_at_a_port_of_tls_is_asked_no_more(port: int) -> None:
    failure = Failure("reset", "x")

    def dial() -> AbstractAsyncContextManager[OpenConnection]:
        raise AssertionError("a connection was made")

    assert asyncio.run(protocols.named_by_asking(failure, Target("a.test", port), dial, 5.0)) is failure


@pytest.mark.parametrize(("kind", "port", "asked"), [("timeout", 389, True), ("timeout", 3890, False)])
def test_a_silent_server_is_asked_at_a_usual_port_alone(lab: Lab, kind: str, port: int, *, asked: bool) -> None:
    async def agree(stream: Stream) -> None:
        await stream.send(LDAP_SUCCESS)
        await stream.finish()

    server = ClientFirst(REQUEST, agree)
    place = lab.listen(server)

    target = Target("a.test", port)
    failure = asyncio.run(protocols.named_by_asking(Failure(kind, "x"), target, dialling(place), 5.0))
    assert (failure.hint == "This is LDAP: write ldap+starttls://a.test:389.") is asked
    assert server.heard == [REQUEST] * asked


def test_a_server_that_only_closes_is_said_to_close(lab: Lab) -> None:
    async def close(stream: Stream) -> None:
        await stream.receive()

    failure = fail(Target("localhost", lab.listen(close)))
    assert (failure.kind, "This is" in failure.hint) == ("reset", False)


@pytest.mark.parametrize(
    ("protocol", "greeting", "hint"),
    [
        ("smtp", b"* OK ready\r\n", "This is IMAP: write imap+starttls://localhost:{port}."),
        ("imap", b"220 mail.test ESMTP\r\n", "This is SMTP: write smtp+starttls://localhost:{port}."),
        ("xmpp", b"+OK ready\r\n<x>", "This is POP3: write pop3+starttls://localhost:{port}."),
        ("mysql", b"+OK ready\r\n", "This is POP3: write pop3+starttls://localhost:{port}."),
        ("smtp", b"220 Dovecot ready\r\n500 what\r\n", "Check the protocol and the port."),
        ("smtp", b"hello\r\n", "Check the protocol and the port."),
    ],
)
def test_another_protocol_than_the_one_that_was_named(lab: Lab, protocol: str, greeting: bytes, hint: str) -> None:
    port = lab.listen(Greeting(greeting))
    failure = fail(Target("localhost", port, protocol))
    assert (failure.kind, failure.hint) == ("starttls", hint.format(port=port))


# -- where the protocol is to be found out


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of these tests that do not greet wait for ever."""
    monkeypatch.setattr(protocols, "GREETING_SECONDS", 0.05)


def found(lab: Lab, handler: Handler) -> str | None:
    target = Target("localhost", lab.listen(handler), AUTO)
    served = probe(target)
    assert isinstance(served, ServedChain), served
    assert (served.target.host, served.target.port) == (target.host, target.port)
    return served.target.starttls


def dialogue(greeting: bytes, *answers: tuple[bytes, bytes]) -> Callable[[Lab], Handler]:
    """A server that greets every client and answers those that it understands."""

    def make(lab: Lab) -> Handler:
        context = server_context(lab, fresh_chain(lab))

        async def serve(stream: Stream) -> None:
            await stream.send(greeting)
            for wanted, answer in answers:
                if not (await stream.receive()).startswith(wanted):
                    await stream.send(b"500 what\r\n")
                    await stream.finish()
                    return
                await stream.send(answer)
            await stream.start_tls(context)
            await stream.finish()

        return serve

    return make


@pytest.mark.parametrize(
    ("protocol", "server"),
    [
        ("smtp", dialogue(b"220 mail ESMTP\r\n", (b"EHLO", b"250 x\r\n"), (b"STARTTLS", b"220 go\r\n"))),
        ("smtp", dialogue(b"220 welcome\r\n", (b"EHLO", b"250 x\r\n"), (b"STARTTLS", b"220 go\r\n"))),
        ("lmtp", dialogue(b"220 Dovecot ready\r\n", (b"LHLO", b"250 x\r\n"), (b"STARTTLS", b"220 go\r\n"))),
        ("ftp", dialogue(b"220 welcome\r\n", (b"AUTH TLS", b"234 go\r\n"))),
        ("pop3", dialogue(b"+OK\r\n", (b"STLS", b"+OK\r\n"))),
        ("irc", dialogue(b":x NOTICE * :hello\r\n", (b"STARTTLS", b":x 670 * :go\r\n"))),
    ],
)
def test_a_server_that_greets_is_known_by_its_greeting(
    lab: Lab, protocol: str, server: Callable[[Lab], Handler]
) -> None:
    assert found(lab, server(lab)) == protocol


@pytest.mark.usefixtures("impatient")
def test_tls_from_the_first_byte_is_found_too(lab: Lab) -> None:
    served = probe(Target("localhost", lab.host("complete").port, AUTO))
    assert isinstance(served, ServedChain)
    assert str(served.target) == f"localhost:{lab.host('complete').port}"


@pytest.mark.usefixtures("impatient")
def test_a_server_whose_clients_speak_first_is_found_by_trying(lab: Lab) -> None:
    assert found(lab, postgres(lab)) == "postgres"
    context = server_context(lab, fresh_chain(lab))

    async def agree(stream: Stream) -> None:
        await stream.send(LDAP_SUCCESS)
        await stream.start_tls(context)
        await stream.finish()

    assert found(lab, ClientFirst(REQUEST, agree)) == "ldap"


@pytest.mark.usefixtures("impatient")
def test_what_refuses_in_plain_text_says_what_it_is(lab: Lab) -> None:
    """An XMPP server answers a ClientHello with an error of its own: it is not asked in other protocols first."""
    context = server_context(lab, fresh_chain(lab))
    heard: list[bytes] = []

    async def serve(stream: Stream) -> None:
        heard.append((await stream.receive())[:5])
        if heard[-1] != b"<?xml":
            await stream.send(STREAM_ERROR % b"jabber:client")
            await stream.finish()
            return
        await stream.send(b"<stream:stream><stream:features><starttls/></stream:features>")
        await stream.receive()
        await stream.send(b"<proceed/>")
        await stream.start_tls(context)
        await stream.finish()

    assert found(lab, serve) == "xmpp"
    assert len(heard) == 3  # one to wait for a greeting, which sent nothing, was closed; a ClientHello; the stream
    assert heard[0] == b""


@pytest.mark.usefixtures("impatient")
def test_what_was_tried_is_said(lab: Lab) -> None:
    heard: list[bytes] = []

    async def close(stream: Stream) -> None:
        heard.append(await stream.receive())

    failure = fail(Target("localhost", lab.listen(close), AUTO))
    assert failure.kind == "starttls"
    assert failure.message == (
        "None of the protocols that are known here was understood: TLS, PostgreSQL, LDAP, XMPP, "
        "XMPP between servers, IRC (step: STARTTLS)."
    )
    assert len(heard) <= 10


@pytest.mark.usefixtures("impatient")
def test_an_unknown_greeting_is_shown(lab: Lab) -> None:
    server = Greeting(b"SSH-2.0-OpenSSH_9.2\r\n")
    failure = fail(Target("localhost", lab.listen(server), AUTO))
    assert failure.message.startswith("What answers there does not speak TLS: it begins with 'SSH-2.0-OpenSSH_9.2'")
    assert server.connections == 2


def test_a_known_protocol_without_tls_is_refused_in_its_words(lab: Lab) -> None:
    server = dialogue(b"220 mail ESMTP\r\n", (b"EHLO", b"250 x\r\n"), (b"STARTTLS", b"502 no\r\n"), (b"x", b""))(lab)
    failure = fail(Target("localhost", lab.listen(server), AUTO))
    assert (failure.kind, "it answered '502 no'" in failure.message) == ("starttls", True)


def test_a_host_that_is_not_reached_is_tried_once() -> None:
    with refused_port() as port:
        assert fail(Target("127.0.0.1", port, AUTO)).kind == "refused"
    assert fail(Target("nowhere.invalid", 25, AUTO)).kind == "name"


@pytest.mark.usefixtures("impatient")
def test_a_silent_server_uses_up_every_step(lab: Lab) -> None:
    target = Target("localhost", lab.listen(stay_silent), AUTO)
    failure = asyncio.run(Prober(lambda: NOW, 0.1).probe(target))
    assert isinstance(failure, Failure)
    assert failure.kind == "starttls"


def test_a_usual_port_is_tried_first(lab: Lab) -> None:
    """The clients of its protocol speak first: no greeting is waited for."""
    tried: list[str | None] = []

    async def trial(target: Target) -> Failure:
        tried.append(target.starttls)
        return Failure("starttls", "x")

    place = lab.listen(Dialogue(b"", [], None, []))
    asyncio.run(protocols.probe_any(trial, Target("a.test", 5222, AUTO), dialling(place), 5.0))
    assert tried[:3] == ["xmpp", None, "postgres"]
    assert len(tried) == len(set(tried)) == 6
