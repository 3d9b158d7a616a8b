"""Real programs that judge served chains: what stands for a client family, run over many cases at once.

Each module of this package holds one kind of program and names its instances in `PROGRAMS`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.clients.making import Case


@dataclass(frozen=True)
class Outcome:
    """What a program did with one case.

    `accepted` is None where it says nothing of the chain: no handshake can be had with that key, or the program takes
    no such host. `code` is OpenSSL's verify code where the program prints one. `detail` is the program's own text.
    """

    accepted: bool | None
    code: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class ServedCase:
    """A case that a server answers on 127.0.0.1:`port`, and its bundle as a file."""

    case: Case
    port: int
    trust: Path


class Program(Protocol):
    """A program of a client family."""

    @property
    def name(self) -> str:
        """Name of the program, unique, as in `curl`."""

    @property
    def family(self) -> str:
        """Id of the client family that it belongs to."""

    def version(self) -> str | None:
        """Return the version and its TLS library's, or None if the program is not installed."""

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        """Connect to each case as its host and return the outcomes by the name of the case.

        The case's bundle is the only trust store. `proxy` is the port of an HTTP proxy on 127.0.0.1, which answers
        `CONNECT anyhost:PORT` with a connection to 127.0.0.1:PORT. `folder` is an empty folder of this run.
        A case that is left out counts as not run.
        """


def programs() -> tuple[Program, ...]:
    """Return the programs of every module, installed or not."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = (importlib.import_module(f"{__name__}.{name}") for name in modules)
    return tuple(program for module in found for program in getattr(module, "PROGRAMS", ()))
