"""The redirects that a request follows: a row for each hop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text, shown_url
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.addresses import (
    NEEDS_CONSENT,
    NO_CONSENT,
    Connections,
    OnPrivate,
    Permission,
    PrivateConsent,
    Reach,
    permission,
    port_refusal,
    reach,
    socket_address,
    unheard,
)
from tui_chain.net.lookup import lookup
from tui_chain.net.route import PROXY_LOOKUP_SECONDS, local_name
from tui_chain.net.target import Target, parse_target

MAX_HOPS = 10
"""Hops of one test; requests gives up after 30, curl after 50, browsers after 20."""


@dataclass(frozen=True)
class Hop:
    """One request of them: its URL as `shown_url` has it, and what came of it.

    `target` is the host, to be added to the list where it is a new one; None where no request was made
    (`attempt` is None too), as for a redirect to plain http.
    """

    url: str
    text: str
    target: Target | None = None
    attempt: Attempt | None = None

    @property
    def ok(self) -> bool:
        """Whether the connection of this hop was verified."""
        return self.attempt is not None and self.attempt.ok

    @property
    def tls_failed(self) -> bool:
        """Whether TLS with the hop failed, its certificate being refused most often: a host to look at by itself."""
        return self.attempt is not None and self.attempt.tls_error


ContextOf = Callable[[Target], ssl.SSLContext]
ProxyOf = Callable[[Target], str | None]


def _directly(_: Target) -> None:
    """No proxy for anybody."""


@dataclass(frozen=True)
class RedirectLimits:
    """Where redirects are followed: inside the network only by `consent`, and `offline` to no other host.

    `on_private` hears of each address that is asked by consent.
    """

    consent: PrivateConsent = NO_CONSENT
    on_private: OnPrivate = unheard
    offline: bool = False


USUAL_LIMITS = RedirectLimits()


@dataclass(frozen=True)
class Rules:
    """How hops are asked: with which trust, by which proxy, and within which limits.

    What this machine finds inside goes by no proxy, but loopback where the user wants that.
    """

    context_of: ContextOf
    proxy_of: ProxyOf = _directly
    limits: RedirectLimits = USUAL_LIMITS
    loopback_by_proxy: bool = False


async def follow(
    request: LiveRequest, context_of: ContextOf, limits: RedirectLimits = USUAL_LIMITS
) -> tuple[Hop, ...]:
    """Make `request`, then follow where it is sent, as `follow_on` does."""
    attempt = await request.send(context_of(request.target), "")
    return await follow_on(request, attempt, Rules(context_of, limits=limits))


async def follow_on(request: LiveRequest, attempt: Attempt, rules: Rules) -> tuple[Hop, ...]:
    """Follow where the answer to `request` sends it, at most `MAX_HOPS` hops in all; every hop is verified anew.

    A redirect is untrusted input: only https is followed, headers of the user's go to the first host alone, and
    an address that is link-local or private is asked only by consent, loopback also if the first one was, and no port
    of the system but 443 and 80.
    """
    hops = [Hop(shown_url(request.url), attempt.text, request.target, attempt)]
    connections = Connections(on_private=rules.limits.on_private)
    allowed = permission(attempt.address or request.address, rules.limits.consent, connections)
    while attempt.location is not None:
        if len(hops) == MAX_HOPS:
            return (*hops, Hop(shown_url(attempt.location), f"more than {MAX_HOPS} hops; the test ends here"))
        following = await _next(request, attempt.location, allowed, rules)
        if isinstance(following, Hop):
            return (*hops, following)
        request = following
        attempt = await request.send(rules.context_of(request.target), "")
        hops.append(Hop(shown_url(request.url), attempt.text, request.target, attempt))
    return tuple(hops)


async def _next(request: LiveRequest, location: str, allowed: Permission, rules: Rules) -> LiveRequest | Hop:
    shown = shown_url(location)
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
    if request.target.is_same_server(target):
        return replace(request, path=path)
    if rules.limits.offline:
        return Hop(shown, "leads to another host, which is not asked offline", target)
    proxy = None if request.target.connection.direct else rules.proxy_of(target)
    address = await _judged(target, allowed, request.timeout, by_proxy=proxy is not None)
    if isinstance(address, Hop):
        return replace(address, url=shown)
    if address is not None and not _is_for_proxy(address, rules):
        proxy = None  # what is allowed inside is this machine's view of it, and not the proxy's
    return replace(request, target=target, path=path, address=address, headers=(), proxy=proxy)


def _is_for_proxy(address: str, rules: Rules) -> bool:
    kind = reach(address)
    return kind is Reach.PUBLIC or (kind is Reach.LOOPBACK and rules.loopback_by_proxy)


async def _judged(target: Target, allowed: Permission, seconds: float, *, by_proxy: bool) -> str | Hop | None:
    """The address that may be asked, None where only the proxy knows it, or a hop that says why not.

    A proxy does its own lookup: nothing goes to it that leads inside as far as this machine can tell.
    """
    refused = port_refusal(target.port)
    if refused is not None:
        return Hop("", f"leads to {refused}", target)
    try:
        async with asyncio.timeout(PROXY_LOOKUP_SECONDS if by_proxy else seconds):
            addresses = await lookup(target.host)
    except (TimeoutError, OSError):
        return _unknown_name(target, allowed, by_proxy=by_proxy)
    fitting = [each.ip for each in addresses if allowed.allows(each.ip, target.port)]
    if not fitting or (by_proxy and len(fitting) < len(addresses)):
        first = next(each.ip for each in addresses if not allowed.allows(each.ip, target.port))
        text = f"leads to {socket_address(first, target.port)}, a {reach(first)} address; it is asked {NEEDS_CONSENT}"
        return Hop("", text, target)
    allowed.note(shown_url(target.url), socket_address(fitting[0], target.port))
    return fitting[0]


def _unknown_name(target: Target, allowed: Permission, *, by_proxy: bool) -> Hop | None:
    """A name that this machine does not know: the proxy's business, unless it is one of local use."""
    if not by_proxy:
        return Hop("", "its host name is not known", target)
    if local_name(target.host) and not allowed.allows(target.host, target.port):
        return Hop("", f"leads to a name of a local network; it is asked {NEEDS_CONSENT}", target)
    return None
