"""Certificates of a graph, declared by names: who a certificate is for, whose key it carries, who signed it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

NOW = datetime.now(UTC).replace(microsecond=0)
HOST = "www.example.test"

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Extensions = tuple[tuple[x509.ExtensionType, bool], ...]

SKI = ExtensionOID.SUBJECT_KEY_IDENTIFIER
AKI = ExtensionOID.AUTHORITY_KEY_IDENTIFIER
BASIC = ExtensionOID.BASIC_CONSTRAINTS
KEY_USAGE = ExtensionOID.KEY_USAGE
EKU = ExtensionOID.EXTENDED_KEY_USAGE
SAN = ExtensionOID.SUBJECT_ALTERNATIVE_NAME

OLD_DIGESTS: dict[str, tuple[bytes, hashes.SHA1 | hashes.MD5]] = {
    "sha1": (bytes.fromhex("2a864886f70d010105"), hashes.SHA1()),  # noqa: S303 - what old CAs did
    "md5": (bytes.fromhex("2a864886f70d010104"), hashes.MD5()),  # noqa: S303 - what old CAs did
}
"""Digests that cryptography no longer signs certificates with: the algorithm's OID in DER, and the hash."""

Flaw = dict[str, Any]
"""Fields of a spec that make it odd."""

SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


@cache
def key(name: str) -> Key:
    """The session's key of this name: P-256, or RSA where the name says `rsa1024` or `rsa2048` and so on."""
    kind, _, _ = name.partition(":")
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))
    curve = {"p192": ec.SECP192R1(), "p384": ec.SECP384R1()}.get(kind, ec.SECP256R1())
    return ec.generate_private_key(curve)


@dataclass(frozen=True)
class Spec:
    """One certificate of a graph. `signer` and `key` name keys; by default each subject has a key of its own name."""

    subject: str
    issuer: str
    key: str = ""
    signer: str = ""
    ca: bool = True
    days: tuple[float, float] = (-10, 30)
    names: tuple[str, ...] = (HOST,)
    path_length: int | None = None
    uses: tuple[x509.ObjectIdentifier, ...] = ()
    digest: str = "sha256"
    without: frozenset[x509.ObjectIdentifier] = frozenset()
    extra: Extensions = ()
    serial: int | None = None
    uncritical: bool = False

    @property
    def private_key(self) -> Key:
        """The key that the certificate certifies."""
        return key(self.key or self.subject)

    @property
    def signing_key(self) -> Key:
        """The key that signs it."""
        return key(self.signer or self.issuer)


def name(text: str) -> x509.Name:
    """`A` is CN=A; `O=B/CN=A` is written out; the empty text is the empty name."""
    kinds = {"O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME, "C": NameOID.COUNTRY_NAME}
    kinds["E"] = NameOID.EMAIL_ADDRESS
    pairs = (part.split("=", 1) if "=" in part else ("CN", part) for part in text.split("/") if part)
    return x509.Name([x509.NameAttribute(kinds[kind], value) for kind, value in pairs])


def general(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.RFC822Name(text) if "@" in text else x509.DNSName(text)


def usage(*uses: str) -> x509.KeyUsage:
    """A keyUsage that allows these and nothing else."""
    known = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{one: one in uses for one in known})


def _extensions(spec: Spec) -> dict[x509.ObjectIdentifier, tuple[x509.ExtensionType, bool]]:
    wanted: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(spec.ca, spec.path_length), not spec.uncritical),
        (usage("key_cert_sign", "crl_sign") if spec.ca else usage("digital_signature"), True),
        (x509.SubjectKeyIdentifier.from_public_key(spec.private_key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(spec.signing_key.public_key()), False),
    ]
    uses = spec.uses or (() if spec.ca else (SERVER,))
    if uses:
        wanted.append((x509.ExtendedKeyUsage(uses), False))
    if not spec.ca and spec.names:
        wanted.append((x509.SubjectAlternativeName([general(one) for one in spec.names]), False))
    found = {extension.oid: (extension, critical) for extension, critical in (*wanted, *spec.extra)}
    return {oid: pair for oid, pair in found.items() if oid not in spec.without}


@cache
def build(spec: Spec) -> Certificate:
    """Make the certificate; the same spec gives the same bytes in one session."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(spec.subject))
        .issuer_name(name(spec.issuer))
        .public_key(spec.private_key.public_key())
        .serial_number(spec.serial or x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=spec.days[0]))
        .not_valid_after(NOW + timedelta(days=spec.days[1]))
    )
    for extension, critical in _extensions(spec).values():
        builder = builder.add_extension(extension, critical)
    signed = builder.sign(spec.signing_key, hashes.SHA256())
    if spec.digest == "sha256":
        return Certificate(signed.public_bytes(serialization.Encoding.DER))
    return Certificate(_signed_as_of_old(signed, spec))


def _signed_as_of_old(signed: x509.Certificate, spec: Spec) -> bytes:
    """Sign the content again with RSA and an old digest, whose OID differs from SHA-256's in the last byte only."""
    oid, digest = OLD_DIGESTS[spec.digest]
    private = spec.signing_key
    assert isinstance(private, rsa.RSAPrivateKey)
    modern = oid[:-1] + b"\x0b"
    content = signed.tbs_certificate_bytes.replace(modern, oid)
    signature = private.sign(content, padding.PKCS1v15(), digest)
    der = signed.public_bytes(serialization.Encoding.DER)
    return der.replace(modern, oid).replace(signed.signature, signature)


def root(subject: str = "Root", **options: Any) -> Certificate:
    """A self-signed CA."""
    return build(Spec(subject, subject, **options))


def ca(subject: str, issuer: str, **options: Any) -> Certificate:
    """A CA that `issuer` certifies."""
    return build(Spec(subject, issuer, **options))


def leaf(issuer: str, subject: str = "leaf", **options: Any) -> Certificate:
    """A server's certificate for HOST."""
    return build(Spec(subject, issuer, ca=False, **options))


def naming(key_id: bytes | None, issuer: str | None = None, serial: int | None = None) -> Certificate:
    """A leaf under Issuing whose authority key identifier says this."""
    names = None if issuer is None else [x509.DirectoryName(name(issuer))]
    return leaf("Issuing", extra=((x509.AuthorityKeyIdentifier(key_id, names, serial), False),))


def trust(*anchors: Certificate) -> TrustStore:
    return TrustStore("test", anchors)


def pem(certificates: Iterable[Certificate]) -> str:
    return "".join(
        x509.load_der_x509_certificate(one.der).public_bytes(serialization.Encoding.PEM).decode()
        for one in certificates
    )


def key_pem(private: Key) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
