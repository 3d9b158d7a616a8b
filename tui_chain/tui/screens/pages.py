"""The texts of the reading screens: keys, details, errors, advice."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.tui.actions import ACTIONS, MOVES
from tui_chain.tui.paint import fact, lines, summary
from tui_chain.tui.rows import BAD, DIM, OK, WARN, Row
from tui_chain.tui.timeline import timeline
from tui_chain.x509.certificate import Certificate, ExtensionRow
from tui_chain.x509.formats.pem import to_pem

LINE = 44
"""Cells of a time line."""


def keys_page() -> Content:
    """Every key, from the table of actions."""
    rows = [(action.key_words, action.words) for action in ACTIONS] + list(MOVES)
    table = [Content.assemble((f"{keys:<17}", "bold"), words) for keys, words in rows]
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


def file_base(row: Row) -> str:
    """How the names begin that are suggested for a host's files."""
    from tui_chain.advise.letter import file_base as base_of

    return base_of(row.target)
