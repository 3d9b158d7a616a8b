from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.support.programs import require_program
from tests.x509.forge import KEY, Forgery, name
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import CONTEXT, INTEGER, OID, SEQUENCE, encode
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.signatures import Proof, SignatureProver, signature_proof

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Signer")])
RSA = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
DSA = dsa.generate_private_key(1024)  # noqa: S505 - a small one is made quickly

Key = CertificateIssuerPrivateKeyTypes


def made(
    key: Key, digest: hashes.HashAlgorithm | None, pad: padding.PKCS1v15 | padding.PSS | None = None
) -> Certificate:
    builder = x509.CertificateBuilder(NAME, NAME, key.public_key(), 7, NOW, NOW + timedelta(days=9))
    return Certificate(builder.sign(key, digest, rsa_padding=pad).public_bytes(Encoding.DER))  # type: ignore[arg-type]


def _mldsa() -> Key:
    mldsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.mldsa")
    key: Key = mldsa.MLDSA65PrivateKey.generate()
    return key


KINDS: dict[str, Callable[[], Certificate]] = {
    "RSA SHA-256": lambda: made(RSA, hashes.SHA256()),
    "RSA SHA-512": lambda: made(RSA, hashes.SHA512()),
    "RSA SHA3-256": lambda: made(RSA, hashes.SHA3_256()),
    "PSS": lambda: made(RSA, hashes.SHA256(), padding.PSS(padding.MGF1(hashes.SHA256()), 32)),
    "PSS of other hashes": lambda: made(RSA, hashes.SHA384(), padding.PSS(padding.MGF1(hashes.SHA256()), 20)),
    "ECDSA P-256": lambda: made(EC, hashes.SHA256()),
    "ECDSA P-384": lambda: made(ec.generate_private_key(ec.SECP384R1()), hashes.SHA384()),
    "ECDSA P-521": lambda: made(ec.generate_private_key(ec.SECP521R1()), hashes.SHA512()),
    "ECDSA SHA3": lambda: made(EC, hashes.SHA3_384()),
    "DSA": lambda: made(DSA, hashes.SHA256()),
    "Ed25519": lambda: made(ed25519.Ed25519PrivateKey.generate(), None),
    "Ed448": lambda: made(ed448.Ed448PrivateKey.generate(), None),
    "ML-DSA": lambda: made(_mldsa(), None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_algorithm_proves_and_refutes(kind: str) -> None:
    signer, again = KINDS[kind](), KINDS[kind]()
    assert signer.faults == ()
    assert signature_proof(signer, signer) is Proof.SIGNED
    same_key = signer.key_bytes == again.key_bytes
    assert signature_proof(signer, again) is (Proof.SIGNED if same_key else Proof.NOT_SIGNED)
    broken = bytearray(signer.der)
    broken[-1] ^= 1
    assert signature_proof(Certificate(bytes(broken)), signer) is Proof.NOT_SIGNED
    other = "Ed25519" if kind != "Ed25519" else "RSA SHA-256"
    assert signature_proof(signer, KINDS[other]()) is Proof.NOT_SIGNED
    assert signer.weak_hash is None


def test_another_key_of_the_same_name_did_not_sign() -> None:
    assert signature_proof(made(RSA, hashes.SHA256()), made(OTHER_RSA, hashes.SHA256())) is Proof.NOT_SIGNED


def _by_openssl(folder: Path, key: Key, *options: str) -> Certificate:
    """cryptography makes no SHA-1 or MD5 signatures; OpenSSL does where one insists."""
    openssl = require_program("openssl")
    file = folder / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    command = [str(openssl), "req", "-x509", "-key", str(file), "-subj", "/CN=Weak", "-days", "9", *options]
    made_by = subprocess.run(command, capture_output=True, check=True, timeout=30)
    (certificate,) = read_certificates(made_by.stdout).certificates
    return certificate


@pytest.mark.parametrize(
    ("key", "options", "weak"),
    [
        (RSA, ("-sha1",), "SHA-1"),
        (RSA, ("-md5",), "MD5"),
        (EC, ("-sha1",), "SHA-1"),
        (DSA, ("-sha1",), "SHA-1"),
        (RSA, ("-sha1", "-sigopt", "rsa_padding_mode:pss"), "SHA-1"),
        (RSA, ("-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:11"), None),
    ],
    ids=["RSA SHA-1", "RSA MD5", "ECDSA SHA-1", "DSA SHA-1", "PSS SHA-1", "PSS"],
)
def test_weak_hashes_are_proven_and_flagged(
    key: Key, options: tuple[str, ...], weak: str | None, tmp_path: Path
) -> None:
    certificate = _by_openssl(tmp_path, key, *options)
    assert certificate.weak_hash == weak
    assert signature_proof(certificate, certificate) is Proof.SIGNED
    assert signature_proof(certificate, made(OTHER_RSA, hashes.SHA256())) is Proof.NOT_SIGNED


def _identifier(*arcs: bytes, parameters: bytes = b"\5\0") -> bytes:
    return encode(SEQUENCE, encode(OID, *arcs), parameters)


PKCS1 = bytes.fromhex("2a864886f70d0101")
UNKNOWN = {
    "MD2": _identifier(PKCS1, b"\2"),
    "MD4": _identifier(PKCS1, b"\3"),
    "GOST": _identifier(bytes.fromhex("2a8503020203"), parameters=b""),
    "SM2": _identifier(bytes.fromhex("2a811ccf55018375"), parameters=b""),
    "made up": _identifier(b"\x2a\x03\x04"),
    "PSS without parameters": _identifier(PKCS1, b"\x0a", parameters=b""),
    "PSS with a mask of its own": _identifier(
        PKCS1, b"\x0a", parameters=encode(SEQUENCE, encode(CONTEXT + 1, _identifier(b"\x2a\x03\x04")))
    ),
    "PSS with another trailer": _identifier(
        PKCS1, b"\x0a", parameters=encode(SEQUENCE, encode(CONTEXT + 3, encode(INTEGER, b"\2")))
    ),
    "PSS with an impossible salt": _identifier(
        PKCS1, b"\x0a", parameters=encode(SEQUENCE, encode(CONTEXT + 2, encode(INTEGER, b"\xff")))
    ),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_cannot_be_checked_is_never_a_no(kind: str) -> None:
    child = Certificate(Forgery(inner=UNKNOWN[kind], outer=UNKNOWN[kind]).der)
    assert child.parseable
    assert signature_proof(child, made(RSA, hashes.SHA256())) is Proof.UNKNOWN


def test_weak_hashes_that_cannot_be_checked_are_flagged_too() -> None:
    words = {kind: Certificate(Forgery(inner=UNKNOWN[kind], outer=UNKNOWN[kind]).der) for kind in UNKNOWN}
    assert (words["MD2"].weak_hash, words["MD4"].weak_hash) == ("MD2", "MD4")
    assert words["GOST"].signature_text.startswith("GOST")
    assert words["SM2"].signature_text == "SM2-with-SM3"
    assert words["made up"].signature_text == "1.2.3.4"
    assert words["made up"].weak_hash is None


def test_an_issuer_whose_key_cannot_check_is_never_a_no() -> None:
    agreement = x25519.X25519PrivateKey.generate().public_key()
    key = agreement.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    issuer = Certificate(Forgery(key=key).der)
    assert issuer.key_text == "X25519"
    assert signature_proof(Certificate(Forgery().der), issuer) is Proof.UNKNOWN


def test_an_algorithm_named_differently_inside_and_outside_is_no_signature() -> None:
    """As OpenSSL and cryptography have it: X509_verify compares the two before it looks at the signature."""
    sound, issuer = Forgery(), Certificate(Forgery().der)
    assert signature_proof(Certificate(sound.der), issuer) is Proof.SIGNED
    odd = Certificate(replace(sound, inner=UNKNOWN["made up"]).der)
    assert signature_proof(odd, issuer) is Proof.NOT_SIGNED
    assert [fault.field for fault in odd.faults] == ["signature algorithm"]
    assert odd.parsed is not None
    assert issuer.parsed is not None
    with pytest.raises(ValueError, match="do not match"):
        odd.parsed.verify_directly_issued_by(issuer.parsed)


def test_bits_left_over_spoil_a_signature() -> None:
    issuer = Certificate(Forgery().der)
    even = replace(Forgery(), sign=lambda tbs: KEY.sign(tbs)[:-1] + b"\0", unused_bits=1)
    assert signature_proof(Certificate(even.der), issuer) is not Proof.SIGNED


def test_names_are_not_looked_at() -> None:
    child = Certificate(Forgery(issuer=name("somebody else")).der)
    assert signature_proof(child, Certificate(Forgery().der)) is Proof.SIGNED


def test_a_prover_forgets_the_oldest_and_never_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_chain.x509.signatures.MAX_PROOFS", 3)
    prover, issuer = SignatureProver(), made(RSA, hashes.SHA256())
    children = [Certificate(Forgery(issuer=name(f"issuer {number}")).der) for number in range(20)]
    for number, child in enumerate(children):
        prover.proof(child, issuer)
        assert all(prover.knows(one, issuer) for one in children[max(number - 2, 0) : number + 1])
        assert sum(prover.knows(one, issuer) for one in children) <= 6
    assert prover.checks == len(children)
    assert prover.proof(children[0], issuer) is signature_proof(children[0], issuer)
    assert prover.checks == len(children) + 1


def test_a_prover_remembers_and_counts_what_it_computed() -> None:
    prover = SignatureProver()
    signer, twin = made(RSA, hashes.SHA256()), made(RSA, hashes.SHA384())
    assert not prover.knows(signer, signer)
    assert prover.signed(signer, signer)
    assert prover.signed(signer, twin)  # the same key, so nothing to compute
    assert prover.knows(signer, twin)
    assert prover.checks == 1
    unreadable = Certificate(b"no certificate")
    assert prover.proof(signer, unreadable) is Proof.UNKNOWN
    assert prover.checks == 1
