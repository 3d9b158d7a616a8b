"""uv, whose TLS is rustls, with the bundle as SSL_CERT_FILE."""

from __future__ import annotations

import ipaddress
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.clients.programs import Outcome, ServedCase

_PATIENCE = 60.0
_WORKERS = 3
_LIBRARIES = ("rustls", "rustls-webpki")
_REPLIED = "Unable to parse the JSON"
_NO_NAME = "Invalid Server Name"
_REFUSALS = (
    _NO_NAME,
    "message buffer full",
    "invalid peer certificate",
    "received fatal alert",
    "peer misbehaved",
    "received corrupt message",
)


class Uv:
    """One process a case: `uv python list` asks a server for a list of downloads, which the reply is none of."""

    name = "uv"
    family = "rustls"

    def version(self) -> str | None:
        """Return uv's version and those of rustls and webpki, which stand in the program as paths of sources."""
        program = program_of_uv()
        if program is None:
            return None
        printed = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        content = Path(program).read_bytes()
        found = (re.search(rf"/({library}-\d+\.\d+\.\d+)/".encode(), content) for library in _LIBRARIES)
        return ", ".join([" ".join(printed.split()[:2]), *(one[1].decode() for one in found if one)])

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        """Ask each case's server for a file, through the proxy."""
        program = program_of_uv()
        if program is None:
            return {}
        with ThreadPoolExecutor(_WORKERS) as pool:
            outcomes = pool.map(partial(_run, program, proxy, folder), served)
            return {one.case.name: outcome for one, outcome in zip(served, outcomes, strict=True)}


def program_of_uv() -> str | None:
    """The uv beside this Python, or on PATH, or None."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def _run(program: str, proxy: int, folder: Path, served: ServedCase) -> Outcome:
    url = f"https://{_in_url(served.case.host)}:{served.port}/downloads.json"
    settings = {
        "SSL_CERT_FILE": str(served.trust),
        "HTTPS_PROXY": f"http://127.0.0.1:{proxy}",
        "HOME": str(folder),
        "UV_NO_CACHE": "1",
        "UV_HTTP_RETRIES": "0",
        "UV_HTTP_TIMEOUT": "30",
    }
    command = [program, "python", "list", "--no-config", "--python-downloads-json-url", url]
    printed = subprocess.run(command, capture_output=True, text=True, env=settings, timeout=_PATIENCE, check=False)
    outcome = _outcome(printed.stderr)
    bracketed = url.startswith("https://[") and outcome.detail == _NO_NAME
    return Outcome(None, detail="uv takes no IPv6 address through a proxy") if bracketed else outcome


def _in_url(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host


def _outcome(printed: str) -> Outcome:
    causes = " ".join(printed.split())
    if _REPLIED in causes:
        return Outcome(True)
    detail = causes.rpartition("cause: ")[2]
    return Outcome(False if any(error in detail for error in _REFUSALS) else None, detail=detail)


PROGRAMS = (Uv(),)
