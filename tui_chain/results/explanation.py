"""The answer to an error text or a code, as values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from tui_chain.core.failure import Failure
from tui_chain.diagnose.explain.explanation import Explanation, explain, explain_code


@dataclass(frozen=True)
class CauseResult:
    """A likely cause: its code (may be empty), one sentence, and the command that decides."""

    code: str
    words: str
    command: str


@dataclass(frozen=True)
class ExplainResult:
    """What a text means; `client` and `host` are None where it names none, `causes` the likeliest first.

    For a finding's code `symptom` is that code, and there is one cause with what to do as its command.
    """

    line: str
    client: str | None
    host: str | None
    symptom: str
    meaning: str
    causes: tuple[CauseResult, ...]

    def to_json(self) -> str:
        """One JSON object, ASCII only."""
        return json.dumps(asdict(self))


def explain_result(text: str) -> ExplainResult | Failure:
    """Explain `text`, a finding's code, a verify code or an error that a client printed."""
    kind = explain_code(text)
    if kind is not None:
        cause = CauseResult(kind.code, kind.message, kind.hint)
        return ExplainResult(text.strip(), None, None, kind.code, kind.message, (cause,))
    found = explain(text)
    return found if isinstance(found, Failure) else of_explanation(found)


def of_explanation(found: Explanation) -> ExplainResult:
    """The values of an explanation."""
    causes = tuple(CauseResult(cause.code or "", cause.message, cause.command) for cause in found.causes)
    return ExplainResult(found.line, found.client, found.host, found.symptom.name, found.symptom.message, causes)
