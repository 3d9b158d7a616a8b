"""One HTTP fetch within the bounds of the laws: the address that was judged is the one connected to."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from tui_chain.core.text import safe_text
from tui_chain.net.addresses import USUAL_PORTS, FetchRefusedError, Permission
from tui_chain.net.errors import (
    AnswerTooLarge,
    BrokenHTTP,
    NoConnection,
    ProxyTrouble,
    ProxyUnreachable,
    failure_text,
)
from tui_chain.net.route import Route, find_route

if TYPE_CHECKING:
    from tui_chain.net.http_client import ClientRequest, Headers, HTTPExchange

__all__ = ["FetchRefusedError", "FetchedAnswer", "fetch"]

MAX_BYTES = 64 * 1024
"""Bytes of one response; more is an error, not a truncation."""
URL_SECONDS = 10.0
"""Seconds for one URL, redirects included."""
MAX_REDIRECTS = 5
MAX_URL = 2048
"""Characters of a URL."""

LDAP_HINT = (
    "Look the entry up where the directory can be reached (`ldapsearch -x -H ldap://HOST -b DN cACertificate`),"
    " or take the certificate from the authority's web site; then add it from a file."
)
"""What to do where the issuer is published by LDAP alone."""

_HEADERS = ((b"User-Agent", b"tlschain-tui"), (b"Accept", b"*/*"), (b"Accept-Encoding", b"identity"))
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class FetchedAnswer:
    """A response: the URL it came from after redirects, the address connected to, status, body, milliseconds.

    `address` is an IP, or names the proxy that connected. `headers` have lower-case names.
    """

    url: str
    address: str
    status: int
    body: bytes
    milliseconds: float
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """The first header of this lower-case name, or nothing."""
        return next((value for known, value in self.headers if known == name), "")


async def fetch(url: str, *, allowed: Permission, limit: int = MAX_BYTES) -> FetchedAnswer:
    """GET `url` within the bounds; raises FetchRefusedError with the reason.

    http and https only, 10 s, `limit` bytes (64 KiB; CRLs may have more), 5 redirects each judged anew. Addresses
    that are not `allowed` are refused, and connections are counted there. No cookies, no credentials, no
    decompression. Through the proxy that the environment names, if it names one.
    """
    started = time.perf_counter()
    try:
        async with asyncio.timeout(URL_SECONDS):
            for _ in range(MAX_REDIRECTS + 1):
                answer = await _get(url, allowed, started, limit)
                if isinstance(answer, FetchedAnswer):
                    return answer
                url = answer
    except TimeoutError:
        raise FetchRefusedError(f"no answer within {URL_SECONDS:g} s") from None
    raise FetchRefusedError(f"more than {MAX_REDIRECTS} redirects")


async def _get(url: str, allowed: Permission, started: float, limit: int) -> FetchedAnswer | str:
    """Return the answer, or the URL to which it redirects."""
    from tui_chain.net.http1 import Bounds  # httpcore is loaded where there is something to fetch
    from tui_chain.net.http_client import HTTPExchange

    parts = _judged_url(url)
    route = await find_route(parts, allowed)
    exchange = HTTPExchange(route, Bounds(body=limit))
    try:
        async with exchange.send(_request(parts)) as reply:
            if reply.status == HTTPStatus.SWITCHING_PROTOCOLS:
                raise _switching(route, exchange)
            if reply.status in _REDIRECTS:
                return _redirect(url, reply.header(b"location"))
            body = await _whole(reply.pieces)
            milliseconds = 1000 * (time.perf_counter() - started)
            return FetchedAnswer(url, _peer(route, exchange), reply.status, body, milliseconds, _texts(reply.headers))
    except (NoConnection, BrokenHTTP, ProxyTrouble, AnswerTooLarge, OSError) as error:
        raise FetchRefusedError(_plain(error, limit), address=_peer(route, exchange)) from None
    except FetchRefusedError as refused:
        refused.address = _peer(route, exchange)
        raise


def _switching(route: Route, exchange: HTTPExchange) -> FetchRefusedError:
    return FetchRefusedError(
        "the answer broke off: the server changed to another protocol", address=_peer(route, exchange)
    )


def _peer(route: Route, exchange: HTTPExchange) -> str:
    """The address that answered or was tried, or the proxy."""
    return route.proxy.label if route.proxy is not None else exchange.connected


def _request(parts: SplitResult) -> ClientRequest:
    from tui_chain.net.http_client import ClientRequest

    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [(b"Host", parts.netloc.encode("ascii")), *_HEADERS]
    port = parts.port or USUAL_PORTS[parts.scheme]
    host = parts.hostname or ""
    return ClientRequest(host, port, target.encode("ascii"), headers, _tls_context(parts), server_name=host)


def _texts(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)


def _plain(error: Exception, limit: int) -> str:
    if isinstance(error, AnswerTooLarge):
        return f"the answer is larger than {limit // 1024} KiB"
    if isinstance(error, (NoConnection, ProxyUnreachable)):
        return f"no connection: {error}"
    if isinstance(error, ProxyTrouble):
        return str(error)
    return f"the answer broke off: {failure_text(error)[0]}"


def _judged_url(url: str) -> SplitResult:
    if len(url) > MAX_URL:
        raise FetchRefusedError(f"the URL is longer than {MAX_URL} characters")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise FetchRefusedError("the URL has characters that no URL has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchRefusedError("it is not a URL") from None
    if parts.scheme not in {"http", "https"}:
        raise FetchRefusedError(
            f"{safe_text(parts.scheme, 20) or 'a URL without scheme'}:// is not fetched; only http and https are",
            LDAP_HINT if parts.scheme in {"ldap", "ldaps"} else "",
        )
    if not parts.hostname or parts.username is not None or port == 0:
        raise FetchRefusedError("the URL names no plain host")
    return parts


def _tls_context(parts: SplitResult) -> ssl.SSLContext | None:
    """Verification stays on for https AIA, against the default store; for http nothing is loaded."""
    if parts.scheme == "http":
        return None
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _redirect(url: str, location: str) -> str:
    if not location:
        raise FetchRefusedError("a redirect without a location")
    try:
        return urljoin(url, location)
    except ValueError:
        raise FetchRefusedError("a redirect to what is not a URL") from None


async def _whole(pieces: AsyncIterator[bytes]) -> bytes:
    """A body, whose bound is kept where it is read."""
    body = bytearray()
    async for piece in pieces:
        body += piece
        await asyncio.sleep(0)  # pieces that have come already are there without a wait
    return bytes(body)
