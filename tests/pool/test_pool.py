"""The pool's file: what it finds, what it refuses, and what happens to it in the hands of others."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.pool.conftest import Opener
from tests.support.chains import NOW, make_pki, views
from tui_chain.core import system
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Authority, Template
from tui_chain.pool.database import BUSY_SECONDS
from tui_chain.pool.entries import Added, Check
from tui_chain.pool.pool import BY_KEY, BY_NAME, MAX_ORIGINS, Pool, matching
from tui_chain.x509.certificate import Certificate

PKI = make_pki()
LEAF, ISSUING, ROOT = views(PKI.leaf, PKI.issuing, PKI.root)


@pytest.fixture
def pool(tmp_path: Path, opener: Opener) -> Pool:
    return opener(tmp_path / "data" / "pool.sqlite3")


def found(pool: Pool, child: Certificate) -> list[Certificate]:
    entries = pool.issuers_of(child)
    assert not isinstance(entries, Failure), entries
    return [entry.certificate for entry in entries]


def filled(pool: Pool) -> Pool:
    assert pool.add([(ISSUING, "file a.pem"), (ROOT, "file a.pem")], NOW) == Added(2, 0)
    return pool


def test_reading_creates_no_file(pool: Pool) -> None:
    assert found(pool, LEAF) == []
    assert pool.entries() == ()
    assert pool.check() == Check(0)
    assert ISSUING not in pool
    assert pool.remove([ISSUING.sha256]) == 0
    assert not pool.path.parent.exists()


def test_the_issuer_is_found_by_name(pool: Pool) -> None:
    assert found(filled(pool), LEAF) == [ISSUING]
    assert found(pool, ISSUING) == [ROOT]
    assert ISSUING in pool
    assert LEAF not in pool


def test_a_certificate_of_the_wanted_key_is_found_under_another_name(pool: Pool) -> None:
    renamed = Authority.root("Renamed", now=NOW, template=Template(new_key=lambda: PKI.issuing.key))
    (other,) = views(renamed)
    pool.add([(other, "x")], NOW)
    assert found(pool, LEAF) == [other]


def test_only_the_owner_may_read_the_file(pool: Pool) -> None:
    filled(pool)
    assert stat.S_IMODE(pool.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(pool.path.parent.stat().st_mode) == 0o700


def test_a_leaf_and_garbage_are_refused(pool: Pool) -> None:
    added = pool.add([(LEAF, "x"), (Certificate(b"\x30\x00"), "x")], NOW)
    assert isinstance(added, Added)
    assert (added.new, len(added.refused)) == (0, 2)
    assert "not a CA" in added.refused[0]
    assert not pool.path.exists()


def test_each_place_is_remembered_with_its_time(pool: Pool) -> None:
    filled(pool)
    assert pool.add([(ISSUING, "learned from b.test\x1b[2J")], NOW + timedelta(days=1)) == Added(0, 1)
    assert pool.add([(ISSUING, "file a.pem")], NOW + timedelta(days=2)) == Added(0, 1)
    entries = pool.issuers_of(LEAF)
    assert not isinstance(entries, Failure)
    origins = [(origin.place, origin.at) for origin in entries[0].origins]
    assert origins == [("file a.pem", NOW), ("learned from b.test\\x1b[2J", NOW + timedelta(days=1))]
    assert entries[0].first_origin == "file a.pem, 2026-11-23"


def test_the_origins_of_one_certificate_are_bounded(pool: Pool) -> None:
    for number in range(MAX_ORIGINS + 5):
        pool.add([(ISSUING, f"place {number}")], NOW + timedelta(minutes=number))
    entries = pool.entries()
    assert not isinstance(entries, Failure)
    assert len(entries[0].origins) == MAX_ORIGINS


def test_removing_takes_the_origins_along(pool: Pool) -> None:
    assert filled(pool).remove([ISSUING.sha256, "00" * 32]) == 1
    assert found(pool, LEAF) == []
    with sqlite3.connect(pool.path) as raw:
        assert raw.execute("SELECT count(*) FROM origin").fetchone() == (1,)
    raw.close()


def test_entries_are_chosen_by_fingerprint_or_word(pool: Pool) -> None:
    entries = filled(pool).entries()
    assert not isinstance(entries, Failure)
    colons = ":".join([ISSUING.sha256[:2], ISSUING.sha256[2:4], ISSUING.sha256[4:6], ISSUING.sha256[6:8]])
    for words in (ISSUING.sha256, ISSUING.sha256[:8].upper(), colons, "test ISSUING"):
        assert [entry.certificate for entry in matching(entries, words)] == [ISSUING]
    assert matching(entries, ISSUING.sha256[:7]) == matching(entries, " ") == ()


def tamper(pool: Pool, statement: str, *values: object) -> None:
    pool.close()
    raw = sqlite3.connect(pool.path)
    with raw:
        raw.execute(statement, values)
    raw.close()


def test_a_swapped_certificate_is_never_returned_and_verify_tells(pool: Pool) -> None:
    filled(pool)
    tamper(pool, "UPDATE certificate SET der = ? WHERE sha256 = ?", ROOT.der, bytes.fromhex(ISSUING.sha256))
    assert found(pool, LEAF) == []
    check = pool.check()
    assert isinstance(check, Check)
    assert check.wrong == (f"{ISSUING.sha256[:16]}: its bytes are not those of its fingerprint",)
    assert pool.discard_wrong() == 1
    assert pool.check() == Check(1)


@pytest.mark.parametrize("value", ["NULL", "7", "1.5", "'text'"])
@pytest.mark.parametrize("column", ["sha256", "subject", "der"])
def test_a_value_of_another_type_is_a_damaged_row(pool: Pool, column: str, value: str) -> None:
    """SQLite keeps any type in any column, and a damaged page shows one."""
    filled(pool)
    with contextlib.closing(sqlite3.connect(pool.path)) as connection, connection:
        # what a schema forbids, damage does not ask
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '')")
        connection.execute("PRAGMA writable_schema = RESET")
        change = f"UPDATE certificate SET {column} = {value} WHERE sha256 = ?"  # noqa: S608 - names from above
        connection.execute(change, (bytes.fromhex(ROOT.sha256),))
    pool.close()
    entries = pool.entries()
    assert not isinstance(entries, Failure)
    assert {entry.certificate for entry in entries} <= {ISSUING, ROOT}
    assert ISSUING in {entry.certificate for entry in entries}
    check = pool.check()
    assert isinstance(check, Check)
    assert len(check.wrong) == 1
    assert check.wrong[0].isprintable()
    assert pool.discard_wrong() == 1
    assert pool.check() == Check(1)


def test_a_damaged_schema_of_which_sqlite_cannot_speak_is_damage(pool: Pool) -> None:
    """Its message quotes the damage, which is no UTF-8: what Python raises then is none of sqlite3's errors."""
    filled(pool).close()
    with contextlib.closing(sqlite3.connect(pool.path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    data = pool.path.read_bytes()
    assert b"CREATE TABLE origin" in data
    pool.path.write_bytes(data.replace(b"CREATE TABLE origin", b"CREATE \xff\x8a\xffLE origin"))
    assert not isinstance(pool.entries(), Failure)
    assert isinstance(pool.check(), Check)
    assert "set aside" in pool.notices[0]


@pytest.mark.parametrize("moment", ["-1", "9223372036854775807", "'soon'", "1.5"])
def test_an_origin_of_no_time_is_left_out(pool: Pool, moment: str) -> None:
    filled(pool)
    with contextlib.closing(sqlite3.connect(pool.path)) as connection, connection:
        connection.execute(f"UPDATE origin SET at = {moment}")  # noqa: S608 - a value from above
    pool.close()
    entries = pool.entries()
    assert not isinstance(entries, Failure)
    assert [entry.first_origin for entry in entries] == ["origin unknown", "origin unknown"]


def test_a_row_under_another_name_is_told(pool: Pool) -> None:
    filled(pool)
    tamper(pool, "UPDATE certificate SET subject = ? WHERE sha256 = ?", b"x", bytes.fromhex(ISSUING.sha256))
    check = pool.check()
    assert isinstance(check, Check)
    assert "filed under another name" in check.wrong[0]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "text": lambda _: b"this is no database " * 300,
    "cut short": lambda data: data[: len(data) // 2],
    "overwritten": lambda data: data[:100] + b"\xff" * (len(data) - 100),
    "zeroes": lambda data: b"\0" * len(data),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_set_aside_and_said(pool: Pool, name: str) -> None:
    filled(pool).close()
    for leftover in pool.path.parent.glob("*-*"):
        leftover.unlink()
    broken = DAMAGES[name](pool.path.read_bytes())
    pool.path.write_bytes(broken)
    assert pool.check() == Check(0)
    (notice,) = pool.notices
    assert "damaged" in notice
    (aside,) = pool.path.parent.glob("pool-damaged-*.sqlite3")
    assert str(aside) in notice
    assert aside.read_bytes() == broken
    assert found(filled(pool), LEAF) == [ISSUING]


def test_another_database_is_set_aside_and_left_whole(pool: Pool) -> None:
    pool.path.parent.mkdir()
    raw = sqlite3.connect(pool.path)
    with raw:
        raw.execute("CREATE TABLE mine (x)")
    raw.close()
    assert found(filled(pool), LEAF) == [ISSUING]
    (aside,) = pool.path.parent.glob("pool-damaged-*.sqlite3")
    assert b"CREATE TABLE mine" in aside.read_bytes()


def test_damage_under_an_open_pool_is_noticed_by_all_and_set_aside_once(pool: Pool, opener: Opener) -> None:
    other = opener(filled(pool).path)
    assert found(other, LEAF) == [ISSUING]
    pool.close()
    other.close()
    pool.path.write_bytes(b"x" * 8192)
    assert found(pool, LEAF) == []
    filled(pool)
    assert found(other, LEAF) == [ISSUING]
    assert (len(pool.notices), len(other.notices)) == (1, 0)


def test_a_file_of_a_later_version_is_left_alone(pool: Pool) -> None:
    filled(pool)
    tamper(pool, "PRAGMA user_version = 99")
    failure = pool.add([(ISSUING, "x")], NOW)
    assert isinstance(failure, Failure)
    assert "newer" in failure.message
    assert not list(pool.path.parent.glob("pool-damaged-*"))


def test_a_place_that_cannot_be_used_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "pool.sqlite3", tmp_path / "folder"):
        failure = Pool(path).add([(ISSUING, "x")], NOW)
        assert isinstance(failure, Failure)
        assert failure.kind == "pool"


def test_a_writer_that_waits_too_long_says_so_and_readers_do_not_wait(
    pool: Pool, request: pytest.FixtureRequest
) -> None:
    filled(pool)
    raw = sqlite3.connect(pool.path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    patient = Pool(pool.path, busy_seconds=0.05)
    request.addfinalizer(patient.close)
    failure = patient.add([(ISSUING, "y")], NOW)
    assert isinstance(failure, Failure)
    assert "another program" in failure.message
    assert found(patient, LEAF) == [ISSUING]
    raw.rollback()
    raw.close()
    assert patient.add([(ISSUING, "y")], NOW) == Added(0, 1)


def pauses_of(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between looks at a lock, which then take no time."""
    pauses: list[float] = []
    monkeypatch.setattr("tui_chain.core.system.time.sleep", pauses.append)
    return pauses


def test_a_lock_that_another_process_holds_is_waited_for_once(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was suspended while it made the pool, say."""
    pool.path.parent.mkdir(parents=True, exist_ok=True)
    pauses = pauses_of(monkeypatch)
    with pool.path.with_suffix(".lock").open("w") as held:
        assert system.try_lock(held.fileno())
        for _ in range(3):
            failure = pool.add([(ISSUING, "y")], NOW)
            assert isinstance(failure, Failure)
            assert failure.message == f"The pool {pool.path} is in use by another program."
        assert sum(pauses) == pytest.approx(BUSY_SECONDS)
        assert pool.given_up == (f"The pool {pool.path} is in use by another program; this run went on without it.",)
    assert pool.add([(ISSUING, "y")], NOW) == Added(1, 0)


def test_a_writer_that_waits_in_vain_does_not_wait_again_until_it_could_write(
    pool: Pool, request: pytest.FixtureRequest
) -> None:
    """SQLite itself waits, for busy_timeout, which is looked up here."""
    filled(pool)
    patient = Pool(pool.path, busy_seconds=0.05)
    request.addfinalizer(patient.close)
    assert patient.add([(ISSUING, "y")], NOW) == Added(0, 1)
    with contextlib.closing(sqlite3.connect(pool.path, isolation_level=None)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        assert isinstance(patient.add([(ISSUING, "y")], NOW), Failure)
        assert waits_of(patient) == 0
        assert found(patient, LEAF) == [ISSUING]
        assert waits_of(patient) == 0
        raw.rollback()
    assert patient.add([(ISSUING, "y")], NOW) == Added(0, 1)
    assert waits_of(patient) == 50


def waits_of(pool: Pool) -> int:
    """Milliseconds that a pool's connection waits for another program."""
    milliseconds = pool._database.read(lambda one: int(one.execute("PRAGMA busy_timeout").fetchone()[0]), -1)
    assert isinstance(milliseconds, int)
    return milliseconds


WRITER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from tui_chain.x509.certificate import Certificate
from tui_chain.pool.entries import Added
from tui_chain.pool.pool import Pool
pool, der = Pool(Path(sys.argv[1])), bytes.fromhex(sys.stdin.read())
for number in range(100):
    assert isinstance(pool.add([(Certificate(der), f"{sys.argv[2]} {number % 4}")], datetime.now(UTC)), Added)
    entries = pool.entries()
    assert isinstance(entries, tuple) and entries, entries
assert not pool.notices
"""


def test_two_processes_create_and_use_it_at_once(pool: Pool) -> None:
    words = (sys.executable, "-c", WRITER, str(pool.path))
    running = [
        subprocess.Popen((*words, name), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for name in ("one", "two", "three")
    ]
    ends = [process.communicate(der.hex(), timeout=60) for process, der in zip(running, _ders(), strict=True)]
    assert [process.returncode for process in running] == [0, 0, 0], ends
    entries = pool.entries()
    assert not isinstance(entries, Failure)
    assert sorted(len(entry.origins) for entry in entries) == [4, 4, 4]


def _ders() -> tuple[bytes, ...]:
    return ISSUING.der, ROOT.der, make_pki("Other").root.der


@pytest.mark.parametrize("query", [BY_NAME, BY_KEY])
def test_a_lookup_searches_an_index_and_never_the_whole_pool(pool: Pool, query: str) -> None:
    pool.add([(ISSUING, "x")], NOW)
    with contextlib.closing(sqlite3.connect(pool.path)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", (b"", 1))]
    assert plan[0].startswith("SEARCH certificate USING INDEX")
    assert not any(step.startswith("SCAN") for step in plan)
