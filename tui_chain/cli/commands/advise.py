"""`tlschain advise`: instructions for clients and servers, and the letter to the administrator."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypedDict

from tui_chain.advise.document import Code, Document, DocumentBlock, Paragraph, to_markdown, to_text
from tui_chain.advise.html.blocks import to_html
from tui_chain.advise.instructions import (
    Advice,
    CrlUse,
    FileCommands,
    Selection,
    advice_document,
    client_advice,
    client_names,
    crl_parts,
    lenient_advice,
    select,
    server_names,
    server_parts,
)
from tui_chain.advise.letter import file_base, file_stem, letter_document
from tui_chain.advise.report import server_file
from tui_chain.advise.situation import Situation, situation
from tui_chain.cli.hosts import each_repaired
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, fail, worst
from tui_chain.clients.client import Client
from tui_chain.core.command import hinted, unshowable
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute, read_file
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import PUBLIC
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.net.connection_text import JUDGED_KEYS, parse_listed
from tui_chain.probe.served import ServedChain
from tui_chain.repair.file_header import read_header
from tui_chain.repair.output_kinds import SUFFIXES, OutputKind
from tui_chain.repair.server_chain import ServerChain
from tui_chain.servers.registry import server_lines
from tui_chain.x509.crl import crls_of

Form = Literal["text", "markdown", "html", "json"]


class AdviceJSON(TypedDict):
    """How one client is made to use a file.

    `make` is the command that makes the file, `undo` takes the setting back; either may be empty. `precedence` has
    the client's settings of trust, the strongest first.
    """

    client: str
    code: str
    language: str
    effect: str
    note: str
    file: str | None
    make: str
    undo: str
    precedence: list[str]


class ServerAdviceJSON(TypedDict):
    """The lines for one server program; `language` is the word that Markdown has for them."""

    server: str
    code: str
    language: str
    note: str


class HostAdviceJSON(TypedDict):
    """The instructions for a host: what clients need in sentences, and the command that makes their file.

    `make` is empty where the file is there, or none is needed.
    """

    target: str
    summary: list[str]
    make: str
    clients: list[AdviceJSON]
    servers: list[ServerAdviceJSON]
    letter: str | None


@dataclass(frozen=True)
class HostAdvice:
    """The instructions for a host: `summary` in sentences, `make` is the command that makes the file for clients.

    `crls` say how the CRLs of that file are used, where it has some. `chain` is where the server's file goes; None
    where no lines for server programs are wanted.
    """

    commands: FileCommands
    wanted: Selection
    summary: tuple[str, ...] = ()
    make: str = ""
    clients: tuple[Advice, ...] = ()
    letter: Document | None = None
    crls: CrlUse | None = None
    chain: Path | None = None

    @property
    def document(self) -> Document:
        """The instructions as a document; the letter alone stands as it is sent."""
        if self.letter is not None and not (self.summary or self.make or self.clients or self.chain):
            return self.letter
        return advice_document(self.commands, self.clients, self.letter, self._before(), self._servers())

    def _before(self) -> Iterator[DocumentBlock]:
        yield from map(Paragraph, self.summary)
        if self.make:
            absent = f"{safe_text(str(self.commands.bundle), 400)} does not exist yet"
            yield Paragraph(f"{absent}." if self.crls is not None else f"{absent}; this makes it:")
            yield from () if self.crls is not None else (Code(self.make, "sh"),)
        if self.crls is not None and self.clients:
            yield from crl_parts(self.crls, self.commands)

    def _servers(self) -> Iterator[DocumentBlock]:
        if self.chain is not None:
            name = file_stem(self.commands.target.host)
            yield from server_parts(self.commands, name, self.chain, self.wanted.has_server)

    @property
    def object(self) -> HostAdviceJSON:
        """The instructions as JSON has them."""
        target = self.commands.target
        lines = server_lines(file_stem(target.host), endpoint=target) if self.chain is not None else ()
        return HostAdviceJSON(
            target=str(target),
            summary=list(self.summary),
            make=self.make,
            clients=[_client_object(one, self.commands.of(one)) for one in self.clients],
            servers=[
                ServerAdviceJSON(server=one.server, code=one.code, language=one.language, note=one.note)
                for one in lines
                if self.wanted.has_server(one.server)
            ],
            letter=to_markdown(self.letter) if self.letter is not None else None,
        )


def _client_object(advice: Advice, make: str) -> AdviceJSON:
    return AdviceJSON(
        client=advice.client,
        code=advice.code,
        language=advice.language,
        effect=advice.effect.value if advice.effect is not None else "",
        note=advice.note,
        file=str(advice.file) if advice.file is not None else None,
        make=make,
        undo=advice.undo,
        precedence=list(advice.precedence),
    )


def list_names() -> int:
    """Print the names that `--only` takes."""
    for title, names in (("clients", client_names()), ("servers", server_names())):
        emit(f"# {title}")
        emit("\n".join(names))
    return OK


def run_advise(options: CommandOptions, bundle: Path | None, form: Form, only: str | None) -> int:
    """Print instructions for each target; with a bundle of ours alone, for the hosts that it names."""
    wanted, path = select(only), absolute(bundle or Path())
    if isinstance(wanted, Failure) or isinstance(path, Failure):
        return fail(wanted if isinstance(wanted, Failure) else path)  # type: ignore[arg-type]
    refused = unshowable(path) or options.unshowable()
    if refused is not None:
        return fail(refused)
    if bundle is not None and not (options.names_hosts or options.has_chain):
        return _from_bundle(path, form, wanted, options)
    return _of_hosts(options, None if bundle is None else path, Path().absolute(), form, wanted)


def _from_bundle(path: Path, form: Form, wanted: Selection, options: CommandOptions) -> int:
    """Print what a bundle of ours is for, to go by its comments alone."""
    data = read_file(path, "bundle")
    if isinstance(data, Failure):
        return fail(data)
    header = read_header(data)
    if header is None or not header.hosts:
        hint = f"Name one, as in {hinted('advise', 'example.org')}."
        return fail(Failure("usage", "There is no host to give instructions for.", hint))
    if not wanted.any_client:
        command = options.command("advise", "--only", "letter" if wanted.letter else "servers", host=header.hosts[0])
        what = "The letter says" if wanted.letter else "The lines for servers rest on"
        message = f"{what} what the server sends, so the server has to be probed."
        return fail(Failure("usage", message, f"Name the host, as in `{command}`."))
    use, made = _crls_of(data), _made_with(header.trust, options)
    for target in (parse_listed(text, keys=JUDGED_KEYS) for text in header.hosts):
        if isinstance(target, Failure):
            return fail(target)
        advice = client_advice(target, path, crls=use, wanted=wanted.has_client)
        commands = FileCommands(options, target, path)
        _print(HostAdvice(commands, wanted, made, clients=advice, crls=use), form)
    return OK


def _made_with(trust: str, options: CommandOptions) -> tuple[str, ...]:
    """That a bundle was made with another trust store than is named now: a comment is no choice of its user."""
    if options.trust or trust in {"", *PUBLIC}:
        return ()
    return (f"The file was made with the trust store {safe_text(trust)}: with --trust the commands below name it.",)


def _crls_of(data: bytes) -> CrlUse | None:
    """How the CRLs of a bundle of ours are to be used, or None."""
    header = read_header(data)
    if header is None or header.crl_check is None:
        return None
    ends = (crl.next_update for crl in crls_of(data) if crl.next_update is not None)
    return CrlUse(header.crl_check, header.kind == OutputKind.LINKS, min(ends, default=None))


@dataclass(frozen=True)
class _Maker:
    """Makes the instructions for the hosts of a run; `bundle` is the file that the user named, None without one."""

    run: Run
    options: CommandOptions
    wanted: Selection
    folder: Path
    bundle: Path | None
    use: CrlUse | None

    def advice(self, found: Situation) -> HostAdvice:
        """The instructions for a host."""
        state, trust = found.state, self.run.journey.trust
        store = None if trust.path is None else absolute(trust.path)
        own = store if isinstance(store, Path) else None
        file, files = self._files(found, own)
        commands = FileCommands(
            self.options,
            state.target,
            file,
            state.label,
            lost=state.proven is not None and bool(state.proven.losses),
            root_alone=found.root is not None,
        )
        use = self.use if state.lists is None else CrlUse(state.lists.scope)
        advice = self._clients(found, file, files, use, own)
        absent = not file.exists() and any(one.file == file for one in advice)
        make = commands.client if use is None else commands.crls(use)
        letter = self._letter(state)
        summary = (*found.sentences, *self._besides(found, advice, letter))
        return HostAdvice(
            commands,
            self.wanted,
            summary,
            make if absent else "",
            advice,
            letter,
            use,
            self._chain(state),
        )

    def _files(self, found: Situation, own: Path | None) -> tuple[Path, dict[OutputKind, Path]]:
        """The file for clients, and where those of the other kinds are; beside it, where none is named."""
        base = file_base(found.state.target)
        named = {kind: self.folder / f"{base}{SUFFIXES[kind]}" for kind in OutputKind}
        if self.bundle is not None or found.root is None:
            return self.bundle or named[OutputKind.CLIENT], {}
        return own or named[OutputKind.LINKS], {
            kind: path for kind, path in named.items() if kind != OutputKind.CLIENT
        }

    def _clients(
        self,
        found: Situation,
        file: Path,
        files: dict[OutputKind, Path],
        use: CrlUse | None,
        own: Path | None,
    ) -> tuple[Advice, ...]:
        """What clients do with the file, where they need one, and what those do that are stricter than it helps."""
        target, has_file = found.state.target, self._has_file(found)

        def wanted(client: Client) -> bool:
            return self.wanted.has_client(client) and found.reaches(client)

        advice = client_advice(target, file, files, use, wanted) if has_file else ()
        if not found.state.fails_strict_checks or not self.wanted.any_client:
            return advice
        beside = file if has_file and file != own else None
        lenient = lenient_advice(target, beside, None if own is None else str(own), self.wanted.has_client)
        return (*advice, *lenient)

    def _has_file(self, found: Situation) -> bool:
        return found.state.proven is not None or found.root is not None or self.bundle is not None

    def _besides(self, found: Situation, advice: tuple[Advice, ...], letter: Document | None) -> Iterator[str]:
        """Why something that is wanted by name is not there, and what the commands agree to."""
        state, wanted = found.state, self.wanted
        yield from found.agreements if advice else ()
        if wanted.clients and self._has_file(found) and not advice:
            yield f"{', '.join(sorted(wanted.clients))} does not reach {state.target}, whatever it is given."
        nothing = state.verdict is not None and not state.verdict.not_sent and letter is None
        if nothing and not wanted.any_client:
            yield f"{state.target} sends every intermediate: its administrator has nothing to install."

    def _letter(self, state: HostState) -> Document | None:
        """What the server's administrator is written, where that is wanted and the server is at fault."""
        if not self.wanted.letter or not isinstance(state.served, ServedChain) or state.verdict is None:
            return None
        return letter_document(state.served, state.verdict, chain_file(self.run, state))

    def _chain(self, state: HostState) -> Path | None:
        """Where the server's file goes, where its lines are wanted and it is of use."""
        if not self.wanted.any_server or state.proven is None or state.verdict is None or not state.verdict.not_sent:
            return None
        return self.folder / f"{file_base(state.target)}{SUFFIXES[OutputKind.SERVER]}"


def _of_hosts(options: CommandOptions, bundle: Path | None, folder: Path, form: Form, wanted: Selection) -> int:
    """Print the instructions for each target; files that have no name yet go into `folder`."""
    data = b"" if bundle is None else read_file(bundle, "bundle")
    known = None if isinstance(data, Failure) else _crls_of(data)  # a file that is not there yet has none
    with opened(options, every_source=True) as run:
        maker = _Maker(run, options, wanted, folder, bundle, known)
        codes = asyncio.run(_print_hosts(maker, form))
    return worst(codes)


async def _print_hosts(maker: _Maker, form: Form) -> list[int]:
    """Print each host as soon as it is repaired, or cannot be."""
    crl = maker.options.crl_scope if maker.use is None else None
    return [_print_host(maker, state, form) async for state in each_repaired(maker.run, crl=crl)]


def _print_host(maker: _Maker, state: HostState, form: Form) -> int:
    """Exit 0: printed, or nothing to do; 1: some client is refused and no repair was found; 3: not reached."""
    if isinstance(state.crls, Failure):
        return _refuse(maker, state, state.crls, FOUND)
    if maker.bundle is None and isinstance(state.served, Failure):
        return _refuse(maker, state, state.served, UNREACHED)
    found = situation(state, maker.run.journey.trust, maker.run.journey.clock())
    advice, is_refused = maker.advice(found), maker.bundle is None and not found.is_accepted
    if is_refused and advice.letter is None:
        none = Failure("advise", "There is no repair.")
        return _refuse(maker, state, state.repair if isinstance(state.repair, Failure) else none, FOUND)
    _print(advice, form)
    if is_refused:
        return OK
    return FOUND if maker.bundle is None and found.is_without_remedy else OK


def _refuse(maker: _Maker, state: HostState, failure: Failure, code: int) -> int:
    hint = maker.options.completed(failure.hint, state.target, state.label)
    fail(replace(failure, hint=hint))
    return code


def chain_file(run: Run, state: HostState) -> ServerChain | None:
    """What the server should send, or None where no path is known."""
    return server_file(state, run.journey.trust, run.journey.clock())


def _print(advice: HostAdvice, form: Form) -> None:
    if form == "json":
        emit(json.dumps(advice.object))
        return
    render = {"markdown": to_markdown, "html": to_html}.get(form, to_text)
    emit(render(advice.document).rstrip("\n"))
