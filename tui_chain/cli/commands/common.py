"""Options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

F = TypeVar("F", bound=Callable[..., Any])

_TRUST = click.option(
    "--trust",
    multiple=True,
    metavar="certifi|system|FILE",
    help="Trust store, several times for several together  [default: certifi]",
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a target, a line each; the same as --format json."
)


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
_TRUST_ROOT = click.option(
    "--trust-root",
    multiple=True,
    metavar="SHA256",
    help="Trust the private root with this full fingerprint, got from its owners, in this run.",
)
_OFFLINE = click.option("--offline", is_flag=True, help="Fetch nothing.")


def _scope(context: click.Context, option: click.Parameter, value: bool) -> None:
    """Put the scope that one of two switches names into `crl`."""
    given = context.params.get("crl")
    if value and given is not None:
        raise click.UsageError("--crl is for the chain and --crl-leaf for the leaf alone: name one of them.", context)
    context.params["crl"] = _SCOPES[str(option.name)] if value else given


_SCOPES = {"crl_chain": "chain", "crl_leaf": "leaf"}
_CRL = click.option(
    "--crl",
    "crl_chain",
    is_flag=True,
    expose_value=False,
    callback=_scope,
    help="With the CRLs of the path, and a check of the chain.",
)
_CRL_LEAF = click.option(
    "--crl-leaf",
    "crl_leaf",
    is_flag=True,
    expose_value=False,
    callback=_scope,
    help="With the CRL of the leaf, and a check of it alone.",
)
_PRIVATE = click.option("--allow-private-aia", is_flag=True, help="Let AIA lead to private addresses.")


_LOSSES = click.option(
    "--accept-lost-constraints",
    is_flag=True,
    help="Write the file although an intermediate in it loses a limit set above it.",
)
_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="Form of the output.",
)


def accepting_losses(command: F) -> F:
    """The option of every command that writes a bundle."""
    return _LOSSES(command)


def formatted(command: F) -> F:
    """The option of commands whose output has several forms."""
    return _FORMAT(command)


def shared(command: F) -> F:
    """The options of every command that connects."""
    return _JSON(_TIMEOUT(_TRUST(command)))


def common(command: F) -> F:
    """The options of every command on targets."""
    return _DEMO(_HOSTS(shared(command)))


def searching(command: F) -> F:
    """The options of every command that looks for missing certificates."""
    return _POOL(_OFFLINE(_PRIVATE(command)))


def trusting_roots(command: F) -> F:
    """The option of every command that ends paths at a private root."""
    return _TRUST_ROOT(command)


def chosen_form(form: str, *, as_json: bool) -> str:
    """The form of a command that has both --format and --json; raises UsageError where they differ."""
    source = click.get_current_context().get_parameter_source("form")
    if as_json and form != "json" and source is ParameterSource.COMMANDLINE:
        raise click.UsageError(f"--json and --format {form} are two forms: name one of them.")
    return "json" if as_json else form


def with_crls(command: F) -> F:
    """The options of every command that gathers CRLs."""
    return _CRL(_CRL_LEAF(command))
