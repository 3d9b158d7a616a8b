"""For each client, the command or code that uses the bundle; facts in CONTRIBUTING, "What clients do"."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from tui_chain.advise.advice import Advice, Setting
from tui_chain.advise.program_clients import openssl_advice, program_advice
from tui_chain.advise.python_clients import python_advice
from tui_chain.probe.target import Target
from tui_chain.repair.kinds import Kind

__all__ = ["Advice", "client_advice", "making"]


def client_advice(target: Target, bundle: Path, files: Mapping[Kind, Path] | None = None) -> tuple[Advice, ...]:
    """Say for each client how it uses the bundle at `bundle` for `target`; STARTTLS hosts get OpenSSL's alone.

    `files` are the paths of other kinds of output, for the clients that need them; by default they stand beside
    the bundle, and `making` says how they are made.
    """
    at = Setting(target, bundle, files or {})
    if target.starttls is not None:
        return (openssl_advice(at),)
    return (*python_advice(at), *program_advice(at), openssl_advice(at))


def making(target: Target, advice: Advice, trust: str | None = None) -> str:
    """The command that makes the file an advice needs; empty for the client bundle itself.

    `trust` is the trust store as the user named it, where that was done.
    """
    if advice.kind is Kind.CLIENT or advice.file is None:
        return ""
    store = f" --trust {shlex.quote(trust)}" if trust else ""
    return f"tlschain fix {shlex.quote(str(target))}{store} --as {advice.kind} -o {shlex.quote(str(advice.file))}"
