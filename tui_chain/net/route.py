"""Which route a fetch takes: straight to addresses that were judged, or through the proxy."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import SplitResult

from tui_chain.core.text import safe_text
from tui_chain.net.addresses import ConsentNeededError, FetchRefusedError, Reach, reach
from tui_chain.net.lookup import Address, lookup
from tui_chain.net.proxy import Proxy, local_name, proxy_for

PROXY_LOOKUP_SECONDS = 1.0
"""How long a name is looked up here before the proxy alone has to know it."""


@dataclass(frozen=True)
class Route:
    """Addresses that may be connected to, or the proxy that connects."""

    addresses: tuple[Address, ...] = ()
    proxy: Proxy | None = None


async def find_route(parts: SplitResult, allowed: frozenset[Reach]) -> Route:
    """Judge where a URL leads and choose the route; raises FetchRefusedError, ConsentNeededError where it is inside.

    A proxy does its own lookup, so what it connects to cannot be pinned here: that is the proxy's business. Still
    nothing goes to it that leads inside as far as is known: addresses, names of local use, and names that this
    machine finds inside are judged first. What leads inside and is allowed is asked directly, since a proxy would
    take it for its own neighbourhood.
    """
    host = parts.hostname or ""
    proxy = proxy_for(parts)
    if proxy is None:
        return Route(_allowed(await _addresses(host), allowed))
    try:
        async with asyncio.timeout(PROXY_LOOKUP_SECONDS):
            addresses = await _addresses(host)
    except (FetchRefusedError, TimeoutError):
        if local_name(host) and allowed != frozenset(Reach):
            raise ConsentNeededError(safe_text(host, 100), Reach.PRIVATE) from None
        return Route(proxy=proxy)
    if all(reach(address.ip) is Reach.PUBLIC for address in addresses):
        return Route(proxy=proxy)
    inside = tuple(address for address in addresses if reach(address.ip) is not Reach.PUBLIC)
    if any(reach(address.ip) not in allowed for address in inside):
        raise _needs_consent(inside)
    return Route(inside)


async def _addresses(host: str) -> tuple[Address, ...]:
    try:
        return await lookup(host)
    except OSError:
        raise FetchRefusedError("its host name is not known") from None


def _allowed(addresses: tuple[Address, ...], allowed: frozenset[Reach]) -> tuple[Address, ...]:
    chosen = tuple(address for address in addresses if reach(address.ip) in allowed)
    if not chosen:
        raise _needs_consent(addresses)
    return chosen


def _needs_consent(addresses: tuple[Address, ...]) -> ConsentNeededError:
    return ConsentNeededError(addresses[0].ip, reach(addresses[0].ip))
