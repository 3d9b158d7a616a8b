"""The real programs of this machine, run against the host with the bundle: found on PATH, bounded, and clean."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from tui_chain.core.failure import Failure
from tui_chain.core.system import end_group
from tui_chain.core.text import safe_text
from tui_chain.livetest.attempt import since
from tui_chain.net.proxy import read_proxy
from tui_chain.net.target import Target

SECONDS = 20.0
"""Seconds that one program has."""
MAX_OUTPUT = 64 * 1024
"""Bytes of a program's output that are read."""

_NODE = (
    "require('https').get(process.argv[1], a => { console.log('HTTP ' + a.statusCode); a.resume(); })"
    ".on('error', e => { console.error(e.message); process.exitCode = 1; })"
)
_REQUESTS = (
    "import sys, requests\n"
    "try: print('HTTP', requests.get(sys.argv[1], verify=sys.argv[2], timeout=15,\n"
    " allow_redirects=False).status_code)\n"
    "except requests.RequestException as error: sys.exit(str(error))"
)
# a server that refuses a client would be tried again for minutes;
# a redirect leads to another server, whose certificate is not the question, and perhaps inside the network
_WGET = ("--no-config", "-q", "--tries=1", "--max-redirect=0", "-O", os.devnull)
_ERROR = re.compile("certif|ssl|verif", re.IGNORECASE)
_NO_ERROR = "Peer certificate: "
"""What `openssl s_client -brief` says of every server."""
_GIT = ("-c", "http.followRedirects=false")
_GIT_REFUSED = r"unable to access(?!.*returned error)"
_JAVA = """import java.net.*;
public class Get { public static void main(String[] a) throws Exception {
  try {
    HttpURLConnection connection = (HttpURLConnection) new URI(a[0]).toURL().openConnection();
    connection.setInstanceFollowRedirects(false);
    System.out.println("HTTP " + connection.getResponseCode()); }
  catch (javax.net.ssl.SSLException e) { System.err.println(e.getMessage()); System.exit(1); } } }
"""


@dataclass(frozen=True)
class Program:
    """How a program is asked: its name on PATH, its arguments, variables it gets, and what says that it worked.

    `codes` are the exit codes after a verified connection. `refused`, a regular expression for its output, takes
    their place for programs that fail for other reasons too. `left_out` says why it is not asked at all.
    """

    name: str
    executable: str
    arguments: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    codes: tuple[int, ...] = (0,)
    refused: str = ""
    left_out: str = ""


@dataclass(frozen=True)
class ProgramTest:
    """What came of one program: `ok` is None where it is missing or was left out; words are its last line, safe."""

    name: str
    ok: bool | None
    words: str
    milliseconds: float = 0.0
    command: str = ""


def programs(
    target: Target, bundle: Path, scratch: Path, java_store: Path | None = None, proxy: str | None = None
) -> tuple[Program, ...]:
    """Say how each program is asked about `target` with `bundle` alone; `scratch` is a folder of the test's.

    curl, git and wget get an empty folder of certificates, for otherwise Debian's read the system's.
    Java takes `java_store`, the PKCS#12 form. STARTTLS hosts are for openssl alone. All go through `proxy`, a URL, if
    there is one; a program that cannot is left out.
    """
    if target.starttls is not None:
        asked: tuple[Program, ...] = (_openssl(target, bundle),)
    else:
        asked = _for_https(target, bundle, scratch, java_store)
    return asked if proxy is None else tuple(_by_proxy(program, proxy) for program in asked)


def _for_https(target: Target, bundle: Path, scratch: Path, java_store: Path | None) -> tuple[Program, ...]:
    url, file, empty = target.url, str(bundle), str(_empty(scratch))
    found = (
        Program("curl", "curl", ("-q", "-sS", "--capath", empty, "--cacert", file, "-o", os.devnull, url)),
        _openssl(target, bundle),
        Program(
            "git",
            "git",
            ("-c", f"http.sslCAInfo={file}", "-c", f"http.sslCAPath={empty}", *_GIT, "ls-remote", url),
            refused=_GIT_REFUSED,
        ),
        Program("wget", "wget", (*_WGET, f"--ca-certificate={file}", f"--ca-directory={empty}", url), codes=(0, 8)),
        Program("node", "node", ("-e", _NODE, url), (("NODE_EXTRA_CA_CERTS", file),)),
        Program("python requests", "python3", ("-I", "-c", _REQUESTS, url, file)),
    )
    return (*found, _java(url, scratch, java_store)) if java_store is not None else found


def _empty(scratch: Path) -> Path:
    folder = scratch / "no-certificates"
    folder.mkdir(exist_ok=True)
    return folder


def _openssl(target: Target, bundle: Path) -> Program:
    host = f"[{target.host}]" if ":" in target.host else target.host
    switch = ("-starttls", target.starttls) if target.starttls is not None else ()
    name = (
        ("-verify_ip", target.host) if target.is_ip else ("-servername", target.host, "-verify_hostname", target.host)
    )
    own = ("-CAfile", str(bundle), "-no-CApath", "-no-CAstore", "-verify_return_error", "-brief")
    return Program("openssl", "openssl", ("s_client", "-connect", f"{host}:{target.port}", *switch, *name, *own))


def _java(url: str, scratch: Path, store: Path) -> Program:
    source = scratch / "Get.java"
    source.write_text(_JAVA, encoding="ascii")
    return Program("java", "java", (f"-Djavax.net.ssl.trustStore={store}", str(source), url))


_OBEYING = frozenset({"curl", "git", "wget", "python requests"})
"""Programs that take a proxy from the environment."""
_PASSWORD = "TLSCHAIN_PROXY_PASSWORD"  # noqa: S105 - the name of a variable


def _by_proxy(program: Program, url: str) -> Program:
    """The same program by way of a proxy, whose password stands in no command line."""
    if program.name in _OBEYING:
        return replace(program, variables=(*program.variables, ("https_proxy", url)))
    known = read_proxy(url)
    if isinstance(known, Failure) or known.url.startswith("https:"):
        return replace(program, left_out="goes through no proxy of this kind")
    place = urlsplit(known.url)
    user, password = (part.decode("utf-8", "replace") for part in known.credentials or (b"", b""))
    if program.name == "openssl":
        login = ("-proxy_user", user, "-proxy_pass", f"env:{_PASSWORD}") if known.credentials is not None else ()
        return replace(
            program,
            arguments=(*program.arguments, "-proxy", place.netloc, *login),
            variables=(*program.variables, (_PASSWORD, password)),
        )
    if program.name == "java" and known.credentials is None:
        # without nonProxyHosts it would go to loopback directly
        way = (f"-Dhttps.proxyHost={place.hostname}", f"-Dhttps.proxyPort={place.port}", "-Dhttp.nonProxyHosts=")
        return replace(program, arguments=(*way, *program.arguments))
    return replace(program, left_out="takes no proxy from the environment, or none that wants a login")


async def run_programs(
    asked: Sequence[Program], environment: Mapping[str, str], scratch: Path
) -> tuple[ProgramTest, ...]:
    """Run every program that is on PATH, two at once, and return their results in order."""
    gate = asyncio.Semaphore(2)
    clean = _clean(environment, scratch)

    async def one(program: Program) -> ProgramTest:
        async with gate:
            return await run_program(program, clean)

    return tuple(await asyncio.gather(*map(one, asked)))


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
        return ProgramTest(program.name, None, "not installed")
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
            said = await _output(process)
            code = await process.wait()
    except TimeoutError:
        return ProgramTest(program.name, False, f"no end within {seconds:g} s", since(started), command)
    finally:
        await _end(process)
    text = said.decode("utf-8", "replace")
    if code and "No module named" in text:
        return ProgramTest(program.name, None, "not installed", since(started), command)
    ok = re.search(program.refused, text) is None if program.refused else code in program.codes
    return ProgramTest(program.name, ok, _words(program, text, ok=ok), since(started), command)


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


def _words(program: Program, text: str, *, ok: bool) -> str:
    if ok and (program.refused or program.name == "openssl"):
        return "verified"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.search(line) and not line.startswith(_NO_ERROR)]
    told = lines[-1:] if ok else (errors or lines[-1:])
    return safe_text(told[0], 160) if told else ("verified" if ok else "refused without a word")
