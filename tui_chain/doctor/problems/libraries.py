"""What the libraries of the interpreter make of all that is set, and settings that turn verification off."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.registry import clients
from tui_chain.core.status import Severity
from tui_chain.doctor.environment_report import FoundSetting, LibraryContext
from tui_chain.doctor.precedence import switched_off
from tui_chain.doctor.problems.problem import Evidence, TrustProblem, listed


def turned_off_problems(evidence: Evidence) -> Iterator[TrustProblem]:
    """Settings that turn verification off: whoever is in between can read along and change what comes."""
    off: dict[FoundSetting, list[str]] = {}
    for client in clients():
        for found in switched_off(client, evidence.report):
            off.setdefault(found, []).append(client.name)
    for found, users in _by_place(off):
        change = f"unset {found.name}" if not found.client else f"Remove line {found.line} of {found.place}."
        shown = f"{found.name}={found.value}" if not found.client else f"{found.name} ({found.where})"
        message = f"{shown} turns verification off in {listed(users)}: anybody in between can read along."
        yield TrustProblem("verification-off", Severity.RISK, message, change, users)


def _by_place(off: dict[FoundSetting, list[str]]) -> Iterator[tuple[FoundSetting, tuple[str, ...]]]:
    """A line that several clients read once, with all of them."""
    merged: dict[str, tuple[FoundSetting, list[str]]] = {}
    for found, users in off.items():
        merged.setdefault(found.where, (found, []))[1].extend(users)
    yield from ((found, tuple(dict.fromkeys(users))) for found, users in merged.values())


def library_problems(evidence: Evidence) -> Iterator[TrustProblem]:
    """Libraries that fail before TLS begins, verify nothing, or trust nobody."""
    for library in evidence.report.libraries:
        yield from filter(None, (_library(library),))


def _library(library: LibraryContext) -> TrustProblem | None:
    name = (library.name,)
    if library.error:
        message = f"{library.name} fails before it connects to any host: {library.error}."
        return TrustProblem("library-fails", Severity.FATAL, message, "Repair what the sentence names.", name)
    if library.verifies is False:
        message = f"{library.name} verifies no certificate in this environment."
        change = (
            f"Find what sets this for {library.name}: a variable that is empty, or code that is run at the start."
        )
        return TrustProblem("context-verifies-nothing", Severity.RISK, message, change, name)
    by_name = any(place == "default" or not place.endswith((".pem", ".crt")) for place in library.loaded)
    if library.roots == 0 and not by_name:
        message = f"{library.name} trusts no root at all: it loads {listed(library.loaded) or 'nothing'}."
        change = "Repair the file that it loads, or the setting that names it."
        return TrustProblem("no-roots", Severity.FATAL, message, change, name)
    return None


RULES = (library_problems, turned_off_problems)
