"""What a command loads before it has anything to do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.cli import ROOT, SECONDS, tlschain
from tui_chain import __version__
from tui_chain.lab.internet import Lab

SCREEN = {"textual", "rich", "pyperclip"}
HEAVY = SCREEN | {"httpx", "httpcore", "cryptography", "OpenSSL", "asyncio", "ssl", "certifi", "sqlite3"}
HELP = [("--help",), ("--version",), ("check", "--help"), ("fix", "-h"), ("lab", "--help")]
SCRIPT = """
import sys
from tui_chain.cli.main import main
try:
    main.main({words!r}, standalone_mode=False)
except SystemExit:
    pass
sys.stderr.write("\\n" + " ".join(sorted(sys.modules)))
"""


def loaded_by(*words: str) -> set[str]:
    """The modules that a command loads, by their dotted names; standalone mode is off, so that it comes back."""
    script = SCRIPT.format(words=list(words))
    done = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, timeout=SECONDS, check=True, cwd=ROOT, text=True
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", HELP)
def test_help_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    assert loaded_by(*words) & HEAVY == set()


def test_the_version_is_the_packages() -> None:
    assert tlschain("--version").out == f"tlschain, version {__version__}\n"


@pytest.mark.parametrize("command", ["check", "fix"])
def test_help_tells_the_exit_codes(command: str) -> None:
    done = tlschain(command, "--help")
    assert done.code == 0
    for code in ("Exit 0:", "1:", "2:"):
        assert code in done.out


def test_an_unknown_command_is_wrong_usage() -> None:
    done = tlschain("mend", "example.org")
    assert (done.code, done.out) == (2, "")
    assert "No such command 'mend'" in done.err


UNUSED = {"httpx", "sqlite3", "textual", "rich", "difflib", "OpenSSL"}
"""What takes long to load beside cryptography, and is for downloads, written files and failing depths."""


def test_a_repair_loads_only_what_it_uses(lab: Lab) -> None:
    """httpcore comes with the first fetch; of anyio only its name does, since its event loops take 20 ms more."""
    words = ("fix", "--no-pool", "--trust", str(lab.trust_file), str(lab.host("leaf-only").target))
    loaded = loaded_by(*words)
    assert {"cryptography", "h11", "httpcore"} <= loaded
    assert (
        loaded & (UNUSED | {"anyio._core", "anyio._backends", "tui_chain.net.http2", "tui_chain.net.tunnel"}) == set()
    )


def test_a_chain_that_needs_no_fetch_loads_no_http(lab: Lab) -> None:
    loaded = loaded_by("fix", "--no-pool", "--trust", str(lab.trust_file), str(lab.host("complete").target))
    assert "cryptography" in loaded
    assert loaded & (UNUSED | {"h11", "h2", "httpcore", "anyio", "tui_chain.net.http_client"}) == set()
