"""What to type or paste for each client that is to use a file, and the commands of this tool that make it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from tui_chain.advise.document import Code, Document, DocumentBlock, Heading, Paragraph
from tui_chain.clients.advice import Advice, CrlUse, Deployment
from tui_chain.clients.client import Client
from tui_chain.clients.registry import clients
from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.output_kind import OutputKind
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import Options
from tui_chain.net.target import Target
from tui_chain.servers.registry import server_lines, servers
from tui_chain.x509.crl import CrlScope

__all__ = [
    "Advice",
    "CrlUse",
    "FileCommands",
    "Selection",
    "advice_document",
    "client_advice",
    "client_names",
    "crl_parts",
    "lenient_advice",
    "select",
    "server_names",
    "server_parts",
]
Wanted = Callable[[Client], bool]
_BLIND = "It does not look into the CRLs of the file."


def _every(_: Client) -> bool:
    return True


def client_advice(
    target: Target,
    bundle: Path,
    files: Mapping[OutputKind, Path] | None = None,
    crls: CrlUse | None = None,
    wanted: Wanted = _every,
) -> tuple[Advice, ...]:
    """Say for each client how it uses the bundle at `bundle` for `target`; for STARTTLS those alone that speak it.

    `files` are the paths of other kinds of output, for the clients that need them; by default they stand beside
    the bundle, and `FileCommands` makes them. With `crls`, those clients come first that can look into the bundle's
    CRLs, with that check turned on, then those that read the file and cannot. Only `wanted` clients count.
    """
    at = Deployment(target, bundle, files or {})
    reaching = [client for client in clients() if client.reaches(target) and wanted(client)]
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
    return replace(advice, precedence=client.precedence)


def _without_check(plain: Iterable[Advice], checking: Iterable[Advice]) -> Iterator[Advice]:
    """The other advice, each with a note that it does not look into the CRLs."""
    known = {advice.client for advice in checking}
    for advice in plain:
        if advice.client not in known and advice.kind is OutputKind.CLIENT:
            yield replace(advice, note=f"{_BLIND} {advice.note}".rstrip())


def lenient_advice(
    target: Target, bundle: Path | None, store: str | None = None, wanted: Wanted = _every
) -> tuple[Advice, ...]:
    """Say how clients reach a host whose certificates break a rule of form, which no bundle helps.

    `bundle` is the file that is needed besides, `store` a trust file in place of the client's own, or None.
    """
    return tuple(
        client.lenient_advice(target, bundle, store)
        for client in clients()
        if client.lenient_advice is not None and wanted(client)
    )


# which of them

GROUPS = ("letter", "clients", "servers")
"""What is chosen as a whole."""


@dataclass(frozen=True)
class Selection:
    """What is wanted of the instructions; `clients` and `servers` are names, None stands for all."""

    letter: bool = True
    clients: frozenset[str] | None = None
    servers: frozenset[str] | None = frozenset()

    def has_client(self, client: Client) -> bool:
        """Whether the instructions for a client are wanted."""
        return self.clients is None or client.name in self.clients

    def has_server(self, name: str) -> bool:
        """Whether the lines for a server program are wanted, by its name, with a version or without."""
        return self.servers is None or any(name.startswith(each) for each in self.servers)

    @property
    def any_client(self) -> bool:
        """Whether the instructions for some client are wanted."""
        return self.clients is None or bool(self.clients)

    @property
    def any_server(self) -> bool:
        """Whether the lines for some server program are wanted beside the letter's."""
        return self.servers is None or bool(self.servers)


_NONE: frozenset[str] = frozenset()
_BY_GROUP = {
    "letter": Selection(clients=_NONE),
    "clients": Selection(letter=False),
    "servers": Selection(letter=False, clients=_NONE, servers=None),
}


def client_names() -> tuple[str, ...]:
    """The clients that there are instructions for, in the order in which they are shown."""
    return tuple(
        client.name for client in clients() if client.advice is not None or client.lenient_advice is not None
    )


def server_names() -> tuple[str, ...]:
    """The server programs that there are lines for, in the order in which they are shown."""
    return tuple(server.name for server in servers())


def select(name: str | None) -> Selection | Failure:
    """Return what a name stands for, in capitals or not, or all whose names have a word that begins so.

    An unknown name is a failure that names the nearest.
    """
    if name is None:
        return Selection()
    wanted = name.strip().casefold()
    if wanted in _BY_GROUP:
        return _BY_GROUP[wanted]
    return _selected(wanted.__eq__) or _selected(partial(_has_word, wanted)) or _unknown(name, wanted)


def _selected(fits: Callable[[str], bool]) -> Selection | None:
    """The clients and servers of which a name fits, in small letters; None where there is none."""
    of_clients = frozenset(name for name, headings in _headings().items() if any(map(fits, headings)))
    of_servers = frozenset(name for name in server_names() if fits(name.casefold()))
    if of_clients or of_servers:
        return Selection(letter=False, clients=of_clients, servers=of_servers)
    return None


def _headings() -> Mapping[str, tuple[str, ...]]:
    """The names of each client: its own, and those above its instructions, in small letters."""
    at = Deployment(Target("host.example"), Path("bundle.pem"))
    found = {client.name: client.advice(at) if client.advice is not None else () for client in clients()}
    return {name: (name.casefold(), *(one.client.casefold() for one in found[name])) for name in client_names()}


def _has_word(wanted: str, name: str) -> bool:
    """Whether the words of `wanted` stand in a name, the last of them perhaps in part."""
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}", name) is not None


def _unknown(name: str, wanted: str) -> Failure:
    known = {each.casefold(): each for each in (*GROUPS, *client_names(), *server_names())}
    near = get_close_matches(wanted, known, n=1, cutoff=0.4)
    closest = f"The nearest is {known[near[0]]}; " if near else ""
    message = f"There are no instructions for {safe_text(name, 60)!r}."
    listing = f"{hinted('advise', '--list')} has all names."
    return Failure("usage", message, f"{closest}{listing}")


# commands of this tool


@dataclass(frozen=True)
class FileCommands:
    """The commands that make a host's files and keep them fresh, in any folder, with the `options` of this run.

    A host of the demo is named by its `label`. `bundle` is where the file for clients is. `lost` says that an
    intermediate in it loses a limit, which the user agrees to by the command. `root_alone` says that clients lack
    nothing but a private root, so that the file for clients is of the kind `links`.
    """

    options: Options
    target: Target
    bundle: Path
    label: str = ""
    lost: bool = False
    root_alone: bool = False

    @property
    def client(self) -> str:
        """The command that makes the file for clients."""
        return (
            self._fix("--as", OutputKind.LINKS, file=self.bundle) if self.root_alone else self._fix(file=self.bundle)
        )

    def of(self, advice: Advice) -> str:
        """The command that makes the file an advice needs; empty for the file for clients."""
        if advice.file is None or advice.kind is OutputKind.CLIENT or advice.file == self.bundle:
            return ""
        return self.kind(advice.kind, advice.file)

    def kind(self, kind: OutputKind, file: Path) -> str:
        """The command that makes a file of a kind."""
        return self._fix("--as", kind, file=file)

    def crls(self, use: CrlUse) -> str:
        """The command that makes the file for clients with its CRLs; a file that is there is replaced."""
        kind = ("--as", OutputKind.LINKS) if use.adds else ()
        switch = "--crl" if use.scope is CrlScope.CHAIN else "--crl-leaf"
        return self._fix(switch, *kind, "--replace", file=self.bundle)

    @property
    def refresh(self) -> str:
        """The command that keeps the file for clients and its CRLs fresh, for cron."""
        return self.options.command("refresh", "--write", self.bundle)

    def _fix(self, *words: object, file: Path) -> str:
        accepted = ("--accept-lost-constraints",) if self.lost else ()
        return self.options.command("fix", *words, *accepted, "-o", file, host=self.target, label=self.label)


# as a document


def advice_document(
    commands: FileCommands,
    advice: tuple[Advice, ...],
    letter: Document | None,
    before: Iterable[DocumentBlock] = (),
    after: Iterable[DocumentBlock] = (),
) -> Document:
    """The instructions for a host: what comes `before`, every client, what comes `after`, then the letter."""
    parts = (*before, *_clients(advice, commands), *after, *_letter(letter))
    return Document(f"How to reach {commands.target}", parts)


def crl_parts(use: CrlUse, commands: FileCommands) -> Iterator[DocumentBlock]:
    """How the file is made and kept fresh."""
    yield Heading("The file and its CRLs")
    until = f" Those in it are good until {use.until:%Y-%m-%d %H:%M} UTC." if use.until is not None else ""
    yield Paragraph(f"The file has CRLs for clients that check ({use.scope.flag}).{until} It is written by:")
    yield Code(commands.crls(use), "sh")
    yield Paragraph("CRLs are for days. This, run by cron, fetches new ones before they end:")
    yield Code(commands.refresh, "sh")


def server_parts(
    commands: FileCommands, name: str, chain: Path, wanted: Callable[[str], bool] = lambda _: True
) -> Iterator[DocumentBlock]:
    """The lines for each server program that is wanted by name; `name` is the host's, `chain` where its file goes."""
    yield Paragraph("The chain file for the server is made by:")
    yield Code(commands.kind(OutputKind.SERVER, chain), "sh")
    yield Paragraph(
        "Copy it to the server, to the path that the lines below name. The paths are the usual ones; put in those of "
        "the server."
    )
    for each in server_lines(name, endpoint=commands.target):
        if wanted(each.server):
            yield Heading(each.server)
            yield from (Paragraph(each.note),) if each.note else ()
            yield Code(each.code, each.language)


def _clients(advice: tuple[Advice, ...], commands: FileCommands) -> Iterator[DocumentBlock]:
    for one in advice:
        yield Heading(one.client)
        make = commands.of(one)
        if one.text:
            yield Paragraph(one.text)
        if make:
            yield Paragraph("It needs a file of another kind:")
            yield Code(make, "sh")
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
