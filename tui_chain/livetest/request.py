"""A real request over a verified connection, with one set of trust anchors and nothing else."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from tui_chain.clients.engines.openssl.verifier import PARTIAL_CHAIN, OpenSSLVerifier, Settings
from tui_chain.livetest.attempt import Attempt, Stopwatch, failed, timed_out
from tui_chain.net.errors import BrokenHTTP, NoConnection, ProxyTrouble, failure_text
from tui_chain.net.lookup import lookup
from tui_chain.net.route import OpenConnection, Route, open_connection, target_route
from tui_chain.net.starttls.conversation import EHLO, Conversation, StartTLSRefused
from tui_chain.net.starttls.registry import greet, spoken_at, start_tls
from tui_chain.net.target import Target
from tui_chain.probe.handshake import unverified_chain
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

if TYPE_CHECKING:
    from tui_chain.net.http_client import ClientRequest, HTTPExchange, HTTPReply
    from tui_chain.net.streams import TLSStream

MAX_LOCATION = 2048
"""Characters of a redirect's location that are taken."""

_ACCEPTED = "the certificate was accepted; then"
"""How a sentence begins on a server that breaks after TLS."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ANY, _OLDER = ("h2", "http/1.1"), ("http/1.1",)
_USUAL = {
    "User-Agent": "tlschain-tui",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}


@dataclass(frozen=True)
class LiveRequest:
    """What is asked: `method` of a path at `target`, within `timeout` seconds.

    `address` is the IP that was probed, so that the same server of many answers; None looks the name up.
    `headers` are sent beside Host and User-Agent. `proxy` is the URL of a proxy to go through, with its
    credentials, which go to it alone; its answer is trusted with nothing.
    """

    target: Target
    method: str = "GET"
    path: str = "/"
    timeout: float = 10.0
    address: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    proxy: str | None = field(default=None, repr=False)

    @cached_property
    def protocol(self) -> str | None:
        """The protocol of a target that speaks no HTTP: that of STARTTLS, or the usual one at its port."""
        return self.target.starttls or spoken_at(self.target.port)

    @property
    def url(self) -> str:
        """The URL as a person writes it; of what is no HTTP the target."""
        return self.target.url.removesuffix("/") + self.path if self.protocol is None else str(self.target)

    @property
    def sent_headers(self) -> tuple[tuple[str, str], ...]:
        """Every header as it is sent; the user's take the place of the usual ones."""
        bare = replace(self.target, host=self.target.host.partition("%")[0])  # a zone is nobody else's business
        own = {name.lower() for name, _ in self.headers}
        usual = ((name, value) for name, value in _USUAL.items() if name.lower() not in own)
        return (("Host", bare.url.split("/")[2]), *usual, *self.headers)

    async def send(self, context: ssl.SSLContext, trust: str) -> Attempt:
        """Make the request with `context`; `trust` says what that trusts. Whatever the network does is a result.

        HTTP/2 is asked for; where it breaks, which nobody's verification is to blame for, HTTP/1.1 is tried.
        """
        if self.protocol is None:
            from tui_chain.net.http_client import load

            load()
        watch = Stopwatch()
        try:
            async with asyncio.timeout(self.timeout):
                attempt = await self._once(context, trust, watch, _ANY)
                return await self._older(context, attempt, watch) if attempt.http2 and not attempt.ok else attempt
        except TimeoutError:
            text = timed_out(watch, self.timeout)
            if self.protocol is not None and watch.times.tls is not None:
                text = f"{_ACCEPTED} {text}"
            waited = bool(watch.waits_for)  # nobody but the proxy is waited for by name
            return Attempt(
                trust, ok=False, text=text, milliseconds=watch.total, times=watch.times, proxy_error=waited
            )

    async def _older(self, context: ssl.SSLContext, broken: Attempt, watch: Stopwatch) -> Attempt:
        again = await self._once(context, broken.trust, Stopwatch(watch.started), _OLDER)
        text = f"{again.text}, after HTTP/2 failed: {broken.text}"
        return replace(again, text=text, http2=True) if again.ok else broken

    async def _once(
        self, context: ssl.SSLContext, trust: str, watch: Stopwatch, protocols: tuple[str, ...]
    ) -> Attempt:
        if self.protocol is None:
            return await self._http(context, trust, watch, protocols)
        address = self.address
        try:
            async with open_timed(self.target, self.address, self.proxy, watch) as connection:
                address = connection.address
                return await self._handshake(context, trust, connection, watch)
        except (OSError, ProxyTrouble, StartTLSRefused) as error:
            return replace(failed(trust, error, watch, address), proxy_error=isinstance(error, ProxyTrouble))

    async def _http(
        self, context: ssl.SSLContext, trust: str, watch: Stopwatch, protocols: tuple[str, ...]
    ) -> Attempt:
        from tui_chain.net.http_client import HTTPExchange

        exchange = None
        try:
            route = await timed_route(self.target, self.address, self.proxy, watch)
            exchange = HTTPExchange(route, trace=_Steps(watch).hear, local=self.target.connection.bind)
            async with exchange.send(self._asked(context, protocols)) as reply:
                attempt = self._answered(trust, reply, exchange, watch)
                return replace(attempt, http2=_http2(exchange, protocols))
        except (OSError, NoConnection, ProxyTrouble, BrokenHTTP) as error:
            cause = error.error if isinstance(error, NoConnection) else error
            attempt = failed(trust, cause, watch, self.address)
            if isinstance(error, ProxyTrouble) or exchange is None:
                return replace(attempt, proxy_error=isinstance(error, ProxyTrouble))
            return replace(attempt, address=exchange.connected or None, http2=_http2(exchange, protocols))

    def _asked(self, context: ssl.SSLContext, protocols: tuple[str, ...]) -> ClientRequest:
        from tui_chain.net.http_client import ClientRequest

        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in self.sent_headers]
        target = self.target
        # a zone is nobody else's business
        host, path = target.connect_host.partition("%")[0], self.path.encode("ascii")
        return ClientRequest(
            host,
            target.connect_port,
            path,
            headers,
            context,
            self.method.encode("ascii"),
            protocols,
            _asked_name(context, target),
            partial(_judge_server, target) if target.has_two_names else None,
        )

    def _answered(self, trust: str, reply: HTTPReply, exchange: HTTPExchange, watch: Stopwatch) -> Attempt:
        tls, where = exchange.tls, reply.header(b"location") if reply.status in _REDIRECTS else ""
        cipher = tls.cipher() if tls is not None else None
        return Attempt(
            trust,
            ok=True,
            text=f"{reply.status} {reply.reason}".strip(),
            status=reply.status,
            tls_version=tls.version() if tls is not None else None,
            http_version=reply.http_version,
            milliseconds=watch.total,
            cipher=cipher[0] if cipher else None,
            times=watch.times,
            location=_absolute(self.url, where) if where else None,
            address=exchange.connected or None,
        )

    async def _handshake(
        self, context: ssl.SSLContext, trust: str, connection: OpenConnection, watch: Stopwatch
    ) -> Attempt:
        """A protocol that is not HTTP: the verified handshake, and then the greeting of that protocol.

        What breaks after the handshake is said in other words than a failure of TLS.
        """
        from tui_chain.net.streams import SocketStream, TLSStream  # httpcore: handshakes alone do without

        if self.target.starttls is not None:
            await start_tls(connection.sock, self.target, self.target.connection.ehlo or EHLO)
        watch.begin("tls")
        stream = TLSStream(SocketStream(connection.sock), context, _asked_name(context, self.target))
        await stream.shake_hands()
        watch.end("tls")
        if self.target.has_two_names:
            _judge_server(self.target, stream.tls)
        watch.begin("first_byte")
        try:
            server = _EncryptedConversation(connection.sock, self.target, stream)
            answer = await greet(server, self.protocol or "", welcomes=self.target.starttls is None)
        except (OSError, StartTLSRefused) as error:
            why = str(error) if isinstance(error, StartTLSRefused) else failure_text(error)[0]
            return replace(failed(trust, error, watch, connection.address), text=f"{_ACCEPTED} {why}")
        watch.end("first_byte")
        cipher = stream.tls.cipher()
        return Attempt(
            trust,
            ok=True,
            text=answer,
            tls_version=stream.tls.version(),
            milliseconds=watch.total,
            cipher=cipher[0] if cipher else None,
            times=watch.times,
            address=connection.address,
        )


async def timed_route(target: Target, address: str | None, proxy: str | None, watch: Stopwatch) -> Route:
    """The route to `target`, to `address` alone if one is given; raises OSError or ProxyTrouble."""
    watch.begin("lookup")
    # an address that was judged is the one that is asked, by a proxy that is given addresses too
    route = await target_route(target, proxy, lookup if address is None else lambda _: lookup(address))
    if route.addresses:
        watch.end("lookup")
    return route


@asynccontextmanager
async def open_timed(
    target: Target, address: str | None, proxy: str | None, watch: Stopwatch
) -> AsyncIterator[OpenConnection]:
    """Connect to `target`, at `address` if one is given, or by way of `proxy`; raises OSError or ProxyTrouble.

    For what is no HTTP: STARTTLS, and handshakes as client families make them. `watch` takes the times of lookup and
    connect; through a proxy the latter is all one step. There is no deadline here.
    """
    route = await timed_route(target, address, proxy, watch)
    watch.begin("connect", of="the proxy" if route.proxy is not None else "")
    async with open_connection(target, route) as connection:
        watch.end("connect")
        yield connection


class _EncryptedConversation(Conversation):
    """A conversation over TLS; its methods raise ssl.SSLError as well."""

    def __init__(self, sock: socket.socket, target: Target, tls: TLSStream) -> None:
        super().__init__(sock, target.host, target.connection.ehlo or EHLO)
        self._tls = tls

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        await self._tls.write(data)

    async def _receive(self, size: int) -> bytes:
        return await self._tls.read(size)


def _absolute(url: str, where: str) -> str:
    """Where a redirect leads; what is no URL stays as it is, for the next step to say so."""
    try:
        return urljoin(url, where[:MAX_LOCATION])
    except ValueError:
        return where[:MAX_LOCATION]


def _http2(exchange: HTTPExchange, protocols: tuple[str, ...]) -> bool | None:
    """Whether the server took HTTP/2; None where it was not offered, or before the handshake is done."""
    return None if exchange.tls is None or "h2" not in protocols else exchange.http2


class _Steps:
    """Takes the times of a request's steps as the client names them."""

    _BEGIN: Mapping[str, str] = {
        "connection.connect_tcp.started": "connect",
        "proxy.connect.started": "connect",
        "connection.start_tls.started": "tls",
        "http11.send_request_headers.started": "first_byte",
        "http2.send_connection_init.started": "first_byte",
    }
    _END: Mapping[str, str] = {
        "connection.connect_tcp.complete": "connect",
        "proxy.connect.complete": "connect",
        "connection.start_tls.complete": "tls",
        "http11.receive_response_headers.complete": "first_byte",
        "http2.receive_response_headers.complete": "first_byte",
    }

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch

    def hear(self, name: str) -> None:
        if name in self._BEGIN:
            self._watch.begin(self._BEGIN[name], of="the proxy" if name.startswith("proxy.") else "")
        elif name in self._END:
            self._watch.end(self._END[name])


# the name that is asked for, and the one that the certificate has to cover, where they are two


def _asked_name(context: ssl.SSLContext, target: Target) -> str | None:
    """The name to give to OpenSSL for a handshake with `target`, after `context` is told whether it checks that."""
    context.check_hostname = not target.has_two_names
    return target.server_name if target.has_two_names else target.verified_name.partition("%")[0]


def _judge_server(target: Target, tls: ssl.SSLObject) -> None:
    """Raise ssl.SSLCertVerificationError unless the server's certificate covers the target's name to verify."""
    _judge_name(unverified_chain(tls)[0], target.verified_name)


def _judge_name(leaf: bytes, name: str) -> None:
    """Raise ssl.SSLCertVerificationError unless a certificate (DER) covers `name`, as OpenSSL checks it.

    Its chain was verified before: here the certificate is trusted by itself.
    """
    verifier = OpenSSLVerifier(pem_of((Certificate(leaf),)))
    verdict = verifier.verify((leaf,), name.partition("%")[0], datetime.now(UTC), Settings(PARTIAL_CHAIN))
    if not verdict.ok:
        error = ssl.SSLCertVerificationError(1, verdict.error)
        error.verify_code, error.verify_message = int(verdict.code or 0), verdict.error or "the name does not match"
        raise error
