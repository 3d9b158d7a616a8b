"""Tunnels through proxies: CONNECT of HTTP and SOCKS 5, each by way of the proxy that a URL names."""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpcore
from httpcore import AsyncNetworkStream

from tui_chain.core.text import safe_text
from tui_chain.core.threads import in_daemon_thread
from tui_chain.net import connection
from tui_chain.net.errors import BrokenHTTP, ProxyTrouble, ProxyUnreachable, failure_text
from tui_chain.net.http1 import Bounds, HTTP1Connection
from tui_chain.net.lookup import lookup
from tui_chain.net.proxy import Proxy
from tui_chain.net.streams import SocketStream, start_tls

MAX_HEAD = 16 * 1024
"""Bytes of a proxy's answer to CONNECT, interim answers included."""
_BOUNDS = Bounds(head=MAX_HEAD, interim=None, total=MAX_HEAD)
USER_AGENT = b"tlschain-tui"


@asynccontextmanager
async def tunnel(proxy: Proxy, host: str, port: int) -> AsyncIterator[AsyncNetworkStream]:
    """Give a stream whose other end is `host`, a name or an IP, by way of `proxy`; raises ProxyTrouble.

    The proxy's answer is trusted with nothing. Its credentials are in what goes to it alone, over TLS that is
    verified with the system's roots where its URL is https. There is no deadline here: the caller has it.
    """
    async with reach_proxy(proxy) as stream:
        if proxy.is_socks:
            from tui_chain.net.socks import open_socks5  # socksio: only such a proxy needs it

            await open_socks5(stream, host, port, proxy.credentials)
            yield stream
        else:
            yield await _connect(stream, proxy, authority(host, port))


@asynccontextmanager
async def reach_proxy(proxy: Proxy) -> AsyncIterator[AsyncNetworkStream]:
    """Connect to a proxy, with TLS where it wants that; raises ProxyUnreachable."""
    parts = urlsplit(proxy.url)
    host = parts.hostname or ""
    try:
        sock, _ = await connection.connect(await lookup(host), parts.port or 0)
    except OSError as error:
        raise ProxyUnreachable(f"the proxy is not reached: {failure_text(error)[0]}") from None
    stream: AsyncNetworkStream = SocketStream(sock)
    try:
        if parts.scheme == "https":
            stream = await _encrypted(stream, host)
        yield stream
    finally:
        await stream.aclose()


async def _encrypted(stream: AsyncNetworkStream, host: str) -> AsyncNetworkStream:
    # SSL_CERT_FILE may name what is never read to its end
    context = await in_daemon_thread(ssl.create_default_context, "system's roots")
    try:
        return await start_tls(stream, context, host)
    except ssl.SSLError as error:
        raise ProxyUnreachable(f"the proxy's own {failure_text(error)[0]}") from None
    except OSError as error:
        raise ProxyUnreachable(f"the proxy is not reached: {failure_text(error)[0]}") from None


async def _connect(stream: AsyncNetworkStream, proxy: Proxy, place: str) -> AsyncNetworkStream:
    """Ask for the tunnel (RFC 9110 section 9.3.6); what came through it already is read first."""
    url = httpcore.URL(scheme=b"http", host=b"proxy", port=80, target=place.encode("ascii", "replace"))
    headers = [(b"Host", url.target), (b"User-Agent", USER_AGENT), *login(proxy)]
    try:
        speech = HTTP1Connection(url.origin, stream, _BOUNDS, "the proxy")
        response = await speech.handle_async_request(httpcore.Request(b"CONNECT", url, headers=headers))
    except BrokenHTTP as error:
        raise ProxyTrouble(str(error)) from None
    except httpcore.ProtocolError:
        raise ProxyTrouble("the proxy's answer is no HTTP") from None
    except OSError as error:
        raise ProxyTrouble(f"the proxy broke off: {failure_text(error)[0]}") from None
    if not 200 <= response.status <= 299:
        reason = response.extensions["reason_phrase"].decode("latin-1")
        raise ProxyTrouble(f"the proxy refused: {safe_text(f'{response.status} {reason}'.strip(), 80)}")
    opened: AsyncNetworkStream = response.extensions["network_stream"]
    return opened


def login(proxy: Proxy) -> list[tuple[bytes, bytes]]:
    """The header that logs in to an HTTP proxy (RFC 7617), where there is a login."""
    if proxy.credentials is None:
        return []
    return [(b"Proxy-Authorization", b"Basic " + base64.b64encode(b":".join(proxy.credentials)))]


def authority(host: str, port: int) -> str:
    """A host and its port as a request names them, an IPv6 address in brackets and without its zone."""
    bare = host.partition("%")[0]
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"
