from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import certifi
import pytest
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

from tests.support.chains import HOST, NOW, make_pki
from tests.support.posix import mkfifo
from tests.support.trusted import SERVER, trusted_block
from tests.x509.test_jks import key as jks_key
from tests.x509.test_jks import store as jks
from tests.x509.test_jks import trusted as jks_trusted
from tui_chain.clients.families import FAMILIES, Engine
from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.lab.authority import self_signed_leaf, to_pem
from tui_chain.trust import loading
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.trust.system import windows_store
from tui_chain.x509.certificate import Certificate

PKI, OTHER = make_pki(), make_pki("Other")


def store(choice: str) -> TrustStore:
    loaded = load_trust_store(choice)
    assert isinstance(loaded, TrustStore), loaded
    return loaded


def test_certifi_is_loaded_whole() -> None:
    count = Path(certifi.where()).read_bytes().count(b"-----BEGIN")
    assert (store("certifi").name, len(store("certifi").anchors)) == ("certifi", count)


def test_a_file_is_loaded_each_certificate_once(tmp_path: Path) -> None:
    file = tmp_path / "roots.pem"
    file.write_bytes(to_pem([PKI.root.der, OTHER.root.der, PKI.root.der]))
    loaded = store(str(file))
    assert loaded.name == str(file)
    assert [anchor.der for anchor in loaded.anchors] == [PKI.root.der, OTHER.root.der]


@pytest.mark.parametrize("choice", ["file", "system"])
def test_what_is_no_ca_is_no_anchor_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choice: str) -> None:
    """Law 1: with a leaf as an anchor every host with it would be complete, whoever signed it."""
    file = tmp_path / "served.txt"
    file.write_bytes(to_pem([PKI.leaf.der, PKI.issuing.der, PKI.root.der]))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    loaded = store(str(file) if choice == "file" else "system")
    assert [anchor.der for anchor in loaded.anchors] == [PKI.issuing.der, PKI.root.der]
    assert len(loaded.notices) == 1
    assert "has 1 certificate that is no CA's" in loaded.notices[0]
    assert store("certifi").notices == ()


def test_a_file_of_leaves_is_no_store(tmp_path: Path) -> None:
    file = tmp_path / "leaf.pem"
    file.write_bytes(to_pem([PKI.leaf.der]))
    failure = load_trust_store(str(file))
    assert isinstance(failure, Failure)
    assert failure.message == f"{file} has no CA certificate."
    assert failure.hint == f"`tlschain audit {file}` says more."


def test_a_self_signed_server_certificate_is_a_pin_and_called_one(tmp_path: Path) -> None:
    pinned = self_signed_leaf([HOST], now=NOW)
    file = tmp_path / "pin.pem"
    file.write_bytes(to_pem([pinned.der, PKI.leaf.der]))
    loaded = store(str(file))
    assert [anchor.der for anchor in loaded.anchors] == [pinned.der]
    assert any("pins 1 self-signed certificate" in notice for notice in loaded.notices)


def test_a_leaf_that_only_names_itself_its_issuer_is_no_pin(tmp_path: Path) -> None:
    """An attack: the subject of the leaf is put where its issuer stands; nobody signed it so."""
    leaf = replace(PKI.root, subject=PKI.leaf.subject).issue_leaf([HOST])
    file = tmp_path / "forged.pem"
    file.write_bytes(to_pem([leaf.der]))
    assert Certificate(leaf.der).self_issued
    assert isinstance(load_trust_store(str(file)), Failure)


def test_the_systems_store_is_file_and_folder_as_openssl_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "certs"
    folder.mkdir()
    (folder / "0a1b2c3d.0").write_bytes(to_pem([PKI.root.der]))
    (folder / "readme").write_text("no certificate")
    file = tmp_path / "more.pem"
    file.write_bytes(to_pem([OTHER.root.der]))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    assert {anchor.der for anchor in store("system").anchors} == {PKI.root.der, OTHER.root.der}


def test_what_stands_in_the_systems_file_is_not_read_again_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "certs"
    folder.mkdir()
    (folder / "0a1b2c3d.0").write_bytes(to_pem([PKI.root.der]))
    (folder / "0a1b2c3d.1").write_bytes(to_pem([OTHER.root.der, PKI.root.der]))
    (folder / "0a1b2c3e.0").write_bytes(OTHER.root.der)
    file = tmp_path / "more.pem"
    file.write_bytes(b"a comment\n" + to_pem([PKI.root.der]))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    assert [anchor.der for anchor in store("system").anchors] == [PKI.root.der, OTHER.root.der]


def test_an_empty_system_store_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    failure = load_trust_store("system")
    assert isinstance(failure, Failure)
    assert "is empty" in failure.message


def test_a_system_folder_that_cannot_be_listed_is_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setattr(os, "scandir", refuse)
    failure = load_trust_store("system")
    assert isinstance(failure, Failure)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "there is nothing in it"),
        (b"<html>no</html>", "it is a web page, not a certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "not a certificate that can be read"),
    ],
)
def test_a_file_without_a_certificate_is_no_store(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "roots.pem"
    file.write_bytes(content)
    failure = load_trust_store(str(file))
    assert isinstance(failure, Failure)
    assert failure.kind == "trust"
    assert words in failure.message


def test_a_store_that_is_not_there_says_so(tmp_path: Path) -> None:
    failure = load_trust_store(str(tmp_path / "no\x1b[31mne"))
    assert isinstance(failure, Failure)
    assert "no\\x1b[31mne cannot be read: no such file or directory." in failure.message


def test_a_file_is_read_up_to_the_bound() -> None:
    failure = read_file(Path("/dev/zero"), "trust store")
    assert isinstance(failure, Failure)
    assert "larger than 16 MiB" in failure.message


def test_a_path_that_no_system_takes_is_no_crash() -> None:
    assert isinstance(read_file(Path("a\0b"), "trust store"), Failure)


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b"x" * 100_000))
    writer.start()
    assert read_file(pipe, "trust store") == b"x" * 100_000
    writer.join()


REJECTED = trusted_block(PKI.root.der, rejected=[SERVER])


def judged(trust: TrustStore) -> set[str]:
    """The OpenSSL families that accept a whole chain below PKI's root with the store's file."""
    families = [family for family in FAMILIES if family.engine is Engine.OPENSSL]
    verdicts = Judge(trust.file).verdicts((PKI.leaf.der, PKI.issuing.der), host=HOST, at=NOW, families=families)
    return {name for name, verdict in verdicts.items() if verdict.ok}


def test_a_distrusted_root_is_no_anchor_and_the_file_stays_as_its_owner_has_it(tmp_path: Path) -> None:
    """Dropping the settings makes a distrusted CA trusted."""
    file = tmp_path / "roots.pem"
    file.write_bytes(b"# mine\n" + to_pem([OTHER.root.der]) + REJECTED)
    loaded = store(str(file))
    assert [anchor.der for anchor in loaded.anchors] == [OTHER.root.der]
    assert loaded.file == file.read_bytes()
    assert any("1 certificate that its trust settings reject for TLS servers" in one for one in loaded.notices)
    assert judged(loaded) == set()


@pytest.mark.parametrize("plain_first", [True, False])
def test_a_root_that_stands_there_plain_too_is_distrusted_all_the_same(tmp_path: Path, plain_first: bool) -> None:
    """No path of ours ends there; OpenSSL heeds the first of the two blocks, and its verdict says so."""
    file, plain = tmp_path / "roots.pem", to_pem([PKI.root.der])
    file.write_bytes(plain + REJECTED if plain_first else REJECTED + plain)
    assert store(str(file)).anchors == ()
    assert bool(judged(store(str(file)))) is plain_first


def test_settings_that_trust_servers_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "roots.pem"
    file.write_bytes(trusted_block(PKI.root.der, trusted=[SERVER]))
    assert [anchor.der for anchor in store(str(file)).anchors] == [PKI.root.der]
    assert judged(store(str(file)))


def test_several_stores_are_one(tmp_path: Path) -> None:
    first, second = tmp_path / "first.pem", tmp_path / "second.pem"
    first.write_bytes(to_pem([OTHER.root.der]).rstrip(b"\n"))
    second.write_bytes(to_pem([PKI.root.der, OTHER.root.der, PKI.leaf.der]))
    joined = load_trust_store(str(first), str(second), str(first))
    assert isinstance(joined, TrustStore)
    assert [anchor.der for anchor in joined.anchors] == [OTHER.root.der, PKI.root.der]
    assert joined.name == f"{first} + {second}"
    assert len(joined.notices) == 1
    assert judged(joined), "no END and BEGIN are glued together"


def test_certifi_beside_a_file(tmp_path: Path) -> None:
    file = tmp_path / "own.pem"
    file.write_bytes(to_pem([PKI.root.der]))
    joined = load_trust_store("certifi", str(file))
    assert isinstance(joined, TrustStore)
    assert len(joined.anchors) == len(store("certifi").anchors) + 1
    assert judged(joined)
    assert not judged(store("certifi"))


def test_who_rejects_a_root_in_one_store_rejects_it_in_all(tmp_path: Path) -> None:
    plain, rejecting = tmp_path / "plain.pem", tmp_path / "rejecting.pem"
    plain.write_bytes(to_pem([PKI.root.der, OTHER.root.der]))
    rejecting.write_bytes(REJECTED)
    for order in ((plain, rejecting), (rejecting, plain)):
        joined = load_trust_store(*map(str, order))
        assert isinstance(joined, TrustStore)
        assert [anchor.der for anchor in joined.anchors] == [OTHER.root.der]
        assert judged(joined) == set()


def test_one_store_that_cannot_be_read_fails_them_all(tmp_path: Path) -> None:
    missing = load_trust_store("certifi", str(tmp_path / "none.pem"))
    assert isinstance(missing, Failure)
    assert "none.pem" in missing.message


def test_a_pkcs12_identity_gives_no_anchors(tmp_path: Path) -> None:
    """Law 1: its certificates are what its owner shows to others, the root among them."""
    certificates = [PKI.issuing.certificate, PKI.root.certificate]
    key = PKI.leaf.key
    data = pkcs12.serialize_key_and_certificates(
        b"me",
        key,  # type: ignore[arg-type]
        PKI.leaf.certificate,
        certificates,
        NoEncryption(),
    )
    file = tmp_path / "identity.p12"
    file.write_bytes(data)
    assert isinstance(load_trust_store(str(file)), Failure)


def test_a_pkcs12_trust_store_gives_its_roots(tmp_path: Path) -> None:
    file = tmp_path / "roots.p12"
    entries = [pkcs12.PKCS12Certificate(PKI.root.certificate, b"root")]
    file.write_bytes(pkcs12.serialize_java_truststore(entries, NoEncryption()))
    loaded = store(str(file))
    assert [anchor.der for anchor in loaded.anchors] == [PKI.root.der]
    assert loaded.file == to_pem([PKI.root.der]), "clients are given PEM"


def test_the_identities_of_a_java_keystore_give_no_anchors(tmp_path: Path) -> None:
    identity = jks_key(PKI.leaf.der, PKI.issuing.der, PKI.root.der)
    file = tmp_path / "keystore.jks"
    file.write_bytes(jks([identity]))
    assert isinstance(load_trust_store(str(file)), Failure)
    file.write_bytes(jks([identity, jks_trusted(OTHER.root.der)]))
    assert [anchor.der for anchor in store(str(file)).anchors] == [OTHER.root.der]


SERVER_PURPOSE, OTHER_PURPOSE = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4"


def test_the_store_of_windows_gives_its_roots_for_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `ssl.enum_certificates` gives them: DER, encoding, purposes (True: all)."""
    roots = [make_pki(name).root.der for name in ("Every", "Servers", "Mail", "Withdrawn", "List")]
    purposes: list[bool | set[str]] = [True, {SERVER_PURPOSE, OTHER_PURPOSE}, {OTHER_PURPOSE}, False, True]
    forms = ["x509_asn"] * 4 + ["pkcs_7_asn"]
    read = windows_store(zip(roots, forms, purposes, strict=True))
    monkeypatch.setattr(loading, "read_system", lambda: read)
    store = load_trust_store("system")
    assert isinstance(store, TrustStore)
    assert [one.der for one in store.anchors] == roots[:2]
    assert store.name == "system"


def test_an_empty_store_of_windows_says_so() -> None:
    failure = windows_store([])
    assert isinstance(failure, Failure)
    assert failure.hint == "Use certifi or name a file."
