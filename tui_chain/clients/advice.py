"""What a piece of advice to a client is, and where the files are that it speaks of."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.endpoint import Endpoint
from tui_chain.core.output_kind import SUFFIXES, OutputKind

if TYPE_CHECKING:
    from tui_chain.x509.crl import CrlScope  # an error text is explained without anything of X.509


FOLDER_ON_DEBIAN = (
    "On Debian the folder of roots is read as well; elsewhere it replaces them: take the kind client+store there."
)
"""What a file does that OpenSSL, or libcurl with it, reads beside the folder of roots that it was built with."""


class Effect(StrEnum):
    """What a setting does to the trust store that the client has by itself."""

    ADDS = "adds"
    REPLACES = "replaces"

    @property
    def sentence(self) -> str:
        """The effect as a whole sentence."""
        return f"The setting {self.phrase}."

    @property
    def phrase(self) -> str:
        """The effect as a verb and its object."""
        if self is Effect.ADDS:
            return "adds to the client's own trust store"
        return "replaces the client's trust store"


ADDS, REPLACES = Effect.ADDS, Effect.REPLACES


@dataclass(frozen=True)
class Advice:
    """How one client is made to use a file: `code` to copy as it stands, `note` what else there is to know.

    `client` is the heading: the client's name, and which of its settings it is where it has several. `effect` is
    None where the code makes no setting. `language` is the word that Markdown has for it, as `sh`.
    `kind` is the kind of output that the setting needs, `file` where it is expected. `undo` is a command of a POSIX
    shell, or of PowerShell where the code is of it, that takes a setting back which stays, empty where nothing stays.
    `precedence` are the client's settings of trust, the strongest first; the registry fills it.
    """

    client: str
    code: str
    note: str = ""
    effect: Effect | None = None
    language: str = "sh"
    kind: OutputKind = OutputKind.CLIENT
    file: Path | None = None
    undo: str = ""
    precedence: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What the setting does to the client's own trust store, and the note; empty where there is nothing."""
        return " ".join(filter(None, (self.effect.sentence if self.effect is not None else "", self.note)))

    @property
    def undo_language(self) -> str:
        """The word that Markdown has for the language of `undo`."""
        return "powershell" if self.language == "powershell" else "sh"

    @property
    def order(self) -> str:
        """Which of the client's settings wins, as `A > B > C`; empty where it has one alone."""
        return " > ".join(self.precedence) if len(self.precedence) > 1 else ""


@dataclass(frozen=True)
class CrlUse:
    """How the CRLs of a bundle are to be used.

    `adds` says that the file has the missing links alone, beside the client's own trust store. `until` is when the
    first CRL ends (aware), where the file is at hand.
    """

    scope: CrlScope
    adds: bool = False
    until: datetime | None = None

    @property
    def whole_chain(self) -> bool:
        """Whether every certificate is looked up, and not the leaf alone."""
        return self.scope == "chain"


@dataclass(frozen=True)
class Deployment:
    """A host, and the path of the file of each kind for it; those not named stand beside the client bundle."""

    endpoint: Endpoint
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

    def single_quoted(self, kind: OutputKind = OutputKind.CLIENT) -> str:
        """The path as a literal of PHP or Perl."""
        return single_quoted(str(self.path(kind)))

    @property
    def jvm_option(self) -> str:
        """The option of the JVM that names Java's trust store, quoted for JAVA_TOOL_OPTIONS."""
        # the JVM takes the variable apart by white space and both kinds of quotes, without escapes, as shlex writes
        return f"-Djavax.net.ssl.trustStore={self.shell(OutputKind.JAVA)}"

    @property
    def url(self) -> str:
        """The URL of the host's root."""
        return self.endpoint.url

    @property
    def shell_url(self) -> str:
        """The URL as a word of a POSIX shell."""
        return shlex.quote(self.url)

    def command(
        self,
        client: str,
        code: str,
        note: str = "",
        effect: Effect | None = None,
        *,
        kind: OutputKind = OutputKind.CLIENT,
        language: str = "sh",
        undo: str = "",
    ) -> Advice:
        """Return advice that uses the file of a kind; a command of a POSIX shell where no language is named."""
        return Advice(client, code, note, effect, language, kind, self.path(kind), undo)

    def export(
        self, client: str, name: str, note: str, effect: Effect | None, *, kind: OutputKind = OutputKind.CLIENT
    ) -> Advice:
        """Return advice that sets a variable to the file of a kind."""
        code, undo = f"export {name}={self.shell(kind)}", f"unset {name}"
        return self.command(client, code, note, effect, kind=kind, undo=undo)


def single_quoted(text: str) -> str:
    """Return text as a literal of PHP or Perl, between single quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def beside(bundle: Path, kind: OutputKind) -> Path:
    """Name the file of another kind after the client bundle's."""
    stem = bundle.name.removesuffix(SUFFIXES[OutputKind.CLIENT])
    return bundle.with_name((stem if stem != bundle.name else bundle.stem) + SUFFIXES[kind])
