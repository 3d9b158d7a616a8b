"""Every form of a private key is known, also hidden in other text, and no trust file is taken for one."""

from __future__ import annotations

import base64
import json
import struct

import certifi
import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
    serialize_key_and_certificates,
)

from tests.support.chains import make_pki
from tui_chain.lab.authority import to_pem
from tui_chain.x509.formats.private_keys import holds_private_key

PKI = make_pki("Keys")
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
DSA = dsa.generate_private_key(1024)  # noqa: S505 - nobody uses it
ED = ed25519.Ed25519PrivateKey.generate()
SEALED = BestAvailableEncryption(b"unknown")
OPEN = NoEncryption()


def base64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


def jwk(*, private: bool = True) -> dict[str, str]:
    point = EC.public_key().public_numbers()
    public = {"kty": "EC", "crv": "P-256", "x": base64url(point.x), "y": base64url(point.y)}
    return public | ({"d": base64url(EC.private_numbers().private_value)} if private else {})


def keystore(*entries: bytes, magic: bytes = b"\xfe\xed\xfe\xed", digest: bytes = bytes(20)) -> bytes:
    return magic + struct.pack(">II", 2, len(entries)) + b"".join(entries) + digest


def jks_certificate(der: bytes) -> bytes:
    return b"\0\5X.509" + struct.pack(">I", len(der)) + der


def entry(tag: int, rest: bytes) -> bytes:
    return struct.pack(">I", tag) + b"\0\1a" + bytes(8) + rest


TRUSTED = entry(2, jks_certificate(PKI.root.der))
WITH_KEY = entry(1, struct.pack(">I", 4) + b"key!" + struct.pack(">I", 1) + jks_certificate(PKI.leaf.der))
SECRET = entry(3, b"\xac\xed\0\5sr")


def pkcs12(encryption: KeySerializationEncryption) -> bytes:
    key = PKI.leaf.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return serialize_key_and_certificates(b"n", key, PKI.leaf.certificate, None, encryption)


FORMATS = {
    "PKCS#8": PrivateFormat.PKCS8,
    "traditional": PrivateFormat.TraditionalOpenSSL,
    "OpenSSH": PrivateFormat.OpenSSH,
}
PEM_FORMS = {
    f"{kind} {name} {'open' if encryption is OPEN else 'sealed'}": key.private_bytes(Encoding.PEM, form, encryption)
    for kind, key in (("RSA", RSA), ("EC", EC), ("DSA", DSA), ("Ed25519", ED))
    for name, form in FORMATS.items()
    for encryption in (OPEN, SEALED)
    if not (key is ED and name == "traditional") and not (name == "OpenSSH" and (key is DSA or encryption is SEALED))
}
DER_FORMS = {
    "DER PKCS#8": EC.private_bytes(Encoding.DER, PrivateFormat.PKCS8, OPEN),
    "DER PKCS#8 Ed25519": ED.private_bytes(Encoding.DER, PrivateFormat.PKCS8, OPEN),
    "DER PKCS#8 sealed": RSA.private_bytes(Encoding.DER, PrivateFormat.PKCS8, SEALED),
    "DER PKCS#1": RSA.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, OPEN),
    "DER SEC 1": EC.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, OPEN),
    "DER PKCS#8, cut": EC.private_bytes(Encoding.DER, PrivateFormat.PKCS8, OPEN)[:-10],
    "BER PKCS#8": b"\x30\x80\x02\x01\x00\x30\x13\x06\x07" + bytes(60),
    "DER DSA": DSA.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, OPEN),
}
STORES = {
    "PKCS#12": pkcs12(OPEN),
    "PKCS#12 sealed": pkcs12(SEALED),
    "PKCS#12 cut": pkcs12(SEALED)[:-40],
    "JKS": keystore(WITH_KEY),
    "JKS behind a trusted one": keystore(TRUSTED, WITH_KEY),
    "JKS that is cut": keystore(TRUSTED, WITH_KEY)[:-400],
    "JCEKS secret": keystore(TRUSTED, SECRET, magic=b"\xce\xce\xce\xce"),
    "JKS of an unknown version": b"\xfe\xed\xfe\xed" + struct.pack(">II", 9, 1),
}
WIREGUARD = base64.b64encode(bytes(range(32)))
TEXTS = {
    "PGP block": b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBGN\n-----END PGP PRIVATE KEY BLOCK-----\n",
    "PGP secret block": b"-----BEGIN PGP SECRET KEY BLOCK-----\n\nlQOYBGN\n",
    "PGP binary, old form": b"\x95\x03\x98\x04\x63\x00\x00\x00\x01" + bytes(40),
    "PGP binary, new form": b"\xc5\xc1\x04\x04\x63\x00\x00\x00\x16" + bytes(40),
    "PGP binary, subkey": b"\x9d\x03\x98\x04\x63\x00\x00\x00\x01" + bytes(40),
    "GnuPG store": b"(21:protected-private-key(3:rsa(1:n257:",
    "GnuPG store, extended": b"Created: 20240101T000000\nKey: (private-key (ecc (curve Ed25519)\n",
    "PuTTY": b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    "SSH2": b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: x\n",
    "SSH1": b"SSH PRIVATE KEY FILE FORMAT 1.1\n\0\0\0",
    "TPM": b"-----BEGIN TSS2 PRIVATE KEY-----\nMIIB\n",
    "OpenVPN": b"#\n# 2048 bit OpenVPN static key\n#\n-----BEGIN OpenVPN Static key V1-----\n6acef03f62\n",
    "OpenVPN tls-crypt-v2": b"-----BEGIN OpenVPN tls-crypt-v2 client key-----\nAAAA\n",
    "age": b"# created: 2026-01-01\n# public key: age1xyz\nAGE-SECRET-KEY-1QQQQ\n",
    "age, post-quantum": b"AGE-SECRET-KEY-PQ-1QQQQ\n",
    "age plugin": b"AGE-PLUGIN-YUBIKEY-1QQQQ\n",
    "WireGuard": b"[Interface]\nAddress = 192.0.2.1/24\nPrivateKey = " + WIREGUARD + b"\n",
    "WireGuard preshared": b"[Peer]\nPublicKey = x\npresharedkey=" + WIREGUARD + b"\n",
    "wg genkey": WIREGUARD + b"\n",
    "signify": b"untrusted comment: signify secret key\nRWRCS\n",
    "minisign": b"untrusted comment: minisign encrypted secret key\nRWRT\n",
    "DNSSEC": b"Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\n",
    ".NET": b"<RSAKeyValue><Modulus>AAAA</Modulus><D>AAAA</D></RSAKeyValue>",
    "PVK": b"\x1e\xf1\xb5\xb0" + bytes(40),
    "JWK": json.dumps(jwk()).encode(),
    "JWK, indented": json.dumps(jwk(), indent=2).encode(),
    "JWK set": json.dumps({"keys": [jwk(private=False), jwk()]}).encode(),
    "JWK, symmetric": b'{"kty":"oct","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMk"}',
    "JWK set in another object": json.dumps({"a": [{"jwks": {"keys": [jwk()]}}]}).encode(),
    "JWK that is cut": json.dumps(jwk()).encode()[:-5],
    "JWK as YAML": b"keys:\n  - kty: OKP\n    crv: Ed25519\n    d: nWGxne\n",
    "JSON with a PEM key": json.dumps(
        {"type": "service_account", "private_key": PEM_FORMS[next(iter(PEM_FORMS))].decode()}
    ).encode(),
    "bare base64": base64.encodebytes(DER_FORMS["DER PKCS#8"]),
    "bare base64 of a store": base64.encodebytes(STORES["PKCS#12 sealed"]),
    "NSS": b"SQLite format 3\0 CREATE TABLE nssPrivate (id PRIMARY KEY UNIQUE ON CONFLICT ABORT",
}
KEYS = PEM_FORMS | DER_FORMS | STORES | TEXTS
OTHER_LABELS = ("ANY", "EC", "RSA", "DSA", "ENCRYPTED", "OPENSSH", "X25519", "PRIVATE KEY AND")


@pytest.mark.parametrize("name", KEYS)
def test_a_private_key_is_known(name: str) -> None:
    assert holds_private_key(KEYS[name])


@pytest.mark.parametrize("label", OTHER_LABELS)
def test_pem_of_any_label_is_known(label: str) -> None:
    assert holds_private_key(f"x\n-----BEGIN {label} PRIVATE KEY-----\nAAAA\n".encode())


TEXT_NAMES = [name for name in PEM_FORMS | TEXTS if not KEYS[name].startswith((b"\x95", b"\xc5", b"\x9d", b"\x1e"))]


@pytest.mark.parametrize("name", TEXT_NAMES)
def test_a_key_behind_certificates_is_known_and_as_powershell_writes_it(name: str) -> None:
    text = KEYS[name]
    if name not in {"wg genkey", "bare base64", "bare base64 of a store"}:
        assert holds_private_key(to_pem([PKI.root.der]) + b"# mine\n" + text)
    for encoding in ("utf-16", "utf-16-be", "utf-32"):
        assert holds_private_key(text.decode("latin-1").encode(encoding)), encoding
    assert holds_private_key(b"\xef\xbb\xbf" + text)


@pytest.mark.parametrize("before", [b"", b"x", b"xy", b"Bag Attributes\n"])
@pytest.mark.parametrize("label", ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "])
def test_pem_in_base64_is_known(before: bytes, label: str) -> None:
    """As Secrets and kubeconfigs have it, in one line and folded."""
    pem = f"-----BEGIN {label}PRIVATE KEY-----\nAAAA\n-----END {label}PRIVATE KEY-----\n".encode()
    text = base64.b64encode(before + pem)
    assert holds_private_key(b"data:\n  tls.key: " + text)
    for width in (60, 64, 76):
        folded = b"\n    ".join(text[at : at + width] for at in range(0, len(text), width))
        assert holds_private_key(b"data:\n  tls.key: |\n    " + folded)
    assert not holds_private_key(base64.b64encode(before + pem.replace(b"PRIVATE", b"PUBLIC")))


PUBLIC = {
    "certifi": certifi.contents().encode(),
    "a bundle": b"# CA bundle for host.test:443\n" + to_pem([PKI.root.der, PKI.issuing.der]),
    "DER": PKI.root.der,
    "a JKS of trusted certificates": keystore(TRUSTED, TRUSTED),
    "a Java trust store": serialize_java_truststore([PKCS12Certificate(PKI.root.certificate, b"a")], OPEN),
    "a public key": EC.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "a DER public key": EC.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "an OpenSSH public key": ED.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "a public JWK set": json.dumps({"keys": [jwk(private=False)]}).encode(),
    "a PGP public key": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBG\n",
    "PGP binary, public": b"\x99\x01\x0d\x04\x63\x00\x00\x00\x01" + bytes(40),
    "a report": "# TLS certificate report: höst.test\n\nNo private key is needed.\n".encode(),
    "an HTML report": b"<!doctype html><title>TLS</title><p>PrivateKey</p>",
    "nothing": b"",
    "JSON": b'{"d": 1, "k": 2}',
    "base64 of a certificate": base64.encodebytes(PKI.root.der),
    "a word": b"certificate\n",
}


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_is_no_private_key(name: str) -> None:
    assert not holds_private_key(PUBLIC[name])
