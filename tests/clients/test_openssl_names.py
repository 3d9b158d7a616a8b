"""Hosts and odd chains of the OpenSSL engine: curl's own comparison, requests' settings, sizes, garbage."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import urllib3
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.clients.handshakes import CLIENTS, client_context, server_context, verify_code
from tests.clients.loopback import serving
from tests.clients.test_openssl_engine import CURL, no_curl
from tests.paths.graphs import BASIC, HOST, KEY_USAGE, NOW, SAN, ca, key, leaf, root
from tests.support.chains import views
from tui_chain.clients.engines.openssl.verifier import OpenSSLVerifier, Settings, library
from tui_chain.clients.families import FAMILIES, Engine, FamilyId
from tui_chain.clients.judge import OPENSSL_SETTINGS, Judge
from tui_chain.lab.authority import Authority, PrivateKey, PublicKey, Template
from tui_chain.lab.servers.limited_tls import ml_dsa_key
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")
TRUST = pem_of([ROOT])
OPENSSL = [one for one in FAMILIES if one.engine is Engine.OPENSSL]


def raw(*names: bytes) -> x509.UnrecognizedExtension:
    """A subjectAltName with dNSNames of any bytes."""
    content = b"".join(b"\x82" + bytes([len(one)]) + one for one in names)
    return x509.UnrecognizedExtension(SAN, bytes([0x30, len(content)]) + content)


def server_of(*names: str, subject: str = "leaf", extra: tuple[x509.ExtensionType, ...] = ()) -> Certificate:
    return leaf("Issuing", subject, key="leaf", names=names, extra=tuple((one, False) for one in extra))


SERVERS = {
    "exact": server_of("www.example.test"),
    "wildcard": server_of("*.example.test"),
    "wildcard of a top domain": server_of("*.test"),
    "partial wildcard": server_of("w*.example.test"),
    "wildcard with an underscore": server_of("*.a_b.test"),
    "final dot": server_of("www.example.test."),
    "upper case": server_of("WWW.Example.TEST"),
    "with a zero": server_of(extra=(raw(b"www.example.test\0.evil.test"),)),
    "common name alone": server_of(subject="www.example.test"),
    "common name with a wildcard": server_of(subject="*.example.test"),
    "common name beside a dNSName": server_of("other.test", subject="www.example.test"),
    "common name beside an iPAddress": server_of("192.0.2.1", subject="www.example.test"),
    "common name beside an e-mail address": server_of("a@b.test", subject="www.example.test"),
    "address": server_of("127.0.0.1", "::1"),
    "address as a dNSName": server_of(extra=(raw(b"127.0.0.1"),)),
    "address as the common name": server_of(subject="127.0.0.1"),
}
NAMES = ("www.example.test", "www.example.test.", "WWW.example.test", "x.a_b.test", "example.test", "127.0.0.1")
HOSTS = (*NAMES, "::1")


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("names")
        yield {
            name: stack.enter_context(serving(server_context((server, ISSUING), key("leaf"), folder)))
            for name, server in SERVERS.items()
        }


def said(family: str, server: Certificate, host: str) -> int:
    verdict = OpenSSLVerifier(TRUST).verify((server.der, ISSUING.der), host, NOW, OPENSSL_SETTINGS[family])
    assert verdict.certificate in {None, server.sha256}
    return int(verdict.code or 0)


@pytest.mark.skipif(bool(no_curl()), reason=no_curl())
def test_curl_compares_names_by_itself(ports: dict[str, int], tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(TRUST)
    asked = [(name, host) for name in SERVERS for host in NAMES]
    found = dict(zip(asked, curl([f"https://{host}:{ports[name]}/" for name, host in asked], tmp_path), strict=True))
    wrong = {
        (name, host): code
        for (name, host), code in found.items()
        if (code == 0) != (said(FamilyId.CURL, SERVERS[name], host) == 0)
    }
    assert wrong == {}
    assert set(found.values()) == {0, 60}


def curl(urls: list[str], folder: Path) -> list[int]:
    """The exit codes of many transfers of one curl, whatever the name connected to 127.0.0.1."""
    assert CURL is not None
    command = [CURL, "--disable", "--silent", "--max-time", "20", "--noproxy", "*", "--output", "/dev/null"]
    command += ["--cacert", "root.pem", "--capath", str(folder), "--write-out", "%{exitcode}\n"]
    command += ["--connect-to", "::127.0.0.1:"]
    words = [word for url in urls for word in (url, "--output", "/dev/null")]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False, timeout=120, cwd=folder)
    return [int(line) for line in done.stdout.split()]


def test_python_compares_names_as_the_engine_says(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(TRUST)
    for name, server in SERVERS.items():
        context = server_context((server, ISSUING), key("leaf"), tmp_path)
        for family in ("python", "python-3.13"):
            client = client_context(tmp_path / "root.pem", CLIENTS[family])
            for host in HOSTS:
                assert said(family, server, host) == verify_code(context, client, host), (name, host)


@pytest.mark.parametrize("host", HOSTS)
def test_requests_has_urllib3_compare(host: str, ports: dict[str, int], tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(TRUST)
    for name, server in SERVERS.items():
        assert (said("requests", server, host) == 0) == accepted_by_urllib3(ports[name], host, tmp_path), name


def accepted_by_urllib3(port: int, host: str, folder: Path) -> bool:
    """A request to 127.0.0.1 whose certificate has to be for `host`, with urllib3's own context."""
    context = urllib3.util.ssl_.create_urllib3_context(verify_flags=ssl.VERIFY_X509_TRUSTED_FIRST)
    context.load_verify_locations(cafile=str(folder / "root.pem"))
    with urllib3.HTTPSConnectionPool(
        "127.0.0.1", port, ssl_context=context, server_hostname=host, retries=False, timeout=10
    ) as pool:
        try:
            return pool.request("GET", "/").status == 200
        except urllib3.exceptions.SSLError:
            return False


def test_what_the_families_make_of_names() -> None:
    """The differences that people meet; the tests above hold them against the programs."""

    def accepting(server: str, host: str) -> set[str]:
        return {family.id for family in OPENSSL if said(family.id, SERVERS[server], host) == 0}

    everyone, requests = {family.id for family in OPENSSL}, {FamilyId.REQUESTS, FamilyId.REQUESTS_313}
    assert accepting("common name alone", "www.example.test") == everyone - requests
    assert accepting("exact", "www.example.test.") == requests | {FamilyId.CURL}
    assert accepting("wildcard with an underscore", "x.a_b.test") == {FamilyId.CURL}
    assert accepting("with a zero", "www.example.test") == set()


@pytest.mark.parametrize("host", ["a..b", ".example.test", f"{'a' * 64}.test"])
def test_a_host_that_python_cannot_look_for(host: str) -> None:
    with pytest.raises(ValueError, match="label"):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=host)
    verdict = OpenSSLVerifier(TRUST).verify((LEAF.der, ISSUING.der), host, NOW, Settings())
    assert (verdict.ok, verdict.code, verdict.certificate) == (False, 62, LEAF.sha256)


@pytest.mark.skipif(bool(no_curl()), reason=no_curl())
def test_curl_reads_no_issuer_without_a_name(tmp_path: Path) -> None:
    nameless, server = ca("", "Root", key="nameless"), leaf("", signer="nameless")
    (tmp_path / "root.pem").write_bytes(TRUST)
    with serving(server_context((server, nameless), key("leaf"), tmp_path)) as port:
        (code,) = curl([f"https://{HOST}:{port}/"], tmp_path)
    verdict = OpenSSLVerifier(TRUST).verify((server.der, nameless.der), HOST, NOW, OPENSSL_SETTINGS[FamilyId.CURL])
    assert verdict.ok == (code == 0)
    assert not verdict.ok
    assert OpenSSLVerifier(TRUST).verify((server.der, nameless.der), HOST, NOW, Settings()).ok


def test_a_chain_larger_than_a_record(tmp_path: Path) -> None:
    unrelated = tuple(ca(f"Unrelated {number}", "Root") for number in range(60))
    served = (LEAF, *unrelated, ISSUING)
    assert sum(len(one.der) for one in served) > 20_000
    (tmp_path / "root.pem").write_bytes(TRUST)
    server = server_context(served, key("leaf"), tmp_path)
    assert verify_code(server, client_context(tmp_path / "root.pem", CLIENTS["python"]), HOST) == 0
    verdicts = Judge(TRUST).verdicts([one.der for one in served], host=HOST, at=NOW, families=OPENSSL)
    assert all(verdict.ok for verdict in verdicts.values())


def test_an_empty_chain() -> None:
    for verdict in Judge(TRUST).verdicts((), host=HOST, at=NOW, families=OPENSSL).values():
        assert (verdict.ok, verdict.error) == (False, "the server sent no certificate")


@pytest.mark.parametrize(
    "garbage", [b"", b"garbage", LEAF.der[:-1], LEAF.der + b"\0"], ids=["empty", "text", "cut", "tail"]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_certificate_that_openssl_cannot_parse_ends_the_handshake(garbage: bytes, place: int) -> None:
    served = [LEAF.der, ISSUING.der]
    served.insert(place, garbage)
    for verdict in Judge(TRUST).verdicts(served, host=HOST, at=NOW, families=OPENSSL).values():
        assert (verdict.ok, verdict.code) == (False, "unreadable")
        assert str(verdict.error).startswith("OpenSSL cannot read what the server sent")


@pytest.mark.parametrize("kind", ["secp256k1", "p192"])
def test_a_key_with_which_no_handshake_can_be_had(kind: str) -> None:
    curve = ec.SECP256K1() if kind == "secp256k1" else ec.SECP192R1()
    pki = Authority.root("Root", now=NOW)
    server = pki.issue_leaf([HOST], Template(new_key=lambda: ec.generate_private_key(curve)))
    verdict = OpenSSLVerifier(pem_of(views(pki))).verify((server.der,), HOST, NOW, Settings())
    assert not verdict.ok
    assert verdict.code in {"unsupported-algorithm", 66}


def test_a_ca_with_a_key_of_tomorrow(tmp_path: Path) -> None:
    """ML-DSA, which OpenSSL 3.0 does not know and 3.5 does: the engine says what this Python's own library says."""
    try:
        secret = ml_dsa_key()
    except (ImportError, UnsupportedAlgorithm):
        pytest.skip("cryptography has no ML-DSA here")
    authority = signed_anew(ROOT, secret, secret.public_key())
    server = signed_anew(leaf("Root"), secret)
    (tmp_path / "trust.pem").write_bytes(pem_of([authority]))
    client = client_context(tmp_path / "trust.pem", CLIENTS["python"])
    verdict = OpenSSLVerifier(pem_of([authority])).verify((server.der,), HOST, NOW, Settings())
    assert (verdict.code or 0) == verify_code(server_context([server], key("leaf"), tmp_path), client, HOST)
    if library().startswith("OpenSSL 3.0."):
        assert not verdict.ok


def signed_anew(like: Certificate, secret: PrivateKey, public: PublicKey | None = None) -> Certificate:
    """A certificate like another, signed with an ML-DSA key."""
    loaded = x509.load_der_x509_certificate(like.der)
    builder = x509.CertificateBuilder(loaded.issuer, loaded.subject, public or loaded.public_key(), 7)
    builder = builder.not_valid_before(loaded.not_valid_before_utc).not_valid_after(loaded.not_valid_after_utc)
    for one in loaded.extensions:
        if one.oid in {BASIC, SAN, KEY_USAGE}:
            builder = builder.add_extension(one.value, one.critical)
    return Certificate(builder.sign(secret, None).public_bytes(serialization.Encoding.DER))
