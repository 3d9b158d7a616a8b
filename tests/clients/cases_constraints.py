"""Cases of name constraints (RFC 5280 section 4.2.1.10) of every type, at every CA, critical or not."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.clients.cases_usages import usages
from tests.clients.making import (
    HOST,
    NAMELESS,
    USUAL,
    Case,
    Ext,
    Shape,
    at_each,
    attribute,
    ca,
    case,
    general_name,
    leaf,
    name,
    pki,
    root,
    san,
)
from tui_chain.x509.der import CONTEXT, SEQUENCE, encode

EMAIL, DNS, DIRECTORY, URI, ADDRESS, OTHER, REGISTERED = 0x81, 0x82, 0xA4, 0x86, 0x87, 0xA0, 0x88
"""Tags of GeneralName."""


def constraints(*, permit: Sequence[bytes] = (), exclude: Sequence[bytes] = (), critical: bool = True) -> Ext:
    """Return name constraints of GeneralNames, DER."""
    fields = [
        encode(tag, *(encode(SEQUENCE, one) for one in names))
        for tag, names in ((CONTEXT, permit), (CONTEXT + 1, exclude))
        if names
    ]
    return Ext("2.5.29.30", encode(SEQUENCE, *fields), critical)


def dns(text: str) -> bytes:
    """Return a dNSName."""
    return encode(DNS, text.encode())


def network(text: str) -> bytes:
    """Return an iPAddress of address and mask."""
    net = ipaddress.ip_network(text)
    return encode(ADDRESS, net.network_address.packed + net.netmask.packed)


def directory(der: bytes) -> bytes:
    """Return a directoryName."""
    return encode(DIRECTORY, der)


def email(text: str) -> bytes:
    """Return an rfc822Name."""
    return encode(EMAIL, text.encode())


def uri(text: str) -> bytes:
    """Return a uniformResourceIdentifier."""
    return encode(URI, text.encode())


def permit(*names: bytes, critical: bool = True) -> Shape:
    """Return a CA with permitted subtrees."""
    return Shape(exts=(constraints(permit=names, critical=critical),))


def exclude(*names: bytes, critical: bool = True) -> Shape:
    """Return a CA with excluded subtrees."""
    return Shape(exts=(constraints(exclude=names, critical=critical),))


def cases() -> Iterator[Case]:
    """Yield them all."""
    yield from _dns()
    yield from _positions()
    yield from _wildcards()
    yield from _common_names()
    yield from _addresses()
    yield from _directories()
    yield from _others()
    yield from _raw()
    yield from _several()


def _under(title: str, limit: Shape, names: Sequence[str | bytes], host: str, own: Shape = USUAL) -> Case:
    shape = replace(own, exts=(*own.exts, san(*names))) if names else own
    return pki(inter=limit, leaf_shape=shape, names=(HOST,)).case(f"constraints/{title}", host)


def _dns() -> Iterator[Case]:
    texts = {
        "exact": HOST,
        "parent": "example.test",
        "top": "test",
        "leading-dot": ".example.test",
        "leading-dot-exact": f".{HOST}",
        "trailing-dot": "example.test.",
        "upper": "EXAMPLE.TEST",
        "other": "other.test",
        "suffix-not-label": "ample.test",
        "empty": "",
        "dot": ".",
        "wildcard": "*.example.test",
        "underscore": "a_b.test",
        "child": f"a.{HOST}",
    }
    for title, text in texts.items():
        yield _under(f"dns-permit/{title}", permit(dns(text)), (), HOST)
        yield _under(f"dns-exclude/{title}", exclude(dns(text)), (), HOST)
    host = "example.test"
    for title in ("exact", "parent", "leading-dot"):
        yield _under(f"dns-permit-apex/{title}", permit(dns(texts[title])), (host,), host)
        yield _under(f"dns-exclude-apex/{title}", exclude(dns(texts[title])), (host,), host)
    both = Shape(exts=(constraints(permit=(dns("example.test"),), exclude=(dns(HOST),)),))
    yield _under("dns-both/excluded", both, (), HOST)
    yield _under("dns-both/permitted", both, ("mail.example.test",), "mail.example.test")
    yield _under("dns-second-san/outside", permit(dns("example.test")), (HOST, "www.other.test"), HOST)
    yield _under("dns-second-san/excluded", exclude(dns("other.test")), (HOST, "www.other.test"), HOST)
    yield _under("dns-two/one-fits", permit(dns("other.test"), dns("example.test")), (), HOST)
    yield _under("dns/host-with-dot", permit(dns("example.test")), (), f"{HOST}.")
    yield _under("dns/san-with-dot", permit(dns("example.test")), (HOST, f"{HOST}."), HOST)
    yield _under("dns/san-underscore", permit(dns("example.test")), ("a_b.example.test",), "a_b.example.test")
    yield _under("dns/san-odd", permit(dns("example.test")), (HOST, "a b.example.test"), HOST)
    yield _under("dns/san-empty", permit(dns("example.test")), (HOST, b"\x82\x00"), HOST)
    yield _under("dns/san-upper", permit(dns("example.test")), ("WWW.EXAMPLE.TEST",), HOST)
    yield _under("dns/address-host", permit(dns("example.test")), ("192.0.2.1",), "192.0.2.1")


def _positions() -> Iterator[Case]:
    limits = {
        "permit-fits": permit(dns("example.test")),
        "permit-other": permit(dns("other.test")),
        "exclude": exclude(dns("example.test")),
        "permit-other-not-critical": permit(dns("other.test"), critical=False),
        "exclude-not-critical": exclude(dns("example.test"), critical=False),
    }
    for title, shape in limits.items():
        yield from at_each(f"constraints-at/{title}", shape)
        above = pki(top=shape)
        yield case(f"constraints-at/{title}/above-pinned", (above.leaf,), (above.inter, above.root))
        yield case(f"constraints-at/{title}/above-pinned-chain", (above.leaf, above.inter), (above.inter, above.root))
        alone = root(shape=shape)
        yield case(f"constraints-at/{title}/root-directly", (leaf(alone),), (alone,))
    own = leaf(None, permit(dns("other.test")))
    yield case("constraints-at/permit-other/self-signed", (own,), (own,))
    top = root(shape=permit(dns("example.test")))
    middle = ca("Suite CA", top, permit(dns("test")))
    yield case("constraints-at/narrow-then-wide", (leaf(middle, names=("www.x.test",)), middle), (top,), "www.x.test")
    disjoint = ca("Suite CA", top, permit(dns("other.test")))
    yield case("constraints-at/disjoint", (leaf(disjoint), disjoint), (top,))
    yield from _intermediate_names()


def _intermediate_names() -> Iterator[Case]:
    """CAs that have names of their own, which are outside the limit of those above."""
    for title, extension in {
        "dns": san("ca.other.test"),
        "uri": san(uri("http://ca.other.test/")),
        "email": san(email("ca@other.test")),
        "address": san("198.51.100.7"),
    }.items():
        top = root(
            shape=permit(dns("example.test"), uri("example.test"), email("example.test"), network("192.0.2.0/24"))
        )
        inter = ca("Suite CA", top, Shape(exts=(extension,)))
        yield case(f"constraints-ca-name/{title}", (leaf(inter), inter), (top,))
        again = ca("Suite Root", top, Shape(exts=(extension,)))
        yield case(f"constraints-ca-name/{title}-self-issued", (leaf(again), again), (top,))


def _wildcards() -> Iterator[Case]:
    star = ("*.example.test",)
    yield _under("wildcard/permit-parent", permit(dns("example.test")), star, HOST)
    yield _under("wildcard/permit-child", permit(dns(HOST)), star, HOST)
    yield _under("wildcard/permit-leading-dot", permit(dns(".example.test")), star, HOST)
    yield _under("wildcard/exclude-parent", exclude(dns("example.test")), star, HOST)
    yield _under("wildcard/exclude-child", exclude(dns("mail.example.test")), star, HOST)
    yield _under("wildcard/exclude-deep-child", exclude(dns("a.mail.example.test")), star, HOST)
    yield _under("wildcard/exclude-leading-dot", exclude(dns(".example.test")), star, HOST)
    yield _under("wildcard/exclude-other", exclude(dns("other.test")), star, HOST)
    yield _under("wildcard/exclude-host", exclude(dns(HOST)), star, HOST)


def _common_names() -> Iterator[Case]:
    """A common name inside or outside the limit, with and without names in the SAN."""
    limit = permit(dns("example.test"))
    without = ("2.5.29.17",)
    inside, outside = name(HOST), name("www.other.test")
    yield _under("cn/no-san-inside", limit, (), HOST, Shape(subject=inside, without=without))
    yield _under("cn/no-san-outside", limit, (), "www.other.test", Shape(subject=outside, without=without))
    yield _under("cn/san-inside-cn-outside", limit, (HOST,), HOST, Shape(subject=outside))
    yield _under("cn/not-a-host", limit, (HOST,), HOST, Shape(subject=name("A name of no host")))
    yield _under("cn/no-san-not-a-host", limit, (), HOST, Shape(subject=name("A name of no host"), without=without))
    yield _under("cn/excluded", exclude(dns("other.test")), (HOST,), HOST, Shape(subject=outside))
    yield _under("cn/email-san-outside", limit, (email("a@b.test"),), "www.other.test", Shape(subject=outside))
    two = encode(SEQUENCE, attribute(NameOID.COMMON_NAME, "www.other.test"), attribute(NameOID.COMMON_NAME, HOST))
    yield _under("cn/two", limit, (), HOST, Shape(subject=two, without=without))
    reverse = encode(SEQUENCE, attribute(NameOID.COMMON_NAME, HOST), attribute(NameOID.COMMON_NAME, "www.other.test"))
    yield _under("cn/two-reversed", limit, (), HOST, Shape(subject=reverse, without=without))
    client = Shape(subject=inside, without=(*without, "2.5.29.37"))
    yield _under("cn/no-eku-inside", limit, (), HOST, client)
    any_usage = Shape(subject=inside, without=without, exts=(usages(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE),))
    yield _under("cn/any-eku-inside", limit, (), HOST, any_usage)
    addressed = Shape(subject=name("192.0.2.9"))
    yield _under("cn/address-outside", permit(network("192.0.2.0/29")), (HOST,), HOST, addressed)
    yield _under("cn/address-permit-dns", limit, (HOST,), HOST, addressed)


def _addresses() -> Iterator[Case]:
    inside = "192.0.2.1"
    for title, text in {
        "net": "192.0.2.0/24",
        "exact": "192.0.2.1/32",
        "all": "0.0.0.0/0",
        "other": "198.51.100.0/24",
    }.items():
        yield _under(f"address-permit/{title}", permit(network(text)), (inside,), inside)
        yield _under(f"address-exclude/{title}", exclude(network(text)), (inside,), inside)
        yield _under(f"address-permit-dns-host/{title}", permit(network(text)), (HOST,), HOST)
        yield _under(f"address-exclude-second/{title}", exclude(network(text)), (HOST, inside), HOST)
    six = "2001:db8::1"
    yield _under("address-permit/six", permit(network("2001:db8::/32")), (six,), six)
    yield _under("address-permit/six-other", permit(network("2001:db9::/32")), (six,), six)
    yield _under("address-permit/four-for-six", permit(network("192.0.2.0/24")), (six,), six)
    yield _under("address-exclude/six-all", exclude(network("::/0")), (inside,), inside)
    yield _under("address-exclude/both-all", exclude(network("::/0"), network("0.0.0.0/0")), (HOST,), HOST)
    yield _under(
        "address-permit/dns-with-address", permit(dns("example.test"), network("192.0.2.0/24")), (HOST, inside), HOST
    )
    raw = {
        "holes": encode(ADDRESS, bytes([192, 0, 2, 0, 255, 0, 255, 0])),
        "bits-below-mask": encode(ADDRESS, bytes([192, 0, 2, 77, 255, 255, 255, 0])),
        "short": encode(ADDRESS, bytes([192, 0, 2, 0])),
        "odd": encode(ADDRESS, bytes(7)),
        "empty": encode(ADDRESS),
        "zero-mask": encode(ADDRESS, bytes([192, 0, 2, 0, 0, 0, 0, 0])),
    }
    for title, value in raw.items():
        yield _under(f"address-permit/{title}", permit(value), (inside,), inside)
        yield _under(f"address-exclude/{title}", exclude(value), (inside,), inside)
        yield _under(f"address-permit-dns-host/{title}", permit(value), (HOST,), HOST)


def _directories() -> Iterator[Case]:
    suite = encode(SEQUENCE, attribute(NameOID.ORGANIZATION_NAME, "Suite"))
    other = encode(SEQUENCE, attribute(NameOID.ORGANIZATION_NAME, "Other"))
    folded = encode(SEQUENCE, attribute(NameOID.ORGANIZATION_NAME, " sUITE ", 0x13))
    trees = {"fits": suite, "other": other, "empty": NAMELESS, "folded": folded}
    for title, tree in trees.items():
        for critical in (True, False):
            kind = "critical" if critical else "plain"
            yield _under(f"directory-permit/{title}-{kind}", permit(directory(tree), critical=critical), (), HOST)
            yield _under(f"directory-exclude/{title}-{kind}", exclude(directory(tree), critical=critical), (), HOST)
    nameless = Shape(subject=NAMELESS, exts=(san(HOST, critical=True),))
    yield _under("directory-permit/empty-subject", permit(directory(suite)), (), HOST, nameless)
    yield _under("directory-exclude/empty-subject", exclude(directory(suite)), (), HOST, nameless)
    for title, tree in trees.items():
        yield pki(top=permit(directory(tree))).case(f"constraints/directory-root/{title}")
        yield pki(top=permit(dns("example.test"), directory(tree))).case(
            f"constraints/directory-and-dns-root/{title}"
        )
    named = (HOST, directory(other))
    yield _under("directory-permit/san-directory", permit(directory(suite)), named, HOST)
    yield _under("directory-exclude/san-directory", exclude(directory(other)), named, HOST)


def _others() -> Iterator[Case]:
    mail, url = email("admin@mail.example.test"), uri("https://www.example.test/a")
    limits = {
        "email-host": (email("mail.example.test"), mail),
        "email-domain": (email(".example.test"), mail),
        "email-box": (email("admin@mail.example.test"), mail),
        "email-other": (email("other.test"), mail),
        "email-odd": (email("a@b@c"), mail),
        "uri-host": (uri("www.example.test"), url),
        "uri-domain": (uri(".example.test"), url),
        "uri-other": (uri("other.test"), url),
        "uri-address": (uri("example.test"), uri("https://192.0.2.1/")),
        "uri-no-host": (uri("example.test"), uri("urn:a:b")),
        "registered": (encode(REGISTERED, b"\x2a\x03"), encode(REGISTERED, b"\x2a\x03")),
        "other-name": (_other_name(b"one"), _other_name(b"one")),
    }
    for title, (tree, own) in limits.items():
        yield _under(f"permit/{title}-absent", permit(tree), (), HOST)
        yield _under(f"permit/{title}-there", permit(tree), (HOST, own), HOST)
        yield _under(f"exclude/{title}-there", exclude(tree), (HOST, own), HOST)
        yield _under(f"exclude/{title}-absent", exclude(tree), (), HOST)
        yield _under(f"permit-plain/{title}-there", permit(tree, critical=False), (HOST, own), HOST)
    address = encode(
        SEQUENCE, attribute(NameOID.EMAIL_ADDRESS, "a@other.test", 0x16), attribute(NameOID.COMMON_NAME, HOST)
    )
    subject = Shape(subject=address)
    yield _under("permit/email-in-subject", permit(email("example.test")), (), HOST, subject)
    yield _under("exclude/email-in-subject", exclude(email("other.test")), (), HOST, subject)


def _other_name(text: bytes) -> bytes:
    return encode(OTHER, b"\x06\x03\x2a\x03\x04", encode(CONTEXT, encode(0x0C, text)))


def _raw() -> Iterator[Case]:
    tree = encode(SEQUENCE, dns("example.test"))
    values = {
        "empty": encode(SEQUENCE),
        "empty-permit": encode(SEQUENCE, encode(CONTEXT)),
        "empty-exclude": encode(SEQUENCE, encode(CONTEXT + 1)),
        "minimum": encode(SEQUENCE, encode(CONTEXT, encode(SEQUENCE, dns("example.test"), encode(0x80, b"\x01")))),
        "minimum-zero": encode(SEQUENCE, encode(CONTEXT, encode(SEQUENCE, dns("example.test"), encode(0x80, b"\0")))),
        "maximum": encode(SEQUENCE, encode(CONTEXT, encode(SEQUENCE, dns("example.test"), encode(0x81, b"\x05")))),
        "exclude-first": encode(
            SEQUENCE, encode(CONTEXT + 1, encode(SEQUENCE, dns("other.test"))), encode(CONTEXT, tree)
        ),
        "non-ascii": encode(SEQUENCE, encode(CONTEXT, encode(SEQUENCE, encode(DNS, b"ex\xe4mple.test")))),
        "tail": encode(SEQUENCE, encode(CONTEXT, tree)) + b"\0",
    }
    for title, value in values.items():
        for critical in (True, False):
            shape = Shape(exts=(Ext("2.5.29.30", value, critical),))
            yield _under(f"raw/{title}-{'critical' if critical else 'plain'}", shape, (), HOST)
        yield pki(top=Shape(exts=(Ext("2.5.29.30", value, critical=True),))).case(f"constraints/raw-root/{title}")


def _several() -> Iterator[Case]:
    limit = Shape(
        exts=(constraints(permit=(dns("example.test"), network("192.0.2.0/24")), exclude=(network("::/0"),)),)
    )
    for title, names, host in (
        ("dns", (HOST,), HOST),
        ("address", ("192.0.2.1",), "192.0.2.1"),
        ("both", (HOST, "192.0.2.1"), HOST),
        ("six", (HOST, "2001:db8::1"), HOST),
        ("outside", ("www.other.test",), "www.other.test"),
        ("email-too", (HOST, email("a@other.test")), HOST),
        ("unknown-too", (HOST, _other_name(b"x")), HOST),
    ):
        yield _under(f"several/{title}", limit, names, host)
    many = permit(*(dns(f"d{number}.test") for number in range(600)), dns("example.test"))
    crowd = tuple(f"w{number}.example.test" for number in range(500))
    yield _under("several/many", many, (HOST, *crowd), HOST)
    yield _under("several/mapped", permit(network("192.0.2.0/24")), (general_name("::ffff:192.0.2.1"),), "192.0.2.1")
