"""For each client, the command or code that uses the bundle; facts in CONTRIBUTING, "What clients do"."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui_chain.advise.advice import Advice, Setting
from tui_chain.advise.crl_clients import CrlUse, crl_advice, openssl_crl_advice, without_check
from tui_chain.advise.program_clients import openssl_advice, program_advice
from tui_chain.advise.python_clients import python_advice
from tui_chain.net.target import Target
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.x509.crl import CrlScope

__all__ = ["Advice", "CrlUse", "client_advice", "making", "making_bundle", "making_crls", "refreshing"]


def client_advice(
    target: Target, bundle: Path, files: Mapping[OutputKind, Path] | None = None, crls: CrlUse | None = None
) -> tuple[Advice, ...]:
    """Say for each client how it uses the bundle at `bundle` for `target`; STARTTLS hosts get OpenSSL's alone.

    `files` are the paths of other kinds of output, for the clients that need them; by default they stand beside
    the bundle, and `making` says how they are made. With `crls`, those clients come first that can look into the
    bundle's CRLs, told to do so, then those that read the file and cannot.
    """
    at = Setting(target, bundle, files or {})
    if crls is not None:
        return _with_crls(at, crls)
    if target.starttls is not None:
        return (openssl_advice(at),)
    return (*python_advice(at), *program_advice(at), openssl_advice(at))


def _with_crls(at: Setting, crls: CrlUse) -> tuple[Advice, ...]:
    openssl = openssl_crl_advice(at, crls)
    if at.target.starttls is not None:
        return (openssl,)
    checking = (*crl_advice(at, crls), openssl)
    return (*checking, *without_check((*python_advice(at), *program_advice(at)), checking))


def making_crls(target: Target, bundle: Path, crls: CrlUse, trust: Sequence[str] = ()) -> str:
    """The command that makes the client bundle with its CRLs; a file that is there is replaced."""
    switch = "--crl" if crls.scope is CrlScope.CHAIN else "--crl-leaf"
    kind = " --as links" if crls.extends else ""
    return f"{_fix(target, bundle, trust, f' {switch}{kind}')} --replace"


def making_bundle(target: Target, bundle: Path, trust: Sequence[str] = ()) -> str:
    """The command that makes the client bundle."""
    return _fix(target, bundle, trust)


def _fix(target: Target, file: Path, trust: Sequence[str], switches: str = "") -> str:
    return f"tlschain fix {shlex.quote(str(target))}{_store(trust)}{switches} -o {shlex.quote(str(file))}"


def _store(trust: Sequence[str]) -> str:
    return "".join(f" --trust {shlex.quote(name)}" for name in trust)


def refreshing(bundle: Path, trust: Sequence[str] = ()) -> str:
    """The command that keeps a bundle and its CRLs fresh, for cron."""
    return f"tlschain refresh {shlex.quote(str(bundle))}{_store(trust)} --write"


def making(target: Target, advice: Advice, trust: Sequence[str] = ()) -> str:
    """The command that makes the file an advice needs; empty for the client bundle itself.

    `trust` is the trust store as the user named it, where that was done.
    """
    if advice.kind is OutputKind.CLIENT or advice.file is None:
        return ""
    return _fix(target, advice.file, trust, f" --as {advice.kind}")
