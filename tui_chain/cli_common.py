"""Options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_TRUST = click.option("--trust", default=None, metavar="certifi|system|FILE", help="Trust store  [default: certifi]")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a target, a line each.")


def _number(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if math.isnan(value):  # it passes every range
        raise click.BadParameter("nan is no number of seconds.")
    return value


_TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(0.1, 300),
    callback=_number,
    default=5.0,
    show_default=True,
    help="Seconds for each step.",
)
_HOSTS = click.option(
    "--hosts", "hosts_file", type=click.Path(path_type=Path), help="A file with one target a line, `#` comments."
)
_DEMO = click.option("--demo", is_flag=True, help="Use the built-in lab; TARGETs are names of its hosts.")
_POOL = click.option(
    "--pool",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE|DIR",
    help="Certificates to look in first.",
)
_OFFLINE = click.option("--offline", is_flag=True, help="Fetch nothing.")
_CRL = click.option(
    "--crl", "crl", flag_value="chain", default=None, help="With the CRLs of the path, and a check of the chain."
)
_CRL_LEAF = click.option(
    "--crl-leaf", "crl", flag_value="leaf", default=None, help="With the CRL of the leaf, and a check of it alone."
)
_PRIVATE = click.option("--allow-private-aia", is_flag=True, help="Let AIA lead to private addresses.")


def shared(command: F) -> F:
    """The options of every command that connects."""
    return _JSON(_TIMEOUT(_TRUST(command)))


def common(command: F) -> F:
    """The options of every command on targets."""
    return _DEMO(_HOSTS(shared(command)))


def searching(command: F) -> F:
    """The options of every command that looks for missing certificates."""
    return _POOL(_OFFLINE(_PRIVATE(command)))


def with_crls(command: F) -> F:
    """The options of every command that gathers CRLs."""
    return _CRL(_CRL_LEAF(command))
