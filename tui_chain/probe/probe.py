"""One host from its name to its served chain, every step with a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.errors import ProxyTrouble
from tui_chain.net.lookup import NameLookup, lookup
from tui_chain.net.proxy import shown_proxy
from tui_chain.net.route import OpenConnection, Proxies, Route, open_connection, target_route
from tui_chain.net.starttls.conversation import StartTLSRefused
from tui_chain.net.target import AUTO, Target
from tui_chain.probe import failures
from tui_chain.probe.handshake import ClientSide, Handshake, HandshakeTooLong, common_context
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.x509.certificate import Certificate

if TYPE_CHECKING:
    from tui_chain.probe.key_types import KeyOffer

T = TypeVar("T")
Progress = Callable[[str], None]
Shake = Callable[[socket.socket, str | None], Awaitable[Handshake]]
"""Shakes hands over a connected socket, with this server name or none."""
MAX_SHARED = 512
"""Certificates that are kept to be the same for all hosts; the one not seen for longest goes first."""


def _silent(_: str) -> None:
    """Progress that nobody watches."""


NO_ROUTE = Route()
PASSING = frozenset(
    {
        FindingCode.TIMEOUT,
        FindingCode.RESET,
        FindingCode.NETWORK,
        FindingCode.CONNECT,
        FindingCode.NAME,
        FindingCode.PROXY,
    }
)
"""Kinds of failures that may pass; a name that does not exist is told from a resolver without an answer by nobody."""
PAUSE, LONGEST_PAUSE = 0.5, 8.0
"""Seconds before the first retry, twice as many before each next one, and the most."""
READ_ON = 10.0
"""Seconds at most that a server which asked for a client certificate is read on, to see whether it refuses none."""


@dataclass(eq=False)
class Prober:
    """Reaches hosts; `timeout` is the limit of each step in seconds: name, connect, TLS.

    A server that asked for a client certificate and is silent after its handshake is read on as long again: it only
    asked, and one that requires a certificate says so.

    `name_lookup` gives the addresses of a name, `proxies` the proxy of a target. What fails for a reason of the
    network that may pass is tried `retries` times more. `rate` hosts a second are begun with at most.
    `usual` are the options of every connection whose target has no own.
    """

    clock: Callable[[], datetime]
    timeout: float = 5.0
    _common: ssl.SSLContext = field(default_factory=common_context)
    name_lookup: NameLookup = lookup
    proxies: Proxies = Proxies()  # noqa: RUF009 - frozen
    retries: int = 0
    rate: float | None = None
    usual: ConnectionOptions = USUAL_CONNECTION
    _next: float = field(default=0.0, init=False)
    # hosts share intermediates, and often leaves: what was read of one is not read again for the next
    _certificate: Callable[[bytes], Certificate] = field(default_factory=lambda: lru_cache(MAX_SHARED)(Certificate))

    async def probe(self, target: Target, progress: Progress = _silent) -> ServedChain | Failure:
        """Record what `target` serves, or say at which step it failed; `progress` hears each step's name."""
        target = self.with_usual(target)
        for turn in range(self.retries):
            served = await self._probe(target, progress)
            if not isinstance(served, Failure) or served.kind not in PASSING:
                return served
            await asyncio.sleep(min(PAUSE * 2**turn, LONGEST_PAUSE))
        return await self._probe(target, progress)

    def with_usual(self, target: Target) -> Target:
        """The target with the options that every connection has which has no own."""
        return target.over(self.usual)

    async def _keep_pace(self) -> None:
        """Wait until the next host may be begun with."""
        if self.rate is not None:
            now = asyncio.get_running_loop().time()
            begin = max(now, self._next)
            self._next = begin + 1 / self.rate
            await asyncio.sleep(begin - now)

    async def _probe(self, target: Target, progress: Progress) -> ServedChain | Failure:
        await self._keep_pace()
        started = time.perf_counter()
        progress("name")
        route = await self.route(target)
        if isinstance(route, Failure):
            return route
        looked_up = 1000 * (time.perf_counter() - started)
        served = await self.probe_by(target, route, families=True, progress=progress, looked_up=looked_up)
        if isinstance(served, Failure):
            return served
        return await self.with_staple(served) if served.certificates[0].must_staple else served

    async def route(self, target: Target) -> Route | Failure:
        """Choose the proxy, or look up the name of what is connected to."""
        return await self._step("name", target_route(target, self.proxies.url_for(target), self.name_lookup))

    async def probe_by(
        self,
        target: Target,
        route: Route,
        *,
        question: KeyOffer | None = None,
        sni: bool = True,
        families: bool = False,
        progress: Progress = _silent,
        looked_up: float = 0.0,
    ) -> ServedChain | Failure:
        """Record what the first address of `route` that answers serves, asked by `question`, with or without SNI.

        With `families` an unusual server gets the offer of each client family too (`family_offers.beyond_common`).
        The route took `looked_up` milliseconds.
        """
        if target.starttls == AUTO:
            from tui_chain.probe.protocols import probe_any

            asked = partial(self.probe_by, question=question, sni=sni, families=families)
            trial = partial(asked, route=route, progress=progress, looked_up=looked_up)
            return await probe_any(trial, target, lambda: open_connection(target, route), self.timeout)
        started = time.perf_counter()
        progress("connect")
        async with contextlib.AsyncExitStack() as undo:
            connected = await self._connect(target, route, undo)
            if isinstance(connected, Failure):
                return connected
            reached = time.perf_counter()
            progress("TLS")
            shaken = await self._talk(connected.sock, target, question, sni=sni)
        again = _route_again(route, connected.address)
        if question is None:
            shaken = await self._complete(shaken, target, again, sni=sni, families=families)
        if isinstance(shaken, Failure):
            return shaken if question is not None else await self._named(shaken, target, again)
        ended = time.perf_counter()
        timings = Timings(looked_up, 1000 * (reached - started), 1000 * (ended - reached))
        served = self._served(target, shaken, connected.address, timings)
        return replace(served, proxy=route.proxy.url) if isinstance(served, ServedChain) and route.proxy else served

    async def _connect(
        self, target: Target, route: Route, undo: contextlib.AsyncExitStack
    ) -> OpenConnection | Failure:
        return await self._step("connect", undo.enter_async_context(open_connection(target, route)), route=route)

    async def with_staple(self, served: ServedChain) -> ServedChain:
        """Ask the same address again for its OCSP staple; where it does not answer, the chain stays as it was."""
        from tui_chain.probe.key_types import KeyOffer

        if served.proxy is None and served.address is None:
            return served
        found = self.route(served.target) if served.address is None else self._step("name", lookup(served.address))
        route = await found
        if isinstance(route, Failure):
            return served
        route = route if isinstance(route, Route) else Route(route)
        again = await self.probe_by(served.target, route, question=KeyOffer(staple=True))
        return served if isinstance(again, Failure) else replace(served, staple=again.staple)

    async def _step(
        self, step: str, work: Awaitable[T], longer: float = 0.0, *, route: Route = NO_ROUTE
    ) -> T | Failure:
        try:
            async with asyncio.timeout(self.timeout + longer):
                return await work
        except TimeoutError:
            return failures.timed_out(step, self.timeout, by=_shown(route))
        except ProxyTrouble as trouble:
            return failures.by_proxy(str(trouble), _shown(route))
        except StartTLSRefused as error:
            return failures.starttls_refused(str(error), error.hint)
        except HandshakeTooLong as error:
            return failures.handshake_too_long(error)
        except OSError as error:  # ssl.SSLError and socket.gaierror are kinds of it
            return failures.explain(step, error)

    async def _talk(
        self, sock: socket.socket, target: Target, question: KeyOffer | None, *, sni: bool
    ) -> Handshake | Failure:
        switched = await self._switch_to_tls(sock, target)
        if switched is not None:
            return switched
        name = target.server_name if sni else None
        if question is not None:
            from tui_chain.probe.key_types import ask

            return await self._step("tls", ask(sock, question, name, target.connection))
        usual = target.connection == USUAL_CONNECTION
        side = ClientSide(sock, self._common if usual else common_context(target.connection), name)
        shaken = await self._step("tls", side.shake_hands())
        if isinstance(shaken, Failure):
            from tui_chain.probe.protocols import named

            return named(shaken, side.first, target)
        return await side.after_request(shaken, min(self.timeout, READ_ON))

    async def _switch_to_tls(self, sock: socket.socket, target: Target) -> Failure | None:
        if target.starttls is None:
            return None
        from tui_chain.probe.protocols import agree

        return await self._step("starttls", agree(sock, target))

    async def _named(self, failure: Failure, target: Target, route: Route) -> Failure:
        """A failure, with the protocol that the server speaks instead of TLS where one connection more tells it."""
        from tui_chain.probe.protocols import named_by_asking

        return await named_by_asking(failure, target, lambda: open_connection(target, route), self.timeout)

    async def _complete(
        self, first: Handshake | Failure, target: Target, route: Route, *, sni: bool, families: bool
    ) -> Handshake | Failure:
        """Ask a server again that does not take what all client families offer; see `family_offers.beyond_common`."""
        from tui_chain.probe.family_offers import beyond_common

        async def again(shake: Shake, longer: float) -> Handshake | Failure:
            async with contextlib.AsyncExitStack() as undo:
                connected = await self._connect(target, route, undo)
                if isinstance(connected, Failure):
                    return connected
                switched = await self._switch_to_tls(connected.sock, target)
                if switched is not None:
                    return switched
                return await self._step("tls", shake(connected.sock, target.server_name if sni else None), longer)

        return await beyond_common(again, first, self.timeout, families=families, options=target.connection)

    def _served(self, target: Target, shaken: Handshake, ip: str | None, timings: Timings) -> ServedChain | Failure:
        if not shaken.chain:
            return failures.no_certificate()
        certificates = tuple(map(self._certificate, shaken.chain))
        notes = [failures.after_chain(shaken.error, shaken.tls)] if shaken.error is not None else []
        if shaken.tls.unanswered_offers:
            from tui_chain.probe.family_offers import unanswered_note

            notes.append(unanswered_note(shaken.tls))
        at, note = self.clock(), "; ".join(notes)
        return ServedChain(target, certificates, at, ip, shaken.tls, timings, note, shaken.staple)


def _route_again(route: Route, address: str | None) -> Route:
    """The same way once more, to the address that answered."""
    if address is None:
        return route
    return Route(tuple(one for one in route.addresses if one.ip == address)[:1])


def _shown(route: Route) -> str:
    return "" if route.proxy is None else shown_proxy(route.proxy.url)
