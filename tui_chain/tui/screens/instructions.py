"""Instructions for a host: each client's command or code, and the letter, one at a time and ready to copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_chain.advise.document import Document, to_markdown, to_text
from tui_chain.advise.html.blocks import to_html
from tui_chain.advise.instructions import (
    Advice,
    CrlUse,
    FileCommands,
    advice_document,
    client_advice,
    lenient_advice,
)
from tui_chain.advise.letter import letter_document
from tui_chain.core.command import unshowable
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import Options
from tui_chain.repair.output_kinds import SUFFIXES, OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.repair.server_chain import ServerChain
from tui_chain.trust.store import TrustStore
from tui_chain.tui.host_rows import DIM, WARN, HostRow, reached
from tui_chain.tui.messages import CopyRequested
from tui_chain.tui.panes.base import CURSOR_KEYS
from tui_chain.tui.render import lines
from tui_chain.tui.screens.dialog import Dialog, Page
from tui_chain.tui.screens.pages import file_base
from tui_chain.tui.screens.save import Draft, Form, SaveScreen


@dataclass(frozen=True)
class Instruction:
    """One of them: its name in the list, what is read, and what `y` copies."""

    name: str
    body: Content
    text: str


@dataclass(frozen=True)
class Instructions:
    """All instructions for a host: one by one, and as one document; `base` begins the names of its files."""

    host: str
    base: str
    each: tuple[Instruction, ...]
    whole: Document
    letter: Document | None


def instructions(
    row: HostRow, chain: ServerChain | None, options: Options, trust: TrustStore
) -> Instructions | Failure:
    """The instructions for a host, for its proven repair or without one; `chain` is the file for the server.

    `options` are those that the commands carry on with, `trust` is the store in force.
    """
    refused = options.unshowable()
    if refused is not None:
        return refused
    store = None if trust.path is None else absolute(trust.path)
    file = str(store) if isinstance(store, Path) else None
    if row.state.proven is not None:
        return _of_repair(row, chain, options, file, row.state.proven)
    served, verdict = reached(row), row.state.verdict
    letter = letter_document(served, verdict, chain) if served is not None and verdict is not None else None
    advice = lenient_advice(row.target, None, file) if row.state.fails_strict_checks else ()
    if letter is None and not advice:
        return Failure("no-repair", "There is no proven repair to speak of yet.", "f looks for one.")
    return _instructions(row, advice, letter, FileCommands(options, row.target, Path()))


def _instructions(
    row: HostRow, advice: tuple[Advice, ...], letter: Document | None, commands: FileCommands
) -> Instructions:
    clients = tuple(_client(row, one, commands) for one in advice)
    letters = _letters(letter) if letter is not None else ()
    whole = advice_document(commands, advice, letter)
    return Instructions(str(row.target), file_base(row), clients + letters, whole, letter)


def _of_repair(
    row: HostRow, chain: ServerChain | None, options: Options, file: str | None, proven: Repair
) -> Instructions | Failure:
    served = reached(row)
    if served is None or row.state.verdict is None:
        return Failure("no-repair", "There is no proven repair to speak of yet.", "f looks for one.")
    bundle = row.written or absolute(Path(file_base(row) + SUFFIXES[OutputKind.CLIENT]))
    if isinstance(bundle, Failure):
        return bundle
    refused = next(filter(None, map(unshowable, (bundle, *dict(row.others).values()))), None)
    if refused is not None:
        return refused
    use = CrlUse(row.state.lists.scope) if row.state.lists is not None else None
    advice = client_advice(row.target, bundle, {OutputKind(kind): path for kind, path in row.others}, use)
    if row.state.fails_strict_checks:
        advice = (*advice, *lenient_advice(row.target, bundle, file))
    letter = letter_document(served, row.state.verdict, chain)
    commands = FileCommands(options, row.target, bundle, row.state.label, lost=bool(proven.losses))
    return _instructions(row, advice, letter, commands)


def _client(row: HostRow, advice: Advice, commands: FileCommands) -> Instruction:
    body = [
        *([Content.styled(advice.text, DIM), Content()] if advice.text else []),
        *_needed(row, advice, commands),
        Content(advice.code),
        *_around(advice),
    ]
    return Instruction(advice.client, lines(body), advice.code)


def _around(advice: Advice) -> Iterator[Content]:
    """Which setting wins, and how this one is taken back."""
    if advice.order:
        yield Content()
        yield Content.styled(f"Which setting wins: {advice.order}", DIM)
    if advice.undo:
        yield Content()
        yield Content.styled("To undo it:", DIM)
        yield Content(advice.undo)


def _needed(row: HostRow, advice: Advice, commands: FileCommands) -> Iterator[Content]:
    """What has to be written first."""
    there = row.written is not None if advice.kind is OutputKind.CLIENT else advice.kind.value in dict(row.others)
    if not there and advice.file is not None:
        keys = "w" if advice.kind is OutputKind.CLIENT else f"w and F2 for kind {advice.kind}"
        step = f"close this and press {keys} to write it"
        yield Content.styled(f"! Not written yet: {safe_text(str(advice.file), 400)}; {step}, or:", WARN)
        yield Content(commands.of(advice) or commands.client)
        yield Content()


def _letters(letter: Document) -> tuple[Instruction, ...]:
    texts = (("Letter", to_text(letter)), ("Letter, Markdown", to_markdown(letter)))
    return tuple(Instruction(name, Content(text), text) for name, text in texts)


class InstructionsScreen(Dialog[None]):
    """A list of the instructions, and beside it the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "Close", show=False),
        Binding("y,enter", "copy", "Copy"),
        Binding("w", "save", "Save"),
    ]

    def __init__(self, shown: Instructions) -> None:
        super().__init__()
        self._shown = shown

    def compose(self) -> ComposeResult:
        """The list, and the text beside it."""
        with Vertical(classes="frame -tall", id="instructions") as frame:
            frame.border_title = Content(f"Instructions: {self._shown.host}")
            frame.border_subtitle = "j k choose · y copies it · w saves all · tab scroll · esc close"
            with Horizontal():
                yield InstructionList(
                    *(Option(Content(one.name)) for one in self._shown.each), id="instruction-names"
                )
                with Page(id="instruction-page", classes="rest"):
                    yield Static(id="instruction-body", markup=False)

    @property
    def _current(self) -> Instruction:
        return self._shown.each[self.query_one(InstructionList).highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self.query_one("#instruction-body", Static).update(self._current.body)
        self.query_one("#instruction-page", Page).scroll_home(animate=False)

    @on(OptionList.OptionSelected)
    def action_copy(self) -> None:
        """Close and copy."""
        self.app.post_message(CopyRequested(self._current.text, f"the instructions for {self._current.name}"))
        self.dismiss(None)

    def action_save(self) -> None:
        """Save everything, or the letter alone."""
        forms = [_form("all, Markdown", "every client, and the letter", "-advice.md", self._shown.whole)]
        forms.append(_form("all, HTML", "the same as one file for a browser", "-advice.html", self._shown.whole))
        if self._shown.letter is not None:
            text = "the letter to the administrator, with the file to install"
            forms.append(_form("letter", text, "-letter.txt", self._shown.letter))
            forms.append(_form("letter, Markdown", text, "-letter.md", self._shown.letter))
        self.app.push_screen(SaveScreen("Save the instructions", forms, self._shown.base))


class InstructionList(OptionList):
    """The list with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]


_RENDER = {".md": to_markdown, ".html": to_html, ".txt": to_text}


def _form(name: str, purpose: str, suffix: str, document: Document) -> Form:
    return Form(name, purpose, suffix, partial(_rendered, document, Path(suffix).suffix))


def _rendered(document: Document, suffix: str) -> Draft:
    return Draft(_RENDER[suffix](document).encode())
