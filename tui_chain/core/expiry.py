"""When the end of a certificate is near: so many days before it, or so much of its lifetime."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_chain.core.text import WARN_DAYS

MAX_DAYS = 3650
"""Most days of a threshold."""
LEAF_SOON, CA_SOON = timedelta(days=WARN_DAYS), timedelta(days=30)
"""How long before its end a certificate is called soon to expire, where the user does not say."""
SOON_SHARE = 3
"""A certificate of a short life is called so in the last third of it: six-day ones are renewed every few days."""
_TEXT = re.compile(r"([0-9]{1,4})(%?)")


@dataclass(frozen=True)
class Threshold:
    """How long before its end a certificate is near it: `number` days, or per cent of its lifetime.

    A share is of the lifetime of a server's own certificate. Issuers have the same time: a third of twenty years says
    nothing of whether a root has to be replaced.
    """

    number: int
    percent: bool = False

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else f"{self.number}"

    def of_life(self, begin: datetime | None, end: datetime | None) -> timedelta:
        """The time that it is for a leaf with these dates; where they cannot be read, a share is the usual days."""
        if not self.percent:
            return timedelta(days=self.number)
        return LEAF_SOON if begin is None or end is None else max(end - begin, timedelta()) * self.number / 100


USUAL = Threshold(WARN_DAYS)
"""What holds for a leaf where the user does not say."""


def read_threshold(text: str) -> Threshold | None:
    """Read `14` or `33%`; None for what is no such thing, or more than a certificate can have."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    number, percent = int(found[1]), bool(found[2])
    return Threshold(number, percent) if number <= (100 if percent else MAX_DAYS) else None


def notice(begin: datetime | None, end: datetime, wanted: timedelta | None, *, leaf: bool) -> timedelta:
    """How long before its end a certificate expires soon: the time that the user wants holds for a short life too.

    A new CA certificate takes longer to get: of these there is never less notice than usual.
    """
    usual = _usual(begin, end, LEAF_SOON if leaf else CA_SOON)
    return usual if wanted is None else wanted if leaf else max(usual, wanted)


def _usual(begin: datetime | None, end: datetime, limit: timedelta) -> timedelta:
    """The limit, or a third of a life that is shorter than three times that."""
    return limit if begin is None else min(limit, (end - begin) / SOON_SHARE)
