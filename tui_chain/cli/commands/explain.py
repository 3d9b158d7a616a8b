"""`tlschain explain`: findings and error texts explained, as text or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TypedDict

import click

from tui_chain.cli.output import FOUND, OK, USAGE, emit, fail, wrapped
from tui_chain.core.failure import Failure
from tui_chain.core.files import text_of
from tui_chain.diagnose.explain.causes import Cause
from tui_chain.diagnose.explain.explanation import SPEAKERS, Explanation, explain, explain_code
from tui_chain.diagnose.findings.finding import FindingKind
from tui_chain.results.explanation import of_explanation

_MOST = 64 * 1024 * 1024
"""Bytes of standard input that are read at most."""


class FindingKindJSON(TypedDict):
    """A kind of finding as the catalogue has it."""

    code: str
    severity: str
    blame: str
    message: str
    hint: str
    source: str


def run_listing() -> int:
    """Print the whole catalogue."""
    from tui_chain.diagnose.findings.catalogue import markdown_table  # the rules come along

    emit(markdown_table().rstrip("\n"))
    return OK


def run_explain(arguments: tuple[str, ...], *, as_json: bool) -> int:
    """Explain what was given as arguments, or on standard input where there is none or it is `-`."""
    text = " ".join(arguments)
    if text in {"", "-"}:
        if sys.stdin is None or sys.stdin.isatty():
            missing = Failure("usage", "There is no text to explain.", "Give it as an argument or on standard input.")
            return fail(missing)
        text = text_of(sys.stdin.buffer.read(_MOST))
    kind = explain_code(text)
    if kind is not None:
        emit(json.dumps(kind_object(kind)) if as_json else "\n".join(kind_lines(kind)))
        return OK
    found = explain(text)
    if isinstance(found, Failure):
        fail(found)
        return FOUND if text and not text.isspace() else USAGE
    emit(of_explanation(found).to_json() if as_json else "\n".join(explanation_lines(found)))
    return OK


def kind_object(kind: FindingKind) -> FindingKindJSON:
    """Describe a kind of finding."""
    return FindingKindJSON(
        code=kind.code,
        severity=kind.severity.value,
        blame=kind.blame.value,
        message=kind.message,
        hint=kind.hint,
        source=kind.source,
    )


def kind_lines(kind: FindingKind) -> Iterator[str]:
    """A kind of finding as text."""
    yield f"{click.style(kind.code, bold=True)}  {kind.severity.value} · fault: {kind.blame.value}"
    yield f"  {kind.message}"
    yield f"  {kind.hint}"
    if kind.source:
        yield f"  source: {kind.source}"


def explanation_lines(found: Explanation) -> Iterator[str]:
    """The explanation of an error text: the line, what it means, the causes, and the commands that decide."""
    yield found.line
    yield from (click.style(line, bold=True) for line in wrapped(found.symptom.message, ""))
    yield from (click.style(line, fg="bright_black") for line in _listed(_facts(found), ""))
    yield "Likely causes, the likeliest first:"
    for number, cause in enumerate(found.causes, start=1):
        yield from wrapped(f"{number}. {cause.message} [{cause.code}]", "  ", 3)
    if found.symptom.fact and len(found.causes) > 1:
        yield from wrapped(f"The text leaves it open. {found.symptom.fact}", "")
    yield "What decides, and the words that it then prints:"
    for command, numbered in _by_command(found).items():
        yield f"  {click.style(command, fg='cyan')}"
        yield from _listed((_shown(number, cause) for number, cause in numbered if cause.shows), "    ")


_UNBROKEN = "\u00a0"


def _listed(items: Iterable[str], indent: str) -> Iterator[str]:
    """Items in lines that end between words, and in none of what an item keeps together."""
    for line in wrapped(" · ".join(items), indent):
        yield line.replace(_UNBROKEN, " ")


def _shown(number: int, cause: Cause) -> str:
    """What decides for a cause: each of its texts can be looked for as it stands."""
    return f"{number}:{_UNBROKEN}" + " or ".join(shown.replace(" ", _UNBROKEN) for shown in cause.shows)


def _facts(found: Explanation) -> Iterator[str]:
    """What the text names beside its error."""
    if found.client is not None:
        yield f"client:{_UNBROKEN}{found.client} {found.version or ''}".rstrip()
    yield SPEAKERS[found.symptom.speaker]
    if found.openssl_code is not None:
        yield f"verify code: {found.openssl_code}"
    if found.host is not None:
        yield f"host:{_UNBROKEN}{found.host}:{found.port}"
    if found.trust_file is not None:
        yield f"trust file: {found.trust_file}"


def _by_command(found: Explanation) -> Mapping[str, list[tuple[int, Cause]]]:
    """The numbered causes of each command, in the order of the first one."""
    commands: dict[str, list[tuple[int, Cause]]] = {}
    for number, cause in enumerate(found.causes, start=1):
        commands.setdefault(cause.command, []).append((number, cause))
    return commands
