"""Which protocol a port speaks: told by what it answers, or found out by trying."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.net.errors import ProxyTrouble
from tui_chain.net.route import OpenConnection
from tui_chain.net.starttls.conversation import EHLO, StartTLSProtocol, StartTLSRefused
from tui_chain.net.starttls.registry import protocols, recognised, start_tls
from tui_chain.net.target import TLS_PORTS, Target
from tui_chain.probe import failures
from tui_chain.probe.served import ServedChain

GREETING_SECONDS = 2.0
"""Seconds at most in which a server that is to greet first does so, where its protocol is to be found out."""
HEAD_START = 1.0
"""Seconds that a protocol has before all others are tried beside it: most servers are not silent to it."""
MAX_GREETING = 512
"""Bytes of what a server sends in plain text that are looked at."""
_SILENT = frozenset({FindingCode.RESET, FindingCode.TIMEOUT})
"""Kinds of a failure of a server that answers a ClientHello with nothing."""
_ANOTHER = _SILENT | {FindingCode.STARTTLS, FindingCode.NO_TLS}
"""Kinds of a failure that may mean that the protocol is another one."""
_CLIENT_FIRST = ("postgres", "ldap", "xmpp", "xmpp-server", "irc")
"""Protocols whose clients speak first, in the order in which they are tried."""

Dial = Callable[[], contextlib.AbstractAsyncContextManager[OpenConnection]]
"""Connects to the server once more; raises OSError or ProxyTrouble."""
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
    found = recognised(first[:MAX_GREETING], target.port)
    return _other(target, found, failure.message) if found else failure


async def agree(sock: socket.socket, target: Target) -> None:
    """Speak the target's protocol up to TLS; a refusal in another known protocol has the target to write as its hint.

    Raises StartTLSRefused or OSError.
    """
    try:
        await start_tls(sock, target, _ehlo(target))
    except StartTLSRefused as refused:
        found = recognised(refused.first, target.port)
        if found and target.starttls not in {one.name for one in found}:
            refused.hint = _other(target, found, "").hint
        raise


def _ehlo(target: Target) -> str:
    return target.connection.ehlo or EHLO


def _other(target: Target, found: Sequence[StartTLSProtocol], message: str) -> OtherProtocol:
    titles = _or(one.title for one in found)
    targets = _or(str(replace(target, starttls=one.name)) for one in found)
    names = tuple(one.name for one in found)
    return OtherProtocol(FindingCode.NO_TLS, message, f"This is {titles}: write {targets}.", names)


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


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
    with contextlib.suppress(OSError, ProxyTrouble, StartTLSRefused, TimeoutError):
        async with asyncio.timeout(seconds):
            async with dial() as opened:
                await start_tls(opened.sock, replace(target, starttls=protocol.name), _ehlo(target))
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

    TLS from the first byte is one of the protocols. Each try is a connection by `trial`, six at most; `seconds` are
    the limit of a step. The answer is that of the first protocol that is right, or a failure that says which were
    tried.
    """
    tries = _Tries(trial, target, list(await _first_guesses(target, dial, seconds)))
    try:
        return await tries.first_right()
    finally:
        await tries.end()


class _Tries:
    """Tries one protocol after the other, the next when one fails, and all beside each other where one is silent."""

    def __init__(self, trial: Trial, target: Target, waiting: list[str | None]) -> None:
        self._trial, self._target = trial, target
        self._waiting = waiting
        self._tried: list[str | None] = []
        self._tasks: set[asyncio.Task[ServedChain | Failure]] = set()

    async def first_right(self) -> ServedChain | Failure:
        """The answer of the first protocol that is right, else the last failure."""
        answer: ServedChain | Failure = failures.no_known_protocol(())
        while self._waiting or self._tasks:
            if not self._tasks:
                self._begin()
            wait = HEAD_START if self._waiting else None
            done, self._tasks = await asyncio.wait(self._tasks, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            while self._waiting and not done:
                self._begin()
            for answer in (task.result() for task in done):
                if isinstance(answer, ServedChain) or answer.kind not in _ANOTHER:
                    return answer
                if isinstance(answer, OtherProtocol):  # it said which one it is
                    self._waiting = [name for name in answer.protocols if name not in self._tried]
            if self._waiting and done:
                self._begin()
        several = len(self._tried) > len(_CLIENT_FIRST)
        return failures.no_known_protocol(map(_title, self._tried)) if several else answer

    def _begin(self) -> None:
        self._tried.append(self._waiting.pop(0))
        self._tasks.add(asyncio.ensure_future(self._trial(replace(self._target, starttls=self._tried[-1]))))

    async def end(self) -> None:
        """End what is still tried; it is over when this returns."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _first_guesses(target: Target, dial: Dial, seconds: float) -> tuple[str | None, ...]:
    """What is tried, in its order; None is TLS from the first byte, the only one where nobody can be reached."""
    usual = _usual(target.port)
    waits = usual is None and target.port not in TLS_PORTS
    try:
        async with contextlib.AsyncExitStack() as undo:
            async with asyncio.timeout(seconds):
                opened = await undo.enter_async_context(dial())
            greeting = await _greeting(opened.sock, min(seconds, GREETING_SECONDS)) if waits else b""
    except (OSError, ProxyTrouble, TimeoutError):
        return (None,)
    if greeting:
        return tuple(one.name for one in recognised(greeting, target.port)) or (None,)
    others = tuple(name for name in _CLIENT_FIRST if usual is None or name != usual.name)
    return (None, *others) if usual is None else (usual.name, None, *others)


async def _greeting(sock: socket.socket, seconds: float) -> bytes:
    """What a server sends unasked, its first piece; nothing where it waits for the client."""
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(sock, MAX_GREETING)
    except TimeoutError:
        return b""


def _title(name: str | None) -> str:
    return "TLS" if name is None else protocols()[name].title
