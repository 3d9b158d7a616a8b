"""curl: every case in one process, each with its own CA file."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.clients.programs import Outcome, Program, ServedCase
from tests.clients.programs.reasons import says_nothing

_OK, _BAD_URL, _CONNECT, _CERTIFICATE, _CA_FILE = 0, 3, 35, 60, 77
_NOT_VERIFIED = 1


class Curl:
    """The curl on PATH, with OpenSSL; its CA folder is an empty one, or the system's roots would count too."""

    name = "curl"
    family = "curl"

    def version(self) -> str | None:
        """Return the version and its TLS library's."""
        if not shutil.which("curl"):
            return None
        text = subprocess.run(("curl", "-V"), capture_output=True, text=True, check=False, timeout=20).stdout
        found = re.search(r"curl (\S+) .*?(OpenSSL/\S+)", text)
        return f"{found[1]}, {found[2].replace('/', ' ')}" if found else None

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        """Connect to each case; the address is overridden, so no proxy is needed."""
        del proxy
        config = folder / "curl.conf"
        config.write_text("\nnext\n".join(_section(number, one, folder) for number, one in enumerate(served)))
        command = ("curl", "--disable", "--config", str(config))
        limit = 60 + len(served)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit, errors="replace")
        return {served[number].case.name: outcome for number, outcome in _outcomes(done.stdout)}


def _section(number: int, one: ServedCase, folder: Path) -> str:
    host = f"[{one.case.host}]" if ":" in one.case.host else one.case.host
    write = f"\\nCASE\\t{number}\\t%{{exitcode}}\\t%{{ssl_verify_result}}\\t%{{errormsg}}\\n"
    return "\n".join(
        (
            f'url = "https://{host}:{one.port}/"',
            f'connect-to = "::127.0.0.1:{one.port}"',
            f'cacert = "{one.trust}"',
            f'capath = "{folder}"',
            f'write-out = "{write}"',
            'output = "/dev/null"',
            'noproxy = "*"',
            "max-time = 30",
            "silent",
        )
    )


def _outcomes(text: str) -> Iterator[tuple[int, Outcome]]:
    for line in text.splitlines():
        if line.startswith("CASE\t"):
            _, number, status, result, detail = line.split("\t", 4)
            yield int(number), _outcome(int(status), int(result), detail)


def _outcome(status: int, result: int, detail: str) -> Outcome:
    """Read curl's exit code (libcurl-errors(3)) and OpenSSL's verify result."""
    if status == _OK:
        return Outcome(True)
    if status == _CA_FILE or (status == _CONNECT and not says_nothing(detail)):
        return Outcome(False, None, detail)
    if status == _CERTIFICATE:
        # curl checks the host by itself, without a code
        return Outcome(False, None if result in {0, _NOT_VERIFIED} else result, detail)
    return Outcome(None, None, f"exit {status}: {detail}")


PROGRAMS: tuple[Program, ...] = (Curl(),)
