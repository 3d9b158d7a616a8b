"""The texts of the reading screens: keys, details, errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.tui.actions import ACTIONS, MOVES
from tui_chain.tui.host_rows import BAD, DIM, OK, WARN, HostRow
from tui_chain.tui.render import fact, lines, summary
from tui_chain.x509.certificate import Certificate, ExtensionRow
from tui_chain.x509.formats.pem import to_pem


@dataclass(frozen=True)
class Span:
    """The validity of one certificate; times are aware, in UTC."""

    certificate: Certificate
    start: datetime
    end: datetime

    def place(self, at: datetime, width: int) -> int | None:
        """The column, from 0 to `width` - 1, at which `at` lies in this span; None outside of it."""
        whole = (self.end - self.start).total_seconds()
        if not self.start <= at <= self.end or width < 1 or whole <= 0:
            return None
        return min(width - 1, int(width * (at - self.start).total_seconds() / whole))


@dataclass(frozen=True)
class Timeline:
    """The spans of a path, leaf first; certificates whose dates cannot be read are left out.

    `begin` and `end` bound all spans. `from_` to `until` is the time in which every certificate is valid, which is
    empty where `until` comes before `from_`; `ends_first` is the certificate that ends it. `at` is today.
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
    def from_(self) -> datetime:
        """When the last of them became valid."""
        return max((span.start for span in self.spans), default=self.at)

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


LINE = 44
"""Cells of a time line."""


def keys_page() -> Content:
    """Every key, from the table of actions."""
    rows = [(action.key_names, action.description) for action in ACTIONS] + list(MOVES)
    table = [Content.assemble((f"{keys:<17}", "bold"), text) for keys, text in rows]
    glyphs = "✓ complete  ✚ repairable  ✗ incomplete, untrusted, invalid  ⊘ unreachable"
    legend = Content.styled(f"{glyphs}\n! some clients refuse  · nobody refuses", DIM)
    return lines([*table, Content(), legend])


def certificate_page(
    certificate: Certificate,
    now: datetime,
    source: str,
    findings: tuple[Finding, ...],
    path: tuple[Certificate, ...] = (),
) -> Content:
    """Everything of a certificate that a person looks for, the time line of its path, its PEM last."""
    serial = f"{certificate.serial:x}" if certificate.serial is not None else "unreadable"
    more = [
        fact("serial", serial),
        fact("ca", "yes" if certificate.is_ca else "no"),
        fact("key id", certificate.key_id or "none"),
        fact("issuer's", certificate.authority_key_id or "no key id named"),
        *(fact("aia", safe_text(url)) for url in certificate.issuer_urls[:5]),
        *(Content.styled(f"unreadable {fault.field}: {fault.reason}", WARN) for fault in certificate.faults),
        Content(),
        *map(_extension, certificate.extension_table),
        Content(),
        *time_line(path if certificate in path else (), now),
        Content(to_pem(certificate).rstrip("\n")),
    ]
    return lines([summary(certificate, now, source, findings), *more])


def time_line(path: tuple[Certificate, ...], now: datetime) -> list[Content]:
    """The validity of every certificate of a path on one scale, today marked, and who ends first."""
    drawn = timeline(path, now)
    if not drawn.spans:
        return []
    today = drawn.column(now, LINE)
    rows = [Content.styled("The path, leaf first; ┃ is today", "bold")]
    for span in drawn.spans:
        first, last = drawn.columns(span, LINE)
        cells = ["━" if first <= place <= last else " " for place in range(LINE)]
        cells[today] = "┃"
        style = OK if span.start <= now <= span.end else BAD
        rows.append(Content.assemble(("".join(cells), style), f" {span.certificate.label}"))
    begin, end = (f"{moment:%Y-%m-%d}" for moment in (drawn.begin, drawn.end))
    rows.append(Content.styled(f"{begin}{end:>{LINE - len(begin)}}", DIM))
    if drawn.ends_first is not None:
        rows.append(Content.assemble(("ends first ", DIM), f"{drawn.ends_first.label}, {drawn.until:%Y-%m-%d}"))
    return [*rows, Content()]


def _extension(row: ExtensionRow) -> Content:
    return Content.assemble((f"{row.name}{', critical' if row.critical else ''}  ", DIM), row.text)


def error_page(failure: Failure) -> Content:
    """An error in full."""
    return Content.assemble(failure.message, "\n\n", (failure.hint, DIM))


def file_base(row: HostRow) -> str:
    """How the names begin that are suggested for a host's files."""
    from tui_chain.advise.letter import file_base as base_of

    return base_of(row.target)
