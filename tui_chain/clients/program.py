"""How an installed client is run against a host, and how its exit code and output are understood."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.endpoint import Endpoint

if TYPE_CHECKING:
    from tui_chain.x509.crl import CrlScope


@dataclass(frozen=True)
class ProgramProxy:
    """A proxy to go through: its URL with credentials, and, where a program can be given it by parts, those parts.

    `host` is empty for a kind of proxy that is reached by variable alone; `user` is None where it wants no login.
    """

    url: str
    host: str = ""
    port: int = 0
    user: str | None = None
    password: str = ""


@dataclass(frozen=True)
class ProgramRun:
    """What a program is run with: the `bundle` as its only trust store, for `endpoint`.

    `store` is the bundle as PKCS#12, or None; `empty` a folder without certificates, for those that read the
    system's beside the file; `scratch` a folder of the run's own. `crl` turns the check of the bundle's CRLs on.
    """

    endpoint: Endpoint
    bundle: Path
    scratch: Path
    empty: Path
    store: Path | None = None
    proxy: ProgramProxy | None = None
    crl: CrlScope | None = None

    @property
    def proxy_variables(self) -> tuple[tuple[str, str], ...]:
        """The variable by which many programs are given a proxy."""
        return () if self.proxy is None else (("https_proxy", self.proxy.url),)

    def cannot_check(self, *, chain: bool = False) -> str:
        """Why a program is left out that has no check of a file's CRLs, or one of whole chains alone; or nothing."""
        if self.crl is None or (chain and self.crl == "chain"):
            return ""
        return f"has no switch for CRLs of a file and the {self.crl}"


@dataclass(frozen=True)
class Program:
    """One run: the name that is shown, the one on PATH, its arguments and variables, and what says that it worked.

    `codes` are the exit codes after a verified connection. `refused`, a regular expression for its output, takes
    their place for programs that fail for other reasons too. `missing` is the output of one that is not installed.
    `quiet` says that its output has no answer of the server's; lines that begin with `harmless` are no errors.
    `sources` are files that it needs in the run's folder, with their texts. `left_out` says why it is not run.
    """

    name: str
    executable: str
    arguments: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    codes: tuple[int, ...] = (0,)
    refused: str = ""
    missing: str = ""
    quiet: bool = False
    harmless: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    left_out: str = ""
