"""The log: no secret gets into an entry, and its file stays whole and bounded under many writers."""

from __future__ import annotations

import errno
import json
import os
import shlex
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.support.cli import ROOT
from tests.support.limits import own_seconds
from tests.support.posix import mkfifo
from tui_chain.core import files, system
from tui_chain.engine import activity
from tui_chain.engine.activity import Activity, Entry, activity_path, append_entries, read_activity
from tui_chain.engine.arguments import Options

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SECRET = "hunter2hunter2"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "activity.jsonl"


# what an entry holds


def test_a_command_of_a_run_stays_as_it_is() -> None:
    options = Options(trust=("/etc/corp roots.pem",), timeout=7, pool=(Path("/a b"),), trust_root=("ab" * 32,))
    command = options.command("fix", "-o", Path("/srv/b@c.pem"), host="smtp+starttls://mx.example.org:25")
    entry = Entry(NOW, "Wrote the bundle for mx.example.org:25, 3 certificates.", command, "/srv/b@c.pem")
    assert (entry.command, entry.path) == (command, "/srv/b@c.pem")
    assert entry.text == "Wrote the bundle for mx.example.org:25, 3 certificates."
    for words in (("check", "[::1]:8443"), ("report", "--format", "html"), ("fix", "--demo", "leaf-only")):
        command = options.command(*words)
        assert Entry(NOW, "", command).command == command


COMMANDS = [
    ("test", "a.test", "--header", f"X-Api-Key: {SECRET}"),
    ("test", "a.test", f"--header=X-Api-Key: {SECRET}"),
    ("test", "a.test", "--header", SECRET),
    ("test", "a.test", "--header", f"{SECRET} : x", "--method", "HEAD"),
    ("test", "a.test", "--path", f"/a?token={SECRET}"),
    ("test", "a.test", f"--path=/a?{SECRET}"),
    ("test", "a.test", "--path", f"/a#{SECRET}"),
    ("check", f"https://user:{SECRET}@a.test/"),
    ("check", f"https://user:{SECRET}/x@a.test/"),
    ("check", f"https://user:a?{SECRET}@a.test/"),
    ("check", f"https://user:a {SECRET}@a.test/"),
    ("check", f"https://user:'{SECRET}'@a.test/"),
    ("check", f"https://a://user:{SECRET}@a.test/"),
    ("check", f"https://a.test/x?key={SECRET}#f"),
    ("check", f"https://a.test?{SECRET}"),
    ("check", f"user:{SECRET}@a.test"),
    ("check", f"{SECRET}@a.test"),
    ("check", f"a.test/?{SECRET}"),
    ("check", "a.test", f"-H{SECRET}"),
    ("check", "a.test", "--password", SECRET),
    ("check", "a.test", f"--password={SECRET}"),
    ("check", "--", f"--header={SECRET}"),
    ("check", "a.test", "--trust", f"https://u:{SECRET}@b.test/x"),
    ("fix", "a.test", "-o", f"ftp://u:{SECRET}@b.test/x"),
    ("explain", f"GET https://u:{SECRET}@b.test/x failed"),
    ("explain", f"Authorization: Bearer {SECRET}"),
    ("explain", f"cookie: a; b={SECRET}"),
    ("explain", f"password={SECRET}"),
    ("explain", f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}"),
    ("explain", f"-----BEGIN PRIVATE KEY-----{SECRET}"),
    ("lab", "x" * 5000 + SECRET),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words)[:60])
def test_no_secret_of_a_command_gets_into_an_entry(words: tuple[str, ...]) -> None:
    entry = Entry(NOW, "Tested.", shlex.join(("tlschain", *words)))
    assert SECRET not in repr(entry)
    assert SECRET not in repr(replace(entry, command=shlex.join(("tlschain", *words))))
    assert entry.command.isprintable()


def test_a_command_with_hidden_words_says_so() -> None:
    words = ("tlschain", "test", "https://u:p@a.test/x?y", "--header", "X-Team: blue", "--path", "/a?b", "--programs")
    safe = Entry(NOW, "", shlex.join(words)).command
    assert shlex.split(safe) == [
        *("tlschain", "test", "https://a.test/x?…", "--header", "X-Team: …", "--path", "/a?…", "--programs"),
    ]


@pytest.mark.parametrize(
    "command",
    [
        f"curl -H 'X: {SECRET}' a.test",
        f"tlschain nosuch {SECRET}",
        f"tlschain '{SECRET}",
        "tlschain",
        "",
        f"A={SECRET} tlschain check",
    ],
)
def test_what_is_no_command_of_this_tool_is_left_out(command: str) -> None:
    assert Entry(NOW, "", command).command == ""


TEXTS = [
    f"Tested https://u:{SECRET}@a.test/.",
    f"Tested https://u:{SECRET}/2@a.test/.",
    f"Tested 'https://a.test/x?sig={SECRET}'.",
    f"Tested a.test with X-Api-Key: {SECRET}",
    f"Authorization: Basic {SECRET}",
    f"Proxy-Authorization=Bearer {SECRET}",
    f"the password: {SECRET}",
    f"GITHUB_TOKEN={SECRET}",
    f"Set-Cookie: a=b; c={SECRET}",
    f"sent Bearer {SECRET}",
    f"proxy u:{SECRET}@proxy.test:3128",
    f"x\n-----BEGIN EC PRIVATE KEY-----\n{SECRET}\n",
    f"Cookie:\n{SECRET}".replace("\n", " "),
]


@pytest.mark.parametrize("text", TEXTS)
def test_no_secret_of_a_text_gets_into_an_entry(text: str) -> None:
    assert SECRET not in repr(Entry(NOW, text))
    assert SECRET not in repr(Entry(NOW, "", "", f"/srv/{text}")) or "PRIVATE KEY" not in text


def test_foreign_text_is_made_safe() -> None:
    entry = Entry(NOW, "\x1b[2J\u202e", "tlschain check 'a\x1b[2J'", "/srv/\x07")
    assert all(part is not None and part.isprintable() for part in (entry.text, entry.command, entry.path))


@pytest.mark.parametrize("piece", [":", "a:", "@", "x-", "token", "https://", "a", " ", "-----BEGIN ", "?", "/"])
def test_no_text_costs_much(piece: str) -> None:
    with own_seconds(2):
        Entry(NOW, piece * 100_000, f"tlschain check {piece * 100_000}")
        Entry(NOW, piece * 2_000, shlex.join(("tlschain", "check", (piece * 2000)[:3900])))


# the file


def test_it_stands_where_the_specification_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert activity_path() == tmp_path / "tlschain" / "activity.jsonl"


def test_what_was_added_is_read(file: Path) -> None:
    assert read_activity(file) == Activity()
    first = Entry(NOW, "Probed a.test:443: complete.", "tlschain check a.test:443")
    other = Entry(NOW.astimezone(timezone(timedelta(hours=5))), "Wrote é.", "tlschain fix a.test:443", "/srv/é.pem")
    assert append_entries([first], file) is None
    assert append_entries([other, first], file) is None
    found = read_activity(file)
    assert found == Activity((first, other, first))
    assert found.entries[1].at.utcoffset() == timedelta(0)


def test_only_its_user_may_read_it(file: Path) -> None:
    append_entries([Entry(NOW, "x")], file)
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


BROKEN = [
    b"", b"{}", b"[]", b"1", b"null", b'{"at": 1, "text": "x"}', b'{"at": "soon", "text": "x"}', b"\xff\xfe",
    b'{"at": "2026-11-27T09:00:00+00:00"}', b'{"at": "2026-11-27T09:00:00+00:00", "text": 1}',
    b'{"at": "0001-01-01T00:00:00+14:00", "text": "x"}', b"[" * 10_000, b"1" * 5000, b'"' + b"x" * 20_000 + b'"',
    b'{"at": "2026-11-27T09:00:00+00:00", "text": "x", "path": 3}',
]  # fmt: skip


def test_lines_that_are_no_entries_are_left_out(file: Path) -> None:
    append_entries([Entry(NOW, "first")], file)
    with file.open("ab") as log:
        log.write(b"\n".join(BROKEN) + b'\n{"at": "2026-11-27T09:00')
    append_entries([Entry(NOW, "last")], file)
    found = read_activity(file)
    assert [entry.text for entry in found.entries] == ["first", "last"]
    (notice,) = found.notices
    assert str(file) in notice
    assert f"{len(BROKEN) - 1} of {len(BROKEN) + 1} lines" in notice, "the entry that is cut is taken out"
    assert b"09:00{" not in file.read_bytes()


@pytest.mark.parametrize("tail", ['{"at": "2026-11-27T09:00:00+00:00", "text": "whole", "command": ""}', "of mine"])
def test_a_last_line_without_an_end_is_kept(file: Path, tail: str) -> None:
    file.parent.mkdir()
    file.write_text(tail)
    append_entries([Entry(NOW, "last")], file)
    assert file.read_text().splitlines()[0] == tail
    assert read_activity(file).entries[-1].text == "last"


def test_a_disk_that_is_full_takes_no_half_entry(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append_entries([Entry(NOW, "first")], file)
    before, real = file.read_bytes(), os.write

    def short(descriptor: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data[:20])

    monkeypatch.setattr(os, "write", short)
    failure = append_entries([Entry(NOW, "second")], file)
    assert failure is not None
    assert failure.message == f"The log {file} cannot be written: no space left on device."
    assert file.read_bytes() == before


def test_a_log_that_another_program_has_locked_is_given_up(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.parent.mkdir()
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.05)
    with file.with_name(f"{file.name}.lock").open("w") as held:
        assert system.try_lock(held.fileno())
        failure = append_entries([Entry(NOW, "x")], file)
    assert failure is not None
    assert failure.message == f"The log {file} cannot be written: it is in use by another program."
    assert failure.hint == "Try again when that has ended."


def test_a_secret_that_somebody_wrote_into_the_file_is_not_shown(file: Path) -> None:
    file.parent.mkdir()
    line = {"at": NOW.isoformat(), "text": f"password={SECRET}", "command": f"tlschain check u:{SECRET}@a.test"}
    file.write_text(json.dumps(line) + "\n")
    assert SECRET not in repr(read_activity(file))


def test_the_oldest_make_room(file: Path) -> None:
    entries = [Entry(NOW, f"{number} " + "x" * 400) for number in range(3000)]
    for start in range(0, 3000, 500):
        assert append_entries(entries[start : start + 500], file) is None
    append_entries([Entry(NOW, "last")], file)
    assert file.stat().st_size <= activity.MAX_SIZE
    found = read_activity(file)
    assert found.notices == ()
    assert found.entries[-1].text == "last"
    assert found.entries[-2] == entries[-1]
    assert 1000 < len(found.entries) < 2500
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 or sys.platform == "win32"


def test_a_file_that_is_far_too_large_is_set_aside_whole(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"x" * (3 << 20))
    assert "larger" in read_activity(file).notices[0]
    assert append_entries([Entry(NOW, "new")], file) is None
    assert [entry.text for entry in read_activity(file).entries] == ["new"]
    assert file.with_name("activity.jsonl.bad").stat().st_size == 3 << 20


def test_what_is_no_regular_file_is_neither_read_nor_written(file: Path) -> None:
    file.parent.mkdir()
    mkfifo(file)
    assert "no regular file" in read_activity(file).notices[0]
    assert append_entries([Entry(NOW, "x")], file) is not None


def test_a_folder_that_cannot_be_made_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    failure = append_entries([Entry(NOW, "x")], tmp_path / "file" / "activity.jsonl")
    assert failure is not None
    assert str(tmp_path / "file") in failure.message


def test_without_a_home_nothing_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert append_entries([Entry(NOW, "x")], Path("~/.local/state/tlschain/activity.jsonl")) is not None
    assert list(tmp_path.iterdir()) == []


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tui_chain.engine.activity import Entry, append_entries
for number in range(60):
    entry = Entry(datetime.now(UTC), f"{sys.argv[2]} {number} " + "x" * 450)
    failure = append_entries([entry] * 20, Path(sys.argv[1]))
    assert failure is None, failure
"""


def test_several_programs_may_write_at_once(file: Path) -> None:
    writers = [subprocess.Popen((sys.executable, "-c", WRITER, str(file), name), cwd=ROOT) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    found = read_activity(file)
    assert found.notices == ()
    assert {entry.text.split()[0] for entry in found.entries} <= set("abc")
    for name in "abc":
        numbers = [int(entry.text.split()[1]) for entry in found.entries if entry.text.startswith(name)]
        assert numbers == sorted(numbers)
    assert sorted(path.name for path in file.parent.iterdir()) == ["activity.jsonl", "activity.jsonl.lock"]
