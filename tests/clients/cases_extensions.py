"""Cases of other extensions: key identifiers, policies, TLS features, and what no client knows or can parse."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.clients.cases_usages import AKI, EKU, SKI, USAGE
from tests.clients.making import HOST, Case, Ext, Shape, at_each, ca, case, ext, leaf, pki, root, san
from tests.clients.signing import NULL, oid
from tui_chain.lab.authority import key_usage
from tui_chain.x509.der import BIT_STRING, CONTEXT, OCTET_STRING, SEQUENCE, encode


def cases() -> Iterator[Case]:
    """Yield them all."""
    yield from _key_identifiers()
    yield from _critical()
    yield from _broken()
    yield from _policies()
    yield from _must_staple()


def aki(digest: bytes | None = None, issuer: bytes | None = None, serial: bytes | None = None) -> Ext:
    """Return an authority key identifier of raw parts: key id, issuer name (DER) and serial (RFC 5280 4.2.1.1)."""
    parts = [encode(0x80, digest)] if digest is not None else []
    if issuer is not None:
        parts.append(encode(CONTEXT + 1, encode(CONTEXT + 4, issuer)))
    if serial is not None:
        parts.append(encode(0x82, serial))
    return Ext(AKI, encode(SEQUENCE, *parts))


def _key_identifiers() -> Iterator[Case]:
    wrong = aki(b"\x01" * 20)
    shapes = {
        "no-aki": Shape(without=(AKI,)),
        "no-ski": Shape(without=(SKI,)),
        "neither": Shape(without=(AKI, SKI)),
        "wrong-aki": Shape(exts=(wrong,)),
        "empty-aki": Shape(exts=(aki(),)),
        "critical-aki": Shape(exts=(Ext(AKI, wrong.value, critical=True),)),
        "critical-ski": Shape(exts=(Ext(SKI, encode(OCTET_STRING, b"\x02" * 20), critical=True),)),
        "other-ski": Shape(exts=(Ext(SKI, encode(OCTET_STRING, b"\x02" * 20)),)),
        "short-ski": Shape(exts=(Ext(SKI, encode(OCTET_STRING, b"\x02")),)),
        "broken-ski": Shape(exts=(Ext(SKI, b"\x02" * 20),)),
        "empty-ski": Shape(exts=(Ext(SKI, encode(OCTET_STRING, b"")),)),
    }
    for title, shape in shapes.items():
        yield from at_each(f"key-id/{title}", shape)
    yield from _issuer_and_serial()
    three = pki(leaf_shape=Shape(exts=(wrong,)), inter=Shape(without=(SKI,)))
    yield three.case("key-id/wrong-aki-no-ski")
    alone = root()
    for title, extension in {"wrong": wrong, "empty": aki(), "serial": aki(None, alone.subject, b"\x63")}.items():
        end = leaf(alone, Shape(exts=(extension,)))
        yield case(f"key-id/{title}-directly-below-root", (end,), (alone,))
        yield case(f"key-id/{title}-directly-below-root-served", (end, alone), (alone,))
        pinned = pki(leaf_shape=Shape(exts=(extension,)))
        yield case(f"key-id/{title}-below-pinned", (pinned.leaf,), (pinned.inter,))


def _issuer_and_serial() -> Iterator[Case]:
    top = root(shape=Shape(serial=b"\x07"))
    inter = ca("Suite Issuing CA", top, Shape(serial=b"\x08"))
    other = root("Suite Other").subject
    variants = {
        "right": aki(None, top.subject, b"\x08"),
        "right-with-key": aki(inter.key_id, top.subject, b"\x08"),
        "wrong-serial": aki(None, top.subject, b"\x09"),
        "wrong-serial-with-key": aki(inter.key_id, top.subject, b"\x09"),
        "wrong-issuer": aki(None, other, b"\x08"),
        "wrong-issuer-with-key": aki(inter.key_id, other, b"\x08"),
        "serial-alone": aki(None, None, b"\x08"),
        "wrong-serial-alone": aki(None, None, b"\x09"),
        "wrong-key": aki(b"\x01" * 20, top.subject, b"\x08"),
    }
    for title, extension in variants.items():
        end = leaf(inter, Shape(exts=(extension,)))
        yield case(f"aki-serial/{title}/leaf", (end, inter), (top,))
        yield case(f"aki-serial/{title}/leaf-pinned", (end,), (inter, top))
    for title, extension in {
        "right": aki(top.key_id, top.subject, b"\x07"),
        "wrong-serial": aki(top.key_id, top.subject, b"\x09"),
        "wrong-serial-no-key": aki(None, top.subject, b"\x09"),
    }.items():
        middle = ca("Suite Issuing CA", top, Shape(exts=(extension,)))
        yield case(f"aki-serial/{title}/inter", (leaf(middle), middle), (top,))


def _critical() -> Iterator[Case]:
    unknown = Ext("1.3.6.1.4.1.55555.1", NULL, critical=True)
    plain = Ext("1.3.6.1.4.1.55555.1", NULL)
    yield from at_each("critical/private", Shape(exts=(unknown,)))
    yield from at_each("critical/private-not-critical", Shape(exts=(plain,)))
    pinned = pki(leaf_shape=Shape(exts=(unknown,)))
    yield case("critical/private/pinned-leaf", (pinned.leaf,), (pinned.leaf,))
    above = pki(top=Shape(exts=(unknown,)))
    yield case("critical/private/above-pinned", (above.leaf,), (above.inter, above.root))
    beside = pki()
    odd = root("Suite Unrelated", Shape(exts=(unknown,)))
    yield case("critical/private/unrelated-served", (beside.leaf, beside.inter, odd), (beside.root,))
    yield case("critical/private/unrelated-bundle", (beside.leaf, beside.inter), (odd, beside.root))
    for title, extension in _known().items():
        yield from at_each(f"critical/{title}", Shape(exts=(extension,)))


def _known() -> dict[str, Ext]:
    """Return one well-formed critical extension of each OID that some client knows."""
    url = x509.UniformResourceIdentifier("http://ca.example.test/ca.crl")
    point = x509.DistributionPoint([url], None, None, None)
    alternative = [x509.DNSName("ca.example.test")]
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.3.6.1.4.1.55555.9"), None)
    access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, url)
    return {
        "issuer-alternative-name": ext(x509.IssuerAlternativeName(alternative), critical=True),
        "crl-points": ext(x509.CRLDistributionPoints([point]), critical=True),
        "freshest-crl": ext(x509.FreshestCRL([point]), critical=True),
        "policies": ext(x509.CertificatePolicies([policy]), critical=True),
        "access": ext(x509.AuthorityInformationAccess([access]), critical=True),
        "subject-access": ext(x509.SubjectInformationAccess([access]), critical=True),
        "tls-feature": ext(x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=True),
        "scts": Ext("1.3.6.1.4.1.11129.2.4.2", encode(OCTET_STRING, b"\0\0"), critical=True),
        "poison": ext(x509.PrecertPoison(), critical=True),
        "ocsp-no-check": ext(x509.OCSPNoCheck(), critical=True),
        "netscape-type": Ext("2.16.840.1.113730.1.1", encode(BIT_STRING, b"\x06\x40"), critical=True),
        "private-key-period": Ext("2.5.29.16", encode(SEQUENCE), critical=True),
        "issuing-point": Ext("2.5.29.28", encode(SEQUENCE), critical=True),
        "directory-attributes": Ext("2.5.29.9", encode(SEQUENCE), critical=True),
        "proxy": Ext("1.3.6.1.5.5.7.1.14", encode(SEQUENCE, encode(SEQUENCE)), critical=True),
        "issuer-serial-aki": Ext(AKI, encode(SEQUENCE), critical=True),
    }


def _broken() -> Iterator[Case]:
    """Extensions that cannot be parsed, and the same one twice."""
    raw = encode(OCTET_STRING, b"\x01\x02")
    for title, number in {
        "usage": USAGE,
        "eku": EKU,
        "aki": AKI,
        "policies": "2.5.29.32",
        "crl-points": "2.5.29.31",
        "access": "1.3.6.1.5.5.7.1.1",
        "constraints": "2.5.29.30",
    }.items():
        yield from at_each(f"broken/{title}", Shape(exts=(Ext(number, raw),)))
        yield pki(leaf_shape=Shape(exts=(Ext(number, raw, critical=True),))).case(f"broken/{title}-critical/leaf")
    yield pki(leaf_shape=Shape(exts=(Ext("2.5.29.17", raw),))).case("broken/san/leaf")
    yield pki(leaf_shape=Shape(exts=(Ext("2.5.29.17", b"\x30\x03\x02\x01"),))).case("broken/san-cut/leaf")
    private = Ext("1.3.6.1.4.1.55555.1", NULL)
    yield from at_each("twice/private", Shape(extra=(private, private)))
    yield from at_each(
        "twice/usage", Shape(extra=(ext(key_usage("digital_signature", "key_cert_sign"), critical=True),))
    )
    yield from at_each("twice/ski", Shape(extra=(Ext(SKI, encode(OCTET_STRING, b"\x02" * 20)),)))
    yield pki(leaf_shape=Shape(extra=(san("other.example.test"),))).case("twice/san/leaf")
    three = pki()
    for title, shape in {
        "twice": Shape(extra=(private, private)),
        "san": Shape(exts=(Ext("2.5.29.17", raw),)),
    }.items():
        beside = root("Suite Unrelated", shape)
        yield case(f"broken-beside/{title}/served", (three.leaf, three.inter, beside), (three.root,))
        yield case(f"broken-beside/{title}/bundle-first", (three.leaf, three.inter), (beside, three.root))
        yield case(f"broken-beside/{title}/bundle-last", (three.leaf, three.inter), (three.root, beside))


def _policies() -> Iterator[Case]:
    def policy(number: int) -> Ext:
        identifier = x509.ObjectIdentifier(f"1.3.6.1.4.1.55555.{number}")
        return ext(x509.CertificatePolicies([x509.PolicyInformation(identifier, None)]))

    need = ext(x509.PolicyConstraints(0, None), critical=True)
    later = ext(x509.PolicyConstraints(1, None), critical=True)
    no_any = ext(x509.InhibitAnyPolicy(0), critical=True)
    mapping = Ext("2.5.29.33", encode(SEQUENCE, encode(SEQUENCE, _policy_oid(20), _policy_oid(21))), critical=True)
    one, two = policy(20), policy(21)
    anything = ext(x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.5.29.32.0"), None)]))
    inters = {
        "required": (need,),
        "required-one": (need, one),
        "required-any": (need, anything),
        "later": (later,),
        "no-any": (no_any, anything),
        "mapping": (mapping, one),
        "required-mapping": (need, mapping, one),
        "not-critical-required": (ext(x509.PolicyConstraints(0, None)),),
    }
    leaves = {"none": (), "one": (one,), "two": (two,), "any": (anything,)}
    for (above, extensions), (below, own) in ((a, b) for a in inters.items() for b in leaves.items()):
        yield pki(inter=Shape(exts=extensions), leaf_shape=Shape(exts=own)).case(f"policy/{above}/{below}")
    for title, extensions in inters.items():
        yield pki(top=Shape(exts=extensions)).case(f"policy/{title}/root")
        three = pki(inter=Shape(exts=extensions))
        yield case(f"policy/{title}/pinned", (three.leaf,), (three.inter, three.root))
    yield pki(leaf_shape=Shape(exts=(need,))).case("policy/required/leaf")
    critical = Ext(one.oid, one.value, critical=True)
    yield pki(leaf_shape=Shape(exts=(critical,)), inter=Shape(exts=(critical,))).case("policy/critical-both")


def _policy_oid(number: int) -> bytes:
    return oid(f"1.3.6.1.4.1.55555.{number}")


def _must_staple() -> Iterator[Case]:
    staple = ext(x509.TLSFeature([x509.TLSFeatureType.status_request]))
    second = ext(x509.TLSFeature([x509.TLSFeatureType.status_request_v2]))
    for title, extension in {"staple": staple, "v2": second}.items():
        yield from at_each(f"must-staple/{title}", Shape(exts=(extension,)))
    both = Shape(exts=(staple,))
    yield pki(leaf_shape=both, inter=both).case("must-staple/leaf-inter")
    three = pki(leaf_shape=both)
    yield case("must-staple/pinned-leaf", (three.leaf,), (three.leaf,))
    above = pki(top=both)
    yield case("must-staple/above-pinned", (above.leaf,), (above.inter, above.root), HOST)
    yield case("must-staple/root-served", (above.leaf, above.inter, above.root), (above.root,))
    beside = root("Suite Unrelated", both)
    plain = pki()
    yield case("must-staple/unrelated-served", (plain.leaf, plain.inter, beside), (plain.root,))
