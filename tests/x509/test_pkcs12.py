from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import cryptography_vectors
import pytest

from tests.support.programs import require_program
from tui_chain.lab.authority import Authority, Identity, key_to_pem, to_pem
from tui_chain.net.target import Target
from tui_chain.probe.pasted import GivenChain, served_ders
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats import pkcs12
from tui_chain.x509.formats.readers import ProblemKind, Reading, read_certificates

NOW = datetime.now(UTC)
SECRET = "pâßword €"
LEGACY = ("-legacy",)


@pytest.fixture(scope="module")
def chain() -> tuple[Identity, ...]:
    root = Authority.root("Store Root", now=NOW)
    issuing = root.issue_ca("Store Issuing")
    return issuing.issue_leaf(), issuing, root


@pytest.fixture(scope="module")
def folder(chain: tuple[Identity, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pkcs12")
    (place / "chain.pem").write_bytes(to_pem([each.der for each in chain]))
    (place / "key.pem").write_bytes(key_to_pem(chain[0].key))
    return place


def export(folder: Path, *options: str, password: str = SECRET) -> bytes:
    program = str(require_program("openssl"))
    command = [program, "pkcs12", "-export", "-in", "chain.pem", "-passout", f"pass:{password}", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=30).stdout


def kinds(reading: Reading) -> set[ProblemKind]:
    return {problem.kind for problem in reading.problems}


SCHEMES = {
    "AES-256": (),
    "AES-192, SHA-512": ("-certpbe", "AES-192-CBC", "-macalg", "sha512"),
    "AES-128": ("-certpbe", "AES-128-CBC"),
    "3DES, PBES2": ("-certpbe", "DES-EDE3-CBC"),
    "3DES": (*LEGACY, "-certpbe", "PBE-SHA1-3DES"),
    "RC2-128": (*LEGACY, "-certpbe", "PBE-SHA1-RC2-128"),
    "RC2-40": (*LEGACY, "-certpbe", "PBE-SHA1-RC2-40"),
    "clear": ("-certpbe", "NONE"),
    "many rounds": ("-iter", "9000"),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_is_opened_with_its_password(scheme: str, chain: tuple[Identity, ...], folder: Path) -> None:
    data = export(folder, "-inkey", "key.pem", *SCHEMES[scheme])
    reading = read_certificates(data, password=SECRET.encode())
    assert reading.format == "PKCS#12"
    assert {view.der for view in reading.certificates} == {each.der for each in chain}
    assert len(reading.certificates) == 3
    assert kinds(reading) == {ProblemKind.PRIVATE_KEY}


@pytest.mark.parametrize("scheme", [scheme for scheme in SCHEMES if scheme != "clear"])
def test_a_wrong_and_a_missing_password_are_said(scheme: str, folder: Path) -> None:
    data = export(folder, "-nokeys", *SCHEMES[scheme])
    for password, words in ((None, "needs its password"), (b"wrong", "the password is not the one")):
        reading = read_certificates(data, password=password)
        assert reading.certificates == ()
        (problem,) = reading.problems
        assert problem.kind is ProblemKind.PASSWORD
        assert words in problem.reason
        assert SECRET not in repr(reading)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_empty_password_need_not_be_given(scheme: str, chain: tuple[Identity, ...], folder: Path) -> None:
    data = export(folder, "-nokeys", *SCHEMES[scheme], password="")
    for password in (None, b""):
        reading = read_certificates(data, password=password)
        assert {view.der for view in reading.certificates} == {each.der for each in chain}
        assert reading.problems == ()


def test_a_file_without_a_mac_is_read(chain: tuple[Identity, ...], folder: Path) -> None:
    data = export(folder, "-nokeys", "-certpbe", "NONE", "-nomac")
    assert len(read_certificates(data).certificates) == len(chain)


def test_a_file_with_nothing_but_a_key_says_so(folder: Path) -> None:
    data = export(folder, "-inkey", "key.pem", "-nocerts")
    reading = read_certificates(data)
    assert reading.certificates == ()
    assert kinds(reading) == {ProblemKind.PRIVATE_KEY}


def test_a_damaged_file_says_so(folder: Path) -> None:
    data = bytearray(export(folder, "-nokeys"))
    for at in range(0, len(data), 37):
        damaged = bytes(data[:at]) + bytes([data[at] ^ 0x55]) + bytes(data[at + 1 :])
        reading = read_certificates(damaged, password=SECRET.encode())
        assert len(reading.certificates) == 3 or reading.problems
    assert kinds(read_certificates(bytes(data[:-9]))) == {ProblemKind.TRUNCATED}


def test_time_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = export(folder, "-nokeys", "-iter", "9000")
    monkeypatch.setattr(pkcs12, "MAX_ROUNDS_UNASKED", 8999)
    reading = read_certificates(data)
    assert reading.certificates == ()
    assert "18,000 rounds" in reading.problems[0].reason


@pytest.mark.parametrize("scheme", ["AES-256", "RC2-40"])
def test_what_a_server_sent_is_not_decrypted(scheme: str, folder: Path) -> None:
    data = export(folder, "-nokeys", *SCHEMES[scheme], password="")
    reading = read_certificates(data, foreign=True)
    assert reading.certificates == ()
    assert "not decrypted" in reading.problems[0].reason
    clear = export(folder, "-nokeys", *SCHEMES["clear"])
    assert len(read_certificates(clear, foreign=True).certificates) == 3


def test_what_came_from_a_server_is_opened_nowhere(folder: Path) -> None:
    """A chain in a file, or pasted: it could hide a key whose rounds nobody counted."""
    data = export(folder, "-nokeys", password="")
    with pytest.raises(ValueError, match="no certificate"):
        served_ders(data)
    assert GivenChain(Target("a.test"), data, "chain.p12").reading.certificates == ()


def test_an_identity_whose_key_is_damaged_is_still_one(folder: Path) -> None:
    """Every byte of the key's bag is damaged in its turn: its certificates in the clear never become anchors."""
    data = export(folder, "-inkey", "key.pem", *SCHEMES["clear"])
    bag = data.index(bytes.fromhex("060b2a864886f70d010c0a0102")) + 13
    for at in range(bag, bag + 90):
        for value in (0x00, 0x24, 0x31, 0x7F, 0xFF):
            reading = read_certificates(data[:at] + bytes([value]) + data[at + 1 :])
            assert reading.trusted == () or reading.private_keys == () == reading.certificates, (at - bag, value)


def test_keys_and_the_mac_count_among_the_rounds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = export(folder, "-inkey", "key.pem", "-iter", "9000")
    monkeypatch.setattr(pkcs12, "MAX_ROUNDS", 3 * 9000 - 1)
    reading = read_certificates(data, password=SECRET.encode())
    assert reading.certificates == ()
    assert "27,000 rounds" in reading.problems[-1].reason
    monkeypatch.setattr(pkcs12, "MAX_ROUNDS", 3 * 9000)
    assert len(read_certificates(data, password=SECRET.encode()).certificates) == 3


JAVA_OLD = ("-J-Dkeystore.pkcs12.legacy",)
JAVA_CLEAR = ("-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE", "-J-Dkeystore.pkcs12.macAlgorithm=NONE")


@pytest.mark.parametrize("options", [(), JAVA_OLD, JAVA_CLEAR], ids=["Java", "old Java", "Java, clear"])
def test_a_trust_store_of_java_is_read(options: tuple[str, ...], chain: tuple[Identity, ...], tmp_path: Path) -> None:
    program = str(require_program("keytool"))
    for place, each in enumerate(chain[1:]):
        (tmp_path / f"{place}.pem").write_bytes(to_pem([each.der]))
        store = ("-keystore", "trust.p12", "-storetype", "PKCS12", "-storepass", "changeit")
        command = [program, "-importcert", "-noprompt", "-alias", f"ä {place}", "-file", f"{place}.pem", *store]
        subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, check=True, timeout=60)
    data = (tmp_path / "trust.p12").read_bytes()
    reading = read_certificates(data, password=b"changeit")
    assert {view.der for view in reading.trusted} == {each.der for each in chain[1:]}
    assert bool(read_certificates(data).certificates) is (options == JAVA_CLEAR)


VECTORS = sorted((Path(cryptography_vectors.__file__).parent / "pkcs12").glob("*.p12"))
NO_CERTIFICATE = "no-cert-key-aes256cbc.p12"


@pytest.mark.parametrize("file", VECTORS, ids=[path.stem for path in VECTORS])
def test_the_files_of_others_are_read(file: Path) -> None:
    passwords = (None, b"", b"password", b"cryptography")
    best = max((read_certificates(file.read_bytes(), password=each).certificates for each in passwords), key=len)
    assert bool(best) is (file.name != NO_CERTIFICATE)
    assert all(isinstance(view, Certificate) and view.parsed is not None for view in best)
