"""`tlschain advise` and `tlschain report`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, TypedDict

from tui_chain.advise.document import Code, Document, Paragraph, Part, to_html, to_markdown, to_text
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
from tui_chain.advise.report import report, server_file
from tui_chain.cli.deliver import Consent, put
from tui_chain.cli.options import Options, Work, prepared
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, fail, worst
from tui_chain.cli.run import journeys
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import safe_text
from tui_chain.engine.host_state import HostState, needs_no_strict
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.served import ServedChain
from tui_chain.repair.file_header import read_header
from tui_chain.repair.output_kinds import SUFFIXES, OutputKind
from tui_chain.repair.write import WritePlan, plan_write
from tui_chain.trust.loading import read_file
from tui_chain.x509.crl import crls_of

Form = Literal["text", "markdown", "html", "json"]
Share = Literal["all", "clients", "letter"]


class AdviceJSON(TypedDict):
    """How one client is told of a file; `make` is the command that makes the file, or empty."""

    client: str
    code: str
    language: str
    effect: str
    note: str
    file: str | None
    make: str


def run_advise(options: Options, bundle: Path | None, form: Form, part: Share) -> int:
    """Say the repair of each target in words; with a bundle of ours alone, of the hosts that it names."""
    refused = unshowable((bundle or Path()).absolute())
    if refused is not None:
        return fail(refused)
    if not options.targets and bundle is not None and not options.demo:
        return _from_bundle(bundle, form, part)
    with prepared(options, demo_all=False) as work:
        if isinstance(work, Failure):
            return fail(work)
        known = _crls_of(bundle) if bundle is not None else None
        states = asyncio.run(journeys(work, crl=options.crl_scope if known is None else None))
        codes = [_advise(work, state, bundle, form, part, options, known) for state in states]
    return worst(codes)


def _crls_of(bundle: Path) -> CrlUse | None:
    """How the CRLs of a bundle of ours are to be used, or None; a file that is not there yet has none."""
    data = read_file(bundle, "bundle")
    header = None if isinstance(data, Failure) else read_header(data)
    if isinstance(data, Failure) or header is None or header.crl_check is None:
        return None
    ends = (crl.next_update for crl in crls_of(data) if crl.next_update is not None)
    return CrlUse(header.crl_check, header.kind == OutputKind.LINKS, min(ends, default=None))


def _crl_parts(target: Target, bundle: Path, use: CrlUse | None, trust: Sequence[str]) -> Iterable[Part]:
    if use is None:
        return ()
    return crl_parts(use, make_crls_command(target, bundle, use, trust), refresh_command(bundle, trust))


def _from_bundle(bundle: Path, form: Form, part: Share) -> int:
    data = read_file(bundle, "bundle")
    if isinstance(data, Failure):
        return fail(data)
    header = read_header(data)
    if header is None or not header.hosts:
        return fail(
            Failure("usage", "There is no host to speak of.", "Name one, as in `tlschain advise example.org`.")
        )
    if part == "letter":
        hint = f"Name the host, as in `tlschain advise {safe_text(header.hosts[0])} --only letter`."
        return fail(Failure("usage", "The letter says what the server sends, so it has to be asked.", hint))
    path, use = bundle.absolute(), _crls_of(bundle)
    for target in map(parse_target, header.hosts):
        if isinstance(target, Failure):
            return fail(target)
        _tell(target, client_advice(target, path, crls=use), None, (), _crl_parts(target, path, use, ()), form)
    return OK


def _tell(
    target: Target,
    advice: tuple[Advice, ...],
    words: Document | None,
    trust: Sequence[str],
    before: Iterable[Part],
    form: Form,
) -> None:
    """Print the advice for a host, and the letter `words` where there is one."""
    if form != "json":
        _print(advice_document(target, advice, words, trust, before), form)
        return
    clients = [_object(target, one, trust) for one in advice]
    text = to_markdown(words) if words is not None else None
    emit(json.dumps({"target": str(target), "clients": clients, "letter": text}))


def _advise(
    work: Work,
    state: HostState,
    bundle: Path | None,
    form: Form,
    part: Share,
    options: Options,
    use: CrlUse | None,
) -> int:
    """Exit 0: said; 1: there is nothing to say without a repair; 2: not reached."""
    if isinstance(state.crls, Failure):
        fail(state.crls)
        return FOUND
    strict = needs_no_strict(state)
    if state.proven is None and bundle is None:
        if not strict or part == "letter":
            return _nothing_to_say(state)
        _tell(state.target, lenient_advice(state.target, None, _file(work)), None, options.trust, (), form)
        return OK
    if state.crls is not None:
        use = CrlUse(state.crls.scope)
    trust = options.trust
    path = (bundle or Path(file_base(state.target) + SUFFIXES[OutputKind.CLIENT])).absolute()
    advice = client_advice(state.target, path, crls=use) if part != "letter" else ()
    if strict and advice:
        advice = (*advice, *lenient_advice(state.target, path, _file(work)))
    words = _letter(work, state) if part != "clients" else None
    before = (*_absent(state.target, path, use, trust), *_crl_parts(state.target, path, use, trust)) if advice else ()
    _tell(state.target, advice, words, trust, before, form)
    return OK


def _file(work: Work) -> str | None:
    """The trust file in force, where it is one that the user named."""
    name = work.journey.trust.name
    return None if name in {"certifi", "system"} or not Path(name).is_file() else str(Path(name).absolute())


def _absent(target: Target, path: Path, use: CrlUse | None, trust: Sequence[str]) -> Iterable[Part]:
    """That the client file is not there yet, and the command that makes it; with CRLs the advice names its own."""
    if path.exists():
        return
    absent = f"{safe_text(str(path), 400)} does not exist yet"
    if use is not None:
        yield Paragraph(f"{absent}.")
        return
    yield Paragraph(f"{absent}; this makes it:")
    yield Code(make_bundle_command(target, path, trust), "make")


def _nothing_to_say(state: HostState) -> int:
    if isinstance(state.served, Failure):
        fail(state.served)
        return UNREACHED
    fail(state.repair if isinstance(state.repair, Failure) else Failure("advise", "There is no repair."))
    return OK if state.status is Status.COMPLETE else FOUND


def _letter(work: Work, state: HostState) -> Document | None:
    if not isinstance(state.served, ServedChain) or state.verdict is None:
        return None
    return letter_document(state.served, state.verdict, chain_file(work, state))


def chain_file(work: Work, state: HostState) -> bytes | None:
    """The file that the server should have, or None where none can be proven."""
    return server_file(state, work.journey.trust, work.journey.clock())


def _object(target: Target, advice: Advice, trust: Sequence[str]) -> AdviceJSON:
    return AdviceJSON(
        client=advice.client,
        code=advice.code,
        language=advice.language,
        effect=advice.effect.value if advice.effect is not None else "",
        note=advice.note,
        file=str(advice.file) if advice.file is not None else None,
        make=make_command(target, advice, trust),
    )


def _print(document: Document, form: Form) -> None:
    render = {"markdown": to_markdown, "html": to_html}.get(form, to_text)
    emit(render(document).rstrip("\n"))


def run_report(options: Options, form: Form) -> int:
    """Write the whole story of each target as Markdown, HTML or JSON; one host for each HTML file."""
    with prepared(options, demo_all=False) as work:
        if isinstance(work, Failure):
            return fail(work)
        if form == "html" and len(work.hosts) > 1:
            return fail(Failure("usage", "An HTML report is of one host.", "Name one target."))
        states = asyncio.run(journeys(work))
        now = work.journey.clock()
        texts = [_report(state, form, now, report(state, now, chain_file(work, state))) for state in states]
    text = "\n".join(texts)
    if options.output is None:
        emit(text.rstrip("\n"))
        return OK
    plan = plan_write(options.output, text.encode())
    if isinstance(plan, WritePlan) and not (plan.old is None or plan.unchanged or options.replace):
        words = f"{safe_text(str(options.output))} exists; it was left as it is."
        return fail(Failure("exists", words, "Add --replace to replace it."))
    written = put(options.output, text.encode(), "report", Consent(options.replace, options.backup))
    return fail(written) if isinstance(written, Failure) else OK


def _report(state: HostState, form: Form, now: datetime, document: Document) -> str:
    if form == "json":
        from tui_chain.results.host import host_result

        return host_result(state, now).to_json() + "\n"
    return {"html": to_html, "text": to_text}.get(form, to_markdown)(document)
