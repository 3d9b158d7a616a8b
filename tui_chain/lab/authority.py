"""Certificate authorities of the lab: RFC 5280 certificates, and every odd one that a test asks for."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes,
    CertificatePublicKeyTypes,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tui_chain.x509.der import BIT_STRING, INTEGER, OID, SEQUENCE, element, encode

FieldEdit: TypeAlias = Callable[[list[bytes]], None]
"""Changes the DER of a certificate's signed fields in place: version, serial, algorithm, issuer, validity, subject,
key, extensions (RFC 5280 section 4.1)."""

SERIAL, ALGORITHM, SUBJECT = 1, 2, 5
_SHA1 = encode(SEQUENCE, encode(OID, bytes.fromhex("2a8648ce3d0401")))
"""ecdsa-with-SHA1 (RFC 5758 section 3.2)."""


def sign_edited(der: bytes, key: CertificateIssuerPrivateKeyTypes, edit: FieldEdit) -> bytes:
    """Return the certificate with its fields edited, signed by an EC key; raises TypeError for another key."""
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("only a CA with an EC key signs edited certificates")
    fields = [field.raw for field in element(der).first().children()]
    edit(fields)
    signed = encode(SEQUENCE, *fields)
    digest = hashes.SHA1() if fields[ALGORITHM] == _SHA1 else hashes.SHA256()  # noqa: S303 - a lab of broken servers
    signature = key.sign(signed, ec.ECDSA(digest))
    return encode(SEQUENCE, signed, fields[ALGORITHM], encode(BIT_STRING, b"\0" + signature))


def negative_serial(fields: list[bytes]) -> None:
    """Make the serial number -1."""
    fields[SERIAL] = encode(INTEGER, b"\xff")


def zero_serial(fields: list[bytes]) -> None:
    """Make the serial number 0."""
    fields[SERIAL] = encode(INTEGER, b"\0")


def sha1_signature(fields: list[bytes]) -> None:
    """Let it be signed with SHA-1."""
    fields[ALGORITHM] = _SHA1


def no_subject(fields: list[bytes]) -> None:
    """Leave the subject empty."""
    fields[SUBJECT] = encode(SEQUENCE)


LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
ORGANIZATION = "tlschain lab"

Extensions = tuple[tuple[x509.ExtensionType, bool], ...]
"""Extensions of a certificate, each with its critical flag."""

PrivateKey: TypeAlias = CertificateIssuerPrivateKeyTypes
PublicKey: TypeAlias = CertificatePublicKeyTypes
Digest: TypeAlias = hashes.SHA256 | hashes.SHA384 | hashes.SHA512


@dataclass(frozen=True)
class Validity:
    """Validity of a certificate, as distances from the authority's own time."""

    starts: timedelta
    ends: timedelta


def days(starts: float, ends: float) -> Validity:
    """Return a validity in days from now; a negative end makes the certificate expired."""
    return Validity(timedelta(days=starts), timedelta(days=ends))


# Every CA is older than any leaf, an expired one too, and lives longer than the 30 days in which it would be
# called soon to expire.
ROOT_VALIDITY = days(-120, 180)
CA_VALIDITY = days(-90, 90)
LEAF_VALIDITY = days(-1, 30)


def ec_key() -> PrivateKey:
    """Make a P-256 key: the fastest that every TLS client takes."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int = 2048) -> PrivateKey:
    """Make an RSA key of so many bits; takes some 50 ms, an EC key 0.05 ms."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def ed448_key() -> PrivateKey:
    """Make an Ed448 key, which few clients know."""
    return ed448.Ed448PrivateKey.generate()


@dataclass(frozen=True)
class Template:
    """What is odd about one certificate; an empty template gives the profile of RFC 5280 section 4.

    `urls` become AIA caIssuers. `without` leaves extensions out, `extensions` replaces those of the same OID or
    adds others (raw ones as `x509.UnrecognizedExtension`), and `customise` has the last word on the builder. `edit`
    changes the DER of the fields that are signed, for what no builder makes (see `lab.raw`).
    """

    validity: Validity | None = None
    new_key: Callable[[], PrivateKey] = ec_key
    digest: Digest = field(default_factory=hashes.SHA256)
    urls: tuple[str, ...] = ()
    path_length: int | None = None
    without: frozenset[x509.ObjectIdentifier] = frozenset()
    extensions: Extensions = ()
    customise: Callable[[x509.CertificateBuilder], x509.CertificateBuilder] | None = None
    edit: FieldEdit | None = None


DEFAULT_TEMPLATE = Template()


@dataclass(frozen=True)
class Identity:
    """A certificate as DER bytes, with its private key."""

    der: bytes
    key: PrivateKey = field(repr=False)
    subject: x509.Name

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate, parsed; raises ValueError for those that cryptography refuses."""
        return x509.load_der_x509_certificate(self.der)


@dataclass(frozen=True)
class Authority(Identity):
    """A CA that issues at the time `now`: certificate, key and clock."""

    now: datetime

    @classmethod
    def root(cls, name: str, *, now: datetime, template: Template = DEFAULT_TEMPLATE) -> Authority:
        """Make a self-signed CA certificate with this common name; raises ValueError for a naive `now`."""
        subject, key, clock = _name(name), template.new_key(), _utc(now)
        extensions = _ca_extensions(key.public_key(), template)
        der = _sign(
            _CertificateRequest(subject, key.public_key(), extensions, ROOT_VALIDITY), subject, key, clock, template
        )
        return cls(der, key, subject, clock)

    def issue_ca(self, name: str, template: Template = DEFAULT_TEMPLATE) -> Authority:
        """Issue an intermediate CA certificate with this common name."""
        return self._issue_ca(_name(name), template)

    def cross_sign(self, other: Authority, template: Template = DEFAULT_TEMPLATE) -> Authority:
        """Issue a certificate for another authority's subject and key (RFC 5280 section 3.2, cross-certificate)."""
        return self._issue_ca(other.subject, replace(template, new_key=lambda: other.key))

    def issue_leaf(self, names: Iterable[str] = LOOPBACK_NAMES, template: Template = DEFAULT_TEMPLATE) -> Identity:
        """Issue a TLS server certificate for DNS names and IP addresses; the first is its common name too."""
        names, key = tuple(names), template.new_key()
        extensions = (*_leaf_extensions(key.public_key(), names), *self._links(template))
        subject = _leaf_name(names)
        der = self._certify(_CertificateRequest(subject, key.public_key(), extensions, LEAF_VALIDITY), template)
        return Identity(der, key, subject)

    def _issue_ca(self, subject: x509.Name, template: Template) -> Authority:
        key = template.new_key()
        extensions = (*_ca_extensions(key.public_key(), template), *self._links(template))
        der = self._certify(_CertificateRequest(subject, key.public_key(), extensions, CA_VALIDITY), template)
        return Authority(der, key, subject, self.now)

    def _certify(self, request: _CertificateRequest, template: Template) -> bytes:
        return _sign(request, self.subject, self.key, self.now, template)

    def _links(self, template: Template) -> Extensions:
        """Return the extensions that lead to the issuer: AKI and AIA (RFC 5280 sections 4.2.1.1 and 4.2.2.1)."""
        key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        if not template.urls:
            return ((key_id, False),)
        return ((key_id, False), (_ca_issuers(template.urls), False))


def self_signed_leaf(
    names: Iterable[str] = LOOPBACK_NAMES, *, now: datetime, template: Template = DEFAULT_TEMPLATE
) -> Identity:
    """Make a TLS server certificate that its own key signed, no CA; raises ValueError for a naive `now`."""
    names, key = tuple(names), template.new_key()
    subject, extensions = _leaf_name(names), _leaf_extensions(key.public_key(), names)
    request = _CertificateRequest(subject, key.public_key(), extensions, LEAF_VALIDITY)
    return Identity(_sign(request, subject, key, _utc(now), template), key, subject)


def to_pem(ders: Iterable[bytes]) -> bytes:
    """Return certificates as PEM blocks (RFC 7468), in the order given; their DER is not parsed."""
    return b"".join(ssl.DER_cert_to_PEM_cert(der).encode("ascii") for der in ders)


def key_to_pem(key: PrivateKey) -> bytes:
    """Return a private key as an unencrypted PKCS#8 PEM block."""
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)


@dataclass(frozen=True)
class _CertificateRequest:
    """What a certificate is asked for, before the template's oddities."""

    subject: x509.Name
    key: PublicKey
    extensions: Extensions
    validity: Validity


def _sign(
    request: _CertificateRequest, issuer: x509.Name, key: PrivateKey, now: datetime, template: Template
) -> bytes:
    validity = template.validity or request.validity
    builder = x509.CertificateBuilder(issuer, request.subject, request.key, x509.random_serial_number())
    builder = builder.not_valid_before(now + validity.starts).not_valid_after(now + validity.ends)
    for extension, critical in _amend(request.extensions, template):
        builder = builder.add_extension(extension, critical)
    if template.customise is not None:
        builder = template.customise(builder)
    # keys of the Edwards curves (RFC 8410) and of ML-DSA (RFC 9881) bring their own hash
    hashed = isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    certificate = builder.sign(key, template.digest if hashed else None)
    der = certificate.public_bytes(serialization.Encoding.DER)
    return der if template.edit is None else sign_edited(der, key, template.edit)


def _amend(extensions: Extensions, template: Template) -> Extensions:
    """Leave out, replace and add extensions as the template says; a replaced one keeps its place."""
    wanted = {extension.oid: (extension, critical) for extension, critical in extensions}
    wanted |= {extension.oid: (extension, critical) for extension, critical in template.extensions}
    return tuple(pair for oid, pair in wanted.items() if oid not in template.without)


def _ca_extensions(key: PublicKey, template: Template) -> Extensions:
    return (
        (x509.BasicConstraints(ca=True, path_length=template.path_length), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
    )


def _leaf_extensions(key: PublicKey, names: tuple[str, ...]) -> Extensions:
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([_general_name(name) for name in names]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
    )


_KEY_USAGES = (
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


def key_usage(*usages: str) -> x509.KeyUsage:
    """Make a key usage of these words, as in `key_cert_sign` (RFC 5280 section 4.2.1.3)."""
    return x509.KeyUsage(**{usage: usage in usages for usage in _KEY_USAGES})


def _ca_issuers(urls: Iterable[str]) -> x509.AuthorityInformationAccess:
    method = AuthorityInformationAccessOID.CA_ISSUERS
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for url in urls]
    )


def _name(common_name: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION)
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _leaf_name(names: tuple[str, ...]) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names[:1]])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _utc(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("the lab's time needs a time zone")
    return now.astimezone(UTC).replace(microsecond=0)
