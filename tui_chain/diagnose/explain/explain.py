"""From an error text, as a user has it, to its likely causes and the command that decides."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import safe_text
from tui_chain.diagnose.explain.clients import DEFAULT_STORE, client_of, host_of
from tui_chain.diagnose.explain.explanation import Cause, Explanation, Symptom
from tui_chain.diagnose.explain.patterns import PATTERNS
from tui_chain.diagnose.findings.finding import FindingKind
from tui_chain.net.target import Target
from tui_chain.paths.codes import MEANINGS

MAX_TEXT = 64 * 1024
"""Characters of a text that are read; a traceback's end, where its error stands, comes first."""
MAX_LINE = 2000
"""Characters of one line that are looked at."""
MAX_SHOWN = 400
"""Characters of the line that told it."""

__all__ = ["Cause", "Explanation", "Symptom", "explain", "explain_code"]


def explain_code(text: str) -> FindingKind | None:
    """The kind of finding with this code, or None."""
    wanted = text.strip().lower()
    code = next((code for code in FindingCode if code == wanted), None)
    if code is None:
        return None
    from tui_chain.diagnose.findings.catalogue import CATALOGUE  # the rules come along, which an error text needs not

    return CATALOGUE[code]


def explain(text: str) -> Explanation | Failure:
    """Say what an error text of any client means and why it may have come; never raises.

    A bare number is OpenSSL's verify code. A text that is not known gives a failure that says what to do.
    """
    given = _with_code(text.strip())
    lines = [line[:MAX_LINE] for line in given[-MAX_TEXT:].splitlines() if line.strip()]
    whole = "\n".join(lines)
    for symptom, pattern in PATTERNS:
        found = pattern.search(whole)
        if found is not None:
            line = whole[whole.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
            return _explanation(whole, line, symptom)
    return Failure(
        "unknown-text",
        "That is no error text of TLS that is known here." if lines else "There is no text to explain.",
        "Give the line with the error itself, or look at the host with `tlschain check HOST`.",
    )


def _with_code(text: str) -> str:
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        return text
    meaning = MEANINGS.get(int(text))
    return f"verify error:num={text}:{meaning.error}" if meaning is not None else text


def _explanation(text: str, line: str, symptom: Symptom) -> Explanation:
    client, host = client_of(text), host_of(text)
    causes = tuple(_ready(symptom.causes, client.store if client else DEFAULT_STORE, host))
    name = client.name if client is not None else None
    told, named = safe_text(line.strip(), MAX_SHOWN), None if host is None else _shown(host)
    return Explanation(told, name, named, symptom, causes)


def _ready(causes: tuple[Cause, ...], store: str, host: Target | None) -> Iterator[Cause]:
    """The causes with their commands filled in; a host's form was checked, so that no shell reads more into it."""
    named = "HOST" if host is None else shlex.quote(_shown(host))
    for cause in causes:
        yield replace(cause, command=cause.command.replace("{store}", store).replace("{host}", named))


def _shown(host: Target) -> str:
    return str(host).removesuffix(":443")
