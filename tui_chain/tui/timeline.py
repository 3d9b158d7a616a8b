"""The validity of the certificates of a path on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_chain.x509.certificate import Certificate


@dataclass(frozen=True)
class Span:
    """The validity of one certificate; times are aware, in UTC."""

    certificate: Certificate
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Timeline:
    """The spans of a path, leaf first; certificates whose dates cannot be read are left out.

    `begin` and `end` bound all spans. `until` is when the first certificate expires, which is `ends_first`. `at` is
    today.
    """

    spans: tuple[Span, ...]
    at: datetime

    @property
    def begin(self) -> datetime:
        """The earliest start."""
        return min((span.start for span in self.spans), default=self.at)

    @property
    def end(self) -> datetime:
        """The latest end."""
        return max((span.end for span in self.spans), default=self.at)

    @property
    def until(self) -> datetime:
        """When the first of them expires."""
        return min((span.end for span in self.spans), default=self.at)

    @property
    def ends_first(self) -> Certificate | None:
        """The certificate that expires first, the one nearest to the leaf of several."""
        first = min(self.spans, key=lambda span: span.end, default=None)
        return None if first is None else first.certificate

    def columns(self, span: Span, width: int) -> tuple[int, int]:
        """The first and the last column, from 0 to `width` - 1, of a span on the scale from `begin` to `end`."""
        return self.column(span.start, width), self.column(span.end, width)

    def column(self, moment: datetime, width: int) -> int:
        """The column, from 0 to `width` - 1, of a time between `begin` and `end`; outside of them the nearer edge."""
        whole = (self.end - self.begin).total_seconds()
        if whole <= 0 or width < 1:
            return 0
        share = (moment - self.begin).total_seconds() / whole
        return max(0, min(width - 1, round(share * (width - 1))))


def timeline(path: Sequence[Certificate], at: datetime) -> Timeline:
    """Lay the validity of a path out, with today (`at`, aware) on it."""
    spans = (Span(one, one.not_before, one.not_after) for one in path if one.not_before and one.not_after)
    return Timeline(tuple(spans), at)
