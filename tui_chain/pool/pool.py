"""The pool's operations: look up an issuer, add, list, remove, check. Every failure is a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.pool.database import BUSY_SECONDS, DamagedError, Database
from tui_chain.pool.entries import Added, Check, Origin, PoolEntry, name_digest, unfit
from tui_chain.x509.certificate import Certificate

if TYPE_CHECKING:
    from sqlite3 import Connection

MAX_FOUND = 64
"""Certificates of one name or key that a lookup returns, those valid longest first."""
MAX_ORIGINS = 16
"""Origins that are kept of one certificate, the oldest."""
MIN_PREFIX = 8
"""Hex digits of a SHA-256 by which a certificate may be named."""


class Pool:
    """CA certificates by subject and key identifier; holding one proves nothing, signatures are checked later.

    Nothing is opened before the first use, and reading creates no file. May be used from any thread and by
    several processes at once. `learning` off keeps journeys from adding to it. A file that the user `named` is
    left untouched where it is no pool, and is not set aside by reading.
    """

    def __init__(
        self, path: Path, *, learning: bool = True, busy_seconds: float = BUSY_SECONDS, named: bool = False
    ) -> None:
        self.learning = learning
        self._database = Database(path, busy_seconds, named=named)

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know of the file, as that it was damaged and set aside."""
        return self._database.notices

    @property
    def given_up(self) -> tuple[str, ...]:
        """That another program held the file for too long, so that a run went on without it; or nothing."""
        return self._database.given_up

    def refused(self) -> Failure | None:
        """Why nothing can be added to the file, as that it is no pool, or None; nothing is created or changed."""
        return self._database.refused()

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        self._database.close()

    def issuers_of(self, child: Certificate) -> tuple[PoolEntry, ...] | Failure:
        """Return what carries the name of the child's issuer, or the key identifier that the child names."""
        name, key_id = name_digest(child.issuer_name), _octets(child.authority_key_id)

        def look(connection: Connection) -> tuple[PoolEntry, ...]:
            rows: dict[bytes, bytes] = dict(connection.execute(BY_NAME, (name, MAX_FOUND)))
            rows |= dict(connection.execute(BY_KEY, (key_id, MAX_FOUND)))
            return tuple(_entries(connection, rows.items()))

        return self._database.read(look, ())

    def add(self, found: Iterable[tuple[Certificate, str]], at: datetime) -> Added | Failure:
        """Add certificates, each with the place it came from (foreign text); one that is known gains an origin."""
        items = tuple(found)
        reasons = {certificate: unfit(certificate) for certificate, _ in items}
        fit = [(certificate, place) for certificate, place in items if reasons[certificate] is None]
        refused = tuple(f"{one.label}: {reason}" for one, reason in reasons.items() if reason is not None)
        if not fit:
            return Added(refused=refused)
        result = self._database.write(lambda connection: _insert(connection, fit, at))
        return result if isinstance(result, Failure) else Added(result, len({c for c, _ in fit}) - result, refused)

    def entries(self) -> tuple[PoolEntry, ...] | Failure:
        """Return everything, ordered by SHA-256."""

        def everything(connection: Connection) -> tuple[PoolEntry, ...]:
            return tuple(_entries(connection, connection.execute(_ALL).fetchall()))

        return self._database.read(everything, ())

    def __contains__(self, certificate: Certificate) -> bool:
        digest = bytes.fromhex(certificate.sha256)
        found = self._database.read(lambda c: c.execute(_ONE, (digest,)).fetchone() is not None, nothing=False)
        return found is True

    def remove(self, sha256: Iterable[str]) -> int | Failure:
        """Remove certificates by their whole SHA-256 in hex; return how many there were."""
        digests = [(bytes.fromhex(one),) for one in sha256]

        def delete(connection: Connection) -> int:
            return connection.executemany("DELETE FROM certificate WHERE sha256 = ?", digests).rowcount

        return self._database.write(delete) if digests and self.path.exists() else 0

    def check(self) -> Check | Failure:
        """Check the file's structure, and every row against its own certificate."""

        def look(connection: Connection) -> Check:
            structure = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
            if structure != ["ok"]:
                raise DamagedError
            rows = connection.execute(_ROWS).fetchall()
            wrong = tuple(f"{_row_name(row[0])}: {why}" for row in rows if (why := _row_problem(row)) is not None)
            return Check(len(rows), wrong)

        return self._database.read(look, Check(0))

    def discard_wrong(self) -> int | Failure:
        """Remove the rows that `check` finds wrong; return how many."""

        def discard(connection: Connection) -> int:
            rows = connection.execute(_ROWS).fetchall()
            bad = [(row[0],) for row in rows if _row_problem(row) is not None]
            connection.executemany("DELETE FROM certificate WHERE sha256 IS ?", bad)
            return len(bad)

        return self._database.write(discard) if self.path.exists() else 0


_COLUMNS = "SELECT sha256, der FROM certificate"
BY_NAME = f"{_COLUMNS} WHERE subject = ? ORDER BY not_after DESC LIMIT ?"
BY_KEY = f"{_COLUMNS} WHERE key_id = ? ORDER BY not_after DESC LIMIT ?"
"""The two look-ups of issuers: each uses an index."""
_ALL = f"{_COLUMNS} ORDER BY sha256"
_ONE = "SELECT 1 FROM certificate WHERE sha256 = ?"
_ROWS = "SELECT sha256, subject, key_id, der FROM certificate"
_INSERT = "INSERT OR IGNORE INTO certificate (sha256, subject, key_id, not_after, der) VALUES (?, ?, ?, ?, ?)"
_ORIGIN = """
INSERT OR IGNORE INTO origin (sha256, place, at)
SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM origin WHERE sha256 = ?1) < ?4
"""
_ORIGINS = "SELECT place, at FROM origin WHERE sha256 = ? ORDER BY at, place"


def _insert(connection: Connection, fit: list[tuple[Certificate, str]], at: datetime) -> int:
    new = connection.executemany(_INSERT, [_row(certificate) for certificate, _ in fit]).rowcount
    moment = int(at.timestamp())
    origins = [(bytes.fromhex(one.sha256), safe_text(place), moment, MAX_ORIGINS) for one, place in fit]
    connection.executemany(_ORIGIN, origins)
    return new


def _row(certificate: Certificate) -> tuple[bytes, bytes | None, bytes | None, int | None, bytes]:
    ends = int(certificate.not_after.timestamp()) if certificate.not_after is not None else None
    digest = bytes.fromhex(certificate.sha256)
    return digest, name_digest(certificate.subject_name), _octets(certificate.key_id), ends, certificate.der


def _row_problem(row: tuple[object, object, object, object]) -> str | None:
    digest, subject, key_id, der = row
    certificate = _certificate(digest, der)
    if certificate is None:
        return "its bytes are not those of its fingerprint"
    reason = unfit(certificate)
    if reason is not None:
        return reason
    if (subject, key_id) != (name_digest(certificate.subject_name), _octets(certificate.key_id)):
        return "it is filed under another name or key"
    return None


def _certificate(digest: object, der: object) -> Certificate | None:
    """The certificate of a row, or None of a damaged one: SQLite keeps a value of any type in any column."""
    if not (isinstance(digest, bytes) and isinstance(der, bytes)):
        return None
    certificate = Certificate(der)
    return certificate if bytes.fromhex(certificate.sha256) == digest else None


def _row_name(digest: object) -> str:
    return digest.hex()[:16] if isinstance(digest, bytes) else "a row without a fingerprint"


def _entries(connection: Connection, rows: Iterable[tuple[object, object]]) -> Iterator[PoolEntry]:
    for digest, der in rows:
        certificate = _certificate(digest, der)
        if certificate is not None:
            yield PoolEntry(certificate, tuple(_origins(connection, digest)))


def _origins(connection: Connection, digest: object) -> Iterator[Origin]:
    for place, at in connection.execute(_ORIGINS, (digest,)):
        if isinstance(place, str) and isinstance(at, int) and 0 <= at <= _LAST_SECOND:
            yield Origin(safe_text(place), datetime.fromtimestamp(at, UTC))


_LAST_SECOND = 253_402_300_799
"""The last second that a datetime can be, 9999-12-31 23:59:59 UTC."""


def _octets(hexadecimal: str | None) -> bytes | None:
    return None if hexadecimal is None else bytes.fromhex(hexadecimal)


def matching(entries: Iterable[PoolEntry], wanted: str) -> tuple[PoolEntry, ...]:
    """Choose entries by a SHA-256 prefix of 8 hex digits or more (colons allowed), or by a part of the subject."""
    digits = wanted.replace(":", "").strip().lower()
    hexadecimal = len(digits) >= MIN_PREFIX and all(char in "0123456789abcdef" for char in digits)
    if hexadecimal:
        by_digest = tuple(entry for entry in entries if entry.certificate.sha256.startswith(digits))
        if by_digest:
            return by_digest
    folded = wanted.strip().casefold()
    return tuple(entry for entry in entries if folded and folded in entry.certificate.subject.casefold())
