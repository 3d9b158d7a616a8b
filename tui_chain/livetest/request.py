"""A real request over a verified connection, with one set of trust anchors and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.pem import to_pem
from tui_chain.certs.text import safe_text
from tui_chain.probe.connection import connect
from tui_chain.probe.handshake import shake_hands
from tui_chain.probe.lookup import Address, lookup
from tui_chain.probe.starttls import StartTLSRefused, start_tls
from tui_chain.probe.target import Target

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Attempt:
    """One request: whether the connection was verified, and what came back or what went wrong, in plain words.

    `status` is the HTTP status (None for a protocol that is not HTTP), `milliseconds` the time to the headers,
    `code` OpenSSL's verify code. An HTTP error status is still a verified connection.
    """

    trust: str
    ok: bool
    words: str
    status: int | None = None
    tls_version: str | None = None
    http_version: str | None = None
    milliseconds: float = 0.0
    code: int | None = None


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


@dataclass(frozen=True)
class Request:
    """What is asked: GET or HEAD of a path at `target`, within `timeout` seconds.

    `address` is the IP that was probed, so that the same server of many answers; None looks the name up.
    """

    target: Target
    method: str = "GET"
    path: str = "/"
    timeout: float = 10.0
    address: str | None = None

    @property
    def url(self) -> str:
        """The URL as a person writes it."""
        return self.target.url.removesuffix("/") + self.path if self.target.starttls is None else str(self.target)

    async def send(self, context: ssl.SSLContext, trust: str) -> Attempt:
        """Make the request with `context`; `trust` says what that trusts. Whatever the network does is a result."""
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.timeout):
                addresses = await lookup(self.address or self.target.host)
                if self.target.starttls is None:
                    return await self._http(context, trust, addresses[0], started)
                return await self._handshake(context, trust, addresses, started)
        except TimeoutError:
            return Attempt(trust, ok=False, words=f"no answer within {self.timeout:g} s")
        except (OSError, StartTLSRefused) as error:
            return _failed(trust, error, started)

    async def _http(self, context: ssl.SSLContext, trust: str, address: Address, started: float) -> Attempt:
        import httpx  # 65 ms, and it brings Rich where that is installed: only a live test pays for it

        url = httpx.URL(self.url).copy_with(host=address.ip)
        name = {} if self.target.is_ip else {"sni_hostname": self.target.host}
        headers = {"Host": self.url.split("/")[2], "User-Agent": "tlschain-tui"}
        transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
        async with httpx.AsyncClient(transport=transport, trust_env=False, timeout=self.timeout) as client:
            request = client.build_request(self.method, url, headers=headers, extensions=name)
            try:
                response = await client.send(request, stream=True)
            except httpx.TransportError as error:
                return _failed(trust, _cause(error), started)
            async with contextlib.aclosing(response):
                return _answered(trust, response, started)

    async def _handshake(
        self, context: ssl.SSLContext, trust: str, addresses: tuple[Address, ...], started: float
    ) -> Attempt:
        """A protocol that is not HTTP: the verified handshake is the test."""
        sock, _ = await connect(addresses, self.target.port)
        with contextlib.closing(sock):
            await start_tls(sock, self.target.starttls or "")
            shaken = await shake_hands(sock, context, self.target.host)
        if shaken.error is not None:
            return _failed(trust, shaken.error, started)
        return Attempt(
            trust, ok=True, words="handshake verified", tls_version=shaken.tls_version, milliseconds=_since(started)
        )


def _answered(trust: str, response: httpx.Response, started: float) -> Attempt:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    words = safe_text(f"{response.status_code} {response.reason_phrase}".strip(), 80)
    version = tls.version() if tls is not None else None
    return Attempt(trust, True, words, response.status_code, version, response.http_version, _since(started))


def _since(started: float) -> float:
    return 1000 * (time.perf_counter() - started)


def _cause(error: BaseException) -> BaseException:
    """The system's or OpenSSL's own error inside the libraries' wrappers."""
    found = error
    while not isinstance(found, OSError):
        inner = found.__cause__ or found.__context__
        if inner is None:
            return error
        found = inner
    return found


def _failed(trust: str, error: BaseException, started: float) -> Attempt:
    took = _since(started)
    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"certificate verify failed: {safe_text(error.verify_message, 160)}"
        return Attempt(trust, ok=False, words=words, milliseconds=took, code=error.verify_code)
    if isinstance(error, ssl.SSLError):
        words = f"TLS failed: {safe_text((error.reason or str(error)).lower().replace('_', ' '), 120)}"
    elif isinstance(error, OSError) and error.strerror:
        words = safe_text(error.strerror.lower(), 120)
    else:
        words = safe_text(str(error) or type(error).__name__, 120)
    return Attempt(trust, ok=False, words=words, milliseconds=took)
