"""Existing files: their difference in certificates, merging, backups, and a kill at every step of writing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.chains import make_pki, views
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Identity, key_to_pem, to_pem
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.difference import certificate_difference, summary
from tui_chain.repair.merge import merge
from tui_chain.repair.write import WritePlan, plan_write, write

PKI, OTHER = make_pki("Old"), make_pki("New")


def bundle(*identities: Identity) -> Bundle:
    return Bundle(views(*identities), ("host.test:443",))


def test_the_difference_is_said_in_certificates() -> None:
    old, new = to_pem([PKI.root.der, PKI.issuing.der]), bundle(PKI.root, OTHER.root).pem
    found = certificate_difference(old, new)
    assert (found.added, found.kept, found.removed) == (views(OTHER.root), views(PKI.root), views(PKI.issuing))
    assert summary(old, new) == "2 certificates: 1 added, 1 kept, 1 removed"
    assert summary(None, new) == "2 certificates"
    assert [line[0] for line in found.lines()] == ["-", " ", "+"]


def test_the_plan_tells_the_difference(tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    file.write_bytes(to_pem([PKI.root.der]))
    plan = plan_write(file, bundle(OTHER.root).pem)
    assert isinstance(plan, WritePlan)
    assert plan.is_text
    assert plan.certificates().summary == "1 added, 0 kept, 1 removed"


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_merging_keeps_every_byte_of_the_old_file(ending: bytes) -> None:
    old = b"# mine\n" + to_pem([PKI.root.der]).rstrip(b"\n") + ending
    new = merge(old, bundle(PKI.root, OTHER.issuing))
    assert isinstance(new, bytes)
    assert new.startswith(old.rstrip(b"\n"))
    assert certificate_difference(old, new).added == views(OTHER.issuing)
    assert merge(new, bundle(PKI.root, OTHER.issuing)) == new


@pytest.mark.parametrize(
    "old",
    [
        to_pem([PKI.root.der]) + key_to_pem(PKI.root.key),
        to_pem([PKI.root.der])[:-40],
        b"\xef\xbb\xbf" + to_pem([PKI.root.der]),
        PKI.root.der,
        b"some text\n",
    ],
    ids=["private key", "cut", "BOM", "DER", "text"],
)
def test_nothing_is_added_to_a_file_that_clients_cannot_read(old: bytes) -> None:
    assert isinstance(merge(old, bundle(OTHER.root)), Failure)


def test_an_empty_file_becomes_the_bundle() -> None:
    assert merge(b"\n", bundle(OTHER.root)) == bundle(OTHER.root).pem


def replace_with_backup(file: Path, data: bytes) -> None:
    plan = plan_write(file, data)
    assert isinstance(plan, WritePlan)
    assert write(plan, replace=True, backup=True) == Path(os.path.realpath(file))


def test_backups_keep_the_old_file_and_never_each_other(tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    file.write_bytes(b"one")
    file.chmod(0o640)
    replace_with_backup(file, b"two")
    replace_with_backup(file, b"three")
    assert file.read_bytes() == b"three"
    assert (tmp_path / "bundle.pem.bak").read_bytes() == b"one"
    assert (tmp_path / "bundle.pem.bak1").read_bytes() == b"two"
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o640}
    assert len([*tmp_path.iterdir()]) == 3


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "bundle.pem", tmp_path / "link.pem"
    real.write_bytes(b"one")
    link.symlink_to(real)
    replace_with_backup(link, b"two")
    assert link.is_symlink()
    assert real.read_bytes() == b"two"
    assert (tmp_path / "real" / "bundle.pem.bak").read_bytes() == b"one"


_KILLED = """
import os, signal, sys
from pathlib import Path
import tui_chain.repair.write as module
from tui_chain.core import temporary_file

def lines_until(limit):
    seen = 0
    def trace(frame, event, arg):
        nonlocal seen
        if frame.f_code.co_filename not in (module.__file__, temporary_file.__file__):
            return None
        if event == "line":
            seen += 1
            if seen > limit:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace
    return trace

old, new = b"o" * 5000, b"n" * 9000
file = Path(sys.argv[1]) / "bundle.pem"
for limit in range(1000):
    for each in file.parent.iterdir():
        each.unlink()
    if sys.argv[2] == "replace":
        file.write_bytes(old)
    plan = module.plan_write(file, new)
    child = os.fork()
    if child == 0:
        sys.settrace(lines_until(limit))
        module.write(plan, replace=True, backup=sys.argv[2] == "replace")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    held = file.read_bytes() if file.exists() else None
    assert held in ({old, new} if sys.argv[2] == "replace" else {None, new}), (limit, held)
    backup = file.with_name("bundle.pem.bak")
    assert not backup.exists() or backup.read_bytes() == old, limit
    again = module.plan_write(file, new + new)
    assert module.write(again, replace=True) == again.path, limit
    assert file.read_bytes() == new + new, limit
    left = {each.name for each in file.parent.iterdir()} - {"bundle.pem", "bundle.pem.bak"}
    assert not left, (limit, left)
    if os.WIFEXITED(status):
        assert held == new
        break
print(limit)
"""


@pytest.mark.parametrize("way", ["new", "replace"])
def test_a_kill_at_every_line_leaves_the_old_file_or_the_new_one(tmp_path: Path, way: str) -> None:
    words = (sys.executable, "-c", _KILLED, str(tmp_path), way)
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
