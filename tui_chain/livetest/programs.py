"""The real programs of this machine, run against the host with the bundle: found on PATH, bounded, and clean."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramProxy, ProgramRun
from tui_chain.clients.registry import clients
from tui_chain.core.failure import Failure
from tui_chain.core.system import end_group
from tui_chain.core.text import safe_text
from tui_chain.livetest.attempt import since
from tui_chain.net.proxy import read_proxy
from tui_chain.net.target import Target
from tui_chain.x509.crl import CrlScope

SECONDS = 20.0
"""Seconds that one program has."""
MAX_OUTPUT = 64 * 1024
"""Bytes of a program's output that are kept."""

NOT_INSTALLED = "not installed"
NOT_TOLD = "the options of this connection are not for programs"
NO_FOLDER = "no folder for temporary files can be written; set TMPDIR to one"
_ERROR = re.compile("certif|ssl|verif", re.IGNORECASE)


@dataclass(frozen=True)
class ProgramTest:
    """What came of one program: `ok` is None where it is missing or was left out; text are its last line, safe."""

    name: str
    ok: bool | None
    text: str
    milliseconds: float = 0.0
    command: str = ""

    @property
    def missing(self) -> bool:
        """Whether there is no such program on this machine."""
        return self.ok is None and self.text == NOT_INSTALLED


def program_run(
    target: Target,
    bundle: Path,
    scratch: Path,
    store: Path | None = None,
    proxy: str | None = None,
    crl: CrlScope | None = None,
) -> ProgramRun:
    """Say with what programs are run for `target`: with `bundle` alone, in `scratch`, a folder of the test's.

    `store` is the bundle as PKCS#12; `proxy` is the URL to go through, `crl` turns the check of the bundle's CRLs on.
    """
    empty = scratch / "no-certificates"
    empty.mkdir(exist_ok=True)
    return ProgramRun(target, bundle, scratch, empty, store, _proxy(proxy) if proxy is not None else None, crl)


def _proxy(url: str) -> ProgramProxy:
    known = read_proxy(url)
    if isinstance(known, Failure) or not known.url.startswith("http:"):
        return ProgramProxy(url)
    parts = urlsplit(known.url)
    login = [part.decode("utf-8", "replace") for part in known.credentials or ()]
    user, password = login or (None, "")
    return ProgramProxy(url, parts.hostname or "", parts.port or 80, user, password)


def programs(run: ProgramRun) -> tuple[Program, ...]:
    """Say how each client that is a program is run; those that are none for the endpoint are left out."""
    made = (client.program(run) for client in clients() if client.program is not None)
    return tuple(program for program in made if program is not None)


def left_out_programs(target: Target, reason: str = NOT_TOLD) -> tuple[ProgramTest, ...]:
    """Say of each client that is a program that it is not run: it would not reach the target as that was reached.

    Or why else; `reason` are a few words.
    """
    nowhere = ProgramRun(target, Path(), Path(), Path(), Path())
    return tuple(ProgramTest(one.name, None, f"not run: {reason}") for one in programs(nowhere))


@cache
def programs_of(family: FamilyId) -> frozenset[str]:
    """The names of the programs that judge by the rules of this family and of no other one."""
    nowhere = ProgramRun(Target("localhost"), Path(), Path(), Path(), Path())
    own = (client.program for client in clients() if set(client.families) == {family})
    made = (program(nowhere) for program in own if program is not None)
    return frozenset(program.name for program in made if program is not None)


async def run_programs(
    wanted: Sequence[Program], environment: Mapping[str, str], scratch: Path
) -> tuple[ProgramTest, ...]:
    """Run every program that is on PATH, two at once, and return their results in order."""
    gate = asyncio.Semaphore(2)
    clean = _clean(environment, scratch)

    async def one(program: Program) -> ProgramTest:
        async with gate:
            for name, text in program.sources:
                (scratch / name).write_text(text, encoding="ascii")
            return await run_program(program, clean)

    return tuple(await asyncio.gather(*map(one, wanted)))


def _clean(environment: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """PATH and nothing else of the user's: no settings of trust, no proxies, no configuration files at home."""
    return {
        "PATH": environment.get("PATH", os.defpath),
        "HOME": str(scratch),
        "LC_ALL": "C.UTF-8",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "OPENSSL_CONF": os.devnull,
    }


async def run_program(program: Program, environment: Mapping[str, str], seconds: float = SECONDS) -> ProgramTest:
    """Run one program with exactly this environment; it is ended when its time is over or the test is cancelled."""
    if program.left_out:
        return ProgramTest(program.name, None, program.left_out)
    path = shutil.which(program.executable, path=environment.get("PATH"))
    if path is None:
        return ProgramTest(program.name, None, NOT_INSTALLED)
    command = safe_text(" ".join((program.executable, *program.arguments)), 300)
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        path,
        *program.arguments,
        env={**environment, **dict(program.variables)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            output = await _output(process)
            code = await process.wait()
    except TimeoutError:
        return ProgramTest(program.name, False, f"no end within {seconds:g} s", since(started), command)
    finally:
        await _end(process)
    text = output.decode("utf-8", "replace")
    if code and program.missing and program.missing in text:
        return ProgramTest(program.name, None, NOT_INSTALLED, since(started), command)
    ok = re.search(program.refused, text) is None if program.refused else code in program.codes
    return ProgramTest(program.name, ok, _shown(program, text, ok=ok), since(started), command)


async def _output(process: asyncio.subprocess.Process) -> bytes:
    """Read what it says, at most `MAX_OUTPUT` bytes; the rest is read and dropped, so that it can end."""
    stream = process.stdout
    kept = b""
    while stream is not None and (piece := await stream.read(8192)):
        kept += piece[: MAX_OUTPUT - len(kept)]
    return kept


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the program and what it has started."""
    if process.returncode is None:
        end_group(process.pid)
        await process.wait()


def _shown(program: Program, text: str, *, ok: bool) -> str:
    if ok and program.quiet:
        return "verified"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [
        line for line in lines if _ERROR.search(line) and not (program.harmless and line.startswith(program.harmless))
    ]
    shown = lines[-1:] if ok else (errors or lines[-1:])
    return safe_text(shown[0], 160) if shown else ("verified" if ok else "refused without a word")
