"""What a piece of advice is, and where the files are that it speaks of."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.net.target import Target
from tui_chain.repair.output_kinds import SUFFIXES, OutputKind

REPLACES, EXTENDS = "replaces", "extends"
"""What a setting does with the roots that the client has by itself."""


@dataclass(frozen=True)
class Advice:
    """How one client is told of a file: `code` to copy as it stands, `note` what else there is to know.

    `effect` is `replaces` or `extends`, or empty; `language` is `sh`, `python`, `js` or `java`. `kind` is the
    kind of output that the setting needs, `file` where it is expected.
    """

    client: str
    code: str
    note: str = ""
    effect: str = ""
    language: str = "sh"
    kind: OutputKind = OutputKind.CLIENT
    file: Path | None = None

    @property
    def words(self) -> str:
        """What the setting does with the client's own roots, and the note; empty where there is nothing to say."""
        effect = f"The setting {self.effect} the client's own roots." if self.effect else ""
        return " ".join(filter(None, (effect, self.note)))


@dataclass(frozen=True)
class Setting:
    """The host, and the path of the file of each kind; those not named stand beside the client bundle."""

    target: Target
    bundle: Path
    files: Mapping[OutputKind, Path] = field(default_factory=dict)

    def path(self, kind: OutputKind) -> Path:
        """Where the file of a kind is, or should be, as a path that no program takes for an option."""
        path = self.files.get(kind) or (self.bundle if kind is OutputKind.CLIENT else beside(self.bundle, kind))
        return path.absolute() if str(path).startswith("-") else path

    def shell(self, kind: OutputKind = OutputKind.CLIENT) -> str:
        """The path as a word of a POSIX shell."""
        return shlex.quote(str(self.path(kind)))

    def python(self, kind: OutputKind = OutputKind.CLIENT) -> str:
        """The path as a Python literal."""
        return repr(str(self.path(kind)))

    def script(self, kind: OutputKind = OutputKind.CLIENT) -> str:
        """The path as a JavaScript literal."""
        return json.dumps(str(self.path(kind)))

    @property
    def url(self) -> str:
        """The URL of the host's root."""
        return self.target.url


def unsayable(path: Path) -> Failure | None:
    """Refuse a path with controls, or other characters that a command to copy cannot show as they are."""
    text = str(path)
    shown = safe_text(text, 10 * len(text) + 1)
    if shown == text:
        return None
    words = f"A command cannot show every character of this path: {safe_text(text)}."
    return Failure("usage", words, "Give the file, or its folder, another name.")


def beside(bundle: Path, kind: OutputKind) -> Path:
    """Name the file of another kind after the client bundle's."""
    stem = bundle.name.removesuffix(SUFFIXES[OutputKind.CLIENT])
    return bundle.with_name((stem if stem != bundle.name else bundle.stem) + SUFFIXES[kind])
