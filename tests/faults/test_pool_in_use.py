"""A pool that another program holds: a run goes on without it, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import tlschain
from tui_chain.core.system import try_lock
from tui_chain.lab.internet import Lab
from tui_chain.pool.database import default_path


def test_a_fix_goes_on_without_the_pool_and_says_so(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("tui_chain.core.system.time.sleep", pauses.append)
    path = default_path()
    path.parent.mkdir(parents=True)
    with path.with_suffix(".lock").open("w") as held:
        assert try_lock(held.fileno())
        done = tlschain("fix", lab.host("leaf-only").target, "--trust", lab.trust_file, "-o", tmp_path / "bundle.pem")
        listed = tlschain("pool", "import", tmp_path / "bundle.pem")
    assert done.code == 0, done.err
    assert f"tlschain: The pool {path} is in use by another program; this run went on without it.\n" in done.err
    assert listed.code == 2
    assert listed.complaint == f"The pool {path} is in use by another program. Try again when that has finished."
    assert sum(pauses) == pytest.approx(10), "five seconds for each of two programs"
