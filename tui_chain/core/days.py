"""How long something is valid still, or since when it is not: in whole days, cut towards zero."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui_chain.core.text import plural

WARN_DAYS = 14
"""Days before its end from which on a certificate expires soon, where the user does not say."""

_DAY = timedelta(days=1)
_YEAR = 365.25
_YEARS_AFTER = 730
"""Days from which on years are counted."""


def whole_days(end: datetime, now: datetime) -> int:
    """The days from `now` to `end`, both aware; negative once it is over, and 0 within a day of it."""
    return int((end - now) / _DAY)


def days_text(end: datetime, now: datetime) -> str:
    """The days that are left in a column: `63 d`, `-42 d`, from two years on `8.5 y`."""
    days = whole_days(end, now)
    return f"{days} d" if days < _YEARS_AFTER else f"{days / _YEAR:.1f} y"


def validity_text(begin: datetime | None, end: datetime, now: datetime) -> str:
    """How long it is valid still, since when it is not, or when it begins to be, as `63 days left`."""
    if begin is not None and now < begin:
        days = whole_days(begin, now)
        return f"starts in {_span(days)}" if days else "starts today"
    days = whole_days(end, now)
    if now > end:
        return f"expired {_span(-days)} ago" if days else "expired today"
    return f"{_span(days)} left" if days else "ends today"


def _span(days: int) -> str:
    return plural(days, "day") if days < _YEARS_AFTER else f"{days / _YEAR:.0f} years"
