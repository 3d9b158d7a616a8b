"""AIA answers shared by all hosts of a run: each URL is fetched once, and remembered for its time."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from tui_chain.net.addresses import BoundReachedError, ConsentNeededError, Permission
from tui_chain.net.fetch import FetchedAnswer, FetchRefusedError, fetch

DAY = 86_400.0
"""The longest that an answer is kept, in seconds."""
UNSTATED = 60.0
"""Seconds for an answer that says nothing of its life time: as long as one sitting at the screen."""
HEURISTIC = 0.1
"""The part of the age at sending that RFC 9111 section 4.2.2 suggests."""

_DIRECTIVE = re.compile(r'([a-z-]+)(?:\s*=\s*"?(\d+)"?)?', re.IGNORECASE)


def lifetime(answer: FetchedAnswer) -> float:
    """Seconds for which an answer with status 200 may be used again; 0 where it forbids that."""
    directives = {name.lower(): value for name, value in _DIRECTIVE.findall(answer.header("cache-control"))}
    if "no-store" in directives or "no-cache" in directives:
        return 0.0
    fresh = _freshness(answer, directives)
    return min(max(fresh - _number(answer.header("age")), 0.0), DAY)


def _freshness(answer: FetchedAnswer, directives: dict[str, str]) -> float:
    if "max-age" in directives:
        return _number(directives["max-age"])
    sent, expires = _date(answer.header("date")), _date(answer.header("expires"))
    if answer.header("expires"):
        # a date that cannot be read has passed (section 5.3)
        return (expires - sent).total_seconds() if sent is not None and expires is not None else 0.0
    modified = _date(answer.header("last-modified"))
    if sent is not None and modified is not None:
        return max((sent - modified).total_seconds() * HEURISTIC, UNSTATED)
    return UNSTATED


def _number(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


FAILURE_SECONDS = 300.0
"""How long a failure is remembered."""
MAX_KEPT = 512
"""Answers that are kept, 64 KiB each at most; the oldest go first."""
OK_STATUS = 200

Key = tuple[str, Permission]
"""A URL and where it may lead: what one host was allowed to ask does not answer another that is not."""
Outcome = FetchedAnswer | FetchRefusedError


class Fetcher(Protocol):
    """Fetches a URL within the bounds, as `fetch` does."""

    def __call__(self, url: str, *, allowed: Permission) -> Awaitable[FetchedAnswer]:
        """Return the answer or raise FetchRefusedError."""


@dataclass(frozen=True)
class Remembered:
    """What a URL brought, and how many seconds ago; None where it was fetched just now."""

    outcome: Outcome
    age: float | None = None


@dataclass(frozen=True)
class _Kept:
    outcome: Outcome
    at: float
    until: float


@dataclass
class _Flight:
    task: asyncio.Task[Outcome]
    waiting: int = 0


@dataclass
class AIACache:
    """The memory of one run. `clock` counts seconds and never goes back; for one event loop at a time."""

    clock: Callable[[], float] = time.monotonic
    fetcher: Fetcher = fetch
    _kept: dict[Key, _Kept] = field(default_factory=dict)
    _flights: dict[Key, _Flight] = field(default_factory=dict)

    async def get(self, url: str, allowed: Permission) -> Remembered:
        """Return what `url` brings; who asks while it is being fetched waits for the same answer.

        A caller that is cancelled leaves the fetch to the others that wait; the last one ends it, and goes
        when its connection is closed.
        """
        key = (url, allowed)
        kept = self._kept.get(key)
        if kept is not None and self.clock() < kept.until:
            return Remembered(kept.outcome, max(self.clock() - kept.at, 0.0))
        flight = self._flight(key)
        flight.waiting += 1
        try:
            return Remembered(await asyncio.shield(flight.task))
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                flight.task.cancel()
                await asyncio.wait({flight.task})

    def _flight(self, key: Key) -> _Flight:
        """The fetch that is under way, or a new one; not one that is being cancelled."""
        flight = self._flights.get(key)
        if flight is not None and not flight.task.cancelling():
            return flight
        fresh = _Flight(asyncio.create_task(self._fetch(key), name=f"AIA {key[0][:80]}"))
        self._flights[key] = fresh
        fresh.task.add_done_callback(lambda _: self._land(key, fresh))
        return fresh

    def _land(self, key: Key, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    def forget(self, *, failures_only: bool = True) -> None:
        """Forget failures, so that they are tried again; or everything."""
        self._kept = {key: kept for key, kept in self._kept.items() if failures_only and not _failed(kept.outcome)}

    async def _fetch(self, key: Key) -> Outcome:
        outcome = await self._outcome(key)
        self._keep(key, outcome)
        return outcome

    async def _outcome(self, key: Key) -> Outcome:
        url, allowed = key
        try:
            return await self.fetcher(url, allowed=allowed)
        except FetchRefusedError as refused:
            return refused

    def _keep(self, key: Key, outcome: Outcome) -> None:
        if isinstance(outcome, ConsentNeededError | BoundReachedError):
            return
        seconds = FAILURE_SECONDS if isinstance(outcome, FetchRefusedError) or _failed(outcome) else lifetime(outcome)
        self._kept.pop(key, None)
        if seconds > 0:
            self._kept[key] = _Kept(outcome, self.clock(), self.clock() + seconds)
        while len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]


def _failed(outcome: Outcome) -> bool:
    return isinstance(outcome, FetchRefusedError) or outcome.status != OK_STATUS
