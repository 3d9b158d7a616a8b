"""The way of a request through redirects: a row for each hop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.request import Request
from tui_chain.probe.lookup import lookup
from tui_chain.probe.target import Target, parse_target
from tui_chain.resolve.addresses import Reach, allowed_reach, reach

MAX_HOPS = 10
"""Hops of one test; requests gives up after 30, curl after 50, browsers after 20."""


@dataclass(frozen=True)
class Hop:
    """One step on the way: its URL as safe text, and what came of it.

    `target` is the host, to be added to the list where it is a new one; None where the way ends in words alone
    (`attempt` is None too), as at a redirect to plain http.
    """

    url: str
    words: str
    target: Target | None = None
    attempt: Attempt | None = None

    @property
    def ok(self) -> bool:
        """Whether the connection of this hop was verified."""
        return self.attempt is not None and self.attempt.ok

    @property
    def tls_failed(self) -> bool:
        """Whether the hop's certificate was refused: a host to look at by itself."""
        return self.attempt is not None and not self.attempt.ok and self.attempt.code is not None


ContextOf = Callable[[Target], ssl.SSLContext]


async def follow(request: Request, context_of: ContextOf, *, consent: bool = False) -> tuple[Hop, ...]:
    """Make `request`, then follow where it is sent, at most `MAX_HOPS` hops; every hop is verified anew.

    A redirect is a stranger's word: only https is followed, headers of the user's go to the first host alone, and
    an address that is loopback, link-local or private is asked only by `consent`, or if the first one was.
    """
    hops: list[Hop] = []
    allowed: frozenset[Reach] | None = None
    while len(hops) < MAX_HOPS:
        attempt = await request.send(context_of(request.target), "")
        hops.append(Hop(safe_text(request.url, 200), attempt.words, request.target, attempt))
        allowed = allowed_reach(attempt.address, consent=consent) if allowed is None else allowed
        if attempt.location is None:
            return tuple(hops)
        following = await _next(request, attempt.location, allowed)
        if isinstance(following, Hop):
            return (*hops, following)
        request = following
    return (*hops, Hop(safe_text(request.url, 200), f"more than {MAX_HOPS} hops; the test ends here"))


async def _next(request: Request, location: str, allowed: frozenset[Reach]) -> Request | Hop:
    shown = safe_text(location, 200)
    try:
        parts = urlsplit(location)
    except ValueError:
        return Hop(shown, "leads nowhere: it is not a URL")
    if parts.scheme != "https":
        return Hop(shown, f"leads to {safe_text(parts.scheme, 20)}, where there is no TLS to test")
    target = parse_target(location)
    if isinstance(target, Failure):
        return Hop(shown, f"leads nowhere: {target.message}")
    if parts.username is not None:
        return Hop(shown, "leads to a URL with a user name in it; it is not followed", target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if target == request.target:
        return replace(request, path=path)
    address = await _judged(target, allowed, request.timeout)
    if isinstance(address, Hop):
        return replace(address, url=shown)
    return replace(request, target=target, path=path, address=address, headers=())


async def _judged(target: Target, allowed: frozenset[Reach], seconds: float) -> str | Hop:
    try:
        async with asyncio.timeout(seconds):
            addresses = await lookup(target.host)
    except (TimeoutError, OSError):
        return Hop("", "its host name is not known", target)
    found = next((each.ip for each in addresses if reach(each.ip) in allowed), None)
    if found is None:
        kind = reach(addresses[0].ip)
        return Hop("", f"leads to a {kind} address; it is asked only with your consent", target)
    return found
