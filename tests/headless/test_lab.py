"""`tlschain lab`: the broken internet in the foreground, until it is told to end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.lab.clients import served_chain, strict_context
from tests.support.cli import started, tlschain
from tests.support.files import names_in


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
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
    assert "The lab has no such host: the lab has no scenario nonsense." in done.complaint


def test_a_demo_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = tlschain("fix", "--demo")
    assert done.code == 0
    assert done.out.startswith("# CA bundle for localhost:")
    assert names_in(tmp_path) == []
