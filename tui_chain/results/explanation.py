"""The answer to an error text or a code, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.results.json_reader import JSONReader, json_line, read_line

if TYPE_CHECKING:  # the values alone are in the Python API
    from tui_chain.diagnose.explain.explanation import Explanation


@dataclass(frozen=True)
class CauseResult:
    """A likely cause: its code, one sentence, the command that decides, and what its output has if it is this one.

    Any one of `shows` does; where it is empty the reader has to judge.
    """

    code: str
    message: str
    command: str
    shows: tuple[str, ...]


@dataclass(frozen=True)
class ExplainResult:
    """What a text means, its `causes` the likeliest first; None where the text does not show something.

    `speaker` is `own` (the client's verdict), `alert` (the peer's), `server-log`, `proxy`, `file`, `name` or
    `connect`. `fact` is what decides between the causes. For a finding's code `symptom` is that code, and there is
    one cause with what to do as its command.
    """

    client: str | None
    version: str | None
    speaker: str
    host: str | None
    port: int | None
    url: str | None
    trust_file: str | None
    symptom: str
    openssl_code: int | None
    line: str
    message: str
    fact: str
    causes: tuple[CauseResult, ...]

    def to_json(self) -> str:
        """One line of JSON, ASCII only."""
        return json_line(self)

    @classmethod
    def from_json(cls, text: str) -> ExplainResult:
        """Read what `to_json` wrote; raises ValueError for anything else."""
        return read_line(text, "an explanation", _explanation)


def _explanation(given: JSONReader) -> ExplainResult:
    return ExplainResult(
        client=given.maybe("client", JSONReader.text),
        version=given.maybe("version", JSONReader.text),
        speaker=given.text("speaker"),
        host=given.maybe("host", JSONReader.text),
        port=given.maybe("port", JSONReader.count),
        url=given.maybe("url", JSONReader.text),
        trust_file=given.maybe("trust_file", JSONReader.text),
        symptom=given.text("symptom"),
        openssl_code=given.maybe("openssl_code", JSONReader.whole),
        line=given.text("line"),
        message=given.text("message"),
        fact=given.text("fact"),
        causes=tuple(map(_cause, given.objects("causes"))),
    )


def _cause(given: JSONReader) -> CauseResult:
    return CauseResult(given.text("code"), given.text("message"), given.text("command"), given.texts("shows"))


def explain_result(text: str) -> ExplainResult | Failure:
    """Explain `text`, a finding's code, a verify code or an error that a client printed."""
    from tui_chain.diagnose.explain.explanation import explain, explain_code

    kind = explain_code(text)
    if kind is not None:
        cause = CauseResult(str(kind.code), kind.message, kind.hint, ())
        return ExplainResult(
            client=None,
            version=None,
            speaker="own",
            host=None,
            port=None,
            url=None,
            trust_file=None,
            symptom=str(kind.code),
            openssl_code=None,
            line=text.strip(),
            message=kind.message,
            fact="",
            causes=(cause,),
        )
    found = explain(text)
    return found if isinstance(found, Failure) else of_explanation(found)


def of_explanation(found: Explanation) -> ExplainResult:
    """The values of an explanation."""
    return ExplainResult(
        client=found.client,
        version=found.version,
        speaker=found.symptom.speaker.value,
        host=found.host,
        port=found.port,
        url=found.url,
        trust_file=found.trust_file,
        symptom=found.symptom.name,
        openssl_code=found.openssl_code,
        line=found.line,
        message=found.symptom.message,
        fact=found.symptom.fact,
        causes=tuple(
            CauseResult(str(cause.code), cause.message, cause.command, cause.shows) for cause in found.causes
        ),
    )
