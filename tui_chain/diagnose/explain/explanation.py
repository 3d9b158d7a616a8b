"""What the answer to an error text is made of."""

from __future__ import annotations

from dataclasses import dataclass

from tui_chain.core.finding_codes import FindingCode


@dataclass(frozen=True)
class Cause:
    """A likely cause: the finding it is (or None), one sentence, and the command that decides.

    In a command `{host}` stands for the host of the text and `{store}` for the client's own look at its settings.
    """

    code: FindingCode | None
    words: str
    command: str


@dataclass(frozen=True)
class Symptom:
    """What an error text says, whatever the client: its name, one sentence, and its causes, the likeliest first."""

    name: str
    words: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Explanation:
    """The answer to a text: the line that told it, who wrote it (or None), of which host (or None), and why.

    The commands of `causes` are ready to run; where the text names no host they say HOST. All is safe text.
    """

    line: str
    client: str | None
    host: str | None
    symptom: Symptom
    causes: tuple[Cause, ...]
