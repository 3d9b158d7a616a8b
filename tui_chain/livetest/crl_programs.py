"""The installed programs that look into CRLs, each told to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tui_chain.livetest.programs import Program
from tui_chain.x509.crl import CrlScope

_SWITCHES: Mapping[str, Callable[[str, CrlScope], tuple[str, ...]]] = {
    # it always checks the whole chain
    "curl": lambda file, scope: ("--crlfile", file) if scope is CrlScope.CHAIN else (),
    "wget": lambda file, _: (f"--crl-file={file}",),
    # from the CA file: -CRL takes one list
    "openssl": lambda _, scope: ("-crl_check",) if scope is CrlScope.LEAF else ("-crl_check", "-crl_check_all"),
}
"""Arguments that turn the check on, by program."""


def checking(program: Program, bundle: Path, scope: CrlScope) -> Program:
    """The same program with its check of the bundle's CRLs turned on; one that has no such check is left out."""
    switches = _SWITCHES.get(program.name)
    more = switches(str(bundle), scope) if switches is not None else ()
    if not more:
        return replace(program, left_out=f"has no switch for CRLs of a file and the {scope}")
    # s_client is its first argument, and a URL the others' last one
    first = 1 if program.name == "openssl" else 0
    return replace(program, arguments=(*program.arguments[:first], *more, *program.arguments[first:]))
