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

from tui_chain.certs.certificate import Certificate
from tui_chain.failure import Failure
from tui_chain.probe import failures
from tui_chain.probe.connection import connect
from tui_chain.probe.handshake import Handshake, HandshakeTooLong, probing_context, shake_hands
from tui_chain.probe.lookup import Address, NameLookup, lookup
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.probe.starttls import StartTLSRefused, start_tls
from tui_chain.probe.target import Target

if TYPE_CHECKING:
    from tui_chain.probe.asking import Question

T = TypeVar("T")
Progress = Callable[[str], None]
MAX_SHARED = 512
"""Certificates that are kept to be the same for all hosts; the one not seen for longest goes first."""


def _silent(_: str) -> None:
    """Progress that nobody watches."""


@dataclass(eq=False)
class Prober:
    """Reaches hosts; `timeout` is the limit of each step in seconds: name, connect, TLS.

    `name_lookup` gives the addresses of a name.
    """

    clock: Callable[[], datetime]
    timeout: float = 5.0
    _context: ssl.SSLContext = field(default_factory=probing_context)
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
        served = await self.probe_at(target, addresses, progress=progress, looked_up=looked_up)
        if isinstance(served, Failure) or not served.certificates[0].must_staple:
            return served
        return await self.with_staple(served)

    async def addresses(self, target: Target) -> tuple[Address, ...] | Failure:
        """Look the target's name up."""
        return await self._step("name", self.name_lookup(target.host))

    async def probe_at(
        self,
        target: Target,
        addresses: Sequence[Address],
        *,
        question: Question | None = None,
        sni: bool = True,
        progress: Progress = _silent,
        looked_up: float = 0.0,
    ) -> ServedChain | Failure:
        """Record what the first of `addresses` that answers serves, asked by `question`, with or without SNI.

        `looked_up` are the milliseconds that the name took.
        """
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
        if isinstance(shaken, Failure):
            return shaken
        ended = time.perf_counter()
        timings = Timings(looked_up, 1000 * (reached - started), 1000 * (ended - reached))
        return self._served(target, shaken, address.ip, timings)

    async def with_staple(self, served: ServedChain) -> ServedChain:
        """Ask the same address again for its OCSP staple; where it does not answer, the chain stays as it was."""
        from tui_chain.probe.asking import Question

        if served.address is None:
            return served
        addresses = await self._step("name", lookup(served.address))
        if isinstance(addresses, Failure):
            return served
        again = await self.probe_at(served.target, addresses, question=Question(staple=True))
        return served if isinstance(again, Failure) else replace(served, staple=again.staple)

    async def _step(self, step: str, work: Awaitable[T]) -> T | Failure:
        try:
            async with asyncio.timeout(self.timeout):
                return await work
        except TimeoutError:
            return failures.timed_out(step, self.timeout)
        except StartTLSRefused as error:
            return failures.starttls_refused(str(error))
        except HandshakeTooLong as error:
            return failures.handshake_too_long(error)
        except OSError as error:  # ssl.SSLError and socket.gaierror are kinds of it
            return failures.explain(step, error)

    async def _talk(
        self, sock: socket.socket, target: Target, question: Question | None, *, sni: bool
    ) -> Handshake | Failure:
        if target.starttls is not None:
            switched = await self._step("starttls", start_tls(sock, target.starttls))
            if isinstance(switched, Failure):
                return switched
        name = target.host if sni and not target.is_ip else None
        if question is None:
            return await self._step("tls", shake_hands(sock, self._context, name))
        from tui_chain.probe.asking import ask

        return await self._step("tls", ask(sock, question, name))

    def _served(self, target: Target, shaken: Handshake, ip: str, timings: Timings) -> ServedChain | Failure:
        if not shaken.chain:
            return failures.no_certificate()
        certificates = tuple(map(self._certificate, shaken.chain))
        note = failures.after_chain(shaken.error) if shaken.error is not None else ""
        return ServedChain(
            target, certificates, self.clock(), ip, shaken.tls_version, shaken.cipher, timings, note, shaken.staple
        )
