"""The texts of what was asked beyond the main journey: servers, revocation, live tests, error texts."""

from __future__ import annotations

from textual.content import Content

from tui_chain.diagnose.explain_words import Explanation
from tui_chain.failure import Failure
from tui_chain.livetest.fulltest import FullTest
from tui_chain.livetest.request import Attempt
from tui_chain.state import HostState
from tui_chain.tui.paint import attempt, lines
from tui_chain.tui.rows import BAD, DIM, OK, WARN


def _told(ok: bool | None, name: str, words: str) -> Content:
    """One row of a table: glyph, name in a column, words."""
    glyph, style = {True: ("✓", OK), False: ("✗", BAD), None: ("·", DIM)}[ok]
    return Content.assemble((f"{glyph} {name:<24} ", style), words)


def servers_page(state: HostState) -> Content:
    """Every way in which the host was asked, the odd ones marked, and the findings of the comparison."""
    servers = state.servers
    if servers is None:
        return Content("Nothing was asked.")
    differing = servers.differing
    rows = [
        _told(
            None if row.not_offered else row.good,
            row.variant.words,
            f"{'≠ ' if row in differing and not row.not_offered else ''}{row.words}",
        )
        for row in servers.rows
    ]
    found = [Content.styled(f"! {found.message}", WARN) for found in servers.findings]
    alike = [] if differing else [Content.styled("All of them serve alike.", DIM)]
    return lines([*rows, Content(), *found, *alike])


def revocation_page(state: HostState) -> Content:
    """What the issuers say of each certificate of the path, answer by answer."""
    rows: list[Content] = []
    for check in state.revocation or ():
        rows.append(_told(_GOOD.get(check.status.value), check.label, check.status.value))
        rows += [
            Content.styled(f"    {answer.means.value}: {answer.words} {answer.url}", DIM) for answer in check.answers
        ]
    return lines(rows) if rows else Content("There was nobody to ask: the certificates name neither OCSP nor a CRL.")


_GOOD = {"good": True, "revoked": False}


def full_test_page(test: FullTest) -> Content:
    """The whole live test: before and after, hops, profiles, the environment, installed programs."""
    parts = [
        attempt("Before", test.live.before, ""),
        Content(),
        attempt("After", test.live.after, "There is no proven bundle to test."),
        *_section("The way", [_told(hop.ok, hop.url, hop.words) for hop in test.hops]),
        *_section("Kinds of client, a handshake each", [_told(p.ok, p.profile, p.words) for p in test.profiles]),
        *_section("Programs of this machine, with the bundle", [_told(p.ok, p.name, p.words) for p in test.programs]),
        *_section("Your environment", [_variable(v.name, v.words, test.with_environment) for v in test.environment]),
    ]
    return lines(parts)


def _section(title: str, rows: list[Content]) -> list[Content]:
    return [Content(), Content.styled(title, "bold"), *rows] if rows else []


def _variable(name: str, words: str, made: object) -> Content:
    """A variable that is set, what it means, and what a request with its file gives."""
    tried = made.get(name) if isinstance(made, dict) else None
    after = f" · a request with it: {tried.words}" if isinstance(tried, Attempt) else ""
    return _told(tried.ok if isinstance(tried, Attempt) else None, name, f"{words}{after}")


def explanation_page(found: Explanation | Failure) -> Content:
    """The likely causes of an error text in order, each with the command that decides."""
    if isinstance(found, Failure):
        return Content.assemble((found.message, BAD), "\n", (found.hint, DIM))
    parts = [Content.assemble((found.symptom.words, "bold")), Content.styled(found.line, DIM)]
    for place, cause in enumerate(found.causes, start=1):
        parts.append(Content.assemble("\n", (f"{place}. {cause.words}", ""), "\n   ", (cause.command, OK)))
    return lines(parts)
