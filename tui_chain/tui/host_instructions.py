"""What the clients and the server of a host are to do, as entries of a list and as one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from textual.content import Content

from tui_chain.advise.document import Document, DocumentBlock, Paragraph, to_markdown, to_text
from tui_chain.advise.instructions import (
    Advice,
    CrlUse,
    FileCommands,
    advice_document,
    client_advice,
    crl_parts,
    lenient_advice,
)
from tui_chain.advise.letter import file_stem, letter_document
from tui_chain.advise.situation import Situation, situation
from tui_chain.clients.client import Client
from tui_chain.clients.registry import sections
from tui_chain.core.command import unshowable
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import Options
from tui_chain.repair.output_kinds import SUFFIXES, OutputKind
from tui_chain.repair.server_chain import ServerChain
from tui_chain.servers.registry import server_lines
from tui_chain.trust.store import TrustStore
from tui_chain.tui.availability import refusal
from tui_chain.tui.host_rows import DIM, WARN, HostRow, reached
from tui_chain.tui.render import lines
from tui_chain.tui.screens.pages import file_base

HOST, STRICT, SERVERS = "This host", "Without strict checks", "Servers"
"""Sections beside those of the clients."""


@dataclass(frozen=True)
class Instruction:
    """One of them: its section and name in the list, what is read, and what `y` copies."""

    section: str
    name: str
    body: Content
    text: str

    def is_named(self, words: Iterable[str]) -> bool:
        """Whether all words, which are in small letters, are in its name or its section's."""
        named = f"{self.section} {self.name}".casefold()
        return all(word in named for word in words)

    def has(self, words: Iterable[str]) -> bool:
        """Whether all words, which are in small letters, are in what is read."""
        read = self.body.plain.casefold()
        return all(word in read for word in words)


@dataclass(frozen=True)
class Instructions:
    """All instructions for a host: one by one, and as one document; `base` begins the names of its files."""

    host: str
    base: str
    each: tuple[Instruction, ...]
    whole: Document
    letter: Document | None

    def matching(self, needle: str) -> tuple[Instruction, ...]:
        """Those whose name has the words of `needle`; where no name has them, those that are read with them."""
        words = needle.casefold().split()
        named = tuple(one for one in self.each if one.is_named(words))
        return named or tuple(one for one in self.each if one.has(words))


def instructions(
    row: HostRow, chain: ServerChain | None, options: Options, trust: TrustStore, at: datetime
) -> Instructions | Failure:
    """The instructions for a host, for its proven repair or without one; `chain` is the file for the server.

    `options` are those that the commands carry on with, `trust` is the store in force, `at` (aware) the time.
    """
    served, verdict = reached(row), row.state.verdict
    if served is None or verdict is None:
        return _nothing(row)
    searched = row.state.resolution is not None or verdict.path is not None
    letter = letter_document(served, verdict, chain) if searched else None
    found = situation(row.state, trust, at)
    if isinstance(row.state.crls, Failure) and row.state.proven is None:
        return row.state.crls
    if letter is None and (found.nothing_to_do or not found.is_accepted):
        return _nothing(row)
    files = _files(row, found, trust)
    refused = options.unshowable() or (files if isinstance(files, Failure) else files.unshowable)
    if isinstance(files, Failure) or refused is not None:
        return refused or _nothing(row)
    return _HostEntries(row, found, options, files, letter).made


def _nothing(row: HostRow) -> Failure:
    return Failure("no-repair", refusal("instructions", row))


@dataclass(frozen=True)
class _Files:
    """Where the files are, or are to be: `client` that for clients, `others` by kind, `own` the run's trust file."""

    client: Path
    others: dict[OutputKind, Path]
    own: Path | None

    @property
    def unshowable(self) -> Failure | None:
        """Why a command cannot name one of them."""
        return next(filter(None, map(unshowable, (self.client, *self.others.values()))), None)


def _files(row: HostRow, found: Situation, trust: TrustStore) -> _Files | Failure:
    """The files of a host: clients that lack a private root alone use the trust file that has it."""
    store, here = None if trust.path is None else absolute(trust.path), absolute(Path())
    if isinstance(here, Failure):
        return here
    own = store if isinstance(store, Path) else None
    named = {kind: here / f"{file_base(row)}{SUFFIXES[kind]}" for kind in OutputKind}
    if found.root is not None:
        others: dict[OutputKind, Path] = {kind: path for kind, path in named.items() if kind != OutputKind.CLIENT}
        return _Files(own or named[OutputKind.LINKS], others, own)
    written = {OutputKind(kind): path for kind, path in row.others}
    return _Files(row.written or named[OutputKind.CLIENT], written, own)


@dataclass(frozen=True)
class _HostEntries:
    """Makes the instructions for a host with what was found of it."""

    row: HostRow
    found: Situation
    options: Options
    files: _Files
    letter: Document | None

    @property
    def made(self) -> Instructions:
        """The entries in the order of the list, and the document."""
        advice = tuple(self._advice())
        before = tuple(self._before(bool(advice)))
        entries = (
            self._short(before, [one for _, one in advice]),
            *self._letters(),
            *(self._client(section, one) for section, one in advice),
            *self._servers(),
        )
        whole = advice_document(self._commands, tuple(one for _, one in advice), self.letter, before)
        return Instructions(self.row.target.display, file_base(self.row), entries, whole, self.letter)

    @property
    def _commands(self) -> FileCommands:
        state = self.row.state
        lost = state.proven is not None and bool(state.proven.losses)
        root_alone = self.found.root is not None
        return FileCommands(self.options, self.row.target, self.files.client, state.label, lost, root_alone)

    @property
    def _use(self) -> CrlUse | None:
        return CrlUse(self.row.state.lists.scope) if self.row.state.lists is not None else None

    # what clients do

    def _advice(self) -> Iterator[tuple[str, Advice]]:
        """Each piece of advice with its section."""
        state, files = self.row.state, self.files
        has_file = state.proven is not None or self.found.root is not None
        if state.fails_strict_checks:
            beside = files.client if has_file and files.client != files.own else None
            store = None if files.own is None else str(files.own)
            yield from ((STRICT, one) for one in lenient_advice(state.target, beside, store))
        for section, members in sections().items() if has_file else ():
            wanted = self._accepting(members)
            for one in client_advice(state.target, files.client, files.others, self._use, wanted):
                yield section, one

    def _accepting(self, members: tuple[Client, ...]) -> Callable[[Client], bool]:
        return lambda client: client in members and self.found.reaches(client)

    def _client(self, section: str, advice: Advice) -> Instruction:
        body = [
            *([Content.styled(advice.text, DIM), Content()] if advice.text else []),
            *self._needed(advice),
            Content(advice.code),
            *_around(advice),
        ]
        return Instruction(section, advice.client.removeprefix(f"{section}, "), lines(body), advice.code)

    def _needed(self, advice: Advice) -> Iterator[Content]:
        """What has to be written first."""
        file, client = advice.file, advice.kind is OutputKind.CLIENT
        if file is None or (file == self.files.client and self._is_there):
            return
        if not client and advice.kind.value in dict(self.row.others):
            return
        keys = "w" if client else f"w and F2 for kind {advice.kind}"
        yield from self._absent(file, keys, self._commands.of(advice) or self._commands.client)

    @property
    def _is_there(self) -> bool:
        """Whether the file for clients is there: it was written, or is the trust file of the run."""
        return self.row.written is not None or self.files.client == self.files.own

    def _absent(self, file: Path, keys: str, command: str) -> Iterator[Content]:
        """That a file is not there: the screen writes it of a proven repair, else a command alone does."""
        written = self.row.state.proven is not None
        step = f"close this and press {keys} to write it, or:" if written else "this makes it:"
        yield Content.styled(f"! Not written yet: {safe_text(str(file), 400)}; {step}", WARN)
        yield Content(command)
        yield Content()

    # the host as a whole

    def _short(self, before: Iterable[DocumentBlock], advice: Iterable[Advice]) -> Instruction:
        """What is needed, in sentences, and the file that is not there."""
        text = to_text(Document("", tuple(before))).strip()
        read = f"{text}\n\n{self._next_step}".strip()
        first = next((one for one in advice if one.file == self.files.client), None)
        needed = tuple(self._needed(first)) if first is not None else ()
        if first is not None and not needed:
            needed = (Content(f"The file for clients is {safe_text(str(self.files.client), 400)}."),)
        return Instruction(HOST, "In short", lines([Content(read), Content(), *needed]), text)

    def _before(self, has_advice: bool) -> Iterator[DocumentBlock]:
        """The sentences of the document, and how a file with CRLs is made and kept fresh."""
        target, proven = self.row.target, self.row.state.proven
        yield from map(Paragraph, self.found.sentences)
        if proven is not None and not self.found.sentences:
            yield Paragraph(f"With the file all {len(self.found.verdicts)} client families accept {target.display}.")
        yield from map(Paragraph, self.found.agreements)
        if self._use is not None and has_advice:
            yield from crl_parts(self._use, self._commands)

    @property
    def _next_step(self) -> str:
        """What can be done on the screen beside what is read."""
        steps = []
        if self.letter is not None:
            steps.append(
                "The letter, next in the list, is to the server's administrator, who can repair it for everybody."
            )
        unsearched = self.row.state.repair is None and self.found.root is None
        if unsearched and self.found.is_accepted and self.found.is_without_remedy:
            steps.append("No repair was looked for yet: close this and press f.")
        return " ".join(steps)

    # the server

    def _letters(self) -> Iterator[Instruction]:
        if self.letter is not None:
            for name, text in (("Letter", to_text(self.letter)), ("Letter, Markdown", to_markdown(self.letter))):
                yield Instruction(HOST, name, Content(text), text)

    def _servers(self) -> Iterator[Instruction]:
        """The lines for each server program, where a chain file is of use."""
        state = self.row.state
        if state.proven is None or state.verdict is None or not state.verdict.not_sent:
            return
        base = self.files.client.parent / f"{file_base(self.row)}{SUFFIXES[OutputKind.SERVER]}"
        file = dict(self.row.others).get(OutputKind.SERVER.value)
        command = self._commands.kind(OutputKind.SERVER, base)
        needed = () if file is not None else tuple(self._absent(base, "w and F2 for kind server", command))
        copy = f"Copy {safe_text(str(file or base), 400)} to the server, to the path that the lines name."
        for one in server_lines(file_stem(state.target.host), endpoint=state.target):
            note = [Content.styled(one.note, DIM), Content()] if one.note else []
            body = [*note, *needed, Content.styled(copy, DIM), Content(), Content(one.code)]
            yield Instruction(SERVERS, one.server, lines(body), one.code)


def _around(advice: Advice) -> Iterator[Content]:
    """Which setting wins, and how this one is taken back."""
    if advice.order:
        yield Content()
        yield Content.styled(f"Which setting wins: {advice.order}", DIM)
    if advice.undo:
        yield Content()
        yield Content.styled("To undo it:", DIM)
        yield Content(advice.undo)
