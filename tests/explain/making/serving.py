"""The servers of the situations: every protocol's port of every address of the machine, one situation at a time."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tests.explain.making.machine import ADDRESSES, HOSTS, PKI, PROXY_HOST
from tests.explain.making.situations import PROXY_ANSWERS, Situation
from tests.support.servers import reset, saying
from tui_chain.lab.authority import PrivateKey, Template, key_to_pem, rsa_key, sha1_signature, to_pem
from tui_chain.lab.hierarchy import Hierarchy
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.listener import Handler, Listener
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import (
    DEFAULT_TLS,
    Credentials,
    TlsOptions,
    http_answer,
    make_context,
    plain_http,
    stay_silent,
)

Preface = Callable[[Stream], Awaitable[None]]
"""What a protocol says in the clear before TLS."""


async def _nothing(_: Stream) -> None:
    """TLS begins at once."""


async def _postgres(stream: Stream) -> None:
    """SSLRequest, and the answer that TLS may begin."""
    await stream.receive(8)
    await stream.send(b"S")


_MYSQL_GREETING = (
    b"\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\0"
    + bytes.fromhex("04000000")
    + b"abcdefgh\0"
    + bytes.fromhex("feff 2d 0200 ff81 15 000000000000 1f000000")
    + b"ijklmnopqrst\0mysql_native_password\0"
)
"""What a MariaDB that knows TLS begins with."""


async def _mysql(stream: Stream) -> None:
    """The greeting, and the client's SSLRequest."""
    await stream.send(len(_MYSQL_GREETING).to_bytes(3, "little") + b"\0" + _MYSQL_GREETING)
    head = await stream.receive(4)
    await stream.receive(int.from_bytes(head[:3], "little"))


async def _smtp(stream: Stream) -> None:
    """EHLO and STARTTLS (RFC 3207)."""
    await stream.send(b"220 mail.corp.internal ESMTP Postfix\r\n")
    await stream.receive()
    await stream.send(b"250-mail.corp.internal\r\n250 STARTTLS\r\n")
    await stream.receive()
    await stream.send(b"220 2.0.0 Ready to start TLS\r\n")


PREFACES: Mapping[int, Preface] = {
    **dict.fromkeys((443, 8443, 636, 993, 6379, 27017, 9093, 50051, 5671, 8883, 9200, 2376, 6443), _nothing),
    5432: _postgres,
    3306: _mysql,
    587: _smtp,
}
"""The ports of the protocols, each with what comes before TLS."""


async def _cut(stream: Stream) -> None:
    await stream.receive()
    # a close with nothing unread is no reset
    stream._sock.shutdown(socket.SHUT_WR)


async def _smtp_banner(stream: Stream) -> None:
    await stream.send(b"220 mail.corp.internal ESMTP Postfix\r\n")
    while await stream.receive():
        await stream.send(b"502 5.5.2 Error: command not recognized\r\n")


_HANDLERS: Mapping[str, Handler] = {
    "plain-http": plain_http,
    "smtp-banner": _smtp_banner,
    "cut": _cut,
    "reset": reset,
    "silent": stay_silent,
}


@dataclass(frozen=True)
class Machine:
    """What a service of the lab may use here: it listens at all ports of all addresses, not on loopback alone.

    `received` is what clients have sent through TLS: one that got so far was refused nothing.
    """

    lab: Lab
    stack: contextlib.ExitStack
    received: list[bytes]

    @property
    def hierarchy(self) -> Hierarchy:
        return self.lab.hierarchy

    @property
    def dead_port(self) -> int:
        return self.lab.dead_port

    @property
    def folder(self) -> Path:
        return self.lab.folder

    def publish(self, path: str, answer: object) -> str:
        return self.lab.publish(path, answer)  # type: ignore[arg-type]

    def serve(
        self,
        chain: Sequence[bytes],
        key: PrivateKey,
        *,
        addresses: Sequence[str] = (),  # noqa: ARG002 - the lab names loopback alone
        port: int = 0,  # noqa: ARG002
        options: TlsOptions = DEFAULT_TLS,
    ) -> int:
        if options.client_ca == b"":
            options = replace(options, client_ca=self.lab.trust_pem)
        context = make_context(self.folder, Credentials(chain, key), options)
        return self.listen(self._tls(context))

    async def receive(self, stream: Stream) -> None:
        """Take note of a client, and close."""
        self.received.append(await stream.receive())

    def _tls(self, context: ssl.SSLContext) -> Handler:
        async def handle(stream: Stream) -> None:
            await stream.start_tls(context)
            data = await stream.receive()
            if data:
                self.received.append(data)
                await stream.send(http_answer("200 OK", DEFAULT_TLS.text.encode()))
            await stream.finish()

        return handle

    def listen(self, handler: Handler, **_: object) -> int:
        for address in ADDRESSES:
            for number, preface in PREFACES.items():
                self.open(address, number, _after(preface, handler))
        return 443

    def open(self, address: str, port: int, handler: Handler) -> None:
        sock = _bound(address, port)
        sock.setblocking(False)
        listener = Listener(sock, handler)
        self.lab._thread.call(listener.open)
        self.stack.callback(self.lab._thread.call, listener.close)


def _after(preface: Preface, handler: Handler) -> Handler:
    async def handle(stream: Stream) -> None:
        await preface(stream)
        await handler(stream)

    return handle


def _bound(address: str, port: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    return sock


@contextlib.contextmanager
def serving(lab: Lab, situation: Situation) -> Iterator[list[bytes]]:
    """Serve what the situation is about until the context is left; yields what clients send through TLS."""
    with contextlib.ExitStack() as stack:
        machine = Machine(lab, stack, [])
        _open_proxies(machine)
        if situation.proxy:
            # a client that comes itself has no such proxy
            machine.listen(machine.receive)
        service = situation.service
        if service == "unanswered":
            _fill_queues(stack)
        elif isinstance(service, str):
            handler = _HANDLERS.get(service) or saying(bytes.fromhex(service))
            machine.listen(handler)
        elif service is not None:
            lab.hierarchy.extend(ca for ca in situation.cas if ca.label not in lab.hierarchy._authorities)
            service.open(machine, situation.name)
        yield machine.received


def _open_proxies(machine: Machine) -> None:
    for port, answer in PROXY_ANSWERS.items():
        machine.open(HOSTS[PROXY_HOST], port, saying(answer))


def _fill_queues(stack: contextlib.ExitStack) -> None:
    """A further connection to a full queue gets no answer, as behind a firewall that drops."""
    for address in ADDRESSES:
        for port in PREFACES:
            sock = stack.enter_context(_bound(address, port))
            sock.listen(0)
            for _ in range(3):
                client = stack.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex((address, port))


def write_files(lab: Lab) -> None:
    """Write the files that clients are given: trust in every state, and their own certificates."""
    hierarchy = lab.hierarchy
    root, issuing = to_pem([hierarchy["root"].der]), to_pem([hierarchy["issuing"].der])
    lines = root.splitlines(keepends=True)
    files = {
        "corp-root.pem": root,
        "intermediate-only.pem": issuing,
        "empty.pem": b"",
        "garbage.pem": b"<html><body>404 Not Found</body></html>\n",
        "broken.pem": b"".join((*lines[:3], b"!!!" + lines[3], *lines[4:])),
        "half.pem": b"".join(lines[:4]),
    }
    for name, data in files.items():
        (PKI / name).write_bytes(data)
    _write_identities(hierarchy)


def _write_identities(hierarchy: Hierarchy) -> None:
    stranger = hierarchy["private-issuing"]
    usual = stranger.issue_leaf(["joe"])
    _write("stranger", usual.der, usual.key)
    weak = stranger.issue_leaf(["joe"], Template(new_key=lambda: rsa_key(1024)))
    _write("weak", weak.der, weak.key)
    sha1 = stranger.issue_leaf(["joe"], Template(edit=sha1_signature))
    _write("sha1", sha1.der, sha1.key)
    _write("mismatch", usual.der, ec.generate_private_key(ec.SECP256R1()))


def _write(name: str, der: bytes, key: PrivateKey) -> None:
    (PKI / f"{name}-client.pem").write_bytes(to_pem([der]))
    (PKI / f"{name}-client.key").write_bytes(key_to_pem(key))
