"""The texts of the reading screens: keys, details, errors, and what servers, issuers and live tests answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tui_chain.core.failure import Failure
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.tui.actions import ACTIONS, MOVES
from tui_chain.tui.host_rows import BAD, DIM, OK, WARN, HostRow
from tui_chain.tui.render import attempt, extension_line, fact, hop_line, identifiers, lines, summary
from tui_chain.tui.timeline import timeline
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem

if TYPE_CHECKING:
    from tui_chain.engine.host_state import HostState
    from tui_chain.livetest.environment import Variable, VariableTest
    from tui_chain.livetest.families import FamilyTest
    from tui_chain.livetest.tester import LiveTestResult


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
    more = [
        *identifiers(certificate),
        Content(),
        *map(extension_line, certificate.extension_table),
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


def error_page(failure: Failure | None, notices: Sequence[str] = ()) -> Content:
    """An error in full, and the notices of the start."""
    shown = [] if failure is None else [Content(failure.message), Content.styled(failure.hint, DIM)]
    if shown and notices:
        shown.append(Content.styled("Notices of the start", "bold"))
    return Content("\n\n").join([*shown, *map(Content, notices)])


def file_base(row: HostRow) -> str:
    """How the names begin that are suggested for a host's files."""
    from tui_chain.advise.letter import file_base as base_of

    return base_of(row.target)


# what was asked beyond the main journey: servers, revocation, live tests


def _table_row(ok: bool | None, name: str, text: str, width: int = 24) -> Content:
    """One row of a table: glyph, name in a column, text."""
    glyph, style = {True: ("✓", OK), False: ("✗", BAD), None: ("·", DIM)}[ok]
    return Content.assemble((f"{glyph} {name:<{width}} ", style), text)


def servers_page(state: HostState) -> Content:
    """Every variant in which the host was asked, the odd ones marked, and the findings of the comparison."""
    servers = state.servers
    if servers is None:
        return Content("Nothing was asked.")
    differing = servers.differing
    width = max((len(row.variant.description) for row in servers.rows), default=0)
    rows = [
        _table_row(
            None if row.not_offered else row.good,
            row.variant.description,
            f"{'≠ ' if row in differing and not row.not_offered else ''}{row.summary}",
            width,
        )
        for row in servers.rows
    ]
    found = [Content.styled(f"! {found.message}", WARN) for found in servers.findings]
    alike = Content.styled("≠ differs from the others." if differing else "All of them serve alike.", DIM)
    return lines([*rows, Content(), *found, alike])


def revocation_page(state: HostState) -> Content:
    """What the issuers say of each certificate of the path, answer by answer."""
    rows: list[Content] = []
    for check in state.revocation or ():
        rows.append(_table_row(_GOOD.get(check.status.value), check.label, check.status.value))
        rows += [
            Content.styled(f"    {answer.means.value}: {answer.text} {answer.url}", DIM) for answer in check.answers
        ]
    return lines(rows) if rows else Content("There was nobody to ask: the certificates name neither OCSP nor a CRL.")


_GOOD = {"good": True, "revoked": False}


def full_test_page(test: LiveTestResult) -> Content:
    """The whole live test: before and after, hops, client families, the environment, installed programs."""
    live = test.live
    used = "the bundle" if live.after is not None else "the trust store"
    parts = [
        fact("request", f"{live.method} {live.url}"),
        *([fact("route", live.route)] if live.route else []),
        Content(),
        attempt("Before", live.before, ""),
        Content(),
        attempt("After", live.after, "There is no proven bundle to test."),
        *([Content(), fact("HTTP/2", "offered" if test.http2 else "not offered")] if test.http2 is not None else []),
        *_section("Redirects", [hop_line(hop, UNWRAPPED) for hop in test.hops]),
        *_section("Client families, a handshake each", [_client(one) for one in test.clients]),
        *_section(
            f"Programs of this machine, with {used}", [_table_row(p.ok, p.name, p.text) for p in test.programs]
        ),
        *_section("Your environment", [row for one in test.environment for row in _variable(one, test.variables)]),
    ]
    return lines(parts)


UNWRAPPED = 10_000
"""Cells of a line that the page wraps by itself."""


def _client(one: FamilyTest) -> Content:
    """What a client family gets, and how long its handshake took."""
    code = f" (code {one.code})" if one.code is not None else ""
    took = f" · {one.times.tls:.0f} ms" if one.times.tls is not None else ""
    facts = " · ".join(filter(None, (one.tls_version, one.cipher)))
    return _table_row(one.ok, one.name, f"{one.text}{code}{f' · {facts}' if facts else ''}{took}")


def _section(title: str, rows: list[Content]) -> list[Content]:
    return [Content(), Content.styled(title, "bold"), *rows] if rows else []


def _variable(variable: Variable, tried: Iterable[VariableTest]) -> list[Content]:
    """A variable that is set, what it means, and what a request gives for each kind of client that reads it."""
    rows = [_table_row(None, variable.name, f"{variable.value}: {variable.text}")]
    for one in tried:
        if one.name == variable.name:
            beside = "added to their own trust store" if one.adds else "in place of their trust store"
            rows.append(
                Content.assemble("  ", _table_row(one.attempt.ok, one.clients, f"{beside}: {one.attempt.text}"))
            )
    return rows
