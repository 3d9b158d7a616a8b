"""Cases of the plain fields: versions, serial numbers, times, names, and whole certificates that are odd."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cryptography.x509.oid import NameOID

from tests.clients.making import (
    BMP,
    HOST,
    IA5,
    NAMELESS,
    PRINTABLE,
    T61,
    UTF8,
    Case,
    Ext,
    Shape,
    at_each,
    at_each_ca,
    attribute,
    ca,
    case,
    leaf,
    moment,
    name,
    pki,
    root,
    san,
)
from tests.clients.signing import NULL
from tui_chain.x509.der import CONTEXT, SEQUENCE, UTC_TIME, encode

BARE = ("2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.14", "2.5.29.35")
GENERALIZED_TIME = 0x18


def cases() -> Iterator[Case]:
    """Yield them all."""
    yield from _versions()
    yield from _serials()
    yield from _times()
    yield from _name_types()
    yield from _empty_names()
    yield from _structures()


def _versions() -> Iterator[Case]:
    for version in (1, 2):
        bare = Shape(version=version, without=BARE)
        yield from at_each(f"version/{version}-bare", bare)
        yield from at_each(f"version/{version}-extensions", Shape(version=version))
        top = root(shape=bare)
        yield case(f"version/{version}-bare/root-directly", (leaf(top),), (top,))
        under = ca("Suite Root", top, bare)
        yield case(f"version/{version}-bare/self-issued", (leaf(under), under), (top,))
        inter = ca("Suite CA", root(), bare)
        yield case(f"version/{version}-bare/pinned-alone", (leaf(inter),), (inter,))
        own = leaf(None, Shape(version=version, without=BARE, subject=name(HOST)))
        yield case(f"version/{version}-bare/self-signed", (own,), (own,))
        three = pki()
        beside = root("Suite Unrelated", bare)
        yield case(f"version/{version}-bare/served-beside", (three.leaf, three.inter, beside), (three.root,))
        yield case(f"version/{version}-bare/bundle-beside", (three.leaf, three.inter), (beside, three.root))
    for version in (4, 6):
        yield from at_each(f"version/{version}", Shape(version=version))
    yield from at_each("version/3-bare", Shape(without=BARE))


def _serials() -> Iterator[Case]:
    for title, serial in {
        "zero": b"\0",
        "negative": b"\xff",
        "negative-long": b"\x80" + bytes(15),
        "empty": b"",
        "twenty": b"\x7f" * 20,
        "twenty-one": b"\0" + b"\xff" * 20,
        "forty": b"\x01" * 40,
        "padded": b"\0\0\1",
        "padded-negative": b"\xff\xff",
    }.items():
        yield from at_each(f"serial/{title}", Shape(serial=serial))
        three = pki()
        beside = root("Suite Unrelated", Shape(serial=serial))
        yield case(f"serial/{title}/served-beside", (three.leaf, three.inter, beside), (three.root,))
        yield case(f"serial/{title}/bundle-first", (three.leaf, three.inter), (beside, three.root))
        yield case(f"serial/{title}/bundle-last", (three.leaf, three.inter), (three.root, beside))


def _utc(text: str) -> bytes:
    return encode(UTC_TIME, text.encode())


def _general(text: str) -> bytes:
    return encode(GENERALIZED_TIME, text.encode())


def _validities() -> dict[str, tuple[bytes, bytes]]:
    """Return pairs of times, DER."""
    past, future = moment(-9), moment(90)
    soon = (datetime.now(UTC) + timedelta(days=90)).replace(microsecond=0)
    late = f"{soon:%Y%m%d%H%M%S}"
    return {
        "reversed": (future, past),
        "reversed-both-past": (moment(-3), moment(-9)),
        "1950": (_utc("500101000000Z"), future),
        "1970": (_utc("700101000000Z"), future),
        "year-zero": (_general("00000101000000Z"), future),
        "1900": (_general("19000101000000Z"), future),
        "9999": (past, _general("99991231235959Z")),
        "2049": (past, _utc("491231235959Z")),
        "2050": (past, _general("20500101000000Z")),
        "2050-as-utc": (past, _utc("500101000000Z")),
        "general-before-2050": (past, _general(f"{late}Z")),
        "utc-no-seconds": (past, _utc(f"{late[2:12]}Z")),
        "utc-offset": (past, _utc(f"{late[2:]}+0100")),
        "general-fraction": (past, _general(f"{late}.5Z")),
        "general-no-zone": (past, _general(late)),
        "general-offset": (past, _general(f"{late}+0100")),
        "month-thirteen": (past, _utc("491301000000Z")),
        "day-thirty-two": (past, _utc("490132000000Z")),
        "february-thirty": (past, _utc("480230000000Z")),
        "hour-twenty-four": (past, _utc("480101240000Z")),
        "second-sixty": (past, _utc("480101000060Z")),
        "text": (past, _utc("no time at all")),
        "empty": (past, _utc("")),
        "other-type": (past, encode(UTF8, f"{late[2:]}Z".encode())),
    }


def _times() -> Iterator[Case]:
    pairs = _validities()
    for title, times in pairs.items():
        shape = Shape(times=times)
        yield pki(leaf_shape=shape).case(f"time/{title}/leaf")
        yield pki(inter=shape).case(f"time/{title}/inter")
        yield pki(top=shape).case(f"time/{title}/root")
    for title in ("reversed", "month-thirteen", "general-no-zone", "year-zero"):
        three = pki()
        beside = root("Suite Unrelated", Shape(times=pairs[title]))
        yield case(f"time/{title}/served-beside", (three.leaf, three.inter, beside), (three.root,))
        yield case(f"time/{title}/bundle-first", (three.leaf, three.inter), (beside, three.root))
    outlived = pki(inter=Shape(days=(-5, 5)), leaf_shape=Shape(days=(-50, 50)))
    yield outlived.case("time/leaf-outlives-issuer")
    older = pki(top=Shape(days=(-5, 5)))
    yield older.case("time/root-younger-than-inter")


def _written(text: str, tag: int) -> bytes:
    return name(text, tag=tag)


def _name_types() -> Iterator[Case]:
    """The issuer's name written otherwise than its subject."""

    texts = {
        "printable": _written("Suite Issuing CA", PRINTABLE),
        "ia5": _written("Suite Issuing CA", IA5),
        "t61": _written("Suite Issuing CA", T61),
        "bmp": encode(SEQUENCE, *(attribute(kind, text.encode("utf-16-be"), BMP) for kind, text in _PARTS)),
        "upper": _written("SUITE ISSUING CA", UTF8),
        "upper-printable": _written("SUITE ISSUING CA", PRINTABLE),
        "spaces": _written("Suite  Issuing   CA", UTF8),
        "spaces-around": _written(" Suite Issuing CA ", UTF8),
        "reordered": encode(SEQUENCE, *(attribute(kind, text) for kind, text in reversed(_PARTS))),
        "other": _written("Suite Other CA", UTF8),
        "more": encode(SEQUENCE, *(attribute(kind, text) for kind, text in (*_PARTS, (NameOID.COUNTRY_NAME, "DE")))),
        "empty": NAMELESS,
    }
    for title, issuer in texts.items():
        three = pki(leaf_shape=Shape(issuer=issuer))
        yield three.case(f"name-type/{title}/leaf")
        yield case(f"name-type/{title}/leaf-pinned", (three.leaf,), (three.inter, three.root))
        yield case(f"name-type/{title}/leaf-both", (three.leaf, three.inter), (three.inter, three.root))
    yield from _root_name_types()
    yield from _odd_names()


def _root_name_types() -> Iterator[Case]:
    """The root's name written otherwise by the CA below it, and by itself."""
    roots = {
        "printable": _written("Suite Root", PRINTABLE),
        "upper": _written("SUITE ROOT", UTF8),
        "spaces": _written("Suite  Root", UTF8),
        "t61": _written("Suite Root", T61),
        "other": _written("Suite Other Root", UTF8),
    }
    for title, issuer in roots.items():
        three = pki(inter=Shape(issuer=issuer))
        yield three.case(f"name-type/{title}/inter")
        yield case(f"name-type/{title}/inter-root-served", (three.leaf, three.inter, three.root), (three.root,))
        selfish = pki(top=Shape(issuer=issuer))
        yield selfish.case(f"name-type/{title}/root-itself")


def _odd_names() -> Iterator[Case]:
    odd = {
        "country-three": attribute(NameOID.COUNTRY_NAME, "DEU", PRINTABLE),
        "printable-star": attribute(NameOID.COMMON_NAME, "*.a_b@c", PRINTABLE),
        "bad-utf8": attribute(NameOID.COMMON_NAME, b"\xff\xfe", UTF8),
        "bmp-odd": attribute(NameOID.COMMON_NAME, b"\0a\0", BMP),
        "empty-value": attribute(NameOID.COMMON_NAME, ""),
        "long": attribute(NameOID.COMMON_NAME, "x" * 300),
        "numeric": attribute(NameOID.COMMON_NAME, "12", 0x12),
        "not-a-string": attribute(NameOID.COMMON_NAME, b"\x05", 0x02),
        "control": attribute(NameOID.COMMON_NAME, "a\x1b[31mb"),
    }
    for title, part in odd.items():
        yield from at_each(f"name-odd/{title}", Shape(subject=encode(SEQUENCE, part)))


_PARTS = ((NameOID.ORGANIZATION_NAME, "Suite"), (NameOID.COMMON_NAME, "Suite Issuing CA"))


def _empty_names() -> Iterator[Case]:
    nameless = Shape(subject=NAMELESS)
    yield from at_each_ca("empty-name", nameless)
    yield from at_each_ca("empty-name/critical-san", Shape(subject=NAMELESS, exts=(san("ca.test", critical=True),)))
    three = pki()
    beside = root("", nameless)
    yield case("empty-name/served-beside", (three.leaf, three.inter, beside), (three.root,))
    yield case("empty-name/bundle-first", (three.leaf, three.inter), (beside, three.root))
    yield case("empty-name/bundle-last", (three.leaf, three.inter), (three.root, beside))
    yield pki(leaf_shape=Shape(issuer=NAMELESS)).case("empty-name/leaf-issuer")
    own = leaf(None, nameless)
    yield case("empty-name/self-signed", (own,), (own,))


def _structures() -> Iterator[Case]:
    """Certificates with bytes after them, no extensions, an empty list of them, or defaults written out."""
    yield from at_each("form/tail", Shape(tail=b"\0"))
    yield pki(leaf_shape=Shape(without=BARE, subject=name(HOST))).case("form/no-extensions/leaf")
    explicit = Ext("2.5.29.19", encode(SEQUENCE, encode(1, b"\0")), critical=True)
    yield pki(leaf_shape=Shape(exts=(explicit,))).case("form/explicit-default/leaf")
    private = Ext("1.3.6.1.4.1.55555.2", NULL)
    many = tuple(Ext(f"1.3.6.1.4.1.55555.{number}", NULL) for number in range(100, 160))
    yield from at_each("form/sixty-extensions", Shape(exts=(private, *many)))
    yield from at_each("form/large", Shape(exts=(Ext(private.oid, encode(0x04, bytes(20_000))),)))
    yield pki(leaf_shape=Shape(exts=(Ext("2.5.29.14", encode(CONTEXT, b"")),))).case("form/odd-ski/leaf")
