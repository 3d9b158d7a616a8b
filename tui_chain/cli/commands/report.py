"""`tlschain report`: everything that is known of hosts as a document."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tui_chain.advise.document import to_markdown, to_text
from tui_chain.advise.report import report
from tui_chain.cli.commands.advise import Form, chain_file
from tui_chain.cli.files import Consent, put
from tui_chain.cli.hosts import each_repaired
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import OK, emit, fail, host_json
from tui_chain.core.command import unshowable
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.engine.shared_roots import with_shared_roots
from tui_chain.engine.startup import Run
from tui_chain.repair.write import WritePlan, plan_write


def run_report(options: CommandOptions, form: Form) -> int:
    """Write a report of each target as Markdown, HTML or JSON; of several hosts the HTML is one page for all."""
    refused = unshowable(Path().absolute()) or options.unshowable()
    if refused is not None:
        return fail(refused)
    with opened(options) as run:
        written = asyncio.run(_print_or_collect(run, options, form))
    if written is None:
        return OK
    plan = plan_write(written.path, written.data)
    if isinstance(plan, WritePlan) and not (plan.old is None or plan.unchanged or options.replace):
        message = f"{safe_text(str(written.path))} exists; it was left as it is."
        return fail(Failure("exists", message, "Add --replace to replace it."))
    file = put(written.path, written.data, "report", Consent(options.replace, options.backup))
    return fail(file) if isinstance(file, Failure) else OK


class _Written(NamedTuple):
    path: Path
    data: bytes


async def _print_or_collect(run: Run, options: CommandOptions, form: Form) -> _Written | None:
    """Print the report of each host as soon as it is known, or return what is to be written in the end."""
    page = form == "html" and len(run.hosts) > 1
    states: list[HostState] = []
    texts: list[str] = []
    async for state in _known(run, options):
        if page:
            states.append(state)
            continue
        texts.append(_report(run, state, form, run.journey.clock(), options))
        if options.output is None:
            # a blank line between two hosts, but for JSON, of which each line is one
            emit(("\n" if len(texts) > 1 and form != "json" else "") + texts[-1].rstrip("\n"))
    if page:
        texts = [_fleet_page(states, run.journey.clock(), options)]
        if options.output is None:
            emit(texts[0].rstrip("\n"))
    if options.output is None:
        return None
    return _Written(options.output, ("" if form == "json" else "\n").join(texts).encode())


async def _known(run: Run, options: CommandOptions) -> AsyncIterator[HostState]:
    """Every host with all that is to be in its report."""
    environment = dict(os.environ)
    async for repaired in each_repaired(run, variants=replace(options, revocation=False)):
        state = repaired
        if options.revocation:
            from tui_chain.engine.revocation import check_revocation

            # of the path that was found: a leaf alone has no issuer who could be asked
            state = await check_revocation(run.journey, state)
        yield await run.journey.test(state, environment=environment) if options.live_test else state


def _fleet_page(states: list[HostState], now: datetime, options: CommandOptions) -> str:
    """The one page of several hosts."""
    from tui_chain.fleet.formats.html_page import HTMLWriter
    from tui_chain.fleet.policy import Policy
    from tui_chain.results.host import host_result

    writer = HTMLWriter(Policy(warn_days=options.warn_days), now)
    pieces = list(writer.begin())
    for state in with_shared_roots(states):
        pieces += writer.add(host_result(state, now, options=options))
    return "".join((*pieces, *writer.end()))


def _report(run: Run, state: HostState, form: Form, now: datetime, options: CommandOptions) -> str:
    chain, trust = chain_file(run, state), run.journey.trust
    if form == "json":
        return host_json(state, now, options) + "\n"
    if form == "html":
        from tui_chain.advise.report_page import report_page

        return report_page(state, now, chain, None, options, trust)
    document = report(state, now, chain, None, options, trust)
    return to_text(document) if form == "text" else to_markdown(document)
