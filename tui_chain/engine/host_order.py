"""The order of a list of hosts, and what it rests on: the end of a certificate, and whether a host needs work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_chain.core.status import Status
from tui_chain.core.text import days_text
from tui_chain.engine.host_state import HostState

if TYPE_CHECKING:
    from tui_chain.x509.certificate import Certificate

WORST_FIRST = (
    Status.INVALID,
    Status.INCOMPLETE,
    Status.UNTRUSTED,
    Status.REFUSED,
    Status.PARTIAL,
    Status.REPAIRABLE,
    Status.UNREACHABLE,
    Status.COMPLETE,
)
"""The statuses, first those of hosts that need work; of a host that was not reached little is known."""
NO_EXPIRY = "-"
"""Stands where nothing is known to expire."""

_RANKS = {status: rank for rank, status in enumerate(WORST_FIRST)}
_LOWEST = 1
"""Above every negated number: of two names of which one begins with the other, the longer comes first."""


class SortBy(StrEnum):
    """By what hosts are sorted."""

    INPUT = "input"
    NAME = "name"
    STATUS = "status"
    EXPIRY = "expiry"


@dataclass(frozen=True)
class HostOrder:
    """By what hosts are sorted, and whether the other end comes first.

    Ascending is the order of the input, the alphabet, the worst status, the soonest expiry.
    """

    by: SortBy = SortBy.INPUT
    descending: bool = False

    @property
    def text(self) -> str:
        """The order as one word, as `name`, `-name` the other way round; empty for the usual one."""
        return "" if self == HostOrder() else f"{'-' * self.descending}{self.by}"


def read_order(text: str) -> HostOrder:
    """Read the order that a word names; another word stands for the usual order."""
    orders = (HostOrder(by, descending) for by in SortBy for descending in (False, True))
    return next((order for order in orders if order.text == text), HostOrder())


HostSortKey = tuple[int, tuple[int, ...], int]
"""Orders hosts by plain comparison: 1 where nothing is known to sort by, else 0; the value; the place."""


def sort_key(state: HostState, order: HostOrder, place: int = 0) -> HostSortKey:
    """Return the key of a host; `place` is its place in the input, which decides between equals.

    Keys ascend in either direction, so that one host that changed is put in its new place by bisection. A host
    without a status or an expiry comes last in both directions.
    """
    if order.by is SortBy.INPUT:
        return 0, (), -place if order.descending else place
    value = _value(state, order.by)
    if value is None:
        return 1, (), place
    return 0, (*(-number for number in value), _LOWEST) if order.descending else value, place


def _value(state: HostState, by: SortBy) -> tuple[int, ...] | None:
    """What is sorted by, as numbers, or None where the host has none yet."""
    if by is SortBy.NAME:
        return tuple(map(ord, (state.label or str(state.target)).casefold()))
    if by is SortBy.STATUS:
        status = state.status
        return None if status is None else (_RANKS[status],)
    expiry = expiry_of(state)
    return None if expiry is None else (int(expiry.timestamp()),)


def expiry_of(state: HostState) -> datetime | None:
    """When the first certificate of the host's path expires, of the leaf where it has none; None where unknown."""
    first = first_to_expire(state)
    return first.not_after if first is not None else None


def first_to_expire(state: HostState) -> Certificate | None:
    """The certificate of the host's path that expires first, the leaf where it has none; None where unknown."""
    path = state.proven.path if state.proven is not None else None
    if path is None and state.verdict is not None:
        path = state.verdict.path
    leaf = state.reached.certificates[:1] if state.reached is not None else ()
    dated = [(one.not_after, one) for one in (path.certificates if path else leaf) if one.not_after is not None]
    return min(dated, key=lambda pair: pair[0])[1] if dated else None


def expiry_text(expiry: datetime | None, now: datetime) -> str:
    """Return the whole days that are left, as `63 d`; negative once it is over, as `-42 d`; `-` where unknown."""
    return NO_EXPIRY if expiry is None else days_text(expiry, now)


def needs_work(state: HostState, *, written: bool = False) -> bool:
    """Whether somebody has to look at a host: it was probed, is not complete, and its repair is not `written`."""
    status = state.status
    return status not in {None, Status.COMPLETE} and not (written and status is Status.REPAIRABLE)
