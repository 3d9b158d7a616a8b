"""One GET through an HTTP proxy, which connects where it likes: that is the proxy's business."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tui_chain.net.exchange import BrokenHTTP, Headers, HTTPReply, NoConnection
from tui_chain.net.proxy import Proxy


class ProxyRefusal(Exception):
    """The proxy would not connect; the cause says why."""


@asynccontextmanager
async def proxied(
    proxy: Proxy, url: str, context: ssl.SSLContext | None, headers: Headers
) -> AsyncIterator[HTTPReply]:
    """Send a GET by way of `proxy`, in a tunnel for https; raises ProxyRefusal, NoConnection or BrokenHTTP.

    There is no deadline here: the caller has it.
    """
    import httpcore  # 40 ms with anyio, for those who have a proxy

    # a context is given also where none is needed, since httpcore would load certifi's roots otherwise
    inner = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    outer = ssl.create_default_context() if proxy.url.startswith("https:") else None
    way = httpcore.AsyncHTTPProxy(proxy.url, proxy_auth=proxy.credentials, ssl_context=inner, proxy_ssl_context=outer)
    try:
        async with way, way.stream("GET", url, headers=headers) as reply:
            yield HTTPReply(reply.status, reply.headers, reply.aiter_stream())
    except httpcore.ProxyError as error:
        raise ProxyRefusal from error
    except httpcore.ConnectError as error:
        raise NoConnection from error
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.TimeoutException,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise BrokenHTTP from error
