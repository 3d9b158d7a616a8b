"""`tlschain doctor`: its output and every exit code."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cli import Done, started, tlschain
from tests.support.unsafe import unsafe_in
from tui_chain import api
from tui_chain.doctor.interpreter import ChosenInterpreter, find_interpreter
from tui_chain.lab.internet import Lab

PLAIN = str(Path(sys.executable).resolve())
KEYS = {
    *(
        "interpreter",
        "version",
        "well",
        "problems",
        "change",
        "settings",
        "libraries",
        "host",
        "environment",
        "schema",
    ),
}


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's is set."""
    for name in list(os.environ):
        if "CERT" in name or "CA_BUNDLE" in name or "SSL" in name or "CA_CERTS" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def wide(done: Done) -> list[str]:
    """The lines that a terminal of 80 columns breaks, but for paths and commands, which stay whole."""
    return [line for line in done.out.splitlines() if len(line) > 80 and "/" not in line]


@pytest.mark.usefixtures("doctor")
def test_an_environment_with_something_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent\x1b[2J/ca.pem")
    done = tlschain("doctor", "--python", PLAIN)
    assert done.code == 1
    lines = done.out.splitlines()
    assert "(named with --python)" in lines[0]
    assert lines[1] == "✗ missing-file"
    assert "    unset REQUESTS_CA_BUNDLE" in lines
    assert wide(done) == []
    assert unsafe_in(done.out) == set()


@pytest.mark.usefixtures("doctor")
def test_a_host_and_the_change_that_makes_it_work(lab: Lab) -> None:
    words = ("doctor", lab.host("leaf-only").target, "--python", PLAIN, "--trust", lab.trust_file, "--no-pool")
    done = tlschain(*words)
    assert done.code == 1
    lines = done.out.splitlines()
    assert "does not send Lab Issuing CA G2" in lines[1]
    assert any("✗ Python ssl" in line and "(20)" in line for line in lines)
    assert [line for line in lines if "(20)" in line and len(line) > 80] == []
    assert any(line.strip().startswith("Proven in this interpreter:") for line in lines)
    assert any(line.startswith("    tlschain fix ") and "--as client+store" in line for line in lines)


@pytest.mark.usefixtures("doctor")
def test_json_is_one_object_with_what_is_documented(lab: Lab) -> None:
    words = ("--python", PLAIN, "--trust", lab.trust_file, "--no-pool", "--json")
    (found,) = tlschain("doctor", lab.host("leaf-only").target, *words).objects
    assert set(found) == KEYS
    assert found["schema"] == 1
    assert found["host"]["status"] == "repairable"
    assert found["host"]["refused"]
    assert found["change"][0].startswith("tlschain fix")
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    chapter = page.partition("# The JSON of the doctor")[2]
    for key in KEYS | set(found["host"]) | set(found["libraries"][0]):
        assert f"`{key}`" in chapter, key


@pytest.mark.usefixtures("doctor")
def test_a_host_that_is_not_reached(lab: Lab) -> None:
    done = tlschain("doctor", lab.host("no-tls").target, "--python", PLAIN, "--trust", lab.trust_file)
    assert done.code == 3
    assert done.complaint


@pytest.mark.usefixtures("doctor")
def test_the_printed_script_is_read_back_and_compared(tmp_path: Path) -> None:
    script = tlschain("doctor", "--print-script")
    assert script.code == 0
    a, b = tmp_path / "A.json", tmp_path / "B.json"
    for file, more in ((a, {}), (b, {"SSL_CERT_FILE": "/nonexistent.pem"})):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)} | more
        done = subprocess.run(
            (PLAIN, "-"), input=script.out, text=True, capture_output=True, check=True, timeout=60, env=environment
        )
        file.write_text(done.stdout)
    assert tlschain("doctor", "--from", b).code == 1
    assert f"(from {b})" in tlschain("doctor", "--from", b).out
    assert tlschain("doctor", "--from", "-", stdin=b.read_bytes()).code == 1
    same = tlschain("doctor", "--compare", a, a)
    assert (same.code, same.out.splitlines()[-1]) == (0, "They do not differ.")
    differs = tlschain("doctor", "--compare", a, b)
    assert differs.code == 1
    assert "variable SSL_CERT_FILE" in differs.out
    (found,) = tlschain("doctor", "--compare", a, b, "--json").objects
    assert {one["what"] for one in found["differences"]} >= {"variable SSL_CERT_FILE"}
    whole = tmp_path / "whole.json"
    whole.write_text(tlschain("doctor", "--from", b, "--json").out)
    assert tlschain("doctor", "--compare", b, whole).code == 0, "a result has the report inside"


@pytest.mark.usefixtures("doctor")
def test_the_script_for_a_host_has_its_chain_in_it(lab: Lab, tmp_path: Path) -> None:
    """A container judges it without this program."""
    target, trust = lab.host("leaf-only").target, lab.trust_file
    script = tlschain("doctor", "--print-script", target, "--trust", trust)
    assert script.code == 0
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        (PLAIN, "-"), input=script.out, text=True, capture_output=True, check=True, timeout=60, env=environment
    )
    file = tmp_path / "A.json"
    file.write_text(done.stdout)
    judged = tlschain("doctor", "--from", file)
    assert judged.code == 1
    assert any("✗ Python ssl" in line and "(20)" in line for line in judged.out.splitlines())
    assert tlschain("doctor", "--print-script", lab.host("no-tls").target).code == 3


WRONG = [
    (("doctor", "a.test", "b.test"), "One TARGET at most"),
    (("doctor", "--compare", "a.json"), "--compare takes two reports"),
    (("doctor", "--from", "x", "a.test"), "none with --from"),
    (("doctor", "--from", "x", "--print-script"), "exclude each other"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG, ids=lambda each: " ".join(each) * (each[0] == "doctor"))
def test_wrong_usage(words: tuple[str, ...], sentence: str) -> None:
    done = tlschain(*words)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("doctor", "--python", "/nonexistent"),
        ("doctor", "--from", "/nonexistent"),
        ("doctor", "--from", "/etc/passwd"),
        ("doctor", "--compare", "/etc/passwd", "/etc/passwd"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(words: tuple[str, ...]) -> None:
    done = tlschain(*words)
    assert done.code == 2
    assert done.complaint


def test_which_interpreter_is_looked_at(tmp_path: Path) -> None:
    """That of the active environment, then the first on PATH that is not this program's own."""
    for name in ("venv/bin", "first", "conda/bin"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "python3").symlink_to(PLAIN)
    path = f"{Path(sys.executable).parent}:{tmp_path / 'first'}"

    def chosen(**environment: str) -> str:
        found = find_interpreter(None, environment)
        assert isinstance(found, ChosenInterpreter)
        return str(found.path.relative_to(tmp_path))

    assert chosen(PATH=path) == "first/python3"
    assert chosen(PATH=path, VIRTUAL_ENV=str(tmp_path / "venv")) == "venv/bin/python3"
    assert chosen(PATH=path, CONDA_PREFIX=str(tmp_path / "conda")) == "conda/bin/python3"
    assert not isinstance(find_interpreter(None, {"PATH": str(tmp_path / "none")}), ChosenInterpreter)
    folder = find_interpreter(str(tmp_path / "venv"), {"PATH": path})
    assert isinstance(folder, ChosenInterpreter)


@pytest.mark.usefixtures("doctor")
def test_the_python_api_says_the_same(lab: Lab) -> None:
    target = lab.host("leaf-only").target
    found = api.doctor(target, python=PLAIN, trust=str(lab.trust_file))
    assert found.host is not None
    assert set(json.loads(found.to_json())) == KEYS
    assert asyncio.run(api.adoctor(python=PLAIN)).host is None
    with pytest.raises(ValueError, match="is no interpreter"):
        api.doctor(python="/nonexistent")


@pytest.mark.usefixtures("doctor")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize("with_host", [False, True])
def test_an_interrupt_ends_the_interpreter_too(with_host: bool, lab: Lab, tmp_path: Path) -> None:
    """It is in a session of its own, which Ctrl-C does not reach."""
    log = tmp_path / "pid"
    (tmp_path / "sitecustomize.py").write_text(
        f"import os, time\nif os.environ.get('HANG'):\n    open({str(log)!r}, 'w').write(str(os.getpid()))\n"
        "    os.rename(LOG, LOG + '.done')\n    time.sleep(600)\n".replace("LOG", repr(str(log)))
    )
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nHANG=1 PYTHONPATH={tmp_path} exec {PLAIN} "$@"\n')
    program.chmod(0o755)
    target = (lab.host("complete").target,) if with_host else ()
    with started("doctor", "--python", program, *target, env=dict(os.environ)) as command:
        done = Path(f"{log}.done")
        deadline = time.monotonic() + 30
        while not done.exists() and time.monotonic() < deadline:
            assert command.poll() is None
        command.send_signal(signal.SIGINT)
        assert command.wait(timeout=30) == 130
    deadline = time.monotonic() + 30
    while _is_there(int(done.read_text())):
        assert time.monotonic() < deadline


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
