"""`tlschain report`: everything that is known of hosts as a document."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tui_chain.advise.document import to_markdown, to_text
from tui_chain.advise.report import report
from tui_chain.cli.commands.advise import Form, chain_file
from tui_chain.cli.files import Consent, put
from tui_chain.cli.hosts import repair_all
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
        states = asyncio.run(_known(run, options))
        now = run.journey.clock()
        if form == "html" and len(states) > 1:
            text = _fleet_page(states, now, options)
        else:
            text = "\n".join(_report(run, state, form, now, options) for state in states)
    if options.output is None:
        emit(text.rstrip("\n"))
        return OK
    plan = plan_write(options.output, text.encode())
    if isinstance(plan, WritePlan) and not (plan.old is None or plan.unchanged or options.replace):
        message = f"{safe_text(str(options.output))} exists; it was left as it is."
        return fail(Failure("exists", message, "Add --replace to replace it."))
    written = put(options.output, text.encode(), "report", Consent(options.replace, options.backup))
    return fail(written) if isinstance(written, Failure) else OK


async def _known(run: Run, options: CommandOptions) -> list[HostState]:
    """Every host with all that is to be in its report."""
    states = await repair_all(run, variants=replace(options, revocation=False))
    if options.revocation:
        from tui_chain.engine.revocation import check_revocation

        # of the path that was found: a leaf alone has no issuer who could be asked
        states = [await check_revocation(run.journey, state) for state in states]
    if not options.live_test:
        return states
    environment = dict(os.environ)
    return [await run.journey.test(state, environment=environment) for state in states]


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
