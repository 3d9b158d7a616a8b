"""One host from its name to its served chain, every step with a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from tui_chain.core.failure import Failure
from tui_chain.net.connection import connect
from tui_chain.net.lookup import Address, NameLookup, lookup
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


READ_ON = 10.0
"""Seconds at most that a server which asked for a client certificate is read on, to see whether it refuses none."""


@dataclass(eq=False)
class Prober:
    """Reaches hosts; `timeout` is the limit of each step in seconds: name, connect, TLS.

    A server that asked for a client certificate and is silent after its handshake is read on as long again: it only
    asked, and one that requires a certificate says so.

    `name_lookup` gives the addresses of a name.
    """

    clock: Callable[[], datetime]
    timeout: float = 5.0
    _common: ssl.SSLContext = field(default_factory=common_context)
    name_lookup: NameLookup = lookup
    # hosts share intermediates, and often leaves: what was read of one is not read again for the next
    _certificate: Callable[[bytes], Certificate] = field(default_factory=lambda: lru_cache(MAX_SHARED)(Certificate))

    async def probe(self, target: Target, progress: Progress = _silent) -> ServedChain | Failure:
        """Record what `target` serves, or say at which step it failed; `progress` hears each step's name."""
        started = time.perf_counter()
        progress("name")
        addresses = await self.addresses(target)
        if isinstance(addresses, Failure):
            return addresses
        looked_up = 1000 * (time.perf_counter() - started)
        served = await self.probe_at(target, addresses, families=True, progress=progress)
        if isinstance(served, Failure):
            return served
        if served.timings is not None:
            served = replace(served, timings=replace(served.timings, lookup=looked_up))
        return await self.with_staple(served) if served.certificates[0].must_staple else served

    async def addresses(self, target: Target) -> tuple[Address, ...] | Failure:
        """Look the target's name up."""
        return await self._step("name", self.name_lookup(target.host))

    async def probe_at(
        self,
        target: Target,
        addresses: Sequence[Address],
        *,
        question: KeyOffer | None = None,
        sni: bool = True,
        families: bool = False,
        progress: Progress = _silent,
    ) -> ServedChain | Failure:
        """Record what the first of `addresses` that answers serves, asked by `question`, with or without SNI.

        With `families` an unusual server gets the offer of each client family too (`family_offers.beyond_common`).
        """
        if target.starttls == AUTO:
            from tui_chain.probe.protocols import probe_any

            async def trial(named: Target) -> ServedChain | Failure:
                return await self.probe_at(
                    named, addresses, question=question, sni=sni, families=families, progress=progress
                )

            return await probe_any(trial, target, lambda: connect(addresses, target.port), self.timeout)
        started = time.perf_counter()
        progress("connect")
        connected = await self._step("connect", connect(addresses, target.port))
        if isinstance(connected, Failure):
            return connected
        sock, address = connected
        reached = time.perf_counter()
        progress("TLS")
        with contextlib.closing(sock):
            shaken = await self._talk(sock, target, question, sni=sni)
        if question is None:
            shaken = await self._complete(shaken, target, address, sni=sni, families=families)
        if isinstance(shaken, Failure):
            return await self._named(shaken, target, address) if question is None else shaken
        ended = time.perf_counter()
        timings = Timings(0.0, 1000 * (reached - started), 1000 * (ended - reached))
        return self._served(target, shaken, address.ip, timings)

    async def with_staple(self, served: ServedChain) -> ServedChain:
        """Ask the same address again for its OCSP staple; where it does not answer, the chain stays as it was."""
        from tui_chain.probe.key_types import KeyOffer

        if served.address is None:
            return served
        addresses = await self._step("name", lookup(served.address))
        if isinstance(addresses, Failure):
            return served
        again = await self.probe_at(served.target, addresses, question=KeyOffer(staple=True))
        return served if isinstance(again, Failure) else replace(served, staple=again.staple)

    async def _step(self, step: str, work: Awaitable[T], longer: float = 0.0) -> T | Failure:
        try:
            async with asyncio.timeout(self.timeout + longer):
                return await work
        except TimeoutError:
            return failures.timed_out(step, self.timeout)
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
        name = _server_name(target, sni=sni)
        if question is not None:
            from tui_chain.probe.key_types import ask

            return await self._step("tls", ask(sock, question, name))
        side = ClientSide(sock, self._common, name)
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

    async def _named(self, failure: Failure, target: Target, address: Address) -> Failure:
        """A failure, with the protocol that the server speaks instead of TLS where one connection more tells it."""
        from tui_chain.probe.protocols import named_by_asking

        return await named_by_asking(failure, target, lambda: connect((address,), target.port), self.timeout)

    async def _complete(
        self, first: Handshake | Failure, target: Target, address: Address, *, sni: bool, families: bool
    ) -> Handshake | Failure:
        """Ask a server again that does not take what all client families offer; see `family_offers.beyond_common`."""
        from tui_chain.probe.family_offers import beyond_common

        async def again(shake: Shake, longer: float) -> Handshake | Failure:
            connected = await self._step("connect", connect((address,), target.port))
            if isinstance(connected, Failure):
                return connected
            with contextlib.closing(connected[0]) as sock:
                switched = await self._switch_to_tls(sock, target)
                if switched is not None:
                    return switched
                return await self._step("tls", shake(sock, _server_name(target, sni=sni)), longer)

        return await beyond_common(again, first, self.timeout, families=families)

    def _served(self, target: Target, shaken: Handshake, ip: str, timings: Timings) -> ServedChain | Failure:
        if not shaken.chain:
            return failures.no_certificate()
        certificates = tuple(map(self._certificate, shaken.chain))
        notes = [failures.after_chain(shaken.error, shaken.tls)] if shaken.error is not None else []
        if shaken.tls.unanswered_offers:
            from tui_chain.probe.family_offers import unanswered_note

            notes.append(unanswered_note(shaken.tls))
        at, note = self.clock(), "; ".join(notes)
        return ServedChain(target, certificates, at, ip, shaken.tls, timings, note, shaken.staple)


def _server_name(target: Target, *, sni: bool) -> str | None:
    """The name to send (RFC 6066 section 3: a literal address is none)."""
    return target.host if sni and not target.is_ip else None
