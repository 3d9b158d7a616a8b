"""Certificates of every shape for the measured suite: each field of a certificate can be set as raw DER."""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import itertools
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.clients.signing import Signing, oid, usual_signing
from tui_chain.lab.authority import key_usage
from tui_chain.x509.der import BIT_STRING, BOOLEAN, CONTEXT, INTEGER, OCTET_STRING, SEQUENCE, SET, encode

PrivateKey = CertificateIssuerPrivateKeyTypes

HOST = "www.example.test"
"""The host of a case that is not about names."""

UTF8, PRINTABLE, T61, IA5, UNIVERSAL, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E
"""Tags of the string types (X.680)."""


@dataclass(frozen=True)
class Case:
    """A served chain, DER with the leaf first, the leaf's key, a trust file and the host that is asked for.

    `proven` is false where no server can prove that it has the key: TLS 1.3 knows no signature scheme for it (RFC
    8446 section 4.2.3), or the certificate's key cannot be read. What a program does then says nothing of the chain.
    """

    name: str
    served: tuple[bytes, ...] = field(repr=False)
    key: PrivateKey = field(repr=False)
    bundle: bytes = field(repr=False)
    host: str = HOST
    proven: bool = True


@dataclass(frozen=True)
class Ext:
    """A raw extension (RFC 5280 section 4.1)."""

    oid: str
    value: bytes
    critical: bool = False

    @property
    def der(self) -> bytes:
        """The extension as DER; `critical` is left out where it is false."""
        flag = encode(BOOLEAN, b"\xff") if self.critical else b""
        return encode(SEQUENCE, oid(self.oid), flag, encode(OCTET_STRING, self.value))


@dataclass(frozen=True)
class Cert:
    """A certificate, DER, with its key, and its subject as DER."""

    der: bytes = field(repr=False)
    key: PrivateKey = field(repr=False)
    subject: bytes

    @property
    def key_id(self) -> bytes:
        """SHA-1 of the public key (RFC 5280 section 4.2.1.2, method 1)."""
        return key_id(self.key)


Extensions = tuple[Ext, ...]
Days = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """How a certificate differs from the usual one; None and () leave a field as it is.

    `exts` replace those of the same OID or are added; `without` drops OIDs; `extra` is appended even if the OID is
    there already. `days` are from now, `times` raw DER of the two times. `spki`, `serial` (content octets), `issuer`,
    `inner` (the signature algorithm among the signed fields), `outer` (the one beside the signature) and `tail`
    (bytes after the certificate) are raw. `edit` changes the DER that is signed.
    """

    key: PrivateKey | None = None
    subject: bytes | None = None
    issuer: bytes | None = None
    version: int | None = 3
    serial: bytes | None = None
    days: Days | None = None
    times: tuple[bytes, bytes] | None = None
    exts: Extensions = ()
    without: tuple[str, ...] = ()
    extra: Extensions = ()
    signing: Signing | None = None
    inner: bytes | None = None
    outer: bytes | None = None
    spki: bytes | None = None
    tail: bytes = b""
    edit: Callable[[bytes], bytes] | None = None


USUAL = Shape()


def ext(extension: x509.ExtensionType, *, critical: bool = False) -> Ext:
    """Return an extension of cryptography's as a raw one."""
    return Ext(extension.oid.dotted_string, extension.public_bytes(), critical)


def attribute(kind: x509.ObjectIdentifier, text: str | bytes, tag: int = UTF8) -> bytes:
    """Return one relative distinguished name as DER."""
    value = text if isinstance(text, bytes) else text.encode("utf-8")
    return encode(SET, encode(SEQUENCE, oid(kind.dotted_string), encode(tag, value)))


def name(common_name: str = "", *, tag: int = UTF8, organization: str = "Suite") -> bytes:
    """Return a distinguished name as DER: organization and common name, either of which may be empty."""
    parts = [attribute(NameOID.ORGANIZATION_NAME, organization, tag)] if organization else []
    if common_name:
        parts.append(attribute(NameOID.COMMON_NAME, common_name, tag))
    return encode(SEQUENCE, *parts)


NAMELESS = encode(SEQUENCE)


def ec_key(curve: ec.EllipticCurve | None = None) -> PrivateKey:
    """Make a key on a curve, P-256 if none is given."""
    return ec.generate_private_key(curve or ec.SECP256R1())


@functools.cache
def rsa_key(bits: int = 2048, number: int = 0) -> PrivateKey:
    """Return an RSA key; the same one for the same bits and number, for they are slow to make."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def ed25519_key() -> PrivateKey:
    """Make an Ed25519 key."""
    return ed25519.Ed25519PrivateKey.generate()


def ed448_key() -> PrivateKey:
    """Make an Ed448 key."""
    return ed448.Ed448PrivateKey.generate()


def spki(key: PrivateKey) -> bytes:
    """Return the SubjectPublicKeyInfo of a key as DER."""
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key: PrivateKey) -> bytes:
    """Return the usual key identifier of a key."""
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest


_serials = itertools.count(1)


def _serial() -> bytes:
    digest = hashlib.sha256(str(next(_serials)).encode()).digest()
    return b"\x01" + digest[:15]


def root(title: str = "Suite Root", shape: Shape = USUAL) -> Cert:
    """Make a self-signed CA certificate."""
    return make(shape, name(title), None, _ca_extensions, (-300, 300))


def ca(title: str, issuer: Cert, shape: Shape = USUAL) -> Cert:
    """Issue a CA certificate."""
    return make(shape, name(title), issuer, _ca_extensions, (-200, 200))


def leaf(issuer: Cert | None, shape: Shape = USUAL, names: Sequence[str | bytes] = (HOST,)) -> Cert:
    """Issue a server certificate for names, addresses and raw GeneralNames; self-signed where no issuer is given."""
    extensions = functools.partial(_leaf_extensions, names=names)
    title = next((one for one in names if isinstance(one, str)), "Suite Leaf")
    return make(shape, name(title[:64]), issuer, extensions, (-20, 60))


def make(
    shape: Shape, subject: bytes, issuer: Cert | None, usual: Callable[[PrivateKey], Extensions], days: Days
) -> Cert:
    """Issue a certificate with the usual extensions, subject and validity where the shape says nothing else."""
    key = shape.key or ec_key()
    subject = subject if shape.subject is None else shape.subject
    signer = issuer.key if issuer else key
    signing = shape.signing or usual_signing(signer)
    extensions = _amend((*usual(key), ext(_aki(key_id(signer)))) if issuer else usual(key), shape)
    issuer_name = shape.issuer if shape.issuer is not None else issuer.subject if issuer else subject
    fields = (
        *_head(shape, signing),
        issuer_name,
        _validity(shape, days),
        subject,
        shape.spki or spki(key),
        *_extension_field(extensions),
    )
    signed = encode(SEQUENCE, *fields)
    signed = shape.edit(signed) if shape.edit else signed
    signature = encode(BIT_STRING, b"\0" + signing.sign(signer, signed))
    der = encode(SEQUENCE, signed, shape.outer or signing.identifier, signature) + shape.tail
    return Cert(der, key, subject)


def _head(shape: Shape, signing: Signing) -> Iterable[bytes]:
    if shape.version not in (None, 1):
        yield encode(CONTEXT, encode(INTEGER, bytes([(shape.version or 1) - 1])))
    yield encode(INTEGER, _serial() if shape.serial is None else shape.serial)
    yield shape.inner or signing.identifier


def _validity(shape: Shape, days: Days) -> bytes:
    if shape.times:
        return encode(SEQUENCE, *shape.times)
    return encode(SEQUENCE, *map(moment, shape.days or days))


def moment(days: float) -> bytes:
    """Return a time so many days from now as DER: UTCTime up to 2049, GeneralizedTime after that."""
    at = datetime.now(UTC) + timedelta(days=days)
    if at.year < 2050:
        return encode(0x17, at.strftime("%y%m%d%H%M%SZ").encode())
    return encode(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())


def _extension_field(extensions: Extensions) -> Iterable[bytes]:
    if extensions:
        yield encode(CONTEXT + 3, encode(SEQUENCE, *(one.der for one in extensions)))


def _amend(usual: Extensions, shape: Shape) -> Extensions:
    wanted = {one.oid: one for one in (*usual, *shape.exts)}
    return (*(one for one in wanted.values() if one.oid not in shape.without), *shape.extra)


def _aki(digest: bytes) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier(digest, None, None)


def _ca_extensions(key: PrivateKey) -> Extensions:
    return (
        ext(x509.BasicConstraints(ca=True, path_length=None), critical=True),
        ext(key_usage("key_cert_sign", "crl_sign"), critical=True),
        ext(x509.SubjectKeyIdentifier(key_id(key))),
    )


def _leaf_extensions(key: PrivateKey, names: Sequence[str | bytes]) -> Extensions:
    return (
        ext(x509.BasicConstraints(ca=False, path_length=None), critical=True),
        ext(key_usage("digital_signature"), critical=True),
        ext(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
        san(*names),
        ext(x509.SubjectKeyIdentifier(key_id(key))),
    )


def general_name(text: str) -> bytes:
    """Return a host name or address as the GeneralName of its kind (RFC 5280 section 4.2.1.6), any text allowed."""
    try:
        return encode(0x87, ipaddress.ip_address(text).packed)
    except ValueError:
        return encode(0x82, text.encode("utf-8"))


def san(*names: str | bytes, critical: bool = False) -> Ext:
    """Return a subjectAltName of names, addresses and raw GeneralNames."""
    entries = (one if isinstance(one, bytes) else general_name(one) for one in names)
    return Ext("2.5.29.17", encode(SEQUENCE, *entries), critical)


def pem(certificates: Iterable[Cert | bytes]) -> bytes:
    """Return certificates as PEM blocks."""
    return b"".join(ssl.DER_cert_to_PEM_cert(_der(one)).encode("ascii") for one in certificates)


def _der(one: Cert | bytes) -> bytes:
    return one if isinstance(one, bytes) else one.der


def case(
    title: str,
    served: Sequence[Cert | bytes],
    trust: bytes | Iterable[Cert | bytes],
    host: str = HOST,
) -> Case:
    """Return a case; the key is that of the first certificate served."""
    first = served[0]
    own = first.key if isinstance(first, Cert) else ec_key()
    bundle = trust if isinstance(trust, bytes) else pem(trust)
    return Case(title, tuple(map(_der, served)), own, bundle, host, _has_scheme(own))


def _has_scheme(key: PrivateKey) -> bool:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.curve.name in {"secp256r1", "secp384r1", "secp521r1"}
    return isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)


@dataclass(frozen=True)
class Pki:
    """A root, an intermediate CA and a leaf."""

    root: Cert
    inter: Cert
    leaf: Cert

    def case(self, title: str, host: str = HOST) -> Case:
        """Return the usual case: leaf and intermediate are served, the root is trusted."""
        return case(title, (self.leaf, self.inter), (self.root,), host)


def pki(
    *, leaf_shape: Shape = USUAL, inter: Shape = USUAL, top: Shape = USUAL, names: Sequence[str] = (HOST,)
) -> Pki:
    """Make a hierarchy of three with each certificate in the given shape."""
    anchor = root(shape=top)
    issuing = ca("Suite Issuing CA", anchor, inter)
    return Pki(anchor, issuing, leaf(issuing, leaf_shape, names))


def at_each(title: str, shape: Shape) -> Iterator[Case]:
    """Yield the shape at the leaf, the served intermediate, the root, and an intermediate that is the anchor."""
    yield pki(leaf_shape=shape).case(f"{title}/leaf")
    yield from at_each_ca(title, shape)


def at_each_ca(title: str, shape: Shape) -> Iterator[Case]:
    """Yield the shape at the served intermediate, at the root, and at an intermediate that is the anchor."""
    yield pki(inter=shape).case(f"{title}/inter")
    yield pki(top=shape).case(f"{title}/root")
    pinned = pki(inter=shape)
    yield case(f"{title}/pinned", (pinned.leaf,), (pinned.inter, pinned.root))


def chain_of(length: int, shapes: Mapping[int, Shape] | None = None) -> tuple[Cert, ...]:
    """Return a root and so many intermediates below it, the root first; `shapes` by position, the root's is 0."""
    shapes = shapes or {}
    made = [root(shape=shapes.get(0, USUAL))]
    for number in range(1, length + 1):
        made.append(ca(f"Suite CA {number}", made[-1], shapes.get(number, USUAL)))
    return tuple(made)
