"""The file on disk: the old one or the new one, whole, whatever happens in between."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    NoEncryption,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from tests.support.chains import make_pki
from tests.support.files import names_in
from tests.support.posix import is_root, mkfifo
from tui_chain.core.failure import Failure
from tui_chain.repair.write import WritePlan, plan_write, write

OLD, NEW = b"old\n", b"new\n"


def plan(path: Path, data: bytes = NEW) -> WritePlan:
    planned = plan_write(path, data)
    assert isinstance(planned, WritePlan), planned
    return planned


def refusal(result: Path | WritePlan | Failure) -> Failure:
    assert isinstance(result, Failure), result
    assert result.message
    assert result.hint
    return result


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "bundle.pem"


@pytest.fixture
def existing(target: Path) -> Path:
    target.write_bytes(OLD)
    return target


def test_a_new_file_is_written_for_all_to_read(target: Path) -> None:
    assert write(plan(target), replace=False) == target
    assert target.read_bytes() == NEW
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert names_in(target.parent) == ["bundle.pem"]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0, 0o644)])
@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_a_new_file_has_the_rights_that_the_umask_leaves(
    target: Path, monkeypatch: pytest.MonkeyPatch, mask: int, mode: int, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", failing(errno.EPERM))
    before = os.umask(mask)
    try:
        assert write(plan(target), replace=False) == target
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_the_umask_takes_nothing_of_a_file_that_is_replaced(existing: Path) -> None:
    existing.chmod(0o664)
    before = os.umask(0o077)
    try:
        write(plan(existing), replace=True, backup=True)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(each.stat().st_mode) for each in existing.parent.iterdir()} == {0o664}


@pytest.mark.skipif(not is_root(), reason="only root gives files away")
def test_the_owner_and_the_group_of_a_replaced_file_are_kept(existing: Path) -> None:
    shutil.chown(existing, 12345, 23456)
    write(plan(existing), replace=True)
    assert (existing.stat().st_uid, existing.stat().st_gid, existing.read_bytes()) == (12345, 23456, NEW)


def test_who_may_not_give_a_file_away_keeps_its_group(existing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a folder that a group shares: the new file belongs to its writer."""
    asked: list[tuple[int, int]] = []

    def change(_descriptor: int, user: int, group: int) -> None:
        asked.append((user, group))
        if user != -1:
            raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr(os, "fchown", change)
    assert write(plan(existing), replace=True) == existing
    state = existing.stat()
    assert asked == [(state.st_uid, state.st_gid), (-1, state.st_gid)]


def test_an_existing_file_is_left_without_consent(existing: Path) -> None:
    assert refusal(write(plan(existing), replace=False)).kind == "exists"
    assert existing.read_bytes() == OLD


def test_an_existing_file_is_replaced_with_consent_and_keeps_its_rights(existing: Path) -> None:
    existing.chmod(0o640)
    assert write(plan(existing), replace=True) == existing
    assert (existing.read_bytes(), stat.S_IMODE(existing.stat().st_mode)) == (NEW, 0o640)
    assert names_in(existing.parent) == ["bundle.pem"]


def test_a_file_that_is_the_same_is_not_touched(existing: Path) -> None:
    before = existing.stat()
    same = plan(existing, OLD)
    assert same.unchanged
    assert write(same, replace=False) == existing
    assert existing.stat() == before


def test_looking_touches_nothing(existing: Path) -> None:
    before = existing.stat()
    assert plan(existing).old == OLD
    assert (existing.stat(), names_in(existing.parent)) == (before, ["bundle.pem"])


def test_the_difference_is_shown_as_safe_text(existing: Path) -> None:
    existing.write_bytes(b"same\nold \x1b[31m\n\xff\n")
    lines = plan(existing, b"same\nnew\n").difference()
    assert " same" in lines
    assert "+new" in lines
    assert "-old \\x1b[31m" in lines
    assert all(line.isprintable() for line in lines)


def test_a_symlink_is_kept_and_its_file_replaced(existing: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.pem"
    link.symlink_to(existing)
    assert write(plan(link), replace=True) == existing
    assert link.is_symlink()
    assert existing.read_bytes() == NEW


def test_a_symlink_to_nothing_brings_its_file(target: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.pem"
    link.symlink_to(target)
    assert write(plan(link), replace=False) == target
    assert link.read_bytes() == NEW


def test_a_symlink_to_itself_is_no_crash(tmp_path: Path) -> None:
    loop = tmp_path / "loop.pem"
    loop.symlink_to(loop)
    planned = plan_write(loop, NEW)
    refusal(planned if isinstance(planned, Failure) else write(planned, replace=True))
    assert loop.is_symlink()


def test_a_home_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert plan(Path("~/bundle.pem")).path == tmp_path / "bundle.pem"


@pytest.mark.parametrize("name", ["~.pem", "~nobody-of-this-name/bundle.pem"])
def test_a_tilde_without_a_user_is_a_name_like_any_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """So a shell takes it, and `./~.pem` is `~.pem` as a path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    header = "# CA bundle for a.test:443\n# Made by tlschain-tui 1\n# Whether it still holds: tlschain refresh FILE\n"
    planned = plan(Path(name), f"{header}# Host: a.test:443\n# Kind: client\n\n".encode())
    assert planned.path == tmp_path / name
    assert f"tlschain refresh '{tmp_path / name}'\n".encode() in planned.data


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (".", "is a folder."),
        ("missing/bundle.pem", "The folder of "),
        ("file/bundle.pem", ""),
        ("pipe", "is no regular file."),
        ("a\0b", "control characters"),
        ("x" * 300, "cannot be looked at"),
        ("big", "is larger than 16 MiB"),
    ],
)
def test_what_cannot_be_written_is_said_before(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_bytes(OLD)
    mkfifo(tmp_path / "pipe")
    with (tmp_path / "big").open("wb") as big:
        big.truncate((16 << 20) + 1)
    assert words in refusal(plan_write(tmp_path / name, NEW)).message


def test_a_path_is_shown_as_safe_text(tmp_path: Path) -> None:
    failure = refusal(plan_write(tmp_path / "no\x1b[31mne" / "x", NEW))
    assert "no\\x1b[31mne" in failure.message


def test_a_long_name_has_room_for_its_temporary_file(tmp_path: Path) -> None:
    target = tmp_path / ("\U0001f512" * 60 + ".pem")
    assert write(plan(target), replace=False) == target
    assert len(names_in(tmp_path)) == 1


# what may happen between the plan and the writing


def test_a_file_that_appeared_meanwhile_is_left(target: Path) -> None:
    planned = plan(target)
    target.write_bytes(OLD)
    for consent in (False, True):
        assert refusal(write(planned, replace=consent)).kind == "exists"
    assert (target.read_bytes(), names_in(target.parent)) == (OLD, ["bundle.pem"])


def test_a_file_that_changed_meanwhile_is_left(existing: Path) -> None:
    planned = plan(existing)
    existing.write_bytes(b"changed\n")
    assert "has changed since it was shown" in refusal(write(planned, replace=True)).message
    assert (existing.read_bytes(), names_in(existing.parent)) == (b"changed\n", ["bundle.pem"])


def test_a_file_that_vanished_meanwhile_is_a_failure(existing: Path) -> None:
    planned = plan(existing)
    existing.unlink()
    refusal(write(planned, replace=True))
    assert names_in(existing.parent) == []


def test_a_folder_that_vanished_meanwhile_is_a_failure(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    planned = plan(folder / "bundle.pem")
    folder.rmdir()
    assert "cannot be written" in refusal(write(planned, replace=False)).message


# what a disk may do


@pytest.mark.parametrize("step", ["write", "fsync", "link"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_disk_that_fails_leaves_nothing_new(
    target: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    monkeypatch.setattr(os, step, failing(code))
    failure = refusal(write(plan(target), replace=False))
    assert failure.message == f"{target} cannot be written: {os.strerror(code).lower()}."
    assert names_in(target.parent) == []


@pytest.mark.parametrize("backup", [False, True], ids=["", "backup"])
@pytest.mark.parametrize("step", ["write", "fsync", "fchmod", "replace"])
def test_a_disk_that_fails_leaves_the_old_file_whole(
    existing: Path, monkeypatch: pytest.MonkeyPatch, step: str, backup: bool
) -> None:
    monkeypatch.setattr(Path if step == "replace" else os, step, failing(errno.ENOSPC))
    refusal(write(plan(existing), replace=True, backup=backup))
    assert (existing.read_bytes(), names_in(existing.parent)) == (OLD, ["bundle.pem"])


def failing(code: int) -> object:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def test_a_failed_replace_takes_back_no_backup_but_its_own(existing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = existing.with_name("bundle.pem.bak")
    kept.write_bytes(b"older\n")
    monkeypatch.setattr(Path, "replace", failing(errno.EIO))
    refusal(write(plan(existing), replace=True, backup=True))
    assert (existing.read_bytes(), kept.read_bytes()) == (OLD, b"older\n")
    assert names_in(existing.parent) == ["bundle.pem", "bundle.pem.bak"]


def test_a_backup_that_a_killed_run_made_is_used(existing: Path) -> None:
    kept = existing.with_name("bundle.pem.bak")
    kept.hardlink_to(existing)
    write(plan(existing), replace=True, backup=True)
    assert (existing.read_bytes(), kept.read_bytes()) == (NEW, OLD)
    assert names_in(existing.parent) == ["bundle.pem", "bundle.pem.bak"]


def test_a_link_by_the_name_of_a_backup_is_none(existing: Path) -> None:
    existing.with_name("bundle.pem.bak").symlink_to(existing)
    write(plan(existing), replace=True, backup=True)
    assert existing.with_name("bundle.pem.bak1").read_bytes() == OLD


def test_without_hard_links_the_backup_is_a_copy(existing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    existing.chmod(0o640)
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    assert write(plan(existing), replace=True, backup=True) == existing
    backup = existing.with_name("bundle.pem.bak")
    assert (existing.read_bytes(), backup.read_bytes()) == (NEW, OLD)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o640


def test_a_folder_that_cannot_be_synced_is_no_failure(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refuse(path: object, flags: int, *given: int, **named: int) -> int:
        if Path(str(path)).is_dir():
            raise OSError(errno.EINVAL, "no")
        return opened(path, flags, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    assert write(plan(target), replace=False) == target


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_hard_links_takes_a_new_file_too(
    target: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """FAT, and some that are shared over a network."""
    monkeypatch.setattr(os, "link", failing(code))
    assert write(plan(target), replace=False) == target
    assert (target.read_bytes(), names_in(target.parent)) == (NEW, ["bundle.pem"])
    late = WritePlan(target, b"newer\n", None)
    assert refusal(write(late, replace=True)).kind == "exists"
    assert target.read_bytes() == NEW


def test_without_hard_links_a_disk_that_fails_leaves_no_empty_file(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    monkeypatch.setattr(Path, "replace", failing(errno.EIO))
    refusal(write(plan(target), replace=False))
    assert names_in(target.parent) == []


@pytest.mark.parametrize("encryption", [NoEncryption(), BestAvailableEncryption(b"unknown")], ids=["open", "sealed"])
def test_a_key_store_is_neither_shown_nor_replaced(existing: Path, encryption: KeySerializationEncryption) -> None:
    leaf = make_pki().leaf
    assert isinstance(leaf.key, EllipticCurvePrivateKey)
    existing.write_bytes(serialize_key_and_certificates(b"n", leaf.key, leaf.certificate, None, encryption))
    assert "private key" in refusal(plan_write(existing, NEW)).message


def test_files_of_megabytes_are_not_compared_line_by_line(existing: Path) -> None:
    existing.write_bytes(b"".join(b"%d\n" % number for number in range(200_000)))
    assert plan(existing).difference() == ("@@ too large to be compared line by line @@",)


def test_notes_alone_make_no_other_file(tmp_path: Path) -> None:
    """Only those of ours, in files of ours: what else stands there is a difference."""
    top = b"# CA bundle for a.test\n# Made by tlschain-tui 1.0\n# Kind: client\n\n"
    block = b"# Source: AIA http://a.test/\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    same = (top.replace(b"1.0", b"2.0"), block.replace(b"AIA http://a.test/", b"pool"))
    file = tmp_path / "a.pem"
    for old, unchanged in {
        top + block: True,
        same[0] + same[1]: True,
        top.replace(b"a.test", b"b.test") + block: False,
        top + block.replace(b"AAAA", b"AAAB"): False,
        top + block + b"# Subject: # Source: x\n": False,
        top.replace(b"client", b"links") + block: False,
        block: False,
    }.items():
        file.write_bytes(old)
        plan = plan_write(file, top + block)
        assert isinstance(plan, WritePlan)
        assert plan.unchanged is unchanged, old
        write(plan, replace=True)
        assert (file.read_bytes() == old) is (unchanged or old == top + block)
