"""Which protocol a port speaks: told by what it answers, or found out by trying."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.net.lookup import Address
from tui_chain.net.starttls.conversation import StartTLSProtocol, StartTLSRefused
from tui_chain.net.starttls.registry import protocols, recognised, start_tls
from tui_chain.net.target import TLS_PORTS, Target
from tui_chain.probe import failures
from tui_chain.probe.served import ServedChain

GREETING_SECONDS = 2.0
"""Seconds at most in which a server that is to greet first does so, where its protocol is to be found out."""
MAX_GREETING = 512
"""Bytes of a greeting that are looked at."""
_SILENT = frozenset({FindingCode.RESET, FindingCode.TIMEOUT})
"""Kinds of a failure of a server that answers a ClientHello with nothing."""
_ANOTHER = _SILENT | {FindingCode.STARTTLS, FindingCode.NO_TLS}
"""Kinds of a failure that may mean that the protocol is another one."""
_CLIENT_FIRST = ("postgres", "ldap", "xmpp", "xmpp-server", "irc")
"""Protocols whose clients speak first, in the order in which they are tried."""

Dial = Callable[[], Awaitable[tuple[socket.socket, Address]]]
"""Connects to the server once more; raises OSError."""
Trial = Callable[[Target], Awaitable[ServedChain | Failure]]
"""Probes a target in the protocol that it names."""


@dataclass(frozen=True)
class OtherProtocol(Failure):
    """A failure of a port that speaks one of these protocols in plain text; the hint is the target to write."""

    protocols: tuple[str, ...] = ()


def named(failure: Failure, first: bytes, target: Target) -> Failure:
    """A failure of TLS with the target to write instead, where `first`, what the server sent, tells its protocol.

    After STARTTLS the failure says that plain text came where TLS should begin.
    """
    if failure.kind != FindingCode.NO_TLS or not first:
        return failure
    if target.starttls is not None:
        return failures.plain_after_starttls(first)
    found = recognised(first, target.port)
    return _other(target, found, failure.message) if found else failure


def _other(target: Target, found: Sequence[StartTLSProtocol], message: str) -> OtherProtocol:
    titles = " or ".join(one.title for one in found)
    targets = " or ".join(str(replace(target, starttls=one.name)) for one in found)
    names = tuple(one.name for one in found)
    return OtherProtocol(FindingCode.NO_TLS, message, f"This is {titles}: write {targets}.", names)


async def named_by_asking(failure: Failure, target: Target, dial: Dial, seconds: float) -> Failure:
    """A failure of a server that answered a ClientHello with nothing, with the target to write instead.

    One connection more is made, where the port is usual for a protocol whose clients speak first, or where the server
    closed as PostgreSQL does; it has so many seconds.
    """
    if target.starttls is not None or failure.kind not in _SILENT:
        return failure
    protocol = _likely(target.port, closed=failure.kind == FindingCode.RESET)
    if protocol is None:
        return failure
    with contextlib.suppress(OSError, StartTLSRefused, TimeoutError):
        async with asyncio.timeout(seconds):
            sock, _ = await dial()
            with contextlib.closing(sock):
                await start_tls(sock, replace(target, starttls=protocol.name))
        message = f"What answers there speaks {protocol.title}, and no TLS from the first byte (step: TLS)."
        return _other(target, (protocol,), message)
    return failure


def _likely(port: int, *, closed: bool) -> StartTLSProtocol | None:
    """The protocol that a silent server may speak at a port; PostgreSQL is found at many."""
    usual = _usual(port)
    return protocols()["postgres"] if usual is None and closed and port not in TLS_PORTS else usual


def _usual(port: int) -> StartTLSProtocol | None:
    """The protocol whose clients speak first that is usual at a port, if there is one."""
    return next((protocols()[name] for name in _CLIENT_FIRST if protocols()[name].is_usual_at(port)), None)


async def probe_any(trial: Trial, target: Target, dial: Dial, seconds: float) -> ServedChain | Failure:
    """Probe a target whose protocol is to be found out: by its greeting, by its port, then by trying.

    TLS from the first byte is one of the protocols. Each try is a connection by `trial`, seven at most; `seconds` are
    the limit of a step. The answer is that of the first protocol that is right, or a failure that says which were
    tried.
    """
    waiting = list(await _first_guesses(target, dial, seconds))
    tried: list[str | None] = []
    while True:
        tried.append(waiting.pop(0))
        answer = await trial(replace(target, starttls=tried[-1]))
        if isinstance(answer, ServedChain) or answer.kind not in _ANOTHER:
            return answer
        if isinstance(answer, OtherProtocol):  # it said which one it is
            waiting = list(answer.protocols)
        waiting = [name for name in waiting if name not in tried]
        if not waiting:
            return answer if len(tried) < len(_CLIENT_FIRST) else failures.no_known_protocol(map(_title, tried))


async def _first_guesses(target: Target, dial: Dial, seconds: float) -> tuple[str | None, ...]:
    """What is tried, in its order; None is TLS from the first byte, the only one where nobody can be reached."""
    usual = _usual(target.port)
    waits = usual is None and target.port not in TLS_PORTS
    try:
        async with asyncio.timeout(seconds):
            sock, _ = await dial()
        with contextlib.closing(sock):
            greeting = await _greeting(sock, min(seconds, GREETING_SECONDS)) if waits else b""
    except (OSError, TimeoutError):
        return (None,)
    if greeting:
        return tuple(one.name for one in recognised(greeting, target.port)) or (None,)
    return (None, *_CLIENT_FIRST) if usual is None else (usual.name, None, *_CLIENT_FIRST)


async def _greeting(sock: socket.socket, seconds: float) -> bytes:
    """What a server sends unasked, its first piece; nothing where it waits for the client."""
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(sock, MAX_GREETING)
    except TimeoutError:
        return b""


def _title(name: str | None) -> str:
    return "TLS" if name is None else protocols()[name].title
