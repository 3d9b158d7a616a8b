"""Cases of host names: wildcards, addresses, common names, odd letters, in the SAN and in the host asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.clients.cases_usages import usages
from tests.clients.making import (
    BMP,
    HOST,
    IA5,
    NAMELESS,
    PRINTABLE,
    T61,
    UNIVERSAL,
    USUAL,
    UTF8,
    Case,
    Cert,
    Shape,
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
from tui_chain.x509.der import SEQUENCE, SET, encode

SAN = "2.5.29.17"
LABEL = "a" * 63


def cases() -> Iterator[Case]:
    """Yield them all."""
    yield from _patterns()
    yield from _dots()
    yield from _addresses()
    yield from _common_names()
    yield from _odd_entries()
    yield from _pinned()


def _named(title: str, names: Sequence[str | bytes], host: str, own: Shape = USUAL) -> Case:
    """Return a case whose leaf has these names in its SAN and a common name that is no host."""
    subject = own.subject or name("Suite Server")
    extensions = (*own.exts, san(*names)) if names else own.exts
    shape = Shape(subject=subject, exts=extensions, without=own.without)
    return pki(leaf_shape=shape).case(f"name/{title}", host)


PATTERNS = {
    "exact": (HOST, HOST),
    "upper-san": ("WWW.Example.TEST", HOST),
    "upper-host": (HOST, "WWW.Example.TEST"),
    "other": ("other.example.test", HOST),
    "parent": ("example.test", HOST),
    "wildcard": ("*.example.test", HOST),
    "wildcard-upper": ("*.EXAMPLE.test", HOST),
    "wildcard-two-labels": ("*.example.test", "a.b.example.test"),
    "wildcard-apex": ("*.example.test", "example.test"),
    "wildcard-tld": ("*.test", "example.test"),
    "wildcard-alone": ("*", "localhost"),
    "wildcard-alone-two": ("*", "example.test"),
    "wildcard-dot": ("*.", "localhost."),
    "wildcard-partial-end": ("w*.example.test", HOST),
    "wildcard-partial-start": ("*w.example.test", HOST),
    "wildcard-partial-middle": ("w*w.example.test", HOST),
    "wildcard-partial-nothing": ("www*.example.test", HOST),
    "wildcard-second": ("www.*.test", HOST),
    "wildcard-double": ("*.*.test", HOST),
    "wildcard-stars": ("**.example.test", HOST),
    "wildcard-deep": ("*.b.example.test", "a.b.example.test"),
    "wildcard-last": ("www.example.*", HOST),
    "wildcard-underscore-host": ("*.example.test", "a_b.example.test"),
    "wildcard-underscore-pattern": ("*.a_b.test", "www.a_b.test"),
    "wildcard-idn-host": ("*.example.test", "xn--bcher-kva.example.test"),
    "wildcard-idn-parent": ("*.xn--bcher-kva.test", "www.xn--bcher-kva.test"),
    "wildcard-idn-partial": ("xn--*.example.test", "xn--bcher-kva.example.test"),
    "wildcard-number": ("*.example.test", "1.example.test"),
    "wildcard-hyphen": ("*.ex-ample.test", "www.ex-ample.test"),
    "wildcard-label-hyphen": ("*.example.test", "-a.example.test"),
    "wildcard-itself": ("*.example.test", "*.example.test"),
    "wildcard-address": ("*.0.2.1", "192.0.2.1"),
    "idn": ("xn--bcher-kva.test", "xn--bcher-kva.test"),
    "idn-upper": ("XN--BCHER-KVA.test", "xn--bcher-kva.test"),
    "idn-bad": ("xn--a.test", "xn--a.test"),
    "underscore": ("a_b.example.test", "a_b.example.test"),
    "underscore-first": ("_dmarc.example.test", "_dmarc.example.test"),
    "hyphen-first": ("-a.example.test", "-a.example.test"),
    "hyphen-last": ("a-.example.test", "a-.example.test"),
    "digits": ("1.2.test", "1.2.test"),
    "digits-last": ("www.123", "www.123"),
    "single-label": ("intranet", "intranet"),
    "long-label": (f"{LABEL}.test", f"{LABEL}.test"),
    "too-long-label": (f"{LABEL}a.test", f"{LABEL}a.test"),
    "long": (f"{LABEL}.{LABEL}.{LABEL}.{'b' * 57}.test", f"{LABEL}.{LABEL}.{LABEL}.{'b' * 57}.test"),
    "long-wildcard": (f"*.{LABEL}.test", f"{LABEL}.{LABEL}.test"),
    "space-inside": ("www .example.test", HOST),
    "space-end": (f"{HOST} ", HOST),
    "leading-dot": (f".{HOST}", HOST),
    "leading-dot-domain": (".example.test", HOST),
    "double-dot": ("www..example.test", HOST),
    "port": (f"{HOST}:443", HOST),
    "url": (f"https://{HOST}", HOST),
    "null": (f"{HOST}\0.other.test", HOST),
    "utf8": ("bücher.test", "xn--bcher-kva.test"),
}
"""A dNSName and the host that is asked for."""


def _patterns() -> Iterator[Case]:
    for title, (pattern, host) in PATTERNS.items():
        yield _named(title, (general_name_of_text(pattern),), host)


def general_name_of_text(text: str) -> bytes:
    """Return any text as a dNSName, addresses too."""
    return encode(0x82, text.encode("utf-8"))


def _dots() -> Iterator[Case]:
    for own, host in itertools.product((HOST, f"{HOST}.", "*.example.test", "*.example.test."), (HOST, f"{HOST}.")):
        title = f"{own.replace('*', 'star')}-for-{host}".replace(".example.test", "")
        yield _named(f"dot/{title}", (own,), host)
    yield _named("dot/both", (HOST, f"{HOST}."), f"{HOST}.")
    yield _named("dot/wildcard-tld", ("*.test.",), "example.test.")
    yield _named("dot/cn-with-dot", (), f"{HOST}.", Shape(subject=name(f"{HOST}."), without=(SAN,)))
    yield _named("dot/cn-without", (), f"{HOST}.", Shape(subject=name(HOST), without=(SAN,)))
    yield _named("dot/two", (HOST,), f"{HOST}..")


def _addresses() -> Iterator[Case]:
    four, six, mapped = "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"
    entries: dict[str, tuple[str | bytes, ...]] = {
        "four": (four,),
        "six": (six,),
        "mapped": (mapped,),
        "other": ("192.0.2.2",),
        "dns": (general_name_of_text(four),),
        "dns-and-address": (general_name_of_text(four), four),
        "six-dns": (general_name_of_text(six),),
        "uri": (encode(0x86, f"https://{four}/".encode()),),
        "text-as-address": (encode(0x87, four.encode()),),
        "short": (encode(0x87, b"\xc0\x00\x02"),),
        "empty": (encode(0x87),),
        "network": (encode(0x87, bytes([192, 0, 2, 1, 255, 255, 255, 255])),),
        "host": (HOST,),
    }
    for title, names in entries.items():
        for kind, host in {"four": four, "six": six}.items():
            yield _named(f"address/{title}-for-{kind}", names, host)
    for title in ("short", "empty", "network"):
        yield _named(f"address/{title}-for-host", (HOST, *entries[title]), HOST)
    yield _named("address/six-long-host", (six,), "2001:db8:0:0:0:0:0:1")
    yield _named("address/mapped-for-mapped", (mapped,), mapped)
    yield _named("address/four-for-mapped", (four,), mapped)
    yield _named("address/loopback", ("127.0.0.1",), "127.0.0.1")
    yield _named("address/loopback-six", ("::1",), "::1")
    for title, shape in {
        "cn": Shape(subject=name(four), without=(SAN,)),
        "cn-with-dns": Shape(subject=name(four), exts=(san(HOST),)),
        "cn-with-email": Shape(subject=name(four), exts=(san(encode(0x81, b"a@b.test")),)),
    }.items():
        yield _named(f"address/{title}", (), four, shape)
    six_cn = Shape(subject=name(six), without=(SAN,))
    yield _named("address/cn-six", (), six, six_cn)


def _common_names() -> Iterator[Case]:
    without = (SAN,)

    def subject(*texts: str) -> bytes:
        return encode(SEQUENCE, *(attribute(NameOID.COMMON_NAME, text) for text in texts))

    for title, texts in {
        "right": (HOST,),
        "upper": (HOST.upper(),),
        "wildcard": ("*.example.test",),
        "wildcard-partial": ("w*.example.test",),
        "wildcard-tld": ("*.test",),
        "other": ("www.other.test",),
        "right-last": ("www.other.test", HOST),
        "right-first": (HOST, "www.other.test"),
        "same-twice": (HOST, HOST),
        "null": (f"{HOST}\0.other.test",),
        "space": (f" {HOST}",),
        "none": (),
    }.items():
        yield _named(f"cn/{title}", (), HOST, Shape(subject=subject(*texts), without=without))
    yield _named("cn/tld", (), "example.test", Shape(subject=subject("*.test"), without=without))
    yield _named("cn/underscore", (), "a_b.example.test", Shape(subject=subject("a_b.example.test"), without=without))
    yield _named("cn/underscore-wildcard", (), "www.a_b.test", Shape(subject=subject("*.a_b.test"), without=without))
    yield _named("cn/single-label", (), "intranet", Shape(subject=subject("intranet"), without=without))
    for title, tag in {"printable": PRINTABLE, "t61": T61, "ia5": IA5}.items():
        yield _named(f"cn-type/{title}", (), HOST, Shape(subject=_common(HOST.encode(), tag), without=without))
    wide = {"bmp": (BMP, HOST.encode("utf-16-be")), "universal": (UNIVERSAL, HOST.encode("utf-32-be"))}
    for title, (tag, text) in wide.items():
        yield _named(f"cn-type/{title}", (), HOST, Shape(subject=_common(text, tag), without=without))
    yield from _common_names_beside()


def _common_names_beside() -> Iterator[Case]:
    """A common name beside a SAN of other types, other usages, and several of them in one."""
    entries: dict[str, tuple[str | bytes, ...]] = {
        "dns-other": ("www.other.test",),
        "email": (encode(0x81, b"a@example.test"),),
        "address": ("192.0.2.1",),
        "uri": (encode(0x86, b"https://www.example.test/"),),
        "directory": (encode(0xA4, name("x")),),
        "other-name": (encode(0xA0, b"\x06\x03\x2a\x03\x04", encode(0xA0, encode(0x0C, b"x"))),),
        "registered": (encode(0x88, b"\x2a\x03"),),
        "srv": (
            encode(0xA0, b"\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x07", encode(0xA0, encode(IA5, b"_x.example.test"))),
        ),
        "empty-dns": (b"\x82\x00",),
    }
    for title, names in entries.items():
        yield _named(f"cn-with-san/{title}", names, HOST, Shape(subject=name(HOST)))
    empty = Shape(subject=name(HOST), exts=(san(),))
    yield _named("cn-with-san/empty", (), HOST, empty)
    for title, kind in {
        "client": ExtendedKeyUsageOID.CLIENT_AUTH,
        "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    }.items():
        shape = Shape(subject=name(HOST), without=(SAN,), exts=(usages(kind),))
        yield _named(f"cn-eku/{title}", (), HOST, shape)
    yield _named("cn-eku/absent", (), HOST, Shape(subject=name(HOST), without=(SAN, "2.5.29.37")))
    joined = encode(SEQUENCE, encode(SET, *(_attribute_value(text) for text in ("www.other.test", HOST))))
    yield _named("cn/multi-valued", (), HOST, Shape(subject=joined, without=(SAN,)))


def _common(text: bytes, tag: int) -> bytes:
    return encode(SEQUENCE, attribute(NameOID.COMMON_NAME, text, tag))


def _attribute_value(text: str) -> bytes:
    return encode(SEQUENCE, b"\x06\x03\x55\x04\x03", encode(UTF8, text.encode()))


BESIDE = {
    "empty-dns": b"\x82\x00",
    "null": encode(0x82, b"\0"),
    "non-ascii": encode(0x82, b"b\xfccher.test"),
    "email": encode(0x81, b"a@example.test"),
    "email-utf8": encode(0x81, "ä@example.test".encode()),
    "email-empty": b"\x81\x00",
    "uri": encode(0x86, b"https://other.test/"),
    "uri-bad": encode(0x86, b"http://[::1"),
    "uri-space": encode(0x86, b"http://a b/"),
    "uri-utf8": encode(0x86, "http://bücher.test/".encode()),
    "uri-empty": b"\x86\x00",
    "directory": encode(0xA4, name("x")),
    "registered": encode(0x88, b"\x2a\x03"),
    "other-name": encode(0xA0, b"\x06\x03\x2a\x03\x04", encode(0xA0, encode(UTF8, b"x"))),
    "x400": encode(0xA3),
    "tag-nine": encode(0x89, b"x"),
    "wildcard-everything": encode(0x82, b"*"),
    "mapped": general_name("::ffff:192.0.2.1"),
}
"""GeneralNames, DER, that stand beside the right name."""


def _odd_entries() -> Iterator[Case]:
    """Entries beside the right one, and SANs that are odd as a whole."""
    for title, entry in BESIDE.items():
        yield _named(f"beside/{title}", (HOST, entry), HOST)
        yield _named(f"beside-first/{title}", (entry, HOST), HOST)
    yield _named("san/critical", (), HOST, Shape(exts=(san(HOST, critical=True),)))
    yield _named(
        "san/critical-unknown-only",
        (),
        HOST,
        Shape(subject=name(HOST), exts=(san(encode(0x88, b"\x2a\x03"), critical=True),)),
    )
    yield _named("san/empty-critical", (), HOST, Shape(subject=name(HOST), exts=(san(critical=True),)))
    yield _named("san/twice-same", (HOST, HOST), HOST)
    yield _named("san/hundred", (*_hosts(100), HOST), HOST)
    yield _named("san/thousand", (*_hosts(1000), HOST), HOST)
    yield _named("san/thousand-other", _hosts(1000), HOST)
    nameless = {"plain": False, "critical": True}
    for title, critical in nameless.items():
        shape = Shape(subject=NAMELESS, exts=(san(HOST, critical=critical),))
        yield pki(leaf_shape=shape).case(f"name/empty-subject/{title}")
    ca_san = Shape(exts=(san("ca.example.test"),))
    yield pki(inter=ca_san).case("name/ca-san/dns")
    yield pki(inter=Shape(exts=(san(encode(0x81, b"ca@example.test")),))).case("name/ca-san/email")
    yield pki(inter=Shape(exts=(san(encode(0x82, b"b\xfccher.test")),))).case("name/ca-san/non-ascii")
    yield pki(top=Shape(exts=(san(encode(0x87, b"\1\2\3")),))).case("name/ca-san/root-bad-address")


def _hosts(count: int) -> tuple[str, ...]:
    return tuple(f"h{number}.test" for number in range(count))


def _pinned() -> Iterator[Case]:
    """Names where the leaf or its issuer is the anchor: what is still checked then."""
    authority = root()
    for title, names, host in (
        ("right", (HOST,), HOST),
        ("other", (HOST,), "www.other.test"),
        ("address", (HOST,), "192.0.2.1"),
        ("wildcard", ("*.example.test",), HOST),
    ):
        own: Cert = leaf(None, names=names)
        yield case(f"name-pinned/{title}/self-signed", (own,), (own,), host)
        issued = leaf(authority, names=names)
        yield case(f"name-pinned/{title}/leaf", (issued,), (issued,), host)
        inter = ca("Suite CA", authority)
        yield case(f"name-pinned/{title}/inter", (leaf(inter, names=names),), (inter,), host)
