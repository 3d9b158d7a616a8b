"""A real request over a verified connection, with one set of trust anchors and nothing else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.core.text import safe_text
from tui_chain.livetest.attempt import Attempt, BrokenAnswer, Stopwatch, Times, failed, timed_out
from tui_chain.livetest.choice import METHODS, read_header_line
from tui_chain.livetest.line import Line, open_line
from tui_chain.livetest.tunnel import ProxyTrouble
from tui_chain.net.starttls.conversation import StartTLSRefused
from tui_chain.net.starttls.registry import start_tls
from tui_chain.net.target import Target
from tui_chain.probe.handshake import HandshakeTooLong, shake_hands
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

if TYPE_CHECKING:
    from tui_chain.livetest.environment import Variable
    from tui_chain.livetest.hops import Hop
    from tui_chain.livetest.wire import Reply, Wire

__all__ = [
    "METHODS",
    "Attempt",
    "LiveTest",
    "Request",
    "Times",
    "bundle_context",
    "default_store_context",
    "read_header_line",
    "store_context",
]

MAX_LOCATION = 2048
"""Characters of a redirect's location that are taken."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ANY, _OLDER = ("h2", "http/1.1"), ("http/1.1",)
_USUAL = {
    "User-Agent": "tlschain-tui",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}


@dataclass(frozen=True)
class LiveTest:
    """The same request before and after: with the trust store as it was, and with the bundle alone.

    `after` is None where there is no proven bundle to test. `hops` are the way through redirects, the request itself
    first; `environment` the variables of trust and proxies that are set. `proxy` is the proxy that it went through,
    without credentials; None directly, also where one was `wanted` and the environment names none for the host.
    """

    method: str
    url: str
    before: Attempt
    after: Attempt | None
    hops: tuple[Hop, ...] = ()
    environment: tuple[Variable, ...] = ()
    proxy: str | None = None
    wanted: bool = False

    @property
    def last(self) -> Attempt:
        """The request with the bundle, or without one as it is."""
        return self.after if self.after is not None else self.before

    @property
    def failed_hop(self) -> Target | None:
        """The host of a redirect with which TLS failed, if it is another one."""
        found = (hop.target for hop in self.hops[1:] if hop.tls_failed)
        return next((target for target in found if target != self.hops[0].target), None)

    @property
    def way(self) -> str:
        """By which way the request went, in words; empty where it went directly and was meant to."""
        if self.proxy is not None:
            return f"by proxy {self.proxy}"
        return "directly: the environment names no proxy for it" if self.wanted else ""


def default_store_context(anchors: Iterable[Certificate]) -> ssl.SSLContext:
    """A verifying context, as `ssl.create_default_context` makes it, that trusts `anchors` alone; blocks."""
    return bundle_context(pem_of(anchors))


def bundle_context(pem: bytes) -> ssl.SSLContext:
    """A verifying context that trusts exactly the bytes of a trust file; blocks.

    It is loaded by file: what Python loads from memory (`cadata`) loses trust settings and CRLs. Raises ssl.SSLError
    for a file that is empty, or that OpenSSL cannot read.
    """
    with as_path(pem) as path:
        return ssl.create_default_context(cafile=path)


def store_context(trust: bytes) -> ssl.SSLContext | str:
    """A verifying context that trusts the bytes of a trust store's file, or why OpenSSL reads none of it; blocks."""
    try:
        return bundle_context(trust)
    except ssl.SSLError as error:
        return f"OpenSSL cannot read the trust store ({safe_text(error.reason or str(error))})"


@dataclass(frozen=True)
class Request:
    """What is asked: `method` of a path at `target`, within `timeout` seconds.

    `address` is the IP that was probed, so that the same server of many answers; None looks the name up.
    `headers` are sent beside Host and User-Agent. `proxy` is the URL of an HTTP proxy to go through, with its
    credentials, which go to it alone; its answer to CONNECT is trusted with nothing.
    """

    target: Target
    method: str = "GET"
    path: str = "/"
    timeout: float = 10.0
    address: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    proxy: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The URL as a person writes it."""
        return self.target.url.removesuffix("/") + self.path if self.target.starttls is None else str(self.target)

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
        if self.target.starttls is None:
            import tui_chain.livetest.wire  # noqa: F401 - loading h11 and h2 is no part of the times

        watch = Stopwatch()
        try:
            async with asyncio.timeout(self.timeout):
                attempt = await self._once(context, trust, watch, _ANY)
                return await self._older(context, attempt, watch) if attempt.http2 and not attempt.ok else attempt
        except TimeoutError:
            words = timed_out(watch, self.timeout)
            waited = bool(watch.waits_for)  # nobody but the proxy is waited for by name
            return Attempt(
                trust, ok=False, words=words, milliseconds=watch.total, times=watch.times, proxy_error=waited
            )

    async def _older(self, context: ssl.SSLContext, broken: Attempt, watch: Stopwatch) -> Attempt:
        again = await self._once(context, broken.trust, Stopwatch(watch.started), _OLDER)
        words = f"{again.words}, after HTTP/2 failed: {broken.words}"
        return replace(again, words=words, http2=True) if again.ok else broken

    async def _once(
        self, context: ssl.SSLContext, trust: str, watch: Stopwatch, protocols: tuple[str, ...]
    ) -> Attempt:
        address = self.address
        try:
            async with open_line(self.target, self.address, self.proxy, watch) as line:
                address = line.address
                if self.target.starttls is None:
                    return await self._http(context, trust, line, watch, protocols)
                return await self._handshake(context, trust, line, watch)
        except (OSError, ProxyTrouble, StartTLSRefused, HandshakeTooLong) as error:
            return replace(failed(trust, error, watch, address), proxy_error=isinstance(error, ProxyTrouble))

    async def _http(
        self, context: ssl.SSLContext, trust: str, line: Line, watch: Stopwatch, protocols: tuple[str, ...]
    ) -> Attempt:
        from tui_chain.livetest.wire import Wire  # h11 and h2: only a live test pays for them

        wire = Wire(line.sock, protocols, watch)
        try:
            reply = await wire.ask(context, self)
        except (OSError, BrokenAnswer) as error:
            return replace(failed(trust, error, watch, line.address), http2=wire.http2)
        return self._answered(trust, reply, wire, watch, line.address)

    def _answered(self, trust: str, reply: Reply, wire: Wire, watch: Stopwatch, address: str | None) -> Attempt:
        tls, where = wire.tls, reply.header(b"location") if reply.status in _REDIRECTS else ""
        cipher = tls.cipher() if tls is not None else None
        return Attempt(
            trust,
            ok=True,
            words=safe_text(f"{reply.status} {reply.reason}".strip(), 80),
            status=reply.status,
            tls_version=tls.version() if tls is not None else None,
            http_version=reply.http_version,
            milliseconds=watch.total,
            cipher=cipher[0] if cipher else None,
            times=watch.times,
            location=_absolute(self.url, where) if where else None,
            address=address,
            http2=wire.http2,
        )

    async def _handshake(self, context: ssl.SSLContext, trust: str, line: Line, watch: Stopwatch) -> Attempt:
        """A protocol that is not HTTP: the verified handshake is the test."""
        await start_tls(line.sock, self.target.starttls or "")
        watch.begin("tls")
        shaken = await shake_hands(line.sock, context, self.target.host)
        watch.end("tls")
        if shaken.error is not None:
            return failed(trust, shaken.error, watch, line.address)
        return Attempt(
            trust,
            ok=True,
            words="handshake verified",
            tls_version=shaken.tls_version,
            milliseconds=watch.total,
            cipher=shaken.cipher,
            times=watch.times,
            address=line.address,
        )


def _absolute(url: str, where: str) -> str:
    """Where a redirect leads; what is no URL stays as it is, for the next step to say so."""
    try:
        return urljoin(url, where[:MAX_LOCATION])
    except ValueError:
        return where[:MAX_LOCATION]
