"""A client that is a library of Python: how an interpreter says what context it makes by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PythonLibrary:
    """A library as an interpreter has it installed.

    `distributions` are the packages whose versions say how it behaves, its own first; none for what comes with
    Python. `connect` are lines of Python 3.8 that open a connection to `url` as programs do that set nothing; they
    are run up to the point where TLS begins, with no network. `variable` is the setting by which one file more is
    trusted everywhere.
    """

    distributions: tuple[str, ...] = ()
    connect: str = ""
    variable: str = ""
