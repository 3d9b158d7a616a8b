"""One HTTP fetch within the bounds of the laws: the address that was judged is the one connected to."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore
from httpcore import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

from tui_chain.certs.text import safe_text
from tui_chain.probe.lookup import Address, lookup
from tui_chain.resolve.addresses import Reach, reach

MAX_BYTES = 64 * 1024
"""Bytes of one response; more is an error, not a truncation."""
URL_SECONDS = 10.0
"""Seconds for one URL, redirects included."""
MAX_REDIRECTS = 5
MAX_URL = 2048
"""Characters of a URL."""

_REDIRECTS = {301, 302, 303, 307, 308}


class FetchRefusedError(Exception):
    """A fetch that the bounds forbid or that brought nothing; the text is plain words, safe for a terminal."""


@dataclass(frozen=True)
class Answer:
    """A response: the URL it came from after redirects, the address asked, status, body, milliseconds."""

    url: str
    address: str
    status: int
    body: bytes
    milliseconds: float


class _PinnedBackend(AsyncNetworkBackend):
    """Connects to an address that was judged before, whatever the name resolves to by now."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._inner = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the name was looked up and judged already
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's interface
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        return await self._inner.connect_tcp(self._address.ip, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


async def fetch(url: str, *, allowed: frozenset[Reach]) -> Answer:
    """GET `url` within the bounds; raises FetchRefusedError with the reason.

    http and https only, 10 s, 64 KiB, 5 redirects each judged anew. Addresses whose reach is not
    `allowed` are refused. No cookies, no credentials, no proxy, no decompression.
    """
    started = time.perf_counter()
    try:
        async with asyncio.timeout(URL_SECONDS):
            for _ in range(MAX_REDIRECTS + 1):
                answer = await _get(url, allowed, started)
                if isinstance(answer, Answer):
                    return answer
                url = answer
    except TimeoutError:
        raise FetchRefusedError(f"no answer within {URL_SECONDS:g} s") from None
    raise FetchRefusedError(f"more than {MAX_REDIRECTS} redirects")


async def _get(url: str, allowed: frozenset[Reach], started: float) -> Answer | str:
    """Return the answer, or the URL to which it redirects."""
    parts = _judged_url(url)
    address = await _judged_address(parts, allowed)
    try:
        async with (
            httpcore.AsyncConnectionPool(
                network_backend=_PinnedBackend(address), ssl_context=_tls_context(parts), retries=0
            ) as pool,
            pool.stream(
                "GET", url, headers={"Host": parts.netloc, "User-Agent": "tlschain-tui", "Accept": "*/*"}
            ) as reply,
        ):
            if reply.status in _REDIRECTS:
                return _redirect(url, reply.headers)
            body = await _bounded_body(reply)
            milliseconds = 1000 * (time.perf_counter() - started)
            return Answer(url, address.ip, reply.status, body, milliseconds)
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.TimeoutException,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise FetchRefusedError(_plain(error)) from None


def _plain(error: Exception) -> str:
    if isinstance(error, httpcore.ConnectError):
        return f"no connection: {_words(error)}"
    return f"the answer broke off: {_words(error)}"


def _words(error: BaseException) -> str:
    """The innermost reason: the libraries wrap the system's words in their own."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return safe_text(str(error) or type(error).__name__, 100)


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
            f"{safe_text(parts.scheme, 20) or 'a URL without scheme'}:// is not fetched; only http and https are"
        )
    if not parts.hostname or parts.username is not None or port == 0:
        raise FetchRefusedError("the URL names no plain host")
    return parts


async def _judged_address(parts: SplitResult, allowed: frozenset[Reach]) -> Address:
    try:
        addresses = await lookup(parts.hostname or "")
    except OSError:
        raise FetchRefusedError("its host name is not known") from None
    for address in addresses:
        if reach(address.ip) in allowed:
            return address
    first = addresses[0].ip
    raise FetchRefusedError(f"{first} is a {reach(first)} address; it is asked only with your consent")


def _tls_context(parts: SplitResult) -> ssl.SSLContext | None:
    """Verification stays on for https AIA, against the default store; for http nothing is loaded."""
    if parts.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _redirect(url: str, headers: list[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name.lower() == b"location":
            return urljoin(url, value.decode("latin-1"))
    raise FetchRefusedError("a redirect without a location")


async def _bounded_body(reply: httpcore.Response) -> bytes:
    body = bytearray()
    async for piece in reply.aiter_stream():
        body += piece
        if len(body) > MAX_BYTES:
            raise FetchRefusedError(f"the answer is larger than {MAX_BYTES // 1024} KiB")
    return bytes(body)
