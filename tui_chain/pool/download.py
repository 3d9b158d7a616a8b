"""Fetching a list over https: verified, bounded, through the proxy that the environment names."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.core.threads import in_daemon_thread

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 32 << 20
"""Bytes of a list, unpacked; more is a failure."""
SECONDS = 60.0
"""Seconds for each read, and for the connection."""
TOTAL_SECONDS = 300.0
"""Seconds for all of it: a byte now and then is an answer in time to every read."""
MAX_REDIRECTS = 5
_HINT = "Download it on a machine with access, then `tlschain pool update --file FILE`."

_PROXY_HINT = "Name one as http://user:password@proxy.example:3128, with / ? # @ in a password as %2F %3F %23 %40."

_SOCKS_HINT = f"Name an http:// or https:// proxy in HTTPS_PROXY, or do without: {_HINT[0].lower()}{_HINT[1:]}"


class LeavesHTTPSError(Exception):
    """A redirect away from https, which is not followed."""


def _only_https(request: httpx.Request) -> None:
    """Called before every request, the redirected ones too."""
    if request.url.scheme != "https":
        raise LeavesHTTPSError


def download(url: str, context: ssl.SSLContext) -> bytes | Failure:
    """GET `url`, which has to be https as have its redirects; never unverified, never more than 32 MiB or 5 min.

    For programs without an event loop, since it runs one.
    """
    shown = safe_text(url)
    if not url.lower().startswith("https://"):
        return Failure("usage", f"{shown} is no https URL.", "Name one, or a local file with --file.")

    async def in_time() -> bytes | Failure:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await in_daemon_thread(lambda: _fetched(url, context, shown), "download")

    try:
        return asyncio.run(in_time())
    except TimeoutError:
        return Failure("network", f"{shown} did not come whole within {TOTAL_SECONDS:g} s.", _HINT)


def _client(context: ssl.SSLContext) -> httpx.Client | Failure:
    """A client with the environment's proxies; what httpx says of those could have a password in it."""
    import httpx

    try:
        return httpx.Client(
            verify=context,
            timeout=SECONDS,
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            event_hooks={"request": [_only_https]},
        )
    except ImportError:  # what httpx speaks SOCKS with is a package of its own
        return Failure("proxy", "The environment's proxy speaks SOCKS, which is not spoken here.", _SOCKS_HINT)
    except (httpx.InvalidURL, ValueError):
        message = "HTTPS_PROXY, ALL_PROXY or NO_PROXY in the environment cannot be read as a proxy's URL or as hosts."
        return Failure("proxy", message, _PROXY_HINT)


def _fetched(url: str, context: ssl.SSLContext, shown: str) -> bytes | Failure:
    import httpx

    client = _client(context)
    if isinstance(client, Failure):
        return client
    try:
        with client, client.stream("GET", url, headers={"User-Agent": "tlschain-tui"}) as reply:
            if reply.status_code != httpx.codes.OK:
                return Failure("network", f"{shown} answered with HTTP status {reply.status_code}.", _HINT)
            return _body(reply, shown)
    except LeavesHTTPSError:
        return Failure("network", f"{shown} leads away from https; it was not read.", _HINT)
    except httpx.InvalidURL:
        return Failure("network", f"{shown} cannot be fetched: it is no URL.", _HINT)
    except (httpx.HTTPError, ValueError, OSError) as error:
        why = safe_text(str(error) or type(error).__name__, 120)
        return Failure("network", f"{shown} cannot be fetched: {why}.", _HINT)


def _body(reply: httpx.Response, shown: str) -> bytes | Failure:
    body = bytearray()
    for piece in reply.iter_bytes():
        body += piece
        if len(body) > MAX_BYTES:
            return Failure("network", f"{shown} is larger than {MAX_BYTES >> 20} MiB.", _HINT)
    return bytes(body)
