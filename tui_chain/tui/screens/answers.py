"""The pages of what was asked beyond the main journey, each with the time of the answer and a key that asks again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.binding import Binding, BindingType
from textual.content import Content

from tui_chain.core.text import plural
from tui_chain.tui.answers import FullTest
from tui_chain.tui.host_rows import BAD, DIM, OK, STATUS_LOOK, WARN
from tui_chain.tui.render import attempt, fact, hop_line, lines
from tui_chain.tui.screens.dialog import PageScreen

if TYPE_CHECKING:
    from tui_chain.diagnose.findings.endpoints import EndpointResult, Servers
    from tui_chain.livetest.environment import Variable, VariableTest
    from tui_chain.livetest.families import FamilyTest
    from tui_chain.livetest.tester import LiveTestResult
    from tui_chain.x509.revocation import RevocationCheck


Asked: TypeAlias = "Servers | tuple[RevocationCheck, ...] | FullTest"
"""What was asked of a host itself."""


class AnswerScreen(PageScreen):
    """The page of an answer; `y` copies `copy`, and `r` closes it and asks `again`, in the background."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "ask_again", "Ask again")]

    def __init__(self, heading: str, body: Content, again: Callable[[], None], *, copy: str, subject: str) -> None:
        super().__init__(heading, body, copy=copy, subject=subject, more_keys="r asks again")
        self._again = again

    def action_ask_again(self) -> None:
        """Close, and ask again in the background."""
        self.dismiss(None)
        self._again()


def answer_screen(host: str, found: Asked, at: datetime, again: Callable[[], None]) -> AnswerScreen:
    """The page of what was found at a time (aware) of a host with this name."""
    title, page, subject = _page(found)
    dated = lines([Content.styled(f"asked {at:%Y-%m-%d %H:%M} UTC", DIM), Content(), page])
    return AnswerScreen(f"{title} {host}", dated, again, copy=dated.plain, subject=subject)


def _page(found: Asked) -> tuple[str, Content, str]:
    """How the heading of a page begins, the page, and what a copy of it is called."""
    if isinstance(found, FullTest):
        return "Live test of", full_test_page(found.result), "the test"
    if isinstance(found, tuple):
        return "Revocation for", revocation_page(found), "the answers"
    return "All servers of", servers_page(found), "the table"


# in a few words


def summary_of(found: Asked) -> tuple[str, str]:
    """What was found in a few words, with its style."""
    if isinstance(found, FullTest):
        return _test_summary(found.result)
    return _revocation_summary(found) if isinstance(found, tuple) else _servers_summary(found)


def _servers_summary(servers: Servers) -> tuple[str, str]:
    count = len({row.variant.place for row in servers.rows})
    addresses = f"{count} address{'' if count == 1 else 'es'}"
    differing, answered = _differing(servers), _answered(servers)
    if differing or not answered:
        differ = "differ" if len(differing) > 1 else "differs"
        refused = any(not row.good and row.variant.sni for row in answered)
        style = BAD if refused else WARN if servers.findings else OK
        return f"{addresses}, {len(differing)} of {len(answered)} answers {differ}", style
    status = answered[0].diagnosis.status
    style = STATUS_LOOK[status][1]
    return f"{addresses}, all alike: {status.value}", WARN if servers.findings and style == OK else style


def _answered(servers: Servers) -> tuple[EndpointResult, ...]:
    """The answers, without those that the server only does not offer."""
    return tuple(row for row in servers.rows if not row.not_offered)


def _differing(servers: Servers) -> tuple[EndpointResult, ...]:
    """The answers that are not like the first one."""
    return tuple(row for row in servers.differing if not row.not_offered)


def _revocation_summary(checks: tuple[RevocationCheck, ...]) -> tuple[str, str]:
    counts = Counter(check.status.value for check in checks if check.askable)
    if not counts:
        return "there is nobody to ask", DIM
    known = [f"{counts[word]} {word}" for word in ("revoked", "unknown", "unreachable", "good") if counts[word]]
    return ", ".join(known), BAD if counts["revoked"] else OK if len(counts) == 1 and counts["good"] else WARN


def _test_summary(test: LiveTestResult) -> tuple[str, str]:
    families = f"{sum(one.ok is True for one in test.clients)} of {len(test.clients)} families"
    ran = [one.ok for one in test.programs if one.ok is not None]
    programs = f", {sum(ran)} of {plural(len(ran), 'program')}" if ran else ""
    return f"{families}{programs}", OK if test.ok else BAD


# in full


def _table_row(ok: bool | None, name: str, text: str, width: int = 24) -> Content:
    """One row of a table: glyph, name in a column, text."""
    glyph, style = {True: ("✓", OK), False: ("✗", BAD), None: ("·", DIM)}[ok]
    return Content.assemble((f"{glyph} {name:<{width}} ", style), text)


def servers_page(servers: Servers) -> Content:
    """Every variant in which the host was asked, the odd ones marked, and the findings of the comparison."""
    differing, answered = _differing(servers), _answered(servers)
    width = max((len(row.variant.description) for row in servers.rows), default=0)
    rows = [
        _table_row(
            None if row.not_offered else row.good,
            row.variant.description,
            f"{'≠ ' if row in differing else ''}{row.summary}",
            width,
        )
        for row in servers.rows
    ]
    found = [Content.styled(f"! {found.message}", WARN) for found in servers.findings]
    alike = f"All answers are alike: {answered[0].diagnosis.status.value}." if answered else "There was no answer."
    compared = Content.styled("≠ differs from the first answer." if differing else alike, DIM)
    return lines([*rows, Content(), *found, compared])


def revocation_page(checks: tuple[RevocationCheck, ...]) -> Content:
    """What the issuers say of each certificate of the path, answer by answer."""
    rows: list[Content] = []
    for check in checks:
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
        fact("request", live.request_line),
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
