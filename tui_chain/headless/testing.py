"""`tlschain test`: a real request, client by client."""

from __future__ import annotations

import asyncio
import json
import os
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure
from tui_chain.headless.options import Options, Work, prepared
from tui_chain.headless.run import journeys
from tui_chain.headless.speech import FOUND, OK, UNUSABLE, emit, fail
from tui_chain.livetest.attempt import Times
from tui_chain.livetest.fulltest import FullTest, LiveTester
from tui_chain.livetest.request import Attempt, Request, read_header_line
from tui_chain.probe.served import ServedChain
from tui_chain.state import HostState
from tui_chain.trust import read_file


@dataclass(frozen=True)
class LiveOptions:
    """How the request is made: method, path, header lines, and through the environment's proxy or not.

    `bundle` is a file to test with, instead of the repair that is found.
    """

    bundle: Path | None = None
    method: str = "GET"
    path: str = "/"
    headers: tuple[str, ...] = ()
    proxy: bool = False
    programs: bool = False


def run_test(options: Options, live: LiveOptions) -> int:
    """Test each target. Exit 0: verified at the end, by every client. 1: not. 2: wrong usage, or not reached."""
    headers = tuple(read_header_line(line) for line in live.headers)
    wrong = next((each for each in headers if isinstance(each, Failure)), None)
    if wrong is not None or not live.path.startswith("/") or not (live.path.isascii() and live.path.isprintable()):
        return fail(wrong or Failure("usage", "A path begins with a slash and is ASCII.", "Write it as /index.html."))
    good = tuple(each for each in headers if not isinstance(each, Failure))
    pem = read_file(live.bundle, "bundle") if live.bundle is not None else None
    if isinstance(pem, Failure):
        return fail(pem)
    with prepared(options, demo_all=False) as work:
        if isinstance(work, Failure):
            return fail(work)
        codes = asyncio.run(_all(work, options, live, good, pem))
    return max(codes, default=OK)


async def _all(
    work: Work, options: Options, live: LiveOptions, headers: tuple[tuple[str, str], ...], pem: bytes | None
) -> list[int]:
    codes = []
    for state in await journeys(work):
        if not isinstance(state.served, ServedChain):
            codes.append(fail(state.served) if isinstance(state.served, Failure) else UNUSABLE)
            continue
        proxy = urllib.request.getproxies().get("https") if live.proxy else None
        seconds = max(options.timeout, 5.0)
        request = Request(state.target, live.method, live.path, seconds, state.served.address, headers, proxy)
        codes.append(await _one(work, state, request, live, pem, as_json=options.as_json))
    return codes


async def _one(
    work: Work, state: HostState, request: Request, live: LiveOptions, pem: bytes | None, *, as_json: bool
) -> int:
    if pem is None and state.proven is not None:
        pem = state.proven.bundle.pem
    tester = LiveTester(work.journey.trust, work.journey.clock(), os.environ, live.bundle)
    tested = await tester.test(request, pem, with_programs=live.programs)
    if isinstance(tested, Failure):
        return fail(tested)
    if as_json:
        emit(json.dumps({"target": str(state.target)} | test_object(tested)))
    else:
        emit("\n".join(_lines(state, tested)))
    return OK if tested.ok else FOUND


def test_object(test: FullTest) -> dict[str, object]:
    """Describe a test for `--json`: method, url, before, after, hops, profiles, http2, environment, programs."""
    return {
        "method": test.live.method,
        "url": test.live.url,
        "before": asdict(test.live.before),
        "after": asdict(test.live.after) if test.live.after is not None else None,
        "hops": [{"url": hop.url, "ok": hop.ok, "words": hop.words} for hop in test.hops],
        "profiles": [asdict(one) for one in test.profiles],
        "http2": test.http2,
        "environment": [asdict(one) for one in test.environment],
        "with_environment": {name: asdict(one) for name, one in (test.with_environment or {}).items()},
        "programs": [asdict(one) for one in test.programs],
    }


def _lines(state: HostState, test: FullTest) -> Iterator[str]:
    yield click.style(safe_text(f"{test.live.method} {test.live.url}", 300), bold=True)
    yield _attempt("before", test.live.before)
    if test.live.after is not None:
        yield _attempt("after", test.live.after)
    elif isinstance(state.repair, Failure):
        yield f"  no bundle   {state.repair.message}"
    for hop in test.hops[1:]:
        more = f"; look at it with tlschain check {hop.target}" if hop.tls_failed else ""
        yield f"  {_glyph(hop.ok)} hop       {hop.url}: {hop.words}{more}"
    for one in test.profiles:
        code = f" (code {one.code})" if one.code is not None else ""
        yield f"  {_glyph(one.ok)} {one.profile:<15} {one.words}{code}{_times(one.times)}"
    if test.http2 is not None:
        yield f"    HTTP/2    {'offered' if test.http2 else 'not offered'}"
    yield from _environment(test)
    for program in test.programs:
        took = f" ({program.milliseconds:.0f} ms)" if program.milliseconds else ""
        yield f"  {_glyph(program.ok)} {program.name:<15} {program.words}{took}"


def _environment(test: FullTest) -> Iterator[str]:
    for one in test.environment:
        yield f"  {_glyph(None if one.beats else True)} {one.name}={one.value}: {one.words}"
        attempt = (test.with_environment or {}).get(one.name)
        if attempt is not None:
            yield _attempt("  with it", attempt)


def _attempt(name: str, attempt: Attempt) -> str:
    facts = filter(None, (attempt.tls_version, attempt.cipher, attempt.http_version))
    said = " ".join((f"{attempt.words} [{attempt.trust}]", *facts))
    return f"  {_glyph(attempt.ok)} {name:<9} {said}{_times(attempt.times)}"


def _times(times: Times) -> str:
    names = (("lookup", times.lookup), ("connect", times.connect), ("TLS", times.tls), ("answer", times.first_byte))
    said = ", ".join(f"{name} {value:.0f} ms" for name, value in names if value is not None)
    return f" ({said})" if said else ""


def _glyph(ok: bool | None) -> str:
    glyph, colour = {True: ("✓", "green"), False: ("✗", "red"), None: ("-", "yellow")}[ok]
    return click.style(glyph, fg=colour)
