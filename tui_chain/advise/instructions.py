"""What to type or paste for each client that is to use a bundle; facts in CONTRIBUTING, "What clients do"."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tui_chain.advise.document import Code, Document, DocumentBlock, Heading, Paragraph
from tui_chain.clients.advice import Advice, CrlUse, Deployment
from tui_chain.clients.client import Client
from tui_chain.clients.registry import clients
from tui_chain.core.failure import Failure
from tui_chain.core.output_kind import OutputKind
from tui_chain.core.text import safe_text
from tui_chain.net.target import Target
from tui_chain.x509.crl import CrlScope

__all__ = [
    "Advice",
    "CrlUse",
    "advice_document",
    "client_advice",
    "crl_parts",
    "lenient_advice",
    "make_bundle_command",
    "make_command",
    "make_crls_command",
    "refresh_command",
    "unshowable",
]
_BLIND = "It does not look into the CRLs of the file."


def client_advice(
    target: Target, bundle: Path, files: Mapping[OutputKind, Path] | None = None, crls: CrlUse | None = None
) -> tuple[Advice, ...]:
    """Say for each client how it uses the bundle at `bundle` for `target`; for STARTTLS those alone that speak it.

    `files` are the paths of other kinds of output, for the clients that need them; by default they stand beside
    the bundle, and `make_command` says how they are made. With `crls`, those clients come first that can look into
    the bundle's CRLs, with that check turned on, then those that read the file and cannot.
    """
    at = Deployment(target, bundle, files or {})
    reaching = [client for client in clients() if client.reaches(target)]
    plain = tuple(
        _ordered(client, one) for client in reaching if client.advice is not None for one in client.advice(at)
    )
    if crls is None:
        return plain
    checking = [one for client in reaching if client.crl_advice is not None for one in client.crl_advice(at, crls)]
    return (*checking, *_without_check(plain, checking))


def _ordered(client: Client, advice: Advice) -> Advice:
    """The advice with which of the client's settings wins, where it makes one of them."""
    if advice.effect is None:
        return advice
    return replace(advice, precedence=tuple(setting.name for setting in client.settings))


def _without_check(plain: Iterable[Advice], checking: Iterable[Advice]) -> Iterator[Advice]:
    """The other advice, each with a note that it does not look into the CRLs."""
    known = {advice.client for advice in checking}
    for advice in plain:
        if advice.client not in known and advice.kind is OutputKind.CLIENT:
            yield replace(advice, note=f"{_BLIND} {advice.note}".rstrip())


def lenient_advice(target: Target, bundle: Path | None, store: str | None = None) -> tuple[Advice, ...]:
    """Say how clients reach a host whose certificates break a rule of form, which no bundle helps.

    `bundle` is the file that is needed besides, `store` a trust file in place of the client's own, or None.
    """
    return tuple(
        client.lenient_advice(target, bundle, store) for client in clients() if client.lenient_advice is not None
    )


def unshowable(path: Path) -> Failure | None:
    """Refuse a path with controls, or other characters that a command to copy cannot show as they are."""
    text = str(path)
    shown = safe_text(text, 10 * len(text) + 1)
    if shown == text:
        return None
    message = f"A command cannot show every character of this path: {safe_text(text)}."
    return Failure("usage", message, "Give the file, or its folder, another name.")


# -- commands of this tool


def make_bundle_command(target: Target, bundle: Path, trust: Sequence[str] = ()) -> str:
    """The command that makes the client bundle; `trust` are the trust stores as the user named them, if so."""
    return _fix(target, bundle, trust)


def make_crls_command(target: Target, bundle: Path, crls: CrlUse, trust: Sequence[str] = ()) -> str:
    """The command that makes the client bundle with its CRLs; a file that is there is replaced."""
    switch = "--crl" if crls.scope is CrlScope.CHAIN else "--crl-leaf"
    kind = " --as links" if crls.adds else ""
    return f"{_fix(target, bundle, trust, f' {switch}{kind}')} --replace"


def make_command(target: Target, advice: Advice, trust: Sequence[str] = ()) -> str:
    """The command that makes the file an advice needs; empty for the client bundle itself."""
    if advice.kind is OutputKind.CLIENT or advice.file is None:
        return ""
    return _fix(target, advice.file, trust, f" --as {advice.kind}")


def refresh_command(bundle: Path, trust: Sequence[str] = ()) -> str:
    """The command that keeps a bundle and its CRLs fresh, for cron."""
    return f"tlschain refresh {shlex.quote(str(bundle))}{_store(trust)} --write"


def _fix(target: Target, file: Path, trust: Sequence[str], switches: str = "") -> str:
    return f"tlschain fix {shlex.quote(str(target))}{_store(trust)}{switches} -o {shlex.quote(str(file))}"


def _store(trust: Sequence[str]) -> str:
    return "".join(f" --trust {shlex.quote(name)}" for name in trust)


# -- as a document


def advice_document(
    target: Target,
    advice: tuple[Advice, ...],
    letter: Document | None,
    trust: Sequence[str] = (),
    before: Iterable[DocumentBlock] = (),
) -> Document:
    """The instructions for a host: every client, then the letter where there is one.

    `trust` is the trust store as the user named it, where that was done; `before` is what comes first.
    """
    return Document(f"How to reach {target}", (*before, *_clients(target, advice, trust), *_letter(letter)))


def crl_parts(use: CrlUse, make: str, refresh: str) -> Iterator[DocumentBlock]:
    """How the file is made and kept fresh: `make` and `refresh` are the commands."""
    yield Heading("The file and its CRLs")
    until = f" Those in it are good until {use.until:%Y-%m-%d %H:%M} UTC." if use.until is not None else ""
    yield Paragraph(f"The file has CRLs for clients that check ({use.scope.flag}).{until} It is written by:")
    yield Code(make, "sh")
    yield Paragraph("CRLs are for days. This, run by cron, fetches new ones before they end:")
    yield Code(refresh, "sh")


def _clients(target: Target, advice: tuple[Advice, ...], trust: Sequence[str]) -> Iterator[DocumentBlock]:
    for one in advice:
        yield Heading(one.client)
        make = make_command(target, one, trust)
        if one.text:
            yield Paragraph(one.text)
        if make:
            yield Paragraph("It needs a file of another kind:")
            yield Code(make, "make")
        yield Code(one.code, one.language)
        if one.order:
            yield Paragraph(f"Which setting wins: {one.order}.")
        if one.undo:
            yield Paragraph("To undo it:")
            yield Code(one.undo, one.undo_language)


def _letter(letter: Document | None) -> Iterator[DocumentBlock]:
    if letter is not None:
        yield Heading("To the server's administrator")
        yield Paragraph(letter.title)
        yield from letter.parts
