"""Cases of what a CA may and what a key is for: basic constraints, path lengths, key usages, extended key usages."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.clients.making import Case, Ext, Shape, at_each, at_each_ca, ca, case, chain_of, ext, leaf, pki, root
from tui_chain.lab.authority import key_usage
from tui_chain.x509.der import BIT_STRING, BOOLEAN, INTEGER, SEQUENCE, encode

BASIC, USAGE, EKU, SKI, AKI = "2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.14", "2.5.29.35"
SERVER, ANY = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
CLIENT, EMAIL, CODE = (
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.CODE_SIGNING,
)
NETSCAPE, MICROSOFT, VERISIGN = map(
    x509.ObjectIdentifier, ("2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113733.1.8.1")
)


def cases() -> Iterator[Case]:
    """Yield them all."""
    yield from _basic_constraints()
    yield from _path_lengths()
    yield from _key_usages()
    yield from _extended_usages()


def basic(*, is_ca: bool, length: int | None = None, critical: bool = True) -> Ext:
    """Return basic constraints."""
    return ext(x509.BasicConstraints(ca=is_ca, path_length=length), critical=critical)


def _basic_constraints() -> Iterator[Case]:
    raw = {
        "explicit-false": encode(SEQUENCE, encode(BOOLEAN, b"\0")),
        "true-one": encode(SEQUENCE, encode(BOOLEAN, b"\1")),
        "negative-length": encode(SEQUENCE, encode(BOOLEAN, b"\xff"), encode(INTEGER, b"\xff")),
        "length-without-ca": encode(SEQUENCE, encode(INTEGER, b"\0")),
        "huge-length": encode(SEQUENCE, encode(BOOLEAN, b"\xff"), encode(INTEGER, b"\x7f" + b"\xff" * 8)),
        "tail": encode(SEQUENCE, encode(BOOLEAN, b"\xff")) + b"\0",
        "empty": b"",
    }
    shapes = {
        "absent": Shape(without=(BASIC,)),
        "not-critical": Shape(exts=(basic(is_ca=True, critical=False),)),
        "false": Shape(exts=(basic(is_ca=False),)),
        "bare": Shape(without=(BASIC, USAGE, SKI, AKI)),
    } | {title: Shape(exts=(Ext(BASIC, value, critical=True),)) for title, value in raw.items()}
    for title, shape in shapes.items():
        yield from at_each_ca(f"basic/{title}", shape)
    for title, shape in {"true": Shape(exts=(basic(is_ca=True),)), "absent": Shape(without=(BASIC,))}.items():
        yield pki(leaf_shape=shape).case(f"basic-leaf/{title}")
    yield pki(leaf_shape=Shape(exts=(basic(is_ca=True), _usage("key_cert_sign")))).case("basic-leaf/true-cert-sign")
    yield pki(leaf_shape=Shape(exts=(basic(is_ca=False, critical=False),))).case("basic-leaf/not-critical")
    yield pki(leaf_shape=Shape(exts=(Ext(BASIC, raw["explicit-false"]),))).case("basic-leaf/explicit-false")
    yield pki(leaf_shape=Shape(exts=(Ext(BASIC, raw["length-without-ca"]),))).case("basic-leaf/length-without-ca")
    under = pki()
    signed = leaf(under.leaf)
    yield case("basic-leaf/leaf-as-issuer", (signed, under.leaf, under.inter), (under.root,))
    yield case("basic-leaf/leaf-as-anchor", (signed,), (under.leaf,))
    own = leaf(None, Shape(exts=(basic(is_ca=True),)))
    yield case("basic-leaf/self-signed-ca", (own,), (own,))


def _path_lengths() -> Iterator[Case]:
    for length, limited, limit in (
        (1, 0, 0),
        (1, 1, 0),
        (2, 0, 0),
        (2, 0, 1),
        (2, 1, 0),
        (2, 2, 0),
        (3, 0, 1),
        (3, 0, 2),
        (3, 1, 1),
        (3, 1, 0),
        (3, 0, 200),
    ):
        made = chain_of(length, {limited: Shape(exts=(basic(is_ca=True, length=limit),))})
        end = leaf(made[-1])
        yield case(f"path-length/{length}-at-{limited}-is-{limit}", (end, *reversed(made[1:])), made[:1])
    pinned = chain_of(2, {1: Shape(exts=(basic(is_ca=True, length=0),))})
    end = leaf(pinned[2])
    yield case("path-length/pinned-limited", (end, pinned[2]), (pinned[1],))
    yield case("path-length/pinned-below-limited", (end, pinned[2], pinned[1]), (pinned[2], pinned[0]))
    yield case("path-length/pinned-both", (end,), (pinned[2], pinned[1], pinned[0]))
    yield from _self_issued_lengths()
    usage_less = Shape(exts=(basic(is_ca=True, length=0),), without=(USAGE,))
    yield from at_each_ca("path-length/without-key-usage", usage_less)
    ca_leaf = Shape(exts=(basic(is_ca=True),))
    zero = pki(leaf_shape=ca_leaf, inter=Shape(exts=(basic(is_ca=True, length=0),)))
    yield zero.case("path-length/leaf-is-ca-below-zero")


def _self_issued_lengths() -> Iterator[Case]:
    for at, limit in ((0, 0), (0, 1), (1, 0)):
        top = root(shape=Shape(exts=(basic(is_ca=True, length=limit),)) if at == 0 else Shape())
        first = ca("Suite CA", top, Shape(exts=(basic(is_ca=True, length=limit if at == 1 else None),)))
        again = ca("Suite CA", first)
        end = leaf(again)
        yield case(f"path-length/self-issued-{at}-is-{limit}", (end, again, first), (top,))
    top = root(shape=Shape(exts=(basic(is_ca=True, length=0),)))
    again = ca("Suite Root", top)
    yield case("path-length/self-issued-below-root", (leaf(again), again), (top,))
    top = root()
    chain = [ca("Suite CA", top)]
    for _ in range(2):
        chain.append(ca("Suite CA", chain[-1]))
    yield case("path-length/three-self-issued", (leaf(chain[-1]), *reversed(chain)), (top,))


def _usage(*usages: str) -> Ext:
    return ext(key_usage(*usages), critical=True)


def _key_usages() -> Iterator[Case]:
    zero = encode(BIT_STRING, b"\x07\x00")
    none = encode(BIT_STRING, b"\x00")
    leaves = {
        "absent": Shape(without=(USAGE,)),
        "encipherment": Shape(exts=(_usage("key_encipherment"),)),
        "agreement": Shape(exts=(_usage("key_agreement"),)),
        "signature-encipherment": Shape(exts=(_usage("digital_signature", "key_encipherment"),)),
        "non-repudiation": Shape(exts=(_usage("content_commitment"),)),
        "cert-sign": Shape(exts=(_usage("key_cert_sign"),)),
        "signature-cert-sign": Shape(exts=(_usage("digital_signature", "key_cert_sign"),)),
        "crl-sign": Shape(exts=(_usage("crl_sign"),)),
        "not-critical": Shape(exts=(ext(key_usage("digital_signature")),)),
        "zero": Shape(exts=(Ext(USAGE, zero, critical=True),)),
        "no-bits": Shape(exts=(Ext(USAGE, none, critical=True),)),
        "long": Shape(exts=(Ext(USAGE, encode(BIT_STRING, b"\x07\x80\x00"), critical=True),)),
        "three-bytes": Shape(exts=(Ext(USAGE, encode(BIT_STRING, b"\x00\x80\x00\x00"), critical=True),)),
    }
    for title, shape in leaves.items():
        yield pki(leaf_shape=shape).case(f"usage-leaf/{title}")
    pinned = pki(leaf_shape=leaves["encipherment"])
    yield case("usage-leaf/encipherment-pinned", (pinned.leaf,), (pinned.leaf,))
    authorities = {
        "absent": Shape(without=(USAGE,)),
        "crl-only": Shape(exts=(_usage("crl_sign"),)),
        "signature-only": Shape(exts=(_usage("digital_signature"),)),
        "cert-sign-only": Shape(exts=(_usage("key_cert_sign"),)),
        "not-critical": Shape(exts=(ext(key_usage("key_cert_sign")),)),
        "zero": Shape(exts=(Ext(USAGE, zero, critical=True),)),
        "no-bits": Shape(exts=(Ext(USAGE, none, critical=True),)),
    }
    for title, shape in authorities.items():
        yield from at_each_ca(f"usage-ca/{title}", shape)


def usages(*kinds: x509.ObjectIdentifier, critical: bool = False) -> Ext:
    """Return extended key usages."""
    return ext(x509.ExtendedKeyUsage(kinds), critical=critical)


def _extended_usages() -> Iterator[Case]:
    shapes = {
        "absent": Shape(without=(EKU,)),
        "server": Shape(exts=(usages(SERVER),)),
        "any": Shape(exts=(usages(ANY),)),
        "any-critical": Shape(exts=(usages(ANY, critical=True),)),
        "client": Shape(exts=(usages(CLIENT),)),
        "client-critical": Shape(exts=(usages(CLIENT, critical=True),)),
        "server-client": Shape(exts=(usages(CLIENT, SERVER),)),
        "server-critical": Shape(exts=(usages(SERVER, critical=True),)),
        "any-client": Shape(exts=(usages(CLIENT, ANY),)),
        "netscape": Shape(exts=(usages(NETSCAPE),)),
        "microsoft": Shape(exts=(usages(MICROSOFT),)),
        "verisign": Shape(exts=(usages(VERISIGN),)),
        "email-code": Shape(exts=(usages(EMAIL, CODE),)),
        "unknown": Shape(exts=(usages(x509.ObjectIdentifier("1.3.6.1.4.1.55555.7")),)),
        "empty": Shape(exts=(Ext(EKU, encode(SEQUENCE)),)),
    }
    for title, shape in shapes.items():
        yield from at_each(f"eku/{title}", shape)
    for title in ("client", "any", "email-code"):
        pinned = pki(leaf_shape=shapes[title])
        yield case(f"eku/{title}/pinned-leaf", (pinned.leaf,), (pinned.leaf,))
        three = pki(inter=shapes[title])
        yield case(f"eku/{title}/pinned-alone", (three.leaf,), (three.inter,))
        above = pki(top=shapes[title])
        yield case(f"eku/{title}/above-pinned", (above.leaf,), (above.inter, above.root))
