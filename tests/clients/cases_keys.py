"""Cases of keys and signature algorithms at the leaf, the intermediate and the root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.clients.making import (
    Case,
    PrivateKey,
    Shape,
    ca,
    case,
    ec_key,
    ed448_key,
    ed25519_key,
    leaf,
    pki,
    root,
    rsa_key,
    spki,
)
from tests.clients.signing import NULL, Signing, algorithm, ecdsa, oid, rsa_pkcs1, rsa_pss
from tui_chain.x509.der import BIT_STRING, INTEGER, OCTET_STRING, SEQUENCE, element, encode

CURVES: dict[str, ec.EllipticCurve] = {
    "p192": ec.SECP192R1(),
    "p224": ec.SECP224R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
    "secp256k1": ec.SECP256K1(),
    "brainpool-p256": ec.BrainpoolP256R1(),
    "brainpool-p384": ec.BrainpoolP384R1(),
}


UNREADABLE = frozenset({"unknown-curve", "unknown-key", "ec-no-parameters", "ec-dh", "cut-point"})
"""Encodings of a key with which no client can check a signature."""


def cases() -> Iterator[Case]:
    """Yield them all."""
    yield from _keys()
    yield from _ec_signatures()
    yield from _rsa_signatures()
    yield from _identifiers()
    yield from _key_encodings()
    yield from _bad_signatures()
    yield from _post_quantum()


def _makers() -> dict[str, Callable[[], PrivateKey]]:
    makers: dict[str, Callable[[], PrivateKey]] = {title: _ec_maker(curve) for title, curve in CURVES.items()}
    sizes = {f"rsa-{bits}": _rsa_maker(bits) for bits in (1024, 1536, 2048, 3072)}
    return makers | sizes | {"ed25519": ed25519_key, "ed448": ed448_key}


def _ec_maker(curve: ec.EllipticCurve) -> Callable[[], PrivateKey]:
    return lambda: ec_key(curve)


def _rsa_maker(bits: int) -> Callable[[], PrivateKey]:
    return lambda: rsa_key(bits)


def _keys() -> Iterator[Case]:
    for title, maker in _makers().items():
        shape = Shape(key=maker())
        yield pki(leaf_shape=shape).case(f"key/{title}/leaf")
        yield pki(inter=shape).case(f"key/{title}/inter")
        yield pki(top=shape).case(f"key/{title}/root")
        pinned = pki(inter=shape)
        yield case(f"key/{title}/pinned", (pinned.leaf,), (pinned.inter, pinned.root))
        own = leaf(None, shape)
        yield case(f"key/{title}/self-signed", (own,), (own,))
        above = pki(top=shape)
        yield case(f"key/{title}/above-pinned", (above.leaf,), (above.inter,))


def _signed(title: str, key: PrivateKey, signing: Signing) -> Iterator[Case]:
    """Yield a signature on the leaf, on the intermediate, and on the root itself."""
    authority, inter = pki(inter=Shape(key=key)).root, Shape(key=key)
    issuing = ca("Suite CA", authority, inter)
    yield case(f"signature/{title}/leaf", (leaf(issuing, Shape(signing=signing)), issuing), (authority,))
    top = root(shape=Shape(key=key))
    middle = ca("Suite CA", top, Shape(signing=signing))
    yield case(f"signature/{title}/inter", (leaf(middle), middle), (top,))
    yield case(f"signature/{title}/pinned", (leaf(middle),), (middle,))
    own = root(shape=Shape(key=key, signing=signing))
    under = ca("Suite CA", own)
    yield case(f"signature/{title}/root", (leaf(under), under), (own,))
    yield case(f"signature/{title}/root-served", (leaf(under), under, own), (own,))
    alone = leaf(None, Shape(key=key, signing=signing))
    yield case(f"signature/{title}/self-signed", (alone,), (alone,))


def _ec_signatures() -> Iterator[Case]:
    for digest in ("sha1", "sha224", "sha384", "sha512"):
        yield from _signed(f"ecdsa-{digest}", ec_key(), ecdsa(digest))
    yield from _signed("p384-sha256", ec_key(ec.SECP384R1()), ecdsa())
    yield from _signed("p384-sha384", ec_key(ec.SECP384R1()), ecdsa("sha384"))
    yield from _signed("p521-sha256", ec_key(ec.SECP521R1()), ecdsa())
    yield from _signed("p521-sha512", ec_key(ec.SECP521R1()), ecdsa("sha512"))
    yield from _signed("ecdsa-null-parameters", ec_key(), ecdsa("sha256", NULL))


def _rsa_signatures() -> Iterator[Case]:
    for digest in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        yield from _signed(f"rsa-{digest}", rsa_key(), rsa_pkcs1(digest))
    for bits in (1024, 1536):
        yield from _signed(f"rsa-{bits}-sha1", rsa_key(bits), rsa_pkcs1("sha1"))
    yield from _signed("rsa-no-parameters", rsa_key(), rsa_pkcs1(parameters=b""))
    variants = {
        "usual": rsa_pss(),
        "sha384": rsa_pss("sha384", 48),
        "sha512": rsa_pss("sha512", 64),
        "sha1": rsa_pss("sha1", 20),
        "absent-null": rsa_pss(null=False),
        "salt-20": rsa_pss(salt=20),
        "salt-0": rsa_pss(salt=0),
        "salt-64": rsa_pss(salt=64),
        "other-mask": rsa_pss(mask="sha1"),
        "other-mask-384": rsa_pss(mask="sha384"),
        "trailer": rsa_pss(trailer=True),
    }
    for title, signing in variants.items():
        yield from _signed(f"pss-{title}", rsa_key(), signing)


def _identifiers() -> Iterator[Case]:
    """Algorithms that differ inside and outside, and unknown ones."""
    other = ecdsa("sha384").identifier
    unknown = algorithm("1.3.6.1.4.1.55555.3")
    padded = ecdsa("sha256", NULL).identifier
    for title, identifier in {"other": other, "unknown": unknown, "null": padded}.items():
        shape = Shape(inner=identifier)
        yield pki(leaf_shape=shape).case(f"algorithm/inner-{title}/leaf")
        yield pki(inter=shape).case(f"algorithm/inner-{title}/inter")
        yield pki(top=shape).case(f"algorithm/inner-{title}/root")
        both = Shape(inner=identifier, outer=identifier)
        yield pki(leaf_shape=both).case(f"algorithm/both-{title}/leaf")
        yield pki(top=both).case(f"algorithm/both-{title}/root")
        yield pki(leaf_shape=Shape(outer=identifier)).case(f"algorithm/outer-{title}/leaf")
    bare = rsa_pkcs1(parameters=b"").identifier
    for title, shape in {"inner": Shape(inner=bare), "outer": Shape(outer=bare)}.items():
        top = root(shape=Shape(key=rsa_key()))
        yield case(f"algorithm/rsa-{title}-no-null", (leaf(top, shape),), (top,))


def explicit_key(key: PrivateKey) -> bytes:
    """Return the public key of P-256 with explicit curve parameters (RFC 3279 section 2.3.5)."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
    curve = (prime[:-1] + "c", "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b")
    base = (
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    )
    order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
    parameters = encode(
        SEQUENCE,
        encode(INTEGER, b"\1"),
        encode(SEQUENCE, oid("1.2.840.10045.1.1"), encode(INTEGER, b"\0" + bytes.fromhex(prime))),
        encode(SEQUENCE, *(encode(OCTET_STRING, bytes.fromhex(part)) for part in curve)),
        encode(OCTET_STRING, bytes.fromhex(base)),
        encode(INTEGER, b"\0" + bytes.fromhex(order)),
        encode(INTEGER, b"\1"),
    )
    return encode(SEQUENCE, algorithm("1.2.840.10045.2.1", parameters), encode(BIT_STRING, b"\0" + point))


def _compressed(key: PrivateKey) -> bytes:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    parameters = algorithm("1.2.840.10045.2.1", oid("1.2.840.10045.3.1.7"))
    return encode(SEQUENCE, parameters, encode(BIT_STRING, b"\0" + point))


def _retyped(key: PrivateKey, identifier: bytes) -> bytes:
    """Return a key with another AlgorithmIdentifier."""
    bits = list(element(spki(key)).children())[1]
    return encode(SEQUENCE, identifier, bits.raw)


def _key_encodings() -> Iterator[Case]:
    curve_key, modulus_key = ec_key(), rsa_key()
    pss = algorithm("1.2.840.113549.1.1.10")
    encodings = {
        "explicit": (curve_key, explicit_key(curve_key)),
        "compressed": (curve_key, _compressed(curve_key)),
        "rsa-pss": (modulus_key, _retyped(modulus_key, pss)),
        "rsa-pss-limited": (modulus_key, _retyped(modulus_key, rsa_pss().identifier)),
        "rsa-no-null": (modulus_key, _retyped(modulus_key, algorithm("1.2.840.113549.1.1.1"))),
        "unknown-curve": (curve_key, _retyped(curve_key, algorithm("1.2.840.10045.2.1", oid("1.3.6.1.4.1.55555.4")))),
        "unknown-key": (curve_key, _retyped(curve_key, algorithm("1.3.6.1.4.1.55555.5"))),
        "ec-no-parameters": (curve_key, _retyped(curve_key, algorithm("1.2.840.10045.2.1"))),
        "ec-dh": (curve_key, _retyped(curve_key, algorithm("1.3.132.1.12", oid("1.2.840.10045.3.1.7")))),
        "cut-point": (curve_key, _retyped(curve_key, algorithm("1.2.840.10045.2.1", oid("1.3.132.0.34")))),
    }
    for title, (key, raw) in encodings.items():
        signing = rsa_pss() if title.startswith("rsa-pss") else None
        shape = Shape(key=key, spki=raw)
        leaf_case = pki(leaf_shape=shape).case(f"key-form/{title}/leaf")
        yield replace(leaf_case, proven=title not in UNREADABLE)
        top = root(shape=Shape(key=key, spki=raw, signing=signing))
        middle = ca("Suite CA", top, Shape(signing=signing))
        yield case(f"key-form/{title}/root", (leaf(middle), middle), (top,))
        anchor = root()
        issuing = ca("Suite CA", anchor, shape)
        end = leaf(issuing, Shape(signing=signing))
        yield case(f"key-form/{title}/inter", (end, issuing), (anchor,))
        yield case(f"key-form/{title}/pinned", (end,), (issuing, anchor))
        plain = pki()
        beside = root("Suite Unrelated", Shape(key=key, spki=raw, signing=signing))
        yield case(f"key-form/{title}/served-beside", (plain.leaf, plain.inter, beside), (plain.root,))
        yield case(f"key-form/{title}/bundle-first", (plain.leaf, plain.inter), (beside, plain.root))
        yield case(f"key-form/{title}/bundle-last", (plain.leaf, plain.inter), (plain.root, beside))
    top = root(shape=Shape(key=modulus_key))
    yield case("key-form/pss-signed-by-plain", (leaf(top, Shape(signing=rsa_pss())),), (top,))
    typed = root(shape=Shape(key=modulus_key, spki=_retyped(modulus_key, pss), signing=rsa_pss()))
    yield case("key-form/pkcs1-signed-by-pss", (leaf(typed, Shape(signing=rsa_pkcs1())),), (typed,))


def _broken(signing: Signing) -> Signing:
    return Signing(signing.identifier, lambda key, data: signing.sign(key, data + b"."))


def _bad_signatures() -> Iterator[Case]:
    wrong = Shape(signing=_broken(ecdsa()))
    yield pki(leaf_shape=wrong).case("bad-signature/leaf")
    yield pki(inter=wrong).case("bad-signature/inter")
    yield pki(top=wrong).case("bad-signature/root")
    pinned = pki(inter=wrong)
    yield case("bad-signature/pinned", (pinned.leaf,), (pinned.inter,))
    own = leaf(None, wrong)
    yield case("bad-signature/self-signed", (own,), (own,))
    served = pki(top=wrong)
    yield case("bad-signature/root-served", (served.leaf, served.inter, served.root), (served.root,))
    garbage = Signing(ecdsa().identifier, lambda _key, _data: b"\x01\x02")
    yield pki(leaf_shape=Shape(signing=garbage)).case("bad-signature/no-der")
    yield pki(top=Shape(signing=garbage)).case("bad-signature/root-no-der")
    empty = Signing(ecdsa().identifier, lambda _key, _data: b"")
    yield pki(leaf_shape=Shape(signing=empty)).case("bad-signature/empty")
    yield pki(top=Shape(signing=empty)).case("bad-signature/root-empty")


def _post_quantum() -> Iterator[Case]:
    """ML-DSA (RFC 9881), where this version of cryptography and its OpenSSL have it."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa

        key: PrivateKey = mldsa.MLDSA65PrivateKey.generate()
    except (ImportError, UnsupportedAlgorithm):
        return
    shape = Shape(key=key)
    yield pki(leaf_shape=shape).case("key/ml-dsa/leaf")
    yield pki(inter=shape).case("key/ml-dsa/inter")
    yield pki(top=shape).case("key/ml-dsa/root")
    pinned = pki(top=shape)
    yield case("key/ml-dsa/above-pinned", (pinned.leaf,), (pinned.inter,))
    yield case("key/ml-dsa/root-beside", (pinned.leaf, pinned.inter), (pinned.inter, pinned.root))
