"""The border that foreign text crosses once, before a terminal, a file or a widget sees it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

MAX_SAFE = 200
"""Longest text that `safe_text` lets through by default, in characters."""

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MAX_MARKS = 2
"""Combining marks in a row that real scripts need; more only draw over the neighbouring lines."""


def safe_text(text: str, limit: int = MAX_SAFE) -> str:
    """Return `text` with every character that could act on a terminal made a visible escape.

    Escaped are the Unicode categories Cc, Cf, Cs, Co, Cn, Zl and Zp (controls, bidi, zero-width, surrogates,
    line separators), combining marks beyond two in a row, and those with nothing of this text to stand on. At
    most `limit` characters come back; a cut is shown as `…`. Safe text stays as it is.
    """
    if text.isascii() and text.isprintable():
        return text if len(text) <= limit else _cut(text, limit)
    shown: list[str] = []
    length, marks = 0, _MAX_MARKS
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        piece = _escape(char) if category in _UNSAFE or marks > _MAX_MARKS else char
        length += len(piece)
        shown.append(piece)
        if length > limit:
            return _cut("".join(shown), limit)
    return "".join(shown)


def _cut(text: str, limit: int) -> str:
    return text[: limit - 1] + "…" if limit > 0 else ""


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def cell_width(text: str) -> int:
    """How many cells of a terminal a text takes (UAX 11)."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def elide_middle(text: str, width: int) -> str:
    """Shorten `text` to `width` cells by cutting its middle, so that a port or an ending stays."""
    if cell_width(text) <= width:
        return text
    if width < 2:
        return "…"[:width]
    tail = (width - 1) * 3 // 5
    return f"{_fitting(text, width - 1 - tail)}…{_fitting(text[::-1], tail)[::-1]}"


def elide_end(text: str, width: int) -> str:
    """Shorten `text` to `width` cells by cutting its end."""
    if cell_width(text) <= width:
        return text
    return f"{_fitting(text, max(width - 1, 0))}…"[: max(width, 0)]


def _fitting(text: str, width: int) -> str:
    """As much of the beginning of a text as fits."""
    text = text[: max(width, 0)]
    while cell_width(text) > width:
        text = text[:-1]
    return text


def colon_hex(hexadecimal: str) -> str:
    """Write `ab12` as `AB:12`, the way fingerprints are compared by eye."""
    upper = hexadecimal.upper()
    return ":".join(upper[i : i + 2] for i in range(0, len(upper), 2))


def first_few(texts: Sequence[str], most: int, separator: str = ", ") -> str:
    """The first texts of a list, and how many more there are: `a, b and 3 more`."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return f"{separator.join(texts[:most])}{more}"


def shown_url(url: str, limit: int = 200) -> str:
    """A URL for people to see, as safe text: login, query and fragment (RFC 3986) may be secret, and are left out."""
    bare = url.partition("#")[0].partition("?")[0]
    scheme, slashes, rest = bare.partition("//")
    authority, slash, path = rest.partition("/")
    more = "?…" if len(bare) < len(url) else ""
    return safe_text(f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}{more}", limit)


def plural(count: int, noun: str) -> str:
    """Say `1 certificate`, `2 certificates`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


# days that are left, and days since

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
