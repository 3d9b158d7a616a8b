"""`--offline`: no packet where the chain is at hand, and none to anybody but the hosts that are named elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.livetest.test_hops import FOUND, server
from tests.support.cli import PROGRAM, ROOT, Done, tlschain
from tests.support.posix import is_root
from tests.support.programs import require_program
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.target import parse_target

NAMES = ("leaf-only", "complete", "ocsp-good", "crl-chain")
HOOK = """
import os, sys
SENDING = {"connect", "sendto", "sendmsg", "getaddrinfo", "gethostbyname"}
def hook(event, args):
    if not event.startswith("socket.") or event[7:] not in SENDING:
        return
    if event.startswith("socket.get"):
        seen = f"name {args[0]}"
    elif args[0].family.name == "AF_UNIX":
        return
    else:
        seen = f"{args[1][0]} {args[1][1]}"
    with open(os.environ["SEEN"], "a") as file:
        file.write(seen + "\\n")
sys.addaudithook(hook)
"""
"""Writes down every address that is asked, and every name that is looked up."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(NAMES) as opened:
        yield opened


@pytest.fixture
def files(lab: Lab, tmp_path: Path) -> Path:
    """A chain, what it lacks, a bundle and an error text."""
    (tmp_path / "leaf.pem").write_bytes(to_pem([lab.host("leaf-only").served_der[0]]))
    (tmp_path / "issuing.pem").write_bytes(to_pem([lab.hierarchy["issuing"].der]))
    (tmp_path / "sitecustomize.py").write_text(HOOK)
    return tmp_path


def run(files: Path, *words: str | Path, alone: bool) -> tuple[Done, list[str]]:
    """Run a command, `alone` in a network without any interface; return what it asked too."""
    seen = files / "seen"
    seen.unlink(missing_ok=True)
    own = ("unshare", "--net") if is_root() else ("unshare", "--map-root-user", "--net")
    command = (*(own if alone else ()), *PROGRAM, *map(str, words))
    environment = os.environ | {"SEEN": str(seen), "PYTHONPATH": os.pathsep.join((str(files), str(ROOT)))}
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=files, env=environment)
    asked = seen.read_text().splitlines() if seen.exists() else []
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode()), asked


def test_the_hook_sees_what_is_asked(lab: Lab, files: Path) -> None:
    _, asked = run(files, "check", lab.host("complete").target, "--trust", lab.trust_file, alone=False)
    assert f"127.0.0.1 {lab.host('complete').port}" in asked
    assert "name localhost" in asked


AT_HAND = {
    "fix": (0, "fix --served leaf.pem --host localhost --trust roots.pem --offline --pool issuing.pem --no-pool"),
    "fix without what is missing": (1, "fix --served leaf.pem --host localhost --trust roots.pem --offline"),
    "fix as JSON": (0, "fix --served leaf.pem --host localhost --trust roots.pem --offline --pool . --json"),
    "fix with CRLs": (1, "fix --served leaf.pem --host localhost --trust roots.pem --offline --pool . --crl"),
    "advise": (0, "advise --served leaf.pem --host localhost --trust roots.pem --offline --pool issuing.pem"),
    "advise a letter": (
        0,
        "advise --served leaf.pem --host localhost --trust roots.pem --offline --only letter --pool .",
    ),
    "verify": (1, "verify leaf.pem --host localhost --trust roots.pem"),
    "audit": (1, "audit issuing.pem"),
    "explain": (0, "explain CERTIFICATE_VERIFY_FAILED"),
    "doctor": (None, "doctor --offline --python " + sys.executable),
    "lab": (0, "lab --list"),
}


@pytest.mark.parametrize("name", AT_HAND)
def test_with_the_chain_at_hand_nothing_is_sent(lab: Lab, files: Path, name: str) -> None:
    require_program("unshare")
    code, words = AT_HAND[name]
    (files / "roots.pem").write_bytes(lab.trust_pem)
    done, asked = run(files, *words.split(" "), alone=True)
    assert code is None or done.code == code, done.err
    assert "Traceback" not in done.err
    assert asked == []


NAMED = {
    "fix": ("leaf-only", "fix TARGET"),
    "fix with CRLs": ("crl-chain", "fix TARGET --crl --pool issuing.pem"),
    "test": ("leaf-only", "test TARGET"),
    "advise": ("leaf-only", "advise TARGET"),
    "report": ("ocsp-good", "report TARGET --revocation --live-test"),
    "doctor": ("leaf-only", "doctor TARGET --python " + sys.executable),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_host_that_is_named_is_asked_and_nobody_else(lab: Lab, files: Path, name: str) -> None:
    host, words = NAMED[name]
    target = lab.host(host).target
    (files / "roots.pem").write_bytes(lab.trust_pem)
    command = [target if word == "TARGET" else word for word in words.split(" ")]
    before = lab.aia_log
    done, asked = run(files, *command, "--offline", "--trust", files / "roots.pem", alone=False)
    assert "Traceback" not in done.err
    assert only(asked, target), asked
    assert lab.aia_log == before


def only(asked: list[str], target: str) -> bool:
    """Whether nothing but the target and its name was asked for, and that was; an address is no name to look up."""
    named = parse_target(target)
    own = {f"127.0.0.1 {named.port}", f"::1 {named.port}"}  # type: ignore[union-attr]
    return bool(set(asked) & own) and set(asked) <= own | {"name localhost", "name 127.0.0.1", "name ::1"}


def test_a_refresh_offline_asks_the_hosts_of_the_bundle_alone(lab: Lab, files: Path) -> None:
    target, bundle = lab.host("leaf-only").target, files / "bundle.pem"
    assert tlschain("fix", target, "--trust", lab.trust_file, "--no-pool", "-o", bundle).code == 0
    before = lab.aia_log
    done, asked = run(files, "refresh", bundle, "--offline", "--trust", lab.trust_file, alone=False)
    assert done.code == 0, done.err
    assert only(asked, target), asked
    assert lab.aia_log == before


def test_a_redirect_is_not_followed_to_another_host_offline(lab: Lab, files: Path) -> None:
    end = lab.host("complete").port
    start = server(lab, lambda _: FOUND % f"https://localhost:{end}/".encode())
    words = ("test", f"localhost:{start}", "--trust", lab.trust_file)
    _, asked = run(files, *words, alone=False)
    assert any(one.endswith(f" {end}") for one in asked), "it is followed otherwise"
    done, asked = run(files, *words, "--offline", alone=False)
    assert only(asked, f"localhost:{start}"), asked
    assert "is not asked offline" in done.out + done.err
