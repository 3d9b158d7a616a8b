"""What the comparison rests on, read from the tables beside this module: tools, commands, sources, questions."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self, TypeVar

FOLDER = Path(__file__).parent
MEASURED = FOLDER / "measured.json"
PRODUCT = "tlschain"
MARKS = ("yes", "partly", "no", "-", "?")

T = TypeVar("T")


@dataclass(frozen=True)
class Tool:
    """A program, or a site, that answers some of the same questions."""

    id: str
    name: str
    url: str
    got: str
    """How it was had for the run, or why it was not."""
    programs: tuple[str, ...] = ()
    """Names under which it is looked for on PATH; none for what was not run."""
    module: str = ""
    """What the program, which is a Python then, has to be able to import."""
    version: str = ""
    """Arguments that print the version."""
    release: str = ""
    """What was run or read, where the program does not say it right or was not run."""


@dataclass(frozen=True)
class Command:
    """A command line, and what its output has to show each time it is run."""

    id: str
    tool: str
    argv: str
    """Arguments in shell quoting, with {placeholders} for what the lab knows."""
    printed: str
    """What it printed, in our words."""
    exit: int | None = None
    """None where it says nothing of the server."""
    host: str = ""
    """The host of the lab that it is run against."""
    shows: tuple[str, ...] = ()
    """Patterns that its output has to contain."""
    lacks: tuple[str, ...] = ()
    """Patterns that its output must not contain."""


@dataclass(frozen=True)
class Source:
    """A page or a file that says what a tool does."""

    id: str
    tool: str
    url: str
    says: str


@dataclass(frozen=True)
class Cell:
    """The answer of one or more tools to a question, with the commands and sources that show it."""

    tools: tuple[str, ...]
    mark: str
    says: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A row: what somebody asks whose client refuses a server."""

    id: str
    title: str
    cells: tuple[Cell, ...]

    def cell(self, tool: str) -> Cell:
        """The answer of a tool; raises KeyError where there is none."""
        return {each: cell for cell in self.cells for each in cell.tools}[tool]


@dataclass(frozen=True)
class Outcome:
    """What a command did when it was run: exit code, seconds by the clock and of CPU, whether its output holds."""

    exit: int
    seconds: float
    cpu: float
    held: bool


@dataclass(frozen=True)
class Measured:
    """The run that the document reports."""

    date: str
    versions: Mapping[str, str]
    outcomes: Mapping[str, Outcome]

    @classmethod
    def read(cls, file: Path = MEASURED) -> Self:
        """Read the kept run; an empty one where there is none."""
        if not file.exists():
            return cls("", {}, {})
        kept = json.loads(file.read_text(encoding="utf-8"))
        outcomes = {name: Outcome(**each) for name, each in kept["outcomes"].items()}
        return cls(kept["date"], kept["versions"], outcomes)

    def __or__(self, later: Self) -> Self:
        """This run with what a later one has anew."""
        date = later.date or self.date
        return replace(
            self,
            date=date,
            versions={**self.versions, **later.versions},
            outcomes={**self.outcomes, **later.outcomes},
        )

    def write(self, file: Path = MEASURED) -> None:
        """Keep this run."""
        outcomes = {name: vars(each) for name, each in sorted(self.outcomes.items())}
        kept = {"date": self.date, "versions": dict(sorted(self.versions.items())), "outcomes": outcomes}
        file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Comparison:
    """All of it; each in the order of its table."""

    tools: tuple[Tool, ...]
    commands: tuple[Command, ...]
    sources: tuple[Source, ...]
    questions: tuple[Question, ...]


def read(folder: Path = FOLDER) -> Comparison:
    """Read the tables; raises TypeError for a key that is unknown or missing."""
    questions = tuple(
        Question(each["id"], each["title"], tuple(_made(Cell, cell) for cell in each["cell"]))
        for each in _rows(folder / "questions.toml", "question")
    )
    return Comparison(
        tuple(_made(Tool, each) for each in _rows(folder / "tools.toml", "tool")),
        tuple(_made(Command, each) for each in _rows(folder / "commands.toml", "command")),
        tuple(_made(Source, each) for each in _rows(folder / "sources.toml", "source")),
        questions,
    )


def _rows(file: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))[name]
    return rows


def _made(kind: type[T], row: Mapping[str, Any]) -> T:
    unknown = row.keys() - {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise TypeError(f"{kind.__name__} {row.get('id', '')} has no {', '.join(sorted(unknown))}")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
