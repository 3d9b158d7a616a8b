"""Why client families cannot shake hands, and that their offers are those of the programs themselves."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from tests.support.hello import Hello, HelloCatcher, hello_of
from tui_chain.clients.families import FamilyId
from tui_chain.clients.handshake import OFFERS, Offer, handshake_refusals, key_kind
from tui_chain.lab.authority import LOOPBACK_NAMES, PrivateKey, Template, self_signed_leaf
from tui_chain.probe.tls import GROUPS, SIGNATURES, VERSIONS, ClientCertificate, TLSFacts

ALL = set(FamilyId)
PYTHONS = {FamilyId.REQUESTS, FamilyId.REQUESTS_313, FamilyId.PYTHON, FamilyId.PYTHON_313}
MODERN = TLSFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", "x25519", None, "ecdsa_secp256r1_sha256")
TLS_1_2 = TLSFacts("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", "x25519", None, "rsa_pss_rsae_sha256", True)


def codes(facts: TLSFacts, leaf_key: str = "P-256") -> dict[str, set[FamilyId]]:
    found: dict[str, set[FamilyId]] = {}
    for family, verdict in handshake_refusals(facts, leaf_key).items():
        assert not verdict.ok
        found.setdefault(str(verdict.code), set()).add(family)
    return found


def refused_by(facts: TLSFacts, *families: FamilyId) -> TLSFacts:
    return replace(facts, refused_offers=frozenset(OFFERS[family].id for family in families))


def test_nobody_is_refused_by_a_usual_server() -> None:
    for facts in (MODERN, TLS_1_2, TLSFacts(), replace(MODERN, client_certificate=ClientCertificate.REQUESTED)):
        assert codes(facts) == {}


def test_a_cipher_that_a_family_lacks_is_no_proof_that_the_server_has_no_other() -> None:
    assert codes(replace(TLS_1_2, cipher="AES128-SHA", group=None, signature=None), "RSA") == {}


def test_an_old_version_is_a_proof() -> None:
    """A server chooses the newest version that both have."""
    old = TLSFacts("TLSv1", "AES128-SHA", secure_renegotiation=True)
    assert codes(old, "RSA") == {"protocol-version": ALL - {FamilyId.CURL, FamilyId.GNUTLS}}
    verdict = handshake_refusals(old, "RSA")[FamilyId.GO]
    assert verdict.error == "the server's newest version is TLS 1.0, and Go takes TLS 1.2 or newer"
    assert codes(refused_by(old, FamilyId.CURL), "RSA")["protocol-version"] == ALL - {FamilyId.GNUTLS}


def test_a_required_client_certificate_stops_everybody() -> None:
    facts = replace(MODERN, client_certificate=ClientCertificate.REQUIRED)
    assert codes(facts) == {"client-certificate": ALL}


@pytest.mark.parametrize(
    ("facts", "leaf_key", "code"),
    [
        (replace(TLS_1_2, secure_renegotiation=False), "RSA", "legacy-renegotiation"),
        (replace(TLS_1_2, cipher="AES128-GCM-SHA256", group=None), "RSA", "no-shared-cipher"),
        (replace(TLS_1_2, cipher="DHE-RSA-AES128-GCM-SHA256", group=None, dh_bits=1024), "RSA", "weak-dh-key"),
        (replace(MODERN, group="X25519MLKEM768"), "P-256", "no-shared-group"),
        (MODERN, "ML-DSA-65", "unsupported-algorithm"),
        (replace(TLS_1_2, signature="rsa_pkcs1_sha1"), "RSA", "unsupported-algorithm"),
        (MODERN, "P-256", "handshake-failure"),
    ],
)
def test_a_refused_offer_has_the_reason_that_the_facts_give(facts: TLSFacts, leaf_key: str, code: str) -> None:
    assert codes(refused_by(facts, FamilyId.PYTHON), leaf_key) == {code: PYTHONS}


def test_the_curve_of_a_key_has_to_be_offered_up_to_tls_1_2() -> None:
    """RFC 8422 section 5.1; rustls takes the signature and lacks the group."""
    refused = refused_by(TLS_1_2, FamilyId.RUSTLS)
    assert codes(refused, "P-521") == {"unsupported-algorithm": {FamilyId.RUSTLS}}


def test_rustls_takes_no_small_rsa_key() -> None:
    assert codes(TLS_1_2, "RSA-1024") == {"unsupported-algorithm": {FamilyId.RUSTLS}}
    assert codes(TLS_1_2, "RSA") == {}


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048), "RSA"),
        (lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024), "RSA-1024"),  # noqa: S505
        (lambda: ec.generate_private_key(ec.SECP256R1()), "P-256"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "P-521"),
        (lambda: ec.generate_private_key(ec.SECP256K1()), "secp256k1"),
        (ed25519.Ed25519PrivateKey.generate, "Ed25519"),
        (ed448.Ed448PrivateKey.generate, "Ed448"),
    ],
)
def test_kinds_of_keys(make: Callable[[], PrivateKey], kind: str) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    leaf = self_signed_leaf(LOOPBACK_NAMES, now=now, template=Template(new_key=make))
    assert isinstance(leaf.certificate, x509.Certificate)
    assert key_kind(leaf.der) == kind


def test_what_is_no_certificate_has_no_kind_of_key() -> None:
    assert key_kind(b"") == key_kind(b"\x30\x03\x02\x01\x01") == ""


GO_DIAL = """package main
import ("crypto/tls"; "os")
func main() { tls.Dial("tcp", os.Args[1], nil) }
"""
JAVA_GET = """public class Get { public static void main(String[] urls) throws Exception {
  try { new java.net.URL(urls[0]).openStream(); } catch (java.io.IOException expected) { } } }
"""


@dataclass(frozen=True)
class Measured:
    """A program whose offer is written down: how its version is asked, what it says, and how it is run."""

    family: FamilyId
    version: tuple[str, ...]
    says: str
    run: tuple[str, ...]
    source: tuple[str, str] = ("", "")


MEASURED = (
    Measured(FamilyId.CURL, ("curl", "-V"), "OpenSSL/3.0", ("curl", "-s", "https://localhost:{port}/")),
    Measured(
        FamilyId.GNUTLS, ("gnutls-cli", "--version"), "gnutls-cli 3.7",
        ("wget", "-q", "-t1", "-O-", "https://localhost:{port}/"),
    ),
    Measured(
        FamilyId.GO, ("go", "version"), "go1.19", ("go", "run", "{folder}/dial.go", "localhost:{port}"),
        ("dial.go", GO_DIAL),
    ),
    Measured(
        FamilyId.JAVA, ("java", "-version"), '"17.', ("java", "{folder}/Get.java", "https://localhost:{port}/"),
        ("Get.java", JAVA_GET),
    ),
    Measured(
        FamilyId.RUSTLS, ("uv", "--version"), "uv 0.13",
        ("uv", "pip", "install", "--no-cache", "--target", "{folder}/x", "-i", "https://localhost:{port}/", "six"),
    ),
)  # fmt: skip


def assert_same(offer: Offer, hello: Hello) -> None:
    assert set(offer.suites) <= set(hello.suites)
    assert {one for one in hello.suites if one not in offer.suites} <= {"ECDHE-ECDSA-DES-CBC3-SHA"}
    assert {GROUPS[number] for number in hello.groups} == set(offer.groups)
    assert set(offer.signatures) <= {SIGNATURES.get(number, "") for number in hello.signatures}
    assert min(VERSIONS[number] for number in hello.versions) == offer.oldest


@pytest.mark.parametrize("measured", MEASURED, ids=lambda one: one.family)
def test_an_offer_is_what_the_program_sends(measured: Measured, tmp_path: Path) -> None:
    program = find(measured.run[0])
    version = output([find(measured.version[0]), *measured.version[1:]])
    if measured.says not in version:
        pytest.skip(f"the offer was read from another version than {version.splitlines()[0]}")
    name, text = measured.source
    if name:
        (tmp_path / name).write_text(text)
    with HelloCatcher() as catcher:
        words = [word.format(port=catcher.port, folder=tmp_path) for word in measured.run[1:]]
        output([program, *words])
        hello = catcher.hello()
    assert_same(OFFERS[measured.family], hello)


@pytest.mark.skipif(not ssl.OPENSSL_VERSION.startswith("OpenSSL 3.0"), reason="the offer was read from OpenSSL 3.0")
def test_python_offers_what_is_written_down() -> None:
    assert_same(OFFERS[FamilyId.PYTHON], hello_of(ssl.create_default_context()))


def find(program: str) -> str:
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    return found or pytest.skip(f"{program} is not installed")


def output(words: list[str]) -> str:
    """What a program says on both streams, whether it succeeds or not."""
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", "UV_HTTP_RETRIES": "0"}
    run = subprocess.run(words, check=False, capture_output=True, text=True, timeout=120, env=environment)
    return run.stdout + run.stderr
