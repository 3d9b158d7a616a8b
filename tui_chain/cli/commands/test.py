"""`tlschain test`: a real request, client by client."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from tui_chain.cli.hosts import each_repaired
from tui_chain.cli.options import CRL_DEMO_HOST, CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, fail, note, worst
from tui_chain.core.command import ENVIRONMENT, HOST
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.status import Status
from tui_chain.core.text import plural, safe_text, shown_url
from tui_chain.engine.arguments import named_hosts
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.livetest.attempt import Attempt, Times
from tui_chain.livetest.choice import RequestChoice, read_choice
from tui_chain.livetest.families import FamilyTest
from tui_chain.livetest.hops import Hop
from tui_chain.livetest.live import request_for
from tui_chain.livetest.request import LiveRequest
from tui_chain.livetest.tester import LiveTester, LiveTestResult
from tui_chain.net.proxy import read_proxy
from tui_chain.probe.served import ServedChain
from tui_chain.x509.crl import crls_of

NAMES = 23
"""Columns of the names of client families and programs."""


@dataclass(frozen=True)
class LiveOptions:
    """How the request is made: method, path and header lines.

    `bundle` is a file to test with, instead of the repair that is found.
    """

    bundle: Path | None = None
    method: str = "GET"
    path: str = "/"
    headers: tuple[str, ...] = ()
    programs: bool = False


def run_test(options: CommandOptions, live: LiveOptions) -> int:
    """Test each target.

    Exit 0: verified at the end, by every client family and, where they are run, every program. 1: not. 2: wrong
    usage, or a proxy that does not lead there. 3: nothing worse than hosts that were not reached.
    """
    choice = read_choice(live.method, live.path, live.headers, proxy=options.proxy == ENVIRONMENT)
    if isinstance(choice, Failure):
        return fail(choice)
    pem = read_file(live.bundle, "bundle") if live.bundle is not None else None
    if pem is not None and not isinstance(pem, Failure) and options.crl is not None and not crls_of(pem):
        pem = _without_crls(options)
    if isinstance(pem, Failure):
        return fail(pem)
    with opened(options) as run:
        codes = asyncio.run(_all(run, options, live, choice, pem))
    return worst(codes)


def _without_crls(options: CommandOptions) -> Failure:
    """That the bundle has no CRL, with the command that makes one for the first host that is named."""
    named = named_hosts(options)
    if isinstance(named, Failure):
        return named
    label = next(iter(options.targets), CRL_DEMO_HOST) if options.demo else ""
    command = options.command(
        "fix", "--crl", host=named.hosts[0].target if named.hosts else label or HOST, label=label
    )
    return Failure("usage", "There is no CRL in that file.", f"`{command}` writes one that has them.")


async def _all(
    run: Run, options: CommandOptions, live: LiveOptions, choice: RequestChoice, pem: bytes | None
) -> list[int]:
    codes = []
    async for state in each_repaired(run, crl=options.crl_scope if pem is None else None):
        request = _request(state, choice, options)
        if isinstance(request, Failure):
            codes.append(_untested(state, request))
        else:
            codes.append(await _one(run, state, request, live, pem, options))
    return codes


def _request(state: HostState, choice: RequestChoice, options: CommandOptions) -> LiveRequest | Failure:
    """The request to a host that was reached, by the same proxy."""
    address = state.reached.address if state.reached is not None else None
    request = request_for(
        (state.reached or state).target,
        choice,
        os.environ,
        address=address,
        timeout=options.timeout,
        usual_proxy=options.usual_proxy,
    )
    proxy = read_proxy(request.proxy) if request.proxy is not None else None
    if isinstance(proxy, Failure):
        return proxy
    if choice.proxy and proxy is None:
        note(f"{state.target}: the environment names no proxy for it; the request goes there directly.")
    if isinstance(state.served, ServedChain):
        return request
    unknown = Failure("unreachable", f"{state.target} was not reached.")
    return state.served if state.served is not None else unknown


def _untested(state: HostState, failure: Failure) -> int:
    """Print why a host is not tested; not reached is no wrong usage, and refusing TLS was found."""
    code = fail(failure)
    if failure != state.served and failure.kind != "unreachable":
        return code
    return FOUND if state.status is Status.REFUSED else UNREACHED


async def _one(
    run: Run, state: HostState, request: LiveRequest, live: LiveOptions, pem: bytes | None, options: CommandOptions
) -> int:
    if isinstance(state.crls, Failure):
        fail(state.crls)
        return FOUND
    crl = options.crl_scope if pem is not None or state.crls is not None else None
    if pem is None and state.bundle is not None:
        pem = state.bundle.pem
    journey = run.journey
    limits = journey.redirect_limits
    tester = LiveTester(
        journey.trust,
        journey.clock(),
        os.environ,
        live.bundle,
        options.proxy == ENVIRONMENT,
        crl,
        limits,
        options.usual_proxy,
    )
    tested = await tester.test(request, pem, with_programs=live.programs)
    if isinstance(tested, Failure):
        hint = tested.hint if live.bundle is None else options.completed_for(tested.hint, live.bundle)
        return fail(replace(tested, hint=hint))
    if options.as_json:
        checked = {"crl_check": crl.value} if crl is not None else {}
        emit(json.dumps({"target": str(state.target)} | test_object(tested) | checked))
    else:
        emit("\n".join(_lines(state, tested)))
    failed = tested.live.failed_hop
    if failed is not None:
        note(f"The redirect to {failed} fails on TLS: {options.command('fix', host=failed)}")
    if tested.live.last.proxy_error:
        return fail(Failure("proxy", f"The proxy {tested.live.proxy} does not lead there: {tested.live.last.text}."))
    return OK if tested.ok else FOUND


def test_object(test: LiveTestResult) -> dict[str, object]:
    """Describe a test for `--json`.

    method, url, proxy, before, after, hops, failed_hop, clients, http2, environment, with_environment,
    environment_tests, programs; beside them crl_check (`chain` or `leaf`) where CRLs were checked.
    """
    return {
        "method": test.live.method,
        "url": test.live.url,
        "proxy": test.live.proxy,
        "before": _object(test.live.before),
        "after": _object(test.live.after) if test.live.after is not None else None,
        "hops": [_hop_object(hop) for hop in test.hops],
        "failed_hop": str(test.live.failed_hop) if test.live.failed_hop is not None else None,
        "clients": [_object(one) for one in test.clients],
        "http2": test.http2,
        "environment": [_object(one) for one in test.environment],
        "with_environment": {name: _object(one) for name, one in test.with_environment.items()},
        "environment_tests": [_object(one) for one in test.variables],
        "programs": [_object(one) for one in test.programs],
    }


def _object(value: Any) -> dict[str, Any]:
    """A result of the test as JSON has it: what it comes to is called `words` there."""
    return asdict(value, dict_factory=_with_names)


def _with_names(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {_KEYS.get(name, name): one for name, one in items}
    if found.get("location"):
        found["location"] = shown_url(found["location"])
    return found


_KEYS = {"text": "words"}


def _hop_object(hop: Hop) -> dict[str, object]:
    """One hop: where it leads, what came of it, and whether TLS failed there."""
    return {
        "url": hop.url,
        "ok": hop.ok,
        "words": hop.text,
        "target": str(hop.target) if hop.target is not None else None,
        "tls_failed": hop.tls_failed,
        "attempt": _object(hop.attempt) if hop.attempt is not None else None,
    }


def _lines(state: HostState, test: LiveTestResult) -> Iterator[str]:
    yield click.style(safe_text(test.live.request_line, 300), bold=True)
    if test.live.route:
        yield f"    route     {test.live.route}"
    yield _attempt("before", test.live.before)
    if test.live.after is not None:
        yield _attempt("after", test.live.after)
    elif isinstance(state.repair, Failure):
        yield f"  no bundle   {state.repair.message}"
    for hop in test.hops[1:]:
        code = f" (code {hop.attempt.code})" if hop.attempt is not None and hop.attempt.code is not None else ""
        yield f"  {_glyph(hop.ok)} hop       {hop.url}: {hop.text}{code}"
    yield from map(_client, test.clients)
    if test.http2 is not None:
        yield f"    HTTP/2    {'offered' if test.http2 else 'not offered'}"
    yield from _environment(test)
    for program in test.programs:
        took = f" ({program.milliseconds:.0f} ms)" if program.milliseconds else ""
        yield f"  {_glyph(program.ok)} {program.name:<{NAMES}} {program.text}{took}"
    yield f"  {_glyph(test.ok)} verdict   {_verdict(test)}"


def _client(client: FamilyTest) -> str:
    code = f" (code {client.code})" if client.code is not None else ""
    return f"  {_glyph(client.ok)} {client.name:<{NAMES}} {client.text}{code}{_times(client.times)}"


def _verdict(test: LiveTestResult) -> str:
    """What the test comes to, in a line; what the environment has set is no part of the repair."""
    used = "with the bundle" if test.live.after is not None else "with the trust store"
    if not test.live.last.ok:
        return f"does not work {used}: {test.live.last.text}"
    if test.broken_hops:
        return f"works {used}, but not the redirect to {test.broken_hops[0].url}"
    if test.refusing:
        return f"works {used}, but is refused by {'; '.join(test.refusing)}"
    names = test.failing_variables
    if not names:
        return f"works {used}"
    get = "gets" if len(names) == 1 else "get"
    return f"works {used}; {plural(len(names), 'variable')} of this environment {get} in the way: {', '.join(names)}"


_PROXIES = frozenset({"https_proxy", "all_proxy"})


def _environment(test: LiveTestResult) -> Iterator[str]:
    for one in test.environment:
        by_it = test.live.proxy is not None and one.name.lower() in _PROXIES and one.value == test.live.proxy
        if by_it and test.live.last.proxy_error:
            yield f"  {_glyph(False)} {one.name}={one.value}: {test.live.last.text}"
        else:
            yield f"  {_glyph(None if one.beats else True)} {one.name}={one.value}: {one.text}"
        for tried in test.variables:
            if tried.name == one.name:
                beside = "added to its own trust store" if tried.adds else "in place of its own trust store"
                attempt = tried.attempt
                yield f"    {_glyph(attempt.ok)} {tried.clients}, {beside}: {attempt.text}{_times(attempt.times)}"


def _attempt(name: str, attempt: Attempt) -> str:
    facts = filter(None, (attempt.tls_version, attempt.cipher, attempt.http_version))
    line = " ".join((f"{attempt.text} [{attempt.trust}]", *facts))
    return f"  {_glyph(attempt.ok)} {name:<9} {line}{_times(attempt.times)}"


def _times(times: Times) -> str:
    names = (("lookup", times.lookup), ("connect", times.connect), ("TLS", times.tls), ("answer", times.first_byte))
    text = ", ".join(f"{name} {value:.0f} ms" for name, value in names if value is not None)
    return f" ({text})" if text else ""


def _glyph(ok: bool | None) -> str:
    glyph, colour = {True: ("✓", "green"), False: ("✗", "red"), None: ("-", "yellow")}[ok]
    return click.style(glyph, fg=colour)
