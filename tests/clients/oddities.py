"""Single oddities of certificates, hosts and names, from which mixed cases are drawn."""

from __future__ import annotations

import functools

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.clients.cases_constraints import directory, dns, email, exclude, network, permit, uri
from tests.clients.cases_extensions import aki
from tests.clients.cases_fields import BARE
from tests.clients.cases_usages import AKI, EKU, MICROSOFT, NETSCAPE, SKI, USAGE, basic, usages
from tests.clients.making import (
    HOST,
    NAMELESS,
    PRINTABLE,
    Ext,
    Shape,
    ec_key,
    ed448_key,
    ed25519_key,
    ext,
    moment,
    name,
    rsa_key,
    san,
)
from tests.clients.signing import NULL, ecdsa
from tui_chain.lab.authority import key_usage
from tui_chain.x509.der import OCTET_STRING, SEQUENCE, encode

_PRIVATE = Ext("1.3.6.1.4.1.55555.1", NULL)
_CRITICAL = Ext("1.3.6.1.4.1.55555.1", NULL, critical=True)
_STAPLE = ext(x509.TLSFeature([x509.TLSFeatureType.status_request]))
_POLICY = x509.PolicyInformation(x509.ObjectIdentifier("1.3.6.1.4.1.55555.9"), None)


def _eku(*kinds: x509.ObjectIdentifier, critical: bool = False) -> Shape:
    return Shape(exts=(usages(*kinds, critical=critical),))


def _usage(*words: str) -> Shape:
    return Shape(exts=(ext(key_usage(*words), critical=True),))


def _extension(*extensions: Ext) -> Shape:
    return Shape(exts=extensions)


@functools.cache
def both() -> tuple[Shape, ...]:
    """Return oddities of a leaf and of a CA."""
    return (*_dates_and_extensions(), *_fields())


def _dates_and_extensions() -> tuple[Shape, ...]:
    return (
        Shape(days=(-300, -3)),
        Shape(days=(3, 300)),
        Shape(times=(moment(90), moment(-9))),
        Shape(without=(AKI,)),
        Shape(without=(SKI,)),
        Shape(without=(AKI, SKI)),
        Shape(without=(USAGE,)),
        _extension(aki(b"\x01" * 20)),
        _extension(aki(None, name("Suite Other"), b"\x05")),
        _extension(aki()),
        _extension(Ext(SKI, encode(OCTET_STRING, b"\x02" * 20))),
        _extension(Ext(SKI, encode(OCTET_STRING, b"\x02" * 20), critical=True)),
        _extension(_CRITICAL),
        _extension(_PRIVATE),
        Shape(extra=(_PRIVATE, _PRIVATE)),
        _extension(_STAPLE),
        _extension(ext(x509.CertificatePolicies([_POLICY]), critical=True)),
        _extension(Ext("2.5.29.31", b"\x30\x02\x01")),
        _extension(Ext("2.5.29.30", b"\x30\x00", critical=True)),
        _eku(ExtendedKeyUsageOID.CLIENT_AUTH),
        _eku(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE),
        _eku(ExtendedKeyUsageOID.SERVER_AUTH, critical=True),
        _eku(ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH),
        _eku(NETSCAPE),
        _eku(MICROSOFT),
    )


def _fields() -> tuple[Shape, ...]:
    return (
        Shape(serial=b"\xff"),
        Shape(serial=b"\0"),
        Shape(serial=b"\x01" * 30),
        Shape(serial=b""),
        Shape(version=1, without=BARE),
        Shape(version=2, without=BARE),
        Shape(version=1),
        Shape(signing=ecdsa("sha1")),
        Shape(signing=ecdsa("sha224")),
        Shape(signing=ecdsa("sha384")),
        Shape(signing=ecdsa("sha256", NULL)),
        Shape(key=ec_key(ec.SECP384R1())),
        Shape(key=ec_key(ec.SECP521R1())),
        Shape(key=ed25519_key()),
        Shape(key=ed448_key()),
        Shape(key=rsa_key(1024)),
        Shape(key=rsa_key(2048)),
        Shape(tail=b"\0"),
    )


@functools.cache
def leaves() -> tuple[Shape, ...]:
    """Return oddities of a leaf."""
    return (
        *both(),
        Shape(without=(EKU,)),
        Shape(without=(EKU, USAGE, "2.5.29.19")),
        _usage("key_encipherment"),
        _usage("digital_signature", "key_encipherment"),
        _usage("key_agreement"),
        _usage("key_cert_sign"),
        _extension(basic(is_ca=True)),
        _extension(basic(is_ca=False, critical=False)),
        Shape(without=("2.5.29.17",), subject=name(HOST)),
        Shape(without=("2.5.29.17",), subject=name("*.example.test")),
        Shape(subject=NAMELESS),
        Shape(subject=NAMELESS, exts=(san(HOST, critical=True),)),
        Shape(subject=name("www.other.test")),
        _extension(ext(x509.PolicyConstraints(0, None), critical=True)),
    )


@functools.cache
def authorities() -> tuple[Shape, ...]:
    """Return oddities of a CA."""
    return (
        *both(),
        _extension(basic(is_ca=True, length=0)),
        _extension(basic(is_ca=True, length=0)),
        _extension(basic(is_ca=True, length=1)),
        _extension(basic(is_ca=True, critical=False)),
        _extension(basic(is_ca=False)),
        Shape(without=("2.5.29.19",)),
        _usage("crl_sign"),
        _usage("digital_signature"),
        _usage("key_cert_sign", "digital_signature"),
        Shape(exts=(Ext(USAGE, b"\x03\x02\x07\x00", critical=True),)),
        _eku(ExtendedKeyUsageOID.SERVER_AUTH),
        _eku(ExtendedKeyUsageOID.EMAIL_PROTECTION),
        permit(dns("example.test")),
        permit(dns(".example.test")),
        permit(dns("other.test")),
        permit(dns("example.test"), critical=False),
        permit(dns(""), network("192.0.2.0/24")),
        exclude(dns("example.test")),
        exclude(dns("mail.example.test")),
        exclude(network("0.0.0.0/0"), network("::/0")),
        permit(network("192.0.2.0/24")),
        permit(email("example.test")),
        permit(uri("example.test")),
        exclude(uri("example.test")),
        permit(directory(encode(SEQUENCE))),
        permit(directory(name("", organization="Suite")), critical=False),
        exclude(directory(name("", organization="Other"))),
        _extension(ext(x509.PolicyConstraints(0, None), critical=True)),
        _extension(ext(x509.InhibitAnyPolicy(0), critical=True)),
        _extension(san("ca.other.test")),
        Shape(subject=NAMELESS),
        Shape(issuer=name("Suite Root", tag=PRINTABLE)),
        Shape(issuer=name("SUITE ROOT")),
    )


NAMES: tuple[tuple[str | bytes, ...], ...] = (
    ("*.example.test",),
    ("w*.example.test",),
    ("WWW.example.test",),
    ("other.example.test",),
    ("other.test", HOST),
    (f"{HOST}.",),
    ("192.0.2.1",),
    ("192.0.2.1", HOST),
    (HOST, email("a@other.test")),
    (HOST, uri("https://other.test/")),
    (HOST, uri("urn:x:y")),
    (HOST, directory(name("x"))),
    (HOST, b"\x82\x00"),
    (HOST, "a_b.example.test"),
    (HOST, "*.example.test", "*.test"),
    ("*.test", "*"),
    (HOST, "2001:db8::1"),
)
"""Names of a leaf."""

HOSTS: tuple[str, ...] = (
    f"{HOST}.",
    "www.other.test",
    "192.0.2.1",
    "WWW.EXAMPLE.TEST",
    "example.test",
    "2001:db8::1",
)
"""Hosts that are asked for in place of the usual one."""
