"""One host from its name to its served chain, every step with a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from tui_chain.certs.certificate import Certificate
from tui_chain.failure import Failure
from tui_chain.probe import failures
from tui_chain.probe.connection import connect
from tui_chain.probe.handshake import Handshake, probing_context, shake_hands
from tui_chain.probe.lookup import lookup
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.probe.starttls import StartTLSRefused, start_tls
from tui_chain.probe.target import Target

T = TypeVar("T")
Progress = Callable[[str], None]


def _silent(_: str) -> None:
    """Progress that nobody watches."""


@dataclass
class Prober:
    """Reaches hosts; `timeout` is the limit of each step in seconds: name, connect, TLS."""

    clock: Callable[[], datetime]
    timeout: float = 5.0
    _context: ssl.SSLContext = field(default_factory=probing_context)

    async def probe(self, target: Target, progress: Progress = _silent) -> ServedChain | Failure:
        """Record what `target` serves, or say at which step it failed; `progress` hears each step's name."""
        started = time.perf_counter()
        progress("name")
        addresses = await self._step("name", lookup(target.host), target)
        if isinstance(addresses, Failure):
            return addresses
        named = time.perf_counter()
        progress("connect")
        connected = await self._step("connect", connect(addresses, target.port), target)
        if isinstance(connected, Failure):
            return connected
        sock, address = connected
        reached = time.perf_counter()
        progress("TLS")
        with contextlib.closing(sock):
            shaken = await self._step("tls", self._talk(sock, target), target)
        if isinstance(shaken, Failure):
            return shaken
        ended = time.perf_counter()
        timings = Timings(*(1000 * step for step in (named - started, reached - named, ended - reached)))
        return self._served(target, shaken, address.ip, timings)

    async def _step(self, step: str, work: Awaitable[T], target: Target) -> T | Failure:
        try:
            async with asyncio.timeout(self.timeout):
                return await work
        except TimeoutError:
            return failures.timed_out(step, target, self.timeout)
        except StartTLSRefused as error:
            return failures.starttls_refused(target, str(error))
        except OSError as error:  # ssl.SSLError and socket.gaierror are kinds of it
            return failures.explain(step, target, error)

    async def _talk(self, sock: socket.socket, target: Target) -> Handshake:
        if target.starttls is not None:
            await start_tls(sock, target.starttls)
        return await shake_hands(sock, self._context, None if target.is_ip else target.host)

    def _served(self, target: Target, shaken: Handshake, ip: str, timings: Timings) -> ServedChain | Failure:
        if not shaken.chain:
            return failures.no_certificate(target)
        certificates = tuple(Certificate(der) for der in shaken.chain)
        note = failures.after_chain(shaken.error) if shaken.error is not None else ""
        return ServedChain(target, certificates, self.clock(), ip, shaken.tls_version, shaken.cipher, timings, note)
