"""Java keystores: those that keytool makes, and those that somebody made to do harm."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chains import NOW, make_pki
from tests.support.limits import own_seconds
from tests.support.programs import require_program
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import MAX_CERTIFICATES, ProblemKind, Reading, read_certificates
from tui_chain.x509.formats.reading import MAX_PROBLEMS

PKI = make_pki()
ROOT, ISSUING, LEAF = PKI.root.der, PKI.issuing.der, PKI.leaf.der
PASSWORD = "chängeit"
KEY = b"\x30\x0bthe secret"
MAGIC = {"JKS": b"\xfe\xed\xfe\xed", "JCEKS": b"\xce\xce\xce\xce"}
MANY = 0xFFFFFFFF
QUICK = 5.0
"""Seconds that even a busy machine needs not for one file."""


def counted(data: bytes, size: str = ">I") -> bytes:
    return pack(size, len(data)) + data


def certificate(der: bytes, kind: bytes | None = b"X.509") -> bytes:
    return (b"" if kind is None else counted(kind, ">H")) + counted(der)


def entry(tag: int, content: bytes, alias: bytes = b"alias") -> bytes:
    return pack(">I", tag) + counted(alias, ">H") + pack(">q", 1_700_000_000_000) + content


def trusted(der: bytes, kind: bytes | None = b"X.509") -> bytes:
    return entry(2, certificate(der, kind))


def key(*chain: bytes) -> bytes:
    return entry(1, counted(KEY) + pack(">I", len(chain)) + b"".join(map(certificate, chain)))


def store(entries: Sequence[bytes], kind: str = "JKS", version: int = 2, count: int | None = None) -> bytes:
    """A whole keystore, with the digest that the password makes."""
    content = MAGIC[kind] + pack(">II", version, len(entries) if count is None else count) + b"".join(entries)
    salted = PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + content
    return content + hashlib.sha1(salted, usedforsecurity=False).digest()


def ders(reading: Reading) -> list[bytes]:
    return [one.der for one in reading.certificates]


def kinds(reading: Reading) -> list[ProblemKind]:
    return [problem.kind for problem in reading.problems]


# -- what keytool makes


@pytest.fixture(scope="module", params=["JKS", "JCEKS"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A store with a trusted certificate and a key pair."""
    kind, folder = str(request.param), tmp_path_factory.mktemp("java")
    (folder / "root.pem").write_bytes(to_pem([ROOT]))
    keytool(folder, kind, "-importcert", "-noprompt", "-alias", "root", "-file", "root.pem")
    keytool(folder, kind, "-genkeypair", "-alias", "me", "-keyalg", "EC", "-dname", "CN=Mine", "-keypass", "changeit")
    return kind, folder / "store"


def keytool(folder: Path, kind: str, *words: str) -> None:
    own = ("-keystore", "store", "-storetype", kind, "-storepass", "changeit")
    command = (str(require_program("keytool")), *words, *own)
    subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)


def test_what_keytool_made_is_read(made: tuple[str, Path]) -> None:
    kind, file = made
    reading = read_certificates(file.read_bytes())
    assert reading.format == kind
    assert [one.der for one in reading.trusted] == [ROOT]
    (mine,) = set(reading.certificates) - set(reading.trusted)
    assert mine.subject == "CN=Mine"
    assert kinds(reading) == [ProblemKind.PRIVATE_KEY]


def test_the_password_of_keytool_proves_it_whole(made: tuple[str, Path]) -> None:
    data = made[1].read_bytes()
    assert kinds(read_certificates(data, password=b"changeit")) == [ProblemKind.PRIVATE_KEY]
    other = read_certificates(data, password=b"another")
    assert kinds(other) == [ProblemKind.PRIVATE_KEY, ProblemKind.PASSWORD]
    assert len(other.certificates) == 2


def test_behind_a_secret_key_nothing_is_read(tmp_path: Path) -> None:
    keytool(
        tmp_path, "JCEKS", "-genseckey", "-alias", "aes", "-keyalg", "AES", "-keysize", "128", "-keypass", "secret"
    )
    reading = read_certificates((tmp_path / "store").read_bytes())
    assert kinds(reading) == [ProblemKind.OTHER]
    assert "a secret key" in reading.problems[0].reason


# -- the form


@pytest.mark.parametrize("kind", MAGIC)
def test_every_entry_is_read_in_its_order(kind: str) -> None:
    reading = read_certificates(store([trusted(ROOT), key(LEAF, ISSUING), trusted(ISSUING)], kind))
    assert (reading.format, ders(reading)) == (kind, [ROOT, LEAF, ISSUING, ISSUING])
    assert [one.der for one in reading.trusted] == [ROOT, ISSUING]
    assert kinds(reading) == [ProblemKind.PRIVATE_KEY]


def test_the_first_version_names_no_kind() -> None:
    assert read_certificates(store([trusted(ROOT, None)], version=1)) == Reading("JKS", (Certificate(ROOT),))


def test_a_password_is_compared_only_where_it_is_given() -> None:
    data = store([trusted(ROOT)])
    damaged = data[:40] + b"\0" + data[41:]
    assert read_certificates(data, password=PASSWORD.encode()).problems == ()
    assert read_certificates(data).problems == ()
    assert ProblemKind.PASSWORD in kinds(read_certificates(damaged, password=PASSWORD.encode()))
    assert kinds(read_certificates(data, password=b"\xff\xfe")) == [ProblemKind.PASSWORD]


def test_an_empty_store_has_nothing() -> None:
    assert read_certificates(store([])) == Reading("JKS")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (store([trusted(ROOT)], version=3), "of version 3"),
        (store([entry(7, b"")]), "an entry of the kind 7"),
        (store([trusted(b"\x30\x03\x02\x01\x05"), trusted(ROOT)]), "not a certificate that can be read"),
        (store([trusted(ROOT, b"SDSI\x1b[31m"), trusted(ROOT)]), "a certificate of the kind SDSI\\x1b[31m"),
        (store([trusted(ROOT), trusted(b"\x30" * 200_000)]), "200,000 bytes"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, words: str) -> None:
    reading = read_certificates(data)
    assert [words in problem.reason for problem in reading.problems] == [True]
    assert set(ders(reading)) <= {ROOT}


# -- attacks


def test_a_key_is_neither_kept_nor_shown() -> None:
    reading = read_certificates(store([key(LEAF)]), password=b"wrong")
    assert KEY not in repr(reading).encode("latin-1", "replace")
    assert "secret" not in repr(reading)
    assert len(reading.private_keys) == 1


def test_every_cut_gives_what_stands_before_it() -> None:
    data = store([trusted(ROOT), key(LEAF, ISSUING), trusted(ISSUING)])
    whole = ders(read_certificates(data))
    for size in range(4, len(data)):
        reading = read_certificates(data[:size])
        assert ders(reading) == whole[: len(reading.certificates)]
        assert kinds(reading)[-1] is ProblemKind.TRUNCATED
        assert "cut short at byte" in reading.problems[-1].reason


HUGE = {
    "entries": store([trusted(ROOT)], count=MANY),
    "an alias": MAGIC["JKS"] + pack(">III", 2, 1, 2) + b"\xff\xff" + b"x",
    "a key": store([entry(1, pack(">I", MANY))]),
    "a chain": store([entry(1, counted(KEY) + pack(">I", MANY) + certificate(ROOT))]),
    "a certificate": store([entry(2, counted(b"X.509", ">H") + pack(">I", MANY))]),
    "a kind": store([entry(2, b"\xff\xff")]),
}


@pytest.mark.parametrize("what", HUGE)
def test_a_huge_length_is_believed_no_further_than_the_file(what: str) -> None:
    with own_seconds(QUICK):
        reading = read_certificates(HUGE[what])
        assert kinds(reading)[-1] in {ProblemKind.TRUNCATED, ProblemKind.OTHER}


@pytest.mark.parametrize(
    "entries",
    [
        [trusted(ROOT)] * (MAX_CERTIFICATES + 1),
        [trusted(b"")] * 200_000,
        [key()] * 200_000,
        [entry(1, counted(KEY) + pack(">I", MANY) + certificate(b"") * 500_000)],
    ],
    ids=["certificates", "empty certificates", "keys", "an endless chain"],
)
def test_many_parts_end_at_the_bound(entries: list[bytes]) -> None:
    with own_seconds(2 * QUICK):
        reading = read_certificates(store(entries))
        assert len(reading.certificates) <= MAX_CERTIFICATES
        assert len(reading.problems) <= MAX_PROBLEMS + 2
        assert kinds(reading)[-1] is ProblemKind.LIMIT


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_bytes_raises(data: st.DataObject) -> None:
    changed = bytearray(store([trusted(ROOT), key(LEAF)], data.draw(st.sampled_from(list(MAGIC)))))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(4, len(changed) - 1))] = data.draw(st.integers(0, 255))
    reading = read_certificates(bytes(changed), password=data.draw(st.sampled_from([None, PASSWORD.encode()])))
    assert reading.format in MAGIC
    assert all(problem.reason.isprintable() for problem in reading.problems)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(MAGIC.values())), st.binary(max_size=200))
def test_no_bytes_behind_the_magic_raise(magic: bytes, rest: bytes) -> None:
    assert read_certificates(magic + rest).format in MAGIC


def test_time_is_no_matter_of_a_store() -> None:
    """The date of an entry is Java's; nothing is taken from it."""
    root = Authority.root("Dated", now=NOW)
    data = store([trusted(root.der)])
    assert read_certificates(data.replace(pack(">q", 1_700_000_000_000), b"\xff" * 8)).certificates[0].der == root.der
