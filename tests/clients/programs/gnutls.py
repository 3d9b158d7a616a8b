"""The programs of Debian that use GnuTLS, a process a case: git by libcurl-gnutls, and wget."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.clients.programs import Outcome, Program, ServedCase

_WORKERS = 2
_PATIENCE = 30
_WITHOUT = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"})

_Command = Callable[[str, Path, int, Path], tuple[str, ...]]
"""URL, trust file, the proxy's port and an empty folder, and the command to run with them."""


@dataclass(frozen=True)
class GnutlsProgram:
    """A program, the command that asks for a URL, and what its text says."""

    name: str
    command: _Command
    accepts: re.Pattern[str]
    refuses: re.Pattern[str]
    family: str = "gnutls"

    def version(self) -> str | None:
        """Return the version, and GnuTLS's where it is the library; None where another one is."""
        path = shutil.which(self.name)
        library = path and _library(Path(path))
        if not library:
            return None
        text = _output((self.name, "--version"), {**os.environ, "LC_ALL": "C"})
        found = re.search(r"\d+(\.\d+)+", text)
        return f"{self.name} {found[0] if found else '?'}, {library}"

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        """Connect to each case through the proxy; the folder stands for the system's CA folder, and is empty."""
        environment = _environment(folder)

        def one(each: ServedCase) -> tuple[str, Outcome]:
            command = self.command(_url(each), each.trust, proxy, folder)
            return each.case.name, self.outcome(_output(command, environment))

        with ThreadPoolExecutor(_WORKERS) as pool:
            return dict(pool.map(one, served))

    def outcome(self, text: str) -> Outcome:
        """Read what the program printed; a handshake that failed without a word of the certificate says nothing."""
        detail = " ".join(text.split())
        if self.refuses.search(detail):
            return Outcome(False, None, detail)
        return Outcome(True if self.accepts.search(detail) else None, None, detail)


def _library(program: Path) -> str | None:
    """Name the GnuTLS library that a program, or git's helper for https, is linked with."""
    helper = program
    if program.name == "git":
        helper = Path(_output((str(program), "--exec-path"), dict(os.environ)).strip()) / "git-remote-https"
    linked = _output(("ldd", str(helper)), {**os.environ, "LC_ALL": "C"})
    used = "libcurl-gnutls" in linked if program.name == "git" else "libgnutls" in linked
    found = re.search(r"=> (\S*/libgnutls\.so\.\S+)", linked)
    return f"GnuTLS ({Path(found[1]).resolve().name})" if used and found else None


def _output(command: Sequence[str], environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            timeout=_PATIENCE,
            check=False,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"not run: {error}"
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.lower() not in _WITHOUT}
    kept = {name: value for name, value in kept.items() if not name.startswith(("GIT_", "WGET"))}
    return kept | {
        "LC_ALL": "C",
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
    }


def _url(one: ServedCase) -> str:
    host = f"[{one.case.host}]" if ":" in one.case.host else one.case.host
    return f"https://{host}:{one.port}/x"


def _git(url: str, trust: Path, proxy: int, folder: Path) -> tuple[str, ...]:
    settings = {
        "http.sslCAInfo": str(trust),
        "http.sslCAPath": str(folder),
        "http.proxy": f"http://127.0.0.1:{proxy}",
        "credential.helper": "",
    }
    options = (part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
    return ("git", *options, "ls-remote", url)


def _wget(url: str, trust: Path, proxy: int, folder: Path) -> tuple[str, ...]:
    through = ("-e", "use_proxy=yes", "-e", f"https_proxy=http://127.0.0.1:{proxy}")
    quiet = (
        "--no-config",
        "--no-hsts",
        "--no-verbose",
        "--tries=1",
        "--timeout=20",
        f"--output-document={os.devnull}",
    )
    return ("wget", *quiet, *through, f"--ca-certificate={trust}", f"--ca-directory={folder}", url)


_NOTHING = "(?!.*(curve is unsupported|signature is incompatible|unimplemented or disabled feature))"
"""Errors that say nothing of the chain: TLS has no use for the leaf's key."""

PROGRAMS: tuple[Program, ...] = (
    GnutlsProgram(
        "git",
        _git,
        re.compile("not valid: is this a git repository"),
        re.compile(
            "certificate verification failed|cert verify failed|does not match target host name|SSL CA cert"
            f"|certificate expiration date|not activated yet|gnutls_handshake\\(\\) failed: {_NOTHING}"
        ),
    ),
    GnutlsProgram(
        "wget",
        _wget,
        re.compile("URL:.* -> "),
        re.compile(
            "is not trusted|does not match hostname|certificate has expired|not yet been activated"
            f"|No certificate presented|GnuTLS: {_NOTHING}.*Unable to establish"
        ),
    ),
)
