"""The audit's table against what the real clients load from every damaged file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.audit import loaders
from tests.audit.damaged import DAMAGES, Roots, make_roots
from tests.audit.loaders import Accepted, Ground, Loader
from tests.audit.odd_files import odd_files
from tests.support.programs import require_program
from tui_chain.audit.audit import load_all
from tui_chain.clients.readers import KEYTOOL as KEYTOOL_READER
from tui_chain.clients.registry import readers
from tui_chain.clients.trust_file import CertificateTable
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import open_lab
from tui_chain.repair.bundle import Bundle
from tui_chain.x509.certificate import Certificate

REAL: Mapping[str, tuple[str, Loader]] = {
    "ssl": ("OpenSSL", loaders.python_ssl),
    "openssl": ("OpenSSL", loaders.openssl),
    "curl": ("OpenSSL", loaders.curl),
    "node": ("Node", loaders.node),
    "wget": ("GnuTLS", loaders.wget),
    "git": ("GnuTLS", loaders.git),
    "cryptography": ("cryptography", loaders.cryptography),
}
"""Real clients, and the reader of the audit that speaks for each."""
FOR_GIT = ("sound", "glued", "BOM", "cut base64", "indented", "X509 label", "private key", "last block cut", "DER")
"""It takes a process for each server, and shares its library with wget, which gets every file."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with open_lab([]) as lab:
        yield Ground(lab, make_roots(datetime.now(UTC)), tmp_path_factory.mktemp("ground"))


@pytest.fixture(scope="module")
def files(ground: Ground) -> dict[str, Path]:
    found = {name: ground.folder / f"{place}.pem" for place, name in enumerate(DAMAGES)}
    for name, file in found.items():
        file.write_bytes(DAMAGES[name](ground.roots))
    return found


def told(client: str, data: bytes, roots: Roots) -> Accepted:
    loaded = {one.der for one in load_all(data)[client].certificates}
    return tuple(ca.der in loaded for ca in roots.cas)


def keytool_loads(file: Path) -> tuple[Certificate, ...]:
    return KEYTOOL_READER.load(file.read_bytes(), CertificateTable()).certificates


def shown(table: Mapping[str, Accepted]) -> dict[str, str]:
    return {
        name: "".join(letter if got else "-" for letter, got in zip("ABC", row, strict=True))
        for name, row in table.items()
    }


@pytest.mark.parametrize("real", REAL)
def test_the_audit_says_what_the_client_does(real: str, ground: Ground, files: dict[str, Path]) -> None:
    if real not in {"ssl", "cryptography"}:
        require_program(real)
    name, loader = REAL[real]
    some = {each: files[each] for each in (FOR_GIT if real == "git" else files)}
    with ThreadPoolExecutor(2) as pool:
        rows = pool.map(lambda file: loader(file, ground), some.values())
        did = dict(zip(some, rows, strict=True))
    said = {each: told(name, file.read_bytes(), ground.roots) for each, file in some.items()}
    assert shown(said) == shown(did)


ODD = 24
"""Odd files for each of the programs that take a process and three handshakes a file."""


@pytest.mark.parametrize("real", ["curl", "node", "wget"])
def test_the_audit_says_what_the_client_does_with_odd_files(real: str, ground: Ground) -> None:
    require_program(real)
    name, loader = REAL[real]
    odd = [one for one in odd_files(len(DAMAGES) + 3 * ODD, 11, ground.roots) if one.name.startswith(KINDS)][:ODD]
    files = {one.name: ground.folder / f"odd {one.name}.pem" for one in odd}
    for one in odd:
        files[one.name].write_bytes(one.data)
    with ThreadPoolExecutor(2) as pool:
        did = dict(zip(files, pool.map(lambda file: loader(file, ground), files.values()), strict=True))
    assert shown({one.name: told(name, one.data, ground.roots) for one in odd}) == shown(did)


LOCKED = (
    b"-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
    b"AAAAAAAAAAAAAAAAAAAAAA==\n-----END CERTIFICATE-----\n"
)
"""A certificate that wants a password."""


@pytest.mark.parametrize(
    ("middle", "end"), [(b"# ENCRYPTED\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n"), (LOCKED, b"")]
)
def test_node_reads_up_to_a_certificate_that_wants_a_password(middle: bytes, end: bytes, ground: Ground) -> None:
    first, *others = (to_pem([ca.der]) for ca in ground.roots.cas)
    data, file = first + middle + b"".join(others) + end, ground.folder / "locked.pem"
    file.write_bytes(data)
    assert shown({"locked": told("Node", data, ground.roots)}) == shown({"locked": loaders.node(file, ground)})


KINDS = ("certificate", "frame", "pieces", "bytes")
"""Odd files with the sound roots in them, which servers are known by."""


def test_java_loads_what_the_audit_says(ground: Ground, files: dict[str, Path]) -> None:
    did = dict(zip(files, loaders.java_all(list(files.values()), ground), strict=True))
    said = {each: told("Java", file.read_bytes(), ground.roots) for each, file in files.items()}
    assert shown(said) == shown(did)


HOSTS = {
    "a host": ("a.test:443",),
    "names that no line holds": (f"{'a' * 63}-----b.test:443", ".".join(["x" * 61] * 4) + ".test:65535"),
    "many hosts": tuple(f"{'h' * 40}-----{number}.test:443" for number in range(3000)),
}


@pytest.fixture(scope="module")
def bundles(ground: Ground) -> dict[str, Path]:
    """Our own files, in every form that the comments on top have."""
    found = {name: ground.folder / f"{name}.pem" for name in HOSTS}
    cas = tuple(Certificate(ca.der) for ca in ground.roots.cas)
    for name, file in found.items():
        needed_by = {one.sha256: HOSTS[name][1:] for one in cas}
        file.write_bytes(Bundle(cas, HOSTS[name], needed_by=needed_by, served=(date(2026, 11, 23),) * 2).pem)
    return found


@pytest.mark.parametrize("real", REAL)
def test_real_clients_load_every_form_of_the_comments_on_top(
    real: str, ground: Ground, bundles: dict[str, Path]
) -> None:
    if real not in {"ssl", "cryptography"}:
        require_program(real)
    _, loader = REAL[real]
    assert {name: loader(file, ground) for name, file in bundles.items()} == dict.fromkeys(bundles, (True,) * 3)


def test_java_loads_every_form_of_the_comments_on_top(ground: Ground, bundles: dict[str, Path]) -> None:
    assert loaders.java_all([*bundles.values()], ground) == [(True,) * 3] * len(bundles)


def test_keytool_imports_the_first_certificate_only(files: dict[str, Path], tmp_path: Path) -> None:
    keytool, store = str(require_program("keytool")), str(tmp_path / "store.p12")
    own = ("-keystore", store, "-storepass", "changeit")
    assert loaders.run(keytool, "-importcert", "-noprompt", "-file", str(files["sound"]), *own).returncode == 0
    assert loaders.run(keytool, "-list", *own).stdout.count(b"trustedCertEntry") == 1
    assert len(keytool_loads(files["sound"])) == 1


KEYTOOL = ("CRL", "CRL on top", "private key", "PKCS#7", "last block cut")
"""Each takes a process of half a second; what stands below the first block does not matter to it."""


def test_keytool_reads_the_first_block_alone(files: dict[str, Path], tmp_path: Path) -> None:
    keytool = str(require_program("keytool"))

    def imports(name: str) -> bool:
        store = ("-keystore", str(tmp_path / name.replace(" ", "-")), "-storepass", "changeit")
        done = loaders.run(keytool, "-importcert", "-noprompt", "-file", str(files[name]), *store)
        return done.returncode == 0

    with ThreadPoolExecutor(2) as pool:
        did = dict(zip(KEYTOOL, pool.map(imports, KEYTOOL), strict=True))
    assert {name: bool(keytool_loads(files[name])) for name in KEYTOOL} == did


def test_there_are_more_than_twenty_damages_and_each_client_has_a_word() -> None:
    assert len(DAMAGES) > 20
    assert {name for name, _ in REAL.values()} | {"Java", "keytool", "Go", "rustls"} == {
        each.name for each in readers()
    }


GO: Mapping[str, str] = {"sound": "ABC", "BOM": "-BC", "not a certificate": "A-C", "X509 label": "A-C", "DER": "---"}
"""domain.md section 4 on Go, which is not on the build machines."""


@pytest.mark.parametrize("damage", GO)
def test_go_and_rustls_follow_the_table(damage: str, ground: Ground, files: dict[str, Path]) -> None:
    data = files[damage].read_bytes()
    rows = {client: told(client, data, ground.roots) for client in ("Go", "rustls")}
    assert set(shown(rows).values()) == {GO[damage]}


def test_go_loads_nothing_of_two_glued_blocks(ground: Ground) -> None:
    first, second, _ = ground.roots.blocks
    assert not load_all(first.rstrip(b"\n") + second)["Go"].certificates
