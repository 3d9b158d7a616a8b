"""`tlschain pool --db FILE`: a file that is not ours is told and left, whatever the command."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import CliRunner, Result

from tests.pool.conftest import Opener
from tests.pool.test_published import ISSUING
from tests.support.files import names_in
from tui_chain.cli.main import main
from tui_chain.core.failure import Failure
from tui_chain.pool.database import default_path
from tui_chain.pool.entries import Added
from tui_chain.pool.pool import Pool
from tui_chain.x509.formats.pem import to_pem


def tlschain(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["pool", *map(str, words)])


def database(path: Path, *statements: str) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path.read_bytes()


FOREIGN = {
    "text": (),
    "empty": (),
    "cut": (),
    "another's": ("CREATE TABLE certificate (name TEXT)", "PRAGMA user_version = 1"),
    "newer": ("CREATE TABLE places (name TEXT)", "PRAGMA user_version = 77"),
    "same version": ("CREATE TABLE places (name TEXT)", "PRAGMA user_version = 1"),
    "with a log": ("PRAGMA journal_mode = WAL", "CREATE TABLE places (name TEXT)"),
}
"""Files that are none of ours, by the statements that make them."""
COMMANDS = [
    ("list",),
    ("verify",),
    ("verify", "--repair"),
    ("export",),
    ("remove", "--all"),
    ("import", "SOURCE"),
    ("update", "--file", "SOURCE"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("form", FOREIGN)
def test_a_file_of_others_is_left_untouched(tmp_path: Path, form: str, command: tuple[str, ...]) -> None:
    file, source = tmp_path / "mine.dat", tmp_path / "source.pem"
    source.write_text(to_pem(ISSUING))
    plain = {"text": b"dear diary\n" * 200, "empty": b"", "cut": b"SQLite format 3\0" + b"x" * 5000}
    if FOREIGN[form]:
        database(file, *FOREIGN[form])
    else:
        file.write_bytes(plain[form])
    before, moment = file.read_bytes(), file.stat().st_mtime_ns
    done = tlschain("--db", file, *(str(source) if word == "SOURCE" else word for word in command))
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"tlschain: {file} is no pool of tlschain. " in done.stderr
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (before, moment)
    assert names_in(tmp_path) == ["mine.dat", "source.pem"]


@pytest.mark.parametrize("command", [("list",), ("verify",), ("export",), ("remove", "--expired")], ids=" ".join)
def test_where_no_pool_is_a_reading_command_says_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "none" / "x"
    done = tlschain("--db", file, *command)
    assert done.exit_code == 2
    assert f"tlschain: There is no pool at {file}." in done.stderr
    assert names_in(tmp_path) == []


def test_a_folder_is_no_pool(tmp_path: Path) -> None:
    done = tlschain("--db", tmp_path, "list")
    assert (done.exit_code, names_in(tmp_path)) == (2, [])
    assert "is no pool of tlschain" in done.stderr


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A pool of ours with a certificate, named by the user."""
    source, file = tmp_path / "source.pem", tmp_path / "pools" / "ours.sqlite3"
    source.write_text(to_pem(ISSUING))
    assert tlschain("--db", file, "import", source).exit_code == 0
    source.unlink()
    return file


def damage(file: Path) -> None:
    """Spoil every page but the first two, where the schema is."""
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


def test_a_named_pool_that_is_damaged_is_told_and_not_moved_by_reading(ours: Path) -> None:
    damage(ours)
    before = ours.read_bytes()
    for command in ("list", "verify", "export"):
        done = tlschain("--db", ours, command)
        assert done.exit_code == 2
        assert f"The pool {ours} is damaged" in done.stderr
    assert ours.read_bytes() == before
    assert not [name for name in names_in(ours.parent) if "damaged" in name]


def test_a_named_pool_that_is_damaged_is_set_aside_by_importing(ours: Path, tmp_path: Path) -> None:
    damage(ours)
    source = tmp_path / "source.pem"
    source.write_text(to_pem(ISSUING))
    done = tlschain("--db", ours, "import", source)
    assert done.exit_code == 0, done.output
    assert "was damaged; it was set aside as" in done.stderr
    assert tlschain("--db", ours, "verify").stdout == "1 certificate checked, 0 wrong\n"


def test_a_named_pool_of_a_newer_form_is_told_as_such(ours: Path) -> None:
    database(ours, "PRAGMA user_version = 9")
    assert "was made by a newer tlschain" in tlschain("--db", ours, "list").stderr


def test_the_users_own_place_may_be_named_too() -> None:
    default_path().parent.mkdir(parents=True, exist_ok=True)
    default_path().write_bytes(b"broken" * 1000)
    done = tlschain("--db", default_path(), "verify")
    assert done.exit_code == 1
    assert "was damaged; it was set aside as" in done.stderr


def test_a_new_named_pool_may_be_made_by_several_at_once(tmp_path: Path) -> None:
    file, moment = tmp_path / "new.sqlite3", datetime(2026, 11, 23, tzinfo=UTC)
    gate = Barrier(8)

    def add(_: int) -> Added | Failure:
        pool = Pool(file, named=True)
        gate.wait(timeout=20)
        try:
            return pool.add([(ISSUING, "here")], moment)
        finally:
            pool.close()

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(add, range(8)))
    assert sum(one.new for one in results if isinstance(one, Added)) == 1
    assert [one for one in results if isinstance(one, Failure)] == []


def test_a_named_pool_refuses_in_the_library_too(tmp_path: Path, opener: Opener) -> None:
    file = tmp_path / "notes"
    file.write_text("mine")
    named, own = Pool(file, named=True), opener(tmp_path / "own")
    assert isinstance(named.entries(), Failure)
    assert ISSUING not in named
    assert own.entries() == ()
    assert file.read_text() == "mine"


@pytest.mark.parametrize("command", [("list",), ("verify",), ("import", "SOURCE")], ids=" ".join)
@pytest.mark.parametrize("form", ["too long", "loop", "dangling"])
def test_a_name_that_cannot_be_is_told_in_words(tmp_path: Path, form: str, command: tuple[str, ...]) -> None:
    source, link = tmp_path / "source.pem", tmp_path / "link"
    source.write_text(to_pem(ISSUING))
    link.symlink_to(link if form == "loop" else tmp_path / "none" / "there")
    file = tmp_path / ("x" * 300) if form == "too long" else link
    done = tlschain("--db", file, *(str(source) if word == "SOURCE" else word for word in command))
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("tlschain: ")
    assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("own", [True, False], ids=["ours", "of others"])
def test_a_log_that_a_crash_left_is_read_and_kept(tmp_path: Path, opener: Opener, own: bool) -> None:
    """The tables may be in the log alone: what a crash leaves is a copy of the files while they are in use."""
    live, crashed = tmp_path / "live", tmp_path / "crashed"
    crashed.mkdir()
    if own:
        pool = opener(live)
        pool.add([(ISSUING, "here")], datetime(2026, 11, 23, tzinfo=UTC))
        copy(live, crashed)
    else:
        with closing(sqlite3.connect(live)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE places (name TEXT)")
            connection.commit()
            copy(live, crashed)
    file = crashed / "live"
    before = {name: (crashed / name).read_bytes() for name in ("live", "live-wal")}
    done = tlschain("--db", file, "list")
    assert done.exit_code == (0 if own else 2), done.output
    assert (ISSUING.subject in done.stdout) is own
    if not own:
        assert {name: (crashed / name).read_bytes() for name in before} == before


def copy(file: Path, folder: Path) -> None:
    for ending in ("", "-wal"):
        name = f"{file.name}{ending}"
        (folder / name).write_bytes(file.with_name(name).read_bytes())
