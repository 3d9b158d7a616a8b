"""`tlschain advise`: instructions for clients, and the letter to the administrator."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, TypedDict

from tui_chain.advise.document import Code, Document, DocumentBlock, Paragraph, to_markdown, to_text
from tui_chain.advise.html.blocks import to_html
from tui_chain.advise.instructions import (
    Advice,
    CrlUse,
    advice_document,
    client_advice,
    crl_parts,
    lenient_advice,
    make_bundle_command,
    make_command,
    make_crls_command,
    refresh_command,
    unshowable,
)
from tui_chain.advise.letter import file_base, letter_document
from tui_chain.advise.report import server_file
from tui_chain.cli.hosts import repair_all
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, fail, worst
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.status import Status
from tui_chain.core.text import safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.served import ServedChain
from tui_chain.repair.file_header import read_header
from tui_chain.repair.output_kinds import SUFFIXES, OutputKind
from tui_chain.repair.server_chain import ServerChain
from tui_chain.x509.crl import crls_of

Form = Literal["text", "markdown", "html", "json"]
Share = Literal["all", "clients", "letter"]


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


def run_advise(options: CommandOptions, bundle: Path | None, form: Form, only: Share) -> int:
    """Print instructions for each target; with a bundle of ours alone, for the hosts that it names."""
    refused = unshowable((bundle or Path()).absolute())
    if refused is not None:
        return fail(refused)
    if not options.targets and bundle is not None and not options.demo:
        return _from_bundle(bundle, form, only)
    with opened(options) as run:
        known = _crls_of(bundle) if bundle is not None else None
        states = asyncio.run(repair_all(run, crl=options.crl_scope if known is None else None))
        codes = [_advise(run, state, bundle, form, only, options, known) for state in states]
    return worst(codes)


def _crls_of(bundle: Path) -> CrlUse | None:
    """How the CRLs of a bundle of ours are to be used, or None; a file that is not there yet has none."""
    data = read_file(bundle, "bundle")
    header = None if isinstance(data, Failure) else read_header(data)
    if isinstance(data, Failure) or header is None or header.crl_check is None:
        return None
    ends = (crl.next_update for crl in crls_of(data) if crl.next_update is not None)
    return CrlUse(header.crl_check, header.kind == OutputKind.LINKS, min(ends, default=None))


def _crl_parts(target: Target, bundle: Path, use: CrlUse | None, trust: Sequence[str]) -> Iterable[DocumentBlock]:
    if use is None:
        return ()
    return crl_parts(use, make_crls_command(target, bundle, use, trust), refresh_command(bundle, trust))


def _from_bundle(bundle: Path, form: Form, only: Share) -> int:
    data = read_file(bundle, "bundle")
    if isinstance(data, Failure):
        return fail(data)
    header = read_header(data)
    if header is None or not header.hosts:
        return fail(
            Failure(
                "usage",
                "There is no host to give instructions for.",
                "Name one, as in `tlschain advise example.org`.",
            )
        )
    if only == "letter":
        hint = f"Name the host, as in `tlschain advise {safe_text(header.hosts[0])} --only letter`."
        return fail(Failure("usage", "The letter says what the server sends, so the server has to be probed.", hint))
    path, use = bundle.absolute(), _crls_of(bundle)
    for target in map(parse_target, header.hosts):
        if isinstance(target, Failure):
            return fail(target)
        _print_instructions(
            target, client_advice(target, path, crls=use), None, (), _crl_parts(target, path, use, ()), form
        )
    return OK


def _print_instructions(
    target: Target,
    advice: tuple[Advice, ...],
    letter: Document | None,
    trust: Sequence[str],
    before: Iterable[DocumentBlock],
    form: Form,
) -> None:
    """Print the advice for a host, and the letter where there is one."""
    if form != "json":
        _print(advice_document(target, advice, letter, trust, before), form)
        return
    clients = [_object(target, one, trust) for one in advice]
    text = to_markdown(letter) if letter is not None else None
    emit(json.dumps({"target": str(target), "clients": clients, "letter": text}))


def _advise(
    run: Run,
    state: HostState,
    bundle: Path | None,
    form: Form,
    only: Share,
    options: CommandOptions,
    use: CrlUse | None,
) -> int:
    """Exit 0: printed; 1: there is no repair to give instructions for; 3: not reached."""
    if isinstance(state.crls, Failure):
        fail(state.crls)
        return FOUND
    strict = state.fails_strict_checks
    if state.proven is None and bundle is None:
        return _without_bundle(run, state, form, only, options)
    if state.crls is not None:
        use = CrlUse(state.crls.scope)
    trust = options.trust
    path = (bundle or Path(file_base(state.target) + SUFFIXES[OutputKind.CLIENT])).absolute()
    advice = client_advice(state.target, path, crls=use) if only != "letter" else ()
    if strict and advice:
        advice = (*advice, *lenient_advice(state.target, path, _file(run)))
    letter = _letter(run, state) if only != "clients" else None
    before = (*_absent(state.target, path, use, trust), *_crl_parts(state.target, path, use, trust)) if advice else ()
    _print_instructions(state.target, advice, letter, trust, before, form)
    return OK


def _without_bundle(run: Run, state: HostState, form: Form, only: Share, options: CommandOptions) -> int:
    """What is left where no bundle helps: the letter, and settings of clients that are too strict."""
    letter = _letter(run, state) if only != "clients" else None
    lenient = state.fails_strict_checks and only != "letter"
    advice = lenient_advice(state.target, None, _file(run)) if lenient else ()
    if letter is None and not advice:
        return _no_instructions(state)
    _print_instructions(state.target, advice, letter, options.trust, (), form)
    return OK


def _file(run: Run) -> str | None:
    """The trust file in force, where it is one that the user named."""
    name = run.journey.trust.name
    return None if name in {"certifi", "system"} or not Path(name).is_file() else str(Path(name).absolute())


def _absent(target: Target, path: Path, use: CrlUse | None, trust: Sequence[str]) -> Iterable[DocumentBlock]:
    """That the client file is not there yet, and the command that makes it; with CRLs the advice names its own."""
    if path.exists():
        return
    absent = f"{safe_text(str(path), 400)} does not exist yet"
    if use is not None:
        yield Paragraph(f"{absent}.")
        return
    yield Paragraph(f"{absent}; this makes it:")
    yield Code(make_bundle_command(target, path, trust), "make")


def _no_instructions(state: HostState) -> int:
    if isinstance(state.served, Failure):
        fail(state.served)
        return UNREACHED
    fail(state.repair if isinstance(state.repair, Failure) else Failure("advise", "There is no repair."))
    return OK if state.status is Status.COMPLETE else FOUND


def _letter(run: Run, state: HostState) -> Document | None:
    if not isinstance(state.served, ServedChain) or state.verdict is None:
        return None
    return letter_document(state.served, state.verdict, chain_file(run, state))


def chain_file(run: Run, state: HostState) -> ServerChain | None:
    """What the server should send, or None where no path is known."""
    return server_file(state, run.journey.trust, run.journey.clock())


def _object(target: Target, advice: Advice, trust: Sequence[str]) -> AdviceJSON:
    return AdviceJSON(
        client=advice.client,
        code=advice.code,
        language=advice.language,
        effect=advice.effect.value if advice.effect is not None else "",
        note=advice.note,
        file=str(advice.file) if advice.file is not None else None,
        make=make_command(target, advice, trust),
        undo=advice.undo,
        precedence=list(advice.precedence),
    )


def _print(document: Document, form: Form) -> None:
    render = {"markdown": to_markdown, "html": to_html}.get(form, to_text)
    emit(render(document).rstrip("\n"))
