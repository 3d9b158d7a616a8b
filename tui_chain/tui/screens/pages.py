"""The texts of the reading screens: details, errors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from tui_chain.core.expiry import USUAL, Threshold
from tui_chain.core.failure import Failure
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.tui.host_rows import BAD, DIM, OK, HostRow
from tui_chain.tui.render import extension_line, identifiers, lines, summary, with_keys
from tui_chain.tui.timeline import timeline
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem

LINE = 44
"""Cells of a time line."""


def certificate_page(
    certificate: Certificate,
    now: datetime,
    source: str,
    findings: tuple[Finding, ...],
    path: tuple[Certificate, ...] = (),
    warn_days: Threshold = USUAL,
) -> Content:
    """Everything of a certificate that a person looks for, the time line of its path, its PEM last."""
    more = [
        *identifiers(certificate),
        Content(),
        *map(extension_line, certificate.extension_table),
        Content(),
        *time_line(path if certificate in path else (), now),
        Content(to_pem(certificate).rstrip("\n")),
    ]
    return lines([summary(certificate, now, source, findings, warn_days=warn_days), *more])


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


def error_page(failure: Failure | None, notices: Sequence[str] = ()) -> Content:
    """An error in full, and the notices of the start."""
    shown = [] if failure is None else [Content(failure.message), Content.styled(with_keys(failure.hint), DIM)]
    if shown and notices:
        shown.append(Content.styled("Notices of the start", "bold"))
    return Content("\n\n").join([*shown, *map(Content, notices)])


def file_base(row: HostRow) -> str:
    """How the names begin that are suggested for a host's files."""
    from tui_chain.advise.letter import file_base as base_of

    return base_of(row.target)
