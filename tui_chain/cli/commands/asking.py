"""Options of `tlschain check` that ask a host more than once, or ask others about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_ADDRESSES = click.option("--all-addresses", is_flag=True, help="Ask every address of the name, and compare.")
_KEYS = click.option("--key-types", is_flag=True, help="Ask for the RSA and the ECDSA chain, in TLS 1.2 and 1.3.")
_NO_SNI = click.option("--no-sni", is_flag=True, help="Ask without naming the host too.")
_REPEAT = click.option(
    "--repeat", type=click.IntRange(1, 50), default=1, metavar="N", help="Ask everything N times, and compare."
)
_REVOCATION = click.option(
    "--revocation", is_flag=True, help="Ask the issuers whether certificates were revoked: staple, OCSP, CRL."
)


def several(command: F) -> F:
    """The options of commands that repair whichever server of a host needs it."""
    return _ADDRESSES(_KEYS(_REPEAT(command)))


def asking(command: F) -> F:
    """The options of commands that can ask more."""
    return _ADDRESSES(_KEYS(_NO_SNI(_REPEAT(_REVOCATION(command)))))
