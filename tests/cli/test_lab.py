"""`tlschain lab`: the broken internet in the foreground, until it is terminated."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.clients import served_chain, strict_context
from tests.support.cli import SECONDS, started, tlschain
from tests.support.files import names_in
from tests.support.posix import HANGUP
from tests.support.processes import connections_of
from tui_chain.lab.scenarios.catalogue import every_scenario


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_terminated(tmp_path: Path, number: signal.Signals) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with started("lab", "complete", "leaf-only", env=env) as lab:
        assert lab.stdout is not None
        assert lab.stderr is not None
        rows = [lab.stdout.readline().decode().split() for _ in range(2)]
        (folder,) = tmp_path.iterdir()
        trust = next(folder.glob("*.pem")).read_bytes()
        port = int(rows[0][0].partition(":")[2])
        assert len(served_chain(port, context=strict_context(trust))) == 2
        words = lab.stderr.readline()
        while b"Ctrl-C ends it." not in words:
            assert lab.poll() is None
            words += lab.stderr.readline()
        lab.send_signal(number)
        rest, more = lab.communicate(timeout=20)
    assert [row[1] for row in rows] == ["complete", "leaf-only"]
    assert (lab.returncode, rest) == (0, b"")
    assert more.strip() == b""
    assert b"tlschain fix --trust " in words
    assert names_in(tmp_path) == []


def test_an_unknown_host_is_told() -> None:
    done = tlschain("lab", "nonsense")
    assert done.code == 2
    assert "The lab has no host nonsense. `tlschain lab --list`" in done.complaint


def test_a_demo_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = tlschain("fix", "--demo")
    assert done.code == 0
    assert done.out.startswith("# CA bundle for localhost:")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (HANGUP, 129), (signal.SIGINT, 130)])
@pytest.mark.parametrize("command", ["check", "fix"])
def test_a_demo_that_is_ended_leaves_no_folder(
    tmp_path: Path, command: str, number: signal.Signals, code: int
) -> None:
    with waiting_demo(tmp_path, command) as demo:
        demo.send_signal(number)
        out, words = demo.communicate(timeout=SECONDS)
    assert (demo.returncode, out) == (code, b"")
    assert words in {b"tlschain: terminated\n", b"tlschain: interrupted\n"}
    assert names_in(tmp_path) == []


def test_a_second_signal_does_not_hurry_the_end(tmp_path: Path) -> None:
    """A terminal that closes hangs up twice: by the kernel and by the shell."""
    with waiting_demo(tmp_path, "fix") as demo:
        for _ in range(20):
            demo.send_signal(HANGUP)
        demo.communicate(timeout=SECONDS)
    assert demo.returncode == 129
    assert names_in(tmp_path) == []


def test_below_nohup_a_demo_goes_on(tmp_path: Path) -> None:
    with waiting_demo(tmp_path, "fix", ignored=HANGUP) as demo:
        demo.send_signal(HANGUP)
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=SECONDS)
    assert demo.returncode == 143


def test_a_lab_whose_terminal_closes_leaves_no_folder(tmp_path: Path) -> None:
    with started("lab", "complete", env={**os.environ, "TMPDIR": str(tmp_path)}) as lab:
        assert lab.stdout is not None
        assert lab.stdout.readline()
        lab.send_signal(HANGUP)
        lab.communicate(timeout=SECONDS)
    assert lab.returncode == 129
    assert names_in(tmp_path) == []


@contextmanager
def waiting_demo(
    folder: Path, command: str, *, ignored: signal.Signals | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A demo with a host that never says a word, as soon as the lab is open and the handshake is waited for."""
    heeded = signal.signal(ignored, signal.SIG_IGN) if ignored is not None else None
    try:
        demo = started(command, "--demo", "--timeout", "200", "silent", env={**os.environ, "TMPDIR": str(folder)})
        with demo as process:
            deadline = time.monotonic() + SECONDS
            while not connections_of(process.pid):
                assert process.poll() is None
                assert time.monotonic() < deadline
                select.select([], [], [], 0.01)
            yield process
    finally:
        if ignored is not None:
            signal.signal(ignored, heeded)


def test_all_hosts_are_listed_without_opening_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(socket, "socket", None)  # nothing is bound
    done = tlschain("lab", "--list")
    rows = dict(line.split(maxsplit=1) for line in done.out.splitlines() if line and not line.startswith("#"))
    every = {each.name: each.summary for group in every_scenario().values() for each in group}
    assert (done.code, rows) == (0, every)
    assert names_in(tmp_path) == []


def test_a_list_of_named_hosts_is_of_these() -> None:
    done = tlschain("lab", "--list", "silent", "starttls")
    assert [line.split()[0] for line in done.out.splitlines() if not line.startswith("#")] == ["silent", "starttls"]
    assert tlschain("lab", "--list", "nonsense").code == 2


@pytest.mark.parametrize("words", [("lab", "nonsense"), ("fix", "--demo", "nonsense"), ("check", "--demo", "x", "y")])
def test_who_names_no_host_of_the_lab_is_told_how_to_list_them(words: tuple[str, ...]) -> None:
    assert "`tlschain lab --list`" in tlschain(*words).complaint


def test_a_host_that_this_machine_cannot_serve_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_chain.lab.servers.limited_tls._set_groups", lambda *_: False)
    for words in (("lab", "mlkem-only"), ("check", "--demo", "mlkem-only")):
        done = tlschain(*words)
        assert done.code == 2
        assert done.complaint.startswith("The lab cannot serve mlkem-only: pyOpenSSL does not know the group X25519")
        assert done.complaint.endswith("Update cryptography and pyOpenSSL.")


def test_an_odd_host_can_be_named_in_a_demo() -> None:
    (host,) = tlschain("check", "--demo", "starttls", "--json").objects
    assert host["label"] == "starttls"
    assert host["target"].startswith("smtp+starttls://localhost:")
