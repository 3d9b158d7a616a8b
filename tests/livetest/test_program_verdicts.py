"""Installed programs count in the verdict, see no store but the file, and run where there is no bundle too."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.cli import PROGRAM, ROOT, Done, tlschain
from tests.support.programs import require_program
from tests.support.standin import default_store
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.livetest.request import LiveRequest
from tui_chain.livetest.tester import LiveTester, LiveTestResult
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

WORKS = "exit 0"
REFUSES = "echo \"fatal: unable to access 'x': server certificate verification failed.\"; exit 128"
KEEPS = """for word in "$@"; do file="${word##*=}"; [ ! -f "$file" ] || /bin/cp "$file" "$0.file"; done"""
REAL = ("curl", "openssl", "git", "wget", "node", "java")


def programs(folder: Path, **scripts: str) -> str:
    """A PATH with these programs and no others."""
    for name, script in scripts.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    return str(folder)


def command(lab: Lab, name: str, path: str, *words: str) -> Done:
    target = f"localhost:{lab.host(name).port}"
    return tlschain("test", target, "--trust", lab.trust_file, "--programs", *words, env={"PATH": path})


def full(store: TrustStore, port: int, path: str) -> LiveTestResult:
    tester = LiveTester(store, datetime.now(UTC), {"PATH": path})
    tested = asyncio.run(tester.test(LiveRequest(Target("localhost", port)), None, with_programs=True))
    assert isinstance(tested, LiveTestResult)
    return tested


# the verdict


@pytest.mark.parametrize("name", ["complete", "leaf-only"])
def test_a_program_that_refuses_counts(lab: Lab, tmp_path: Path, name: str) -> None:
    done = command(lab, name, programs(tmp_path, git=REFUSES, curl=WORKS))
    used = "the trust store" if name == "complete" else "the bundle"
    assert done.code == 1
    assert done.out.splitlines()[-1].endswith(f"works with {used}, but is refused by the program git")
    (told,) = command(lab, name, programs(tmp_path, git=REFUSES), "--json").objects
    assert {one["name"] for one in told["programs"] if one["ok"] is False} == {"git"}
    assert all(one["ok"] for one in told["clients"])


@pytest.mark.parametrize("name", ["complete", "leaf-only"])
def test_programs_that_are_missing_or_left_out_do_not(lab: Lab, tmp_path: Path, name: str) -> None:
    done = command(lab, name, programs(tmp_path, git=WORKS, curl=WORKS))
    assert done.code == 0
    assert "not installed" in done.out
    assert "refused by" not in done.out
    assert command(lab, name, programs(tmp_path, git=REFUSES)).code == 1


def test_programs_that_are_not_asked_for_are_not_run(lab: Lab, tmp_path: Path) -> None:
    target = f"localhost:{lab.host('complete').port}"
    path = programs(tmp_path, git=REFUSES)
    assert tlschain("test", target, "--trust", lab.trust_file, env={"PATH": path}).code == 0


# without a bundle


def test_without_a_bundle_they_get_the_trust_store_s_file(lab: Lab, tmp_path: Path) -> None:
    root = lab.hierarchy["root"].der
    owned = b"# as its owner has it\n" + to_pem([root])
    store = TrustStore("own", (Certificate(root),), pem=owned)
    tested = full(store, lab.host("complete").port, programs(tmp_path, curl=KEEPS, wget=KEEPS, git=KEEPS))
    assert {one.name for one in tested.programs if one.ok} == {"curl", "wget", "git"}
    for name in ("curl", "wget", "git"):
        assert (tmp_path / f"{name}.file").read_bytes() == owned


def test_java_gets_the_ca_certificates_of_the_store(lab: Lab, tmp_path: Path) -> None:
    root, leaf = lab.hierarchy["root"].der, lab.hierarchy["issuing"].issue_leaf()
    keeps = KEEPS.replace("/bin/cp", "case $file in *.p12) ;; *) continue;; esac; /bin/cp")
    path = programs(tmp_path, java=keeps)
    full(TrustStore("own", (Certificate(root), Certificate(leaf.der))), lab.host("complete").port, path)
    kept = (tmp_path / "java.file").read_bytes()
    assert root in kept
    assert leaf.der not in kept
    pins = full(TrustStore("own", (Certificate(leaf.der),)), lab.host("complete").port, path)
    assert "java" not in {one.name for one in pins.programs}, "a store without a CA is none for Java"


def test_real_programs_work_without_a_bundle(lab: Lab) -> None:
    for name in REAL:
        require_program(name)
    tested = full(TrustStore("lab", (), pem=lab.trust_pem), lab.host("complete").port, os.environ["PATH"])
    assert {one.name: one.ok for one in tested.programs if one.ok is not None} == dict.fromkeys(
        [name for name in REAL if name != "java"] + _requests(tested), True
    )
    refused = full(TrustStore("lab", (), pem=lab.trust_pem), lab.host("leaf-only").port, os.environ["PATH"])
    assert not any(one.ok for one in refused.programs)
    assert not refused.ok


def _requests(tested: LiveTestResult) -> list[str]:
    """The program that not every machine has."""
    return [one.name for one in tested.programs if one.name == "python requests" and one.ok is not None]


# the system's store


def test_the_system_s_store_is_no_help(lab: Lab, tmp_path: Path) -> None:
    """The root is where Debian's curl, git, wget and openssl look by default, and not in the file."""
    for name in ("curl", "openssl", "git", "wget"):
        require_program(name)
    store = default_store(tmp_path, lab.hierarchy["root"].der)
    other = tmp_path / "other.pem"
    other.write_bytes(to_pem([Authority.root("Elsewhere", now=datetime.now(UTC)).der]))
    words = ("test", f"localhost:{lab.host('complete').port}", "--trust", str(lab.trust_file), "--programs", "--json")
    oks = {}
    for bundle in (other, lab.trust_file):
        full_words = (*store.words, *PROGRAM, *words, "--bundle", str(bundle))
        done = subprocess.run(full_words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        (told,) = (json.loads(line) for line in done.stdout.splitlines())
        oks[bundle] = {one["name"]: one["ok"] for one in told["programs"]}
    for name in ("curl", "openssl", "git", "wget"):
        assert (oks[other][name], oks[lab.trust_file][name]) == (False, True), name
