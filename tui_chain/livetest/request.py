"""A real request over a verified connection, with one set of trust anchors and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.pem import to_pem
from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure
from tui_chain.livetest.attempt import Attempt, Stopwatch, Times, cause, failed
from tui_chain.probe.connection import connect
from tui_chain.probe.handshake import HandshakeTooLong, shake_hands
from tui_chain.probe.lookup import Address, lookup
from tui_chain.probe.starttls import StartTLSRefused, start_tls
from tui_chain.probe.target import Target

if TYPE_CHECKING:
    import httpx

__all__ = ["Attempt", "LiveTest", "Request", "Times", "bundle_context", "default_store_context", "read_header_line"]

METHODS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing on a server (RFC 9110 section 9.2.1)."""
MAX_LOCATION = 2048
"""Characters of a redirect's location that are taken."""

_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class LiveTest:
    """The same request before and after: with the trust store as it was, and with the bundle alone.

    `after` is None where there is no proven bundle to test.
    """

    method: str
    url: str
    before: Attempt
    after: Attempt | None


def default_store_context(anchors: Iterable[Certificate]) -> ssl.SSLContext:
    """A verifying context, as `ssl.create_default_context` makes it, that trusts `anchors` alone."""
    return bundle_context("".join(map(to_pem, anchors)).encode("ascii"))


def bundle_context(pem: bytes) -> ssl.SSLContext:
    """A verifying context that trusts exactly the bytes of a bundle; raises ssl.SSLError for an empty one."""
    return ssl.create_default_context(cadata=pem.decode("ascii"))


def read_header_line(line: str) -> tuple[str, str] | Failure:
    """Read `Name: value`; what carries credentials or belongs to the connection is refused (law 6)."""
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    token = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    if not colon or not token or not (value.isascii() and value.isprintable()):
        return Failure("usage", f"{safe_text(line, 60)!r} is no header.", "Write it as Name: value.")
    if name.lower() in _SECRET:
        return Failure("usage", f"The live test carries no credentials; {name} is not sent.", "Leave it out.")
    if name.lower() in _OURS:
        return Failure("usage", f"{name} is set by the test itself.", "Leave it out.")
    return name, value


@dataclass(frozen=True)
class Request:
    """What is asked: `method` of a path at `target`, within `timeout` seconds.

    `address` is the IP that was probed, so that the same server of many answers; None looks the name up.
    `headers` are sent beside Host and User-Agent. `proxy` is the URL of an HTTP proxy to go through, whose answer
    to CONNECT is trusted with nothing.
    """

    target: Target
    method: str = "GET"
    path: str = "/"
    timeout: float = 10.0
    address: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    proxy: str | None = None

    @property
    def url(self) -> str:
        """The URL as a person writes it."""
        return self.target.url.removesuffix("/") + self.path if self.target.starttls is None else str(self.target)

    async def send(self, context: ssl.SSLContext, trust: str) -> Attempt:
        """Make the request with `context`; `trust` says what that trusts. Whatever the network does is a result."""
        watch = Stopwatch()
        try:
            async with asyncio.timeout(self.timeout):
                if self.proxy is not None and self.target.starttls is None:
                    return await self._http(context, trust, None, watch)
                watch.begin("lookup")
                addresses = await lookup(self.address or self.target.host)
                watch.end("lookup")
                if self.target.starttls is None:
                    return await self._http(context, trust, addresses[0], watch)
                return await self._handshake(context, trust, addresses, watch)
        except TimeoutError:
            words = f"no answer within {self.timeout:g} s"
            return Attempt(trust, ok=False, words=words, milliseconds=watch.total, times=watch.times)
        except (OSError, StartTLSRefused, HandshakeTooLong) as error:
            return failed(trust, error, watch)

    async def _http(self, context: ssl.SSLContext, trust: str, address: Address | None, watch: Stopwatch) -> Attempt:
        import httpx  # 65 ms, and it brings Rich where that is installed: only a live test pays for it

        asked = address.ip if address is not None else None
        transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False, proxy=self.proxy)
        async with httpx.AsyncClient(transport=transport, trust_env=False, timeout=self.timeout) as client:
            try:
                response = await client.send(self._build(client, asked, watch), stream=True)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                return failed(trust, cause(error), watch, asked)
            async with contextlib.aclosing(response):
                return self._answered(trust, response, watch, asked)

    def _build(self, client: httpx.AsyncClient, asked: str | None, watch: Stopwatch) -> httpx.Request:
        import httpx

        url = httpx.URL(self.url)
        extensions: dict[str, object] = {"trace": watch.heard}
        if not self.target.is_ip:
            extensions["sni_hostname"] = self.target.host
        headers = [("Host", self.url.split("/")[2]), ("User-Agent", "tlschain-tui"), *self.headers]
        place = url if asked is None else url.copy_with(host=asked)
        return client.build_request(self.method, place, headers=headers, extensions=extensions)

    def _answered(self, trust: str, response: httpx.Response, watch: Stopwatch, asked: str | None) -> Attempt:
        stream = response.extensions.get("network_stream")
        tls = stream.get_extra_info("ssl_object") if stream is not None else None
        cipher = tls.cipher() if tls is not None else None
        where = response.headers.get("location", "") if response.status_code in _REDIRECTS else ""
        return Attempt(
            trust,
            ok=True,
            words=safe_text(f"{response.status_code} {response.reason_phrase}".strip(), 80),
            status=response.status_code,
            tls_version=tls.version() if tls is not None else None,
            http_version=response.http_version,
            milliseconds=watch.total,
            cipher=cipher[0] if cipher else None,
            times=watch.times,
            location=_absolute(self.url, where) if where else None,
            address=asked,
        )

    async def _handshake(
        self, context: ssl.SSLContext, trust: str, addresses: tuple[Address, ...], watch: Stopwatch
    ) -> Attempt:
        """A protocol that is not HTTP: the verified handshake is the test."""
        watch.begin("connect")
        sock, address = await connect(addresses, self.target.port)
        watch.end("connect")
        with contextlib.closing(sock):
            await start_tls(sock, self.target.starttls or "")
            watch.begin("tls")
            shaken = await shake_hands(sock, context, self.target.host)
            watch.end("tls")
        if shaken.error is not None:
            return failed(trust, shaken.error, watch, address.ip)
        return Attempt(
            trust,
            ok=True,
            words="handshake verified",
            tls_version=shaken.tls_version,
            milliseconds=watch.total,
            cipher=shaken.cipher,
            times=watch.times,
            address=address.ip,
        )


def _absolute(url: str, where: str) -> str:
    """Where a redirect leads; what is no URL stays as it is, for the next step to say so."""
    try:
        return urljoin(url, where[:MAX_LOCATION])
    except ValueError:
        return where[:MAX_LOCATION]
