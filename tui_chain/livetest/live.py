"""The live test that `t` makes: before, after, the hops of redirects, and the variables that are set."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.core.text import shown_url
from tui_chain.core.threads import in_daemon_thread
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.choice import RequestChoice
from tui_chain.livetest.contexts import store_context, trust_text
from tui_chain.livetest.environment import Variable, audit_environment
from tui_chain.livetest.hops import USUAL_LIMITS, Hop, RedirectLimits, Rules, follow_on
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.proxy import shown_proxy
from tui_chain.net.route import Proxies
from tui_chain.net.target import Target
from tui_chain.probe.handshake import as_chosen
from tui_chain.trust.store import TrustStore

LEAST_SECONDS = 5.0
"""A live test has at least this time, however short that of a probe is: it waits for an application."""


def request_for(
    target: Target,
    choice: RequestChoice,
    environment: Mapping[str, str],
    *,
    address: str | None,
    timeout: float,
    usual_proxy: str | None = None,
) -> LiveRequest:
    """Say how `target` is asked by choice; `address` is the IP that was probed, `timeout` a probe's in seconds.

    It goes by the same proxy as the probe, `usual_proxy` being the one where the environment names none; by choice
    the environment's counts for loopback too.
    """
    proxy = Proxies(environment, choice.proxy, usual_proxy).url_for(target)
    seconds = max(timeout, LEAST_SECONDS)
    return LiveRequest(target, choice.method, choice.path, seconds, address, choice.headers, proxy)


@dataclass(frozen=True)
class LiveTest:
    """The same request before and after: with the trust store as it was, and with the bundle alone.

    `url` is as `shown_url` has it.
    `after` is None where there is no proven bundle to test. `hops` are those of redirects, the request itself
    first; `environment` the variables of trust and proxies that are set. `proxy` is the proxy that it went through,
    without credentials; None directly, also where one was `wanted` and the environment names none for the host.
    """

    method: str
    url: str
    before: Attempt
    after: Attempt | None
    hops: tuple[Hop, ...] = ()
    environment: tuple[Variable, ...] = ()
    proxy: str | None = None
    wanted: bool = False

    @property
    def request_line(self) -> str:
        """The request as a person writes it; what is no HTTP has no method."""
        return f"{self.method} {self.url}".lstrip()

    @property
    def last(self) -> Attempt:
        """The request with the bundle, or without one as it is."""
        return self.after if self.after is not None else self.before

    @property
    def failed_hop(self) -> Target | None:
        """The host of a redirect with which TLS failed, if it is another one."""
        found = (hop.target for hop in self.hops[1:] if hop.tls_failed)
        return next((target for target in found if target != self.hops[0].target), None)

    @property
    def route(self) -> str:
        """How the request went where a proxy was wanted or used; empty where it went directly and was meant to."""
        if self.proxy is not None:
            return f"by proxy {self.proxy}"
        return "directly: the environment names no proxy for it" if self.wanted else ""


@dataclass(frozen=True)
class Live:
    """Makes live tests: `store` is the trust store, `environment` the user's own, `bundle` a file on disk, if any.

    `by_proxy` sends every hop through the proxy that the environment names for it; redirects are followed within the
    `limits`.
    """

    store: TrustStore
    environment: Mapping[str, str]
    bundle: Path | None = None
    by_proxy: bool = False
    limits: RedirectLimits = USUAL_LIMITS
    usual_proxy: str | None = None

    async def test(self, request: LiveRequest, pem: bytes | None, alone: ssl.SSLContext | None) -> LiveTest:
        """Make `request` with the trust store, then with `alone`, which trusts the bundle's bytes `pem`."""
        # a context with certifi's roots takes 30 ms to build: not on the event loop
        plain = await asyncio.to_thread(self._store_context, request.target)
        before = await _before(request, plain, f"trust store {self.store.name}")
        alone = None if alone is None else as_chosen(alone, request.target.connection)
        after = await request.send(alone, trust_text(alone)) if alone is not None else None
        shown = shown_proxy(request.proxy) if request.proxy is not None else None
        variables = await in_daemon_thread(lambda: audit_environment(self.environment, self.bundle), "variables")
        live = LiveTest(
            request.method if request.protocol is None else "",
            shown_url(request.url),
            before,
            after,
            environment=variables,
            proxy=shown,
            wanted=self.by_proxy,
        )
        # what no file could be read for trusts nobody
        store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if isinstance(plain, str) else plain
        both, others = store, store
        if live.last.location:
            both, others = await in_daemon_thread(
                lambda: self._for_hops(request.target, pem, alone, store), "contexts"
            )
        return replace(live, hops=await self._hops(request, live.last, others, both))

    def _store_context(self, target: Target) -> ssl.SSLContext | str:
        """Trust in the store, for this target alone: with its client certificate, where it has one; blocks."""
        context = store_context(self.store.file)
        return context if isinstance(context, str) else as_chosen(context, target.connection)

    def _for_hops(
        self, target: Target, pem: bytes | None, alone: ssl.SSLContext | None, store: ssl.SSLContext
    ) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        """The contexts for further requests to the target, and for those to other hosts; blocks.

        A client certificate is for the target, and what it was loaded into is shown to nobody else.
        """
        both = self._both(pem, alone)
        own = store if both is None else both if both is alone else as_chosen(both, target.connection)
        if target.connection.identity is None and target.connection.tls is None:
            return own, store
        others = store_context(self.store.file)
        return own, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if isinstance(others, str) else others

    def _both(self, pem: bytes | None, alone: ssl.SSLContext | None) -> ssl.SSLContext | None:
        """Trust in the store and in the bundle, or in the bundle alone where OpenSSL does not read both; blocks."""
        both = store_context(self.store.file)
        if isinstance(both, str) or pem is None:
            return alone if isinstance(both, str) else both
        with as_path(pem) as path:
            try:
                both.load_verify_locations(cafile=path)
            except ssl.SSLError:
                return alone
        return both

    async def _hops(
        self, request: LiveRequest, last: Attempt, plain: ssl.SSLContext, own: ssl.SSLContext
    ) -> tuple[Hop, ...]:
        """Other hosts are verified with the trust store, `plain`; the first one with the bundle as well."""
        if request.protocol is not None:
            return ()

        def context_of(target: Target) -> ssl.SSLContext:
            return own if target == request.target else plain

        proxies = Proxies(self.environment, self.by_proxy, self.usual_proxy)
        return await follow_on(request, last, Rules(context_of, proxies.url_for, self.limits, self.by_proxy))


async def _before(request: LiveRequest, plain: ssl.SSLContext | str, trust: str) -> Attempt:
    return Attempt(trust, ok=False, text=plain) if isinstance(plain, str) else await request.send(plain, trust)
