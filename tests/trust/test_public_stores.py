"""The public stores, of which only as much is read as somebody asks for: the answers are those of reading all."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chains import make_pki, views
from tests.support.programs import require_program
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.lab.authority import to_pem
from tui_chain.trust.loading import PublicStores, load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.trust.system import HashedStore, system_store
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import encode
from tui_chain.x509.distinguished_names import name_hash

PKI, OTHER = make_pki(), make_pki("Other")
LEAF, ISSUING, ROOT = views(PKI.leaf, PKI.issuing, PKI.root)
SET, SEQUENCE, OID = 0x31, 0x30, 0x06


@pytest.fixture(scope="module")
def whole() -> TrustStore:
    store = load_trust_store("system")
    if not isinstance(store, TrustStore):
        pytest.skip("the machine has no trust store of its own")
    return store


def openssl_hash(certificate: bytes, folder: Path) -> str:
    (folder / "one.der").write_bytes(certificate)
    command = (str(require_program("openssl")), "x509", "-inform", "DER", "-in", "one.der", "-noout", "-subject_hash")
    return subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True).stdout.strip()


# -- the names of the files


def test_the_hash_is_that_by_which_the_machine_files_its_own(whole: TrustStore) -> None:
    """What `openssl rehash` and `update-ca-certificates` named the files is what OpenSSL looks for."""
    folder = Path("/etc/ssl/certs")
    filed = {name_hash(anchor.anatomy.subject) for anchor in whole.anchors if anchor.anatomy is not None}
    named = {int(each.name[:8], 16) for each in folder.glob("????????.[0-9]")}
    if not named:
        pytest.skip("the machine has no hashed folder")
    assert named <= filed


def encoded(encoding: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(encoding)


STRINGS = st.one_of(
    st.tuples(st.just(12), st.text(max_size=12).map(str.encode)),
    st.tuples(st.sampled_from([19, 20, 22, 26, 18]), st.binary(max_size=8)),
    st.tuples(st.just(30), st.text(st.characters(max_codepoint=0xD7FF), max_size=6).map(encoded("utf-16-be"))),
    st.tuples(st.just(28), st.text(max_size=6).map(encoded("utf-32-be"))),
    st.tuples(st.just(4), st.binary(max_size=6)),
)
ATTRIBUTES = st.tuples(st.sampled_from([b"\x55\x04\x03", b"\x55\x04\x0a", b"\x2a\x03\x04"]), STRINGS)
NAMES = st.lists(st.lists(ATTRIBUTES, min_size=1, max_size=3), max_size=3)


@settings(max_examples=300, deadline=None)
@given(NAMES)
def test_the_hash_is_openssls(rdns: list[list[tuple[bytes, tuple[int, bytes]]]]) -> None:
    """Against X509_subject_name_hash of the same bytes, where OpenSSL takes them for a name at all."""
    from OpenSSL import crypto

    pairs = [[encode(SEQUENCE, encode(OID, oid), encode(tag, value)) for oid, (tag, value) in rdn] for rdn in rdns]
    name = encode(SEQUENCE, *(encode(SET, *sorted(rdn)) for rdn in pairs))
    try:
        theirs = crypto.load_certificate(crypto.FILETYPE_ASN1, renamed(name)).subject_name_hash()
    except crypto.Error:
        return
    assert name_hash(name) == theirs


def renamed(name: bytes) -> bytes:
    """A certificate with these bytes as its subject; nobody looks at its signature."""
    from tui_chain.x509.der import element

    whole = element(ROOT.der)
    tbs, algorithm, signature = whole.children()
    fields = list(tbs.children())
    fields_raw = [each.raw for each in fields]
    fields_raw[5] = name
    return encode(SEQUENCE, encode(SEQUENCE, *fields_raw), algorithm.raw, signature.raw)


# -- the system's store


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system store of a file with one root, and an empty folder."""
    file, folder = tmp_path / "file.pem", tmp_path / "certs"
    file.write_bytes(to_pem([OTHER.root.der]))
    folder.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    return folder


def put(folder: Path, certificate: Certificate, number: int, content: bytes | None = None) -> None:
    assert certificate.anatomy is not None
    name = f"{name_hash(certificate.anatomy.subject):08x}.{number}"
    (folder / name).write_bytes(to_pem([certificate.der]) if content is None else content)


def opened() -> HashedStore:
    store = system_store()
    assert isinstance(store, HashedStore), store
    return store


def test_file_and_folder_are_both_looked_in(system: Path) -> None:
    put(system, ROOT, 0)
    store = opened()
    assert store.name == "system"
    assert store.issuers_of(ISSUING) == (ROOT,)
    assert ROOT in store
    assert Certificate(OTHER.root.der) in store
    assert store.issuers_of(Certificate(OTHER.issuing.der)) == (Certificate(OTHER.root.der),)
    assert LEAF not in store
    assert store.issuers_of(LEAF) == ()


def test_several_of_one_name_are_all_found(system: Path) -> None:
    """Two certificates may share a name, and other names its hash: what is filed there is looked at."""
    twin = Certificate(make_pki().root.der)
    put(system, ROOT, 0)
    put(system, ROOT, 1, b"garbage")
    put(system, ROOT, 2, to_pem([OTHER.issuing.der]))
    put(system, ROOT, 3, to_pem([twin.der, ROOT.der]))
    assert opened().issuers_of(ISSUING) == (ROOT, twin)


def test_what_stands_in_both_is_found_once(system: Path) -> None:
    put(system, Certificate(OTHER.root.der), 0)
    assert len(opened().issuers_of(Certificate(OTHER.issuing.der))) == 1


def test_a_machine_without_a_store_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert system_store() is None
    assert [store.name for store in PublicStores()()] == ["certifi"]


def test_an_unreadable_name_is_no_crash(system: Path) -> None:
    put(system, ROOT, 0)
    garbage = Certificate(b"garbage")
    assert garbage not in opened()
    assert opened().issuers_of(garbage) == ()


def test_nothing_is_read_that_nobody_asks_for(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        put(system, ROOT, number)
        put(system, Certificate(OTHER.root.der), number)
    read: list[str] = []

    def recorded(path: Path, what: str) -> bytes | Failure:
        read.append(path.name)
        return read_file(path, what)

    monkeypatch.setattr("tui_chain.trust.system.read_file", recorded)
    opened().issuers_of(ISSUING)
    assert len([name for name in read if not name.endswith(".pem")]) == 3


# -- against reading all


def test_the_answers_are_those_of_the_whole_store(whole: TrustStore) -> None:
    """For every root of the machine, and for what one of each name would have issued."""
    store = system_store()
    assert store is not None
    for anchor in whole.anchors:
        assert anchor in store
        assert set(store.issuers_of(anchor)) == set(whole.issuers_of(anchor))
    for stranger in (LEAF, ISSUING, ROOT):
        assert stranger not in store
        assert store.issuers_of(stranger) == ()


@pytest.mark.parametrize("name", ["certifi", "system"])
def test_a_public_store_has_what_the_chosen_one_of_that_name_has(name: str, whole: TrustStore) -> None:
    chosen = whole if name == "system" else load_trust_store(name)
    assert isinstance(chosen, TrustStore)
    (public,) = (store for store in PublicStores()() if store.name == name)
    assert all(anchor in public for anchor in chosen.anchors)
    assert all(set(public.issuers_of(one)) == set(chosen.issuers_of(one)) for one in chosen.anchors)


@pytest.mark.parametrize(
    "content",
    [
        to_pem([PKI.root.der]) + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        to_pem([PKI.root.der])
        .replace(b"BEGIN CERTIFICATE", b"BEGIN X509 CERTIFICATE")
        .replace(b"END CERTIFICATE", b"END X509 CERTIFICATE"),
        b"junk " + to_pem([PKI.root.der]).replace(b"\n", b"\r\n  "),
        PKI.root.der,
        to_pem([PKI.root.der]) + b"-----BEGIN CERTIFICATE-----\nMII",
    ],
    ids=["garbage block", "other label", "indented", "DER", "cut"],
)
def test_an_odd_file_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    (tmp_path / "odd.pem").write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "odd.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    chosen, public = load_trust_store("system"), opened()
    assert isinstance(chosen, TrustStore)
    assert chosen.issuers_of(ISSUING) == public.issuers_of(ISSUING) == (ROOT,)
    assert ROOT in public


def test_an_empty_folder_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "readme").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert system_store() is None


def test_a_file_of_garbage_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "odd.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert system_store() is None


def test_the_hash_of_a_name_is_what_openssl_prints(tmp_path: Path) -> None:
    assert ROOT.anatomy is not None
    assert f"{name_hash(ROOT.anatomy.subject):08x}" == openssl_hash(ROOT.der, tmp_path)
    assert x509.load_der_x509_certificate(ROOT.der).subject.public_bytes() == ROOT.anatomy.subject
