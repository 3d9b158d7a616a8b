"""The commands themselves."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from tui_chain.certs.text import plural, safe_text
from tui_chain.diagnose.words import Status
from tui_chain.failure import Failure
from tui_chain.headless.jsonlines import json_line
from tui_chain.headless.options import Options, Work, prepared
from tui_chain.headless.words import describe
from tui_chain.journey import HostState
from tui_chain.probe.served import ServedChain
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.repair import Repair, combine
from tui_chain.repair.write import WritePlan, plan_write, write

OK, FOUND, UNUSABLE = 0, 1, 2
CONCURRENT = 64
"""Hosts that are under way at once."""


def say(text: str) -> None:
    """Words for a person, on standard error."""
    click.echo(text, err=True, color=_colour())


def emit(text: str) -> None:
    """Data, on standard output."""
    click.echo(text, color=_colour())


def _colour() -> bool | None:
    """None lets click look whether the stream is a terminal; NO_COLOR forbids colour anywhere."""
    return False if os.environ.get("NO_COLOR") else None


def _fail(failure: Failure) -> int:
    say(f"tlschain: {failure}")
    return UNUSABLE


def run_check(options: Options) -> int:
    """Probe and diagnose; print each host as soon as it and all before it are done."""
    with prepared(options, demo_all=True) as work:
        if isinstance(work, Failure):
            return _fail(work)
        states = asyncio.run(_all(work, work.journey.probe, lambda state: emit(_report(options, work, state))))
    return max((_check_code(state) for state in states), default=OK)


def _report(options: Options, work: Work, state: HostState) -> str:
    return json_line(state) if options.as_json else describe(state, work.journey.clock()) + "\n"


def _check_code(state: HostState) -> int:
    if state.status is Status.UNREACHABLE:
        return UNUSABLE
    return FOUND if state.verdict is None or state.verdict.fatal else OK


async def _all(
    work: Work, run: Callable[[HostState], Awaitable[HostState]], done: Callable[[HostState], None]
) -> list[HostState]:
    """Run every host, some at once, and report them in their order."""
    gate = asyncio.Semaphore(CONCURRENT)

    async def one(state: HostState) -> HostState:
        async with gate:
            return await run(state)

    tasks = [asyncio.create_task(one(state)) for state in work.hosts]
    states = []
    for task in tasks:
        state = await task
        done(state)
        states.append(state)
    return states


def run_fix(options: Options) -> int:
    """Run the whole journey of each host, then write one bundle for all that could be repaired."""
    with prepared(options, demo_all=False) as work:
        if isinstance(work, Failure):
            return _fail(work)

        async def journey(state: HostState) -> HostState:
            return await work.journey.fix(state if state.served is not None else await work.journey.probe(state))

        def done(state: HostState) -> None:
            if not options.as_json:
                say(describe(state, work.journey.clock()) + "\n")

        states = asyncio.run(_all(work, journey, done))
        written = _deliver(options, work, states)
    if options.as_json:
        for state in states:
            emit(json_line(state, written if isinstance(written, Path) else None))
    code = max((_fix_code(state) for state in states), default=OK)
    return max(code, _fail(written)) if isinstance(written, Failure) else code


def _fix_code(state: HostState) -> int:
    if state.status is Status.UNREACHABLE:
        return UNUSABLE
    return OK if state.proven is not None or state.status is Status.COMPLETE else FOUND


def _deliver(options: Options, work: Work, states: list[HostState]) -> Path | Failure | None:
    """Write the bundle, or print it where no file is named; None where there is nothing to write."""
    repairs: list[tuple[ServedChain, Repair]] = [
        (state.served, state.proven)
        for state in states
        if state.proven is not None and isinstance(state.served, ServedChain)
    ]
    if not repairs:
        return None
    bundle = repairs[0][1].bundle if len(repairs) == 1 else combine(repairs, at=work.journey.clock())
    if isinstance(bundle, Failure):
        return bundle
    if options.output is None:
        if not options.as_json:
            emit(bundle.pem.decode("ascii").rstrip("\n"))
        return None
    return _write(options.output, bundle, replace=options.replace)


def _write(path: Path, bundle: Bundle, *, replace: bool) -> Path | Failure:
    plan = plan_write(path, bundle.pem)
    if isinstance(plan, Failure):
        return plan
    if plan.old is not None and not plan.unchanged:
        _show_difference(plan)
        if not replace:
            shown = safe_text(str(path))
            return Failure(
                "exists", f"{shown} exists and differs; it was left as it is.", "Add --replace to replace it."
            )
    result = write(plan, replace=replace)
    if not isinstance(result, Failure):
        what = plural(len(bundle.certificates), "CA certificate")
        say(f"{'unchanged' if plan.unchanged else 'wrote'} {safe_text(str(result))}: {what}, {len(plan.data)} bytes")
    return result


def _show_difference(plan: WritePlan) -> None:
    colours = {"+": "green", "-": "red"}
    for line in plan.difference():
        say(click.style(f"  {line}", fg=colours.get(line[:1])))


def run_lab(names: tuple[str, ...]) -> int:
    """Open the lab, say where everything is, and wait to be ended."""
    from tui_chain.lab.internet import open_lab

    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        with open_lab(names or None) as lab:
            width = max(len(host.name) for host in lab.hosts)
            for host in lab.hosts:
                emit(f"{host.target:<16} {host.name:<{width}}  # {host.words}")
            say(f"\nIts trust store is {lab.trust_file}; no public store is touched. From another terminal:")
            say(f"  tlschain fix --trust {lab.trust_file} {lab.hosts[0].target}")
            say(f"  curl --cacert {lab.trust_file} https://{lab.hosts[0].target}/\nCtrl-C ends it.")
            sys.stdout.flush()
            ended.wait()
    except ValueError as error:
        return _fail(
            Failure("usage", f"The lab has no such host: {safe_text(str(error))}.", "`tlschain lab` lists all.")
        )
    except KeyboardInterrupt:
        say("")
    return OK
