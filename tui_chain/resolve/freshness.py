"""How long an AIA answer is good for (RFC 9111 section 4.2), within a day."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from tui_chain.net.fetch import Answer

DAY = 86_400.0
"""The longest that an answer is kept, in seconds."""
UNTOLD = 60.0
"""Seconds for an answer that says nothing of its life time: as long as one sitting at the screen."""
HEURISTIC = 0.1
"""The part of the age at sending that RFC 9111 section 4.2.2 suggests."""

_DIRECTIVE = re.compile(r'([a-z-]+)(?:\s*=\s*"?(\d+)"?)?', re.IGNORECASE)


def lifetime(answer: Answer) -> float:
    """Seconds for which an answer with status 200 may be used again; 0 where it forbids that."""
    directives = {name.lower(): value for name, value in _DIRECTIVE.findall(answer.header("cache-control"))}
    if "no-store" in directives or "no-cache" in directives:
        return 0.0
    told = _told(answer, directives)
    return min(max(told - _number(answer.header("age")), 0.0), DAY)


def _told(answer: Answer, directives: dict[str, str]) -> float:
    if "max-age" in directives:
        return _number(directives["max-age"])
    sent, expires = _date(answer.header("date")), _date(answer.header("expires"))
    if answer.header("expires"):
        # a date that cannot be read has passed (section 5.3)
        return (expires - sent).total_seconds() if sent is not None and expires is not None else 0.0
    modified = _date(answer.header("last-modified"))
    if sent is not None and modified is not None:
        return max((sent - modified).total_seconds() * HEURISTIC, UNTOLD)
    return UNTOLD


def _number(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else None
