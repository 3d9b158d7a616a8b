"""Finding anchors by name: what a store says before everything in it is indexed is what the index says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from tests.support.chains import NOW
from tui_chain.trust.store import TrustStore, by_subject
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates

KEY = ec.generate_private_key(ec.SECP256R1())
TYPES = ("UTF8String", "PrintableString", "T61String", "BMPString", "UniversalString", "IA5String")
SAME = ("Example Root 3", "EXAMPLE  root 3", " example Root  3 ")
OTHERS = ("Example Root 4", "Example Root", "ExampleRoot 3", "ample Root 3", "Root Example 3")
PUBLIC = read_certificates(Path(certifi.where()).read_bytes()).certificates


def named(words: str, kind: str = "UTF8String") -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words, _type=_ASN1Type[kind])])


def certificate(subject: x509.Name, issuer: x509.Name) -> Certificate:
    builder = x509.CertificateBuilder(issuer, subject, KEY.public_key(), 7, NOW, NOW + timedelta(days=1))
    return Certificate(builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER))


MANY = tuple(certificate(named(words, kind), named("x")) for words in (*SAME, *OTHERS) for kind in TYPES)


def indexed(store: TrustStore, child: Certificate) -> tuple[Certificate, ...]:
    return () if child.issuer_name is None else by_subject(store.anchors).get(child.issuer_name, ())


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("words", [*SAME, *OTHERS, "Ångström Root", "根", "# 3", ""])
def test_every_encoding_of_a_name_is_found(words: str, kind: str) -> None:
    if words not in (*SAME, *OTHERS):
        kind = "UTF8String"
    name = named(words, kind) if words else x509.Name([])
    child, twin = certificate(named("child"), name), certificate(name, name)
    store = TrustStore("test", (*MANY, twin))
    before = store.issuers_of(child)
    assert before == indexed(store, child)
    assert twin in before
    assert len(before) >= (len(SAME) * len(TYPES) if words in SAME else 1)
    assert store.index
    assert store.issuers_of(child) == before


def test_every_public_root_finds_itself() -> None:
    store = TrustStore("certifi", PUBLIC)
    assert all(store.issuers_of(root) == indexed(store, root) for root in PUBLIC[::7])


def test_asking_for_one_name_does_not_read_all() -> None:
    fresh = tuple(Certificate(one.der) for one in PUBLIC)
    TrustStore("certifi", fresh).issuers_of(PUBLIC[0])
    assert sum("subject_name" in vars(one) for one in fresh) < 5
