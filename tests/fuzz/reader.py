"""What is fuzzed: a reader of bytes that somebody else wrote, what may come of it, and how much work it may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.mutations import Mutation

CORPUS = Path(__file__).parent / "corpus"
PASSWORD = "p8sswort-of-somebody"
"""What stands in inputs where a password does."""


@dataclass(frozen=True)
class Reader:
    """A reader with the properties that hold for it.

    `read` takes any bytes, checks what has to hold of its result by assertions, and returns the result, every text of
    which has to be safe for a terminal. `allowed` are the exceptions that it is documented to raise. `line_base` and
    `line_share` bound its work: lines of the product that run, at all and for each byte. `count` are the new inputs
    of a run of the tests, some three seconds of them. `tokens` are pieces of text that mean something to it.
    """

    name: str
    read: Callable[[bytes], object]
    mutations: tuple[Mutation, ...]
    allowed: tuple[type[Exception], ...] = ()
    tokens: tuple[bytes, ...] = ()
    line_base: int = 50_000
    line_share: int = 60
    count: int = 300

    @property
    def folder(self) -> Path:
        """Where its inputs are kept: seeds, and those at which it once failed."""
        return CORPUS / self.name

    def lines(self, data: bytes) -> int:
        """The most lines that may run for an input."""
        return self.line_base + self.line_share * len(data)

    def corpus(self) -> dict[str, bytes]:
        """Every input that is kept, by the name of its file."""
        return {file.name: file.read_bytes() for file in sorted(self.folder.iterdir())}
