"""Nothing leaves certs/ but values, whatever a certificate looks like."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from tests.x509.mutations import flipped, structured
from tests.x509.touching import PROPERTIES, touch
from tui_chain.lab.authority import Authority, Template, rsa_key
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import Proof, signature_proof

Mutate = Callable[[bytes, random.Random], bytes]
SEED = 20261123
NOW = datetime.now(UTC)
VECTORS = Path(cryptography_vectors.__file__).parent
_BLOCK = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.+?)-----END", re.DOTALL)


def vector_files() -> list[Path]:
    files = (path for path in (VECTORS / "x509").rglob("*") if path.suffix in {".pem", ".der", ".crt", ".cer"})
    return sorted(path for path in files if "requests" not in path.parts and "ocsp" not in path.parts)


def vectors() -> Iterator[tuple[Path, bytes]]:
    for path in vector_files():
        data = path.read_bytes()
        bodies = _BLOCK.findall(data)
        yield from ((path, base64.b64decode(body)) for body in bodies)
        if not bodies and not data.startswith(b"---"):
            yield path, data


@pytest.fixture(scope="module")
def good() -> tuple[bytes, ...]:
    root = Authority.root("Mutation Root", now=NOW, template=Template(new_key=rsa_key))
    constraints = x509.NameConstraints(
        [x509.DNSName("test"), x509.IPAddress(ipaddress.ip_network("192.0.2.0/24"))], None
    )
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), None)])
    issuing = root.issue_ca("Mutation Issuing", Template(path_length=0, extensions=((constraints, True),)))
    staple = x509.TLSFeature([x509.TLSFeatureType.status_request])
    urls = ("http://aia.test/a.crt", "ldap://aia.test/b")
    leaf = issuing.issue_leaf(
        ("a.test", "*.b.test", "192.0.2.7"), Template(urls=urls, extensions=((policies, False), (staple, False)))
    )
    return root.der, issuing.der, leaf.der


def test_properties_are_many() -> None:
    assert len(PROPERTIES) > 40


def test_every_vector_can_be_asked_everything() -> None:
    other = Certificate(next(vectors())[1])
    kinds: Counter[str] = Counter()
    for path, der in vectors():
        certificate = Certificate(der)
        touch(certificate, other)
        kinds["opaque" if certificate.opaque else "parsed" if certificate.parseable else "garbage"] += 1
        if certificate.parsed is None:
            assert certificate.faults, path
        other = certificate if certificate.public_key is not None else other
    assert kinds["parsed"] > 500
    assert kinds["opaque"] >= 5
    assert kinds["garbage"] <= 20


def test_names_read_as_cryptography_reads_them() -> None:
    compared = 0
    for path, der in vectors():
        certificate = Certificate(der)
        text = _by_cryptography(certificate)
        if text and len(text) <= 160 and text.isprintable():
            assert certificate.subject == text, path
            compared += 1
    assert compared > 450


def _by_cryptography(certificate: Certificate) -> str:
    with warnings.catch_warnings(), contextlib.suppress(ValueError):
        warnings.simplefilter("ignore")
        return certificate.parsed.subject.rfc4514_string() if certificate.parsed else ""
    return ""


def test_proofs_agree_with_cryptography_where_it_has_an_opinion() -> None:
    views = [Certificate(der) for _, der in vectors()]
    sound = [view for view in views if view.parsed is not None and view.subject_name]
    issuers = {view.subject_name: view for view in sound}
    signed = 0
    for child in sound:
        issuer = issuers.get(child.issuer_name)
        if issuer is None or child.parsed is None or issuer.parsed is None:
            continue
        # that it refuses says nothing by itself: it does so for SHA-1 too
        with contextlib.suppress(InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
            child.parsed.verify_directly_issued_by(issuer.parsed)
            assert signature_proof(child, issuer) is Proof.SIGNED, child
            signed += 1
    assert signed > 200


@pytest.mark.parametrize("mutate", [structured, flipped])
def test_mutated_certificates_can_be_asked_everything(good: tuple[bytes, ...], mutate: Mutate) -> None:
    rng = random.Random(SEED)  # noqa: S311 - a repeatable choice is what is wanted
    other = Certificate(good[1])
    kinds: Counter[str] = Counter()
    for number in range(300):
        der = mutate(good[number % len(good)], rng)
        certificate = Certificate(der)
        touch(certificate, other)
        kinds["opaque" if certificate.opaque else "parsed" if certificate.parseable else "garbage"] += 1
    assert min(kinds["parsed"], kinds["garbage"]) > 20, kinds


def test_no_mutated_certificate_is_signed(good: tuple[bytes, ...]) -> None:
    rng = random.Random(SEED + 1)  # noqa: S311 - a repeatable choice is what is wanted
    root, issuing, _ = map(Certificate, good)
    assert signature_proof(issuing, root) is Proof.SIGNED
    for _ in range(300):
        der = rng.choice([structured, flipped])(good[1], rng)
        assert der == good[1] or signature_proof(Certificate(der), root) is not Proof.SIGNED


def test_no_warning_reaches_the_user(recwarn: pytest.WarningsRecorder) -> None:
    warnings.simplefilter("always")
    odd = [(path, der) for path, der in vectors() if "PKITS" not in str(path)]
    for _, der in odd:
        for name in PROPERTIES:
            getattr(Certificate(der), name)
    assert [str(warning.message) for warning in recwarn] == []
    assert any(view.serial is not None and view.serial <= 0 for view in (Certificate(der) for _, der in odd))


def test_parsed_ones_keep_their_bytes() -> None:
    for _, der in vectors():
        parsed = Certificate(der).parsed
        assert parsed is None or parsed.public_bytes(Encoding.DER) == der
