"""Names as Java 17 reads and relates them: distinguished names, general names, one name inside another's subtree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from tui_chain.clients.engines.java.refusal import Fatal, JavaUnreadable
from tui_chain.clients.engines.java.text import JavaAddress, read_oid, read_uri, read_uri_constraint
from tui_chain.x509.der import SEQUENCE, SET, DERError, Element, dotted, element, encode

COMMON_NAME, EMAIL_ADDRESS = "2.5.4.3", "1.2.840.113549.1.9.1"
OTHER, EMAIL, DNS, X400, DIRECTORY, EDI, URI, IP, REGISTERED = range(9)
"""Kinds of GeneralName by their tag (RFC 5280 section 4.2.1.6)."""

_KEYWORDS = {
    COMMON_NAME: "cn",
    "2.5.4.6": "c",
    "2.5.4.7": "l",
    "2.5.4.8": "st",
    "2.5.4.10": "o",
    "2.5.4.11": "ou",
    "2.5.4.9": "street",
    "0.9.2342.19200300.100.1.25": "dc",
    "0.9.2342.19200300.100.1.1": "uid",
}
_UTF8, _PRINTABLE, _BMP = 0x0C, 0x13, 0x1E
_CHARSETS = {_UTF8: "utf-8", _PRINTABLE: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1B: "ascii", 0x1C: "utf-32-be"}
_CHARSETS[_BMP] = "utf-16-be"
_ESCAPED = frozenset(',+<>;"\\')
_SPACES = re.compile("  +")


class JavaAttribute(NamedTuple):
    """An attribute of a name: dotted OID, tag of its value, the value's content octets and its whole DER."""

    oid: str
    tag: int
    content: bytes
    raw: bytes

    @property
    def text(self) -> str | None:
        """The value as text, or None for a type that Java reads no text from (DerValue.getAsString)."""
        charset = _CHARSETS.get(self.tag)
        return None if charset is None else self.content.decode(charset, "replace")

    @property
    def canonical(self) -> str:
        """The form that is compared (AVA.toRFC2253CanonicalString): case and runs of spaces do not count."""
        keyword = _KEYWORDS.get(self.oid)
        if keyword is None or self.tag not in {_UTF8, _PRINTABLE}:
            return f"{keyword or self.oid}=#{self.raw.hex()}"
        text = "".join(f"\\{char}" if char in _ESCAPED else char for char in self.text or "")
        text = f"\\{text}" if text.startswith("#") else text
        stripped = _SPACES.sub(" ", text).strip("".join(map(chr, range(33))))
        return unicodedata.normalize("NFKD", f"{keyword}={stripped}".upper().lower())


class JavaName(NamedTuple):
    """A distinguished name: the canonical form of each relative one, and all attributes in their order."""

    rdns: tuple[str, ...]
    attributes: tuple[tuple[JavaAttribute, ...], ...]

    @property
    def empty(self) -> bool:
        """Whether it has no attribute at all (X500Name.isEmpty)."""
        return not any(self.attributes)

    @property
    def canonical(self) -> str:
        """The text that equality and hash go by (X500Name.getRFC2253CanonicalName), last part first."""
        return ",".join(reversed(self.rdns))

    def last(self, oid: str) -> JavaAttribute | None:
        """Return the attribute of this OID in the last relative name that has it (findMostSpecificAttribute)."""
        for rdn in reversed(self.attributes):
            for attribute in rdn:
                if attribute.oid == oid:
                    return attribute
        return None


@lru_cache(maxsize=1024)
def read_name(der: bytes) -> JavaName:
    """Read a Name (X500Name.parseDER); raises Unreadable."""
    try:
        rdns = [
            tuple(map(_attribute, rdn.expect(SET).children())) for rdn in element(der).expect(SEQUENCE).children()
        ]
    except DERError as error:
        raise JavaUnreadable(str(error)) from error
    return JavaName(tuple(map(_canonical, rdns)), tuple(rdns))


def _attribute(pair: Element) -> JavaAttribute:
    parts = tuple(pair.expect(SEQUENCE).children())
    if len(parts) != 2:
        raise DERError("an attribute that is no pair")
    kind, value = parts
    return JavaAttribute(read_oid(kind), value.tag, value.content, value.raw)


def _canonical(rdn: tuple[JavaAttribute, ...]) -> str:
    if len(rdn) == 1:
        return rdn[0].canonical
    ordered = sorted((one.oid not in _KEYWORDS, one.canonical) for one in rdn)
    return "+".join(text for _, text in ordered)


class GeneralName(NamedTuple):
    """A GeneralName: its kind, and a str (e-mail, DNS), bytes (IP and kinds Java only stores), Name or Address."""

    kind: int
    value: str | bytes | JavaName | JavaAddress


_CONSTRUCTED_KINDS = frozenset({OTHER, X400, DIRECTORY, EDI})


def read_general_names(names: Element) -> tuple[GeneralName, ...]:
    """Read the GeneralNames of a SEQUENCE (sun.security.x509.GeneralNames); raises Unreadable or DERError."""
    found = tuple(read_general_name(one) for one in names.children())
    if not found:
        raise JavaUnreadable("no names")
    return found


def read_general_name(one: Element, *, constraint: bool = False) -> GeneralName:
    """Read one GeneralName (sun.security.x509.GeneralName); raises Unreadable or DERError."""
    kind, constructed = one.tag & 0x1F, bool(one.tag & 0x20)
    if kind > REGISTERED or one.tag & 0xC0 != 0x80 or constructed is not (kind in _CONSTRUCTED_KINDS):
        raise JavaUnreadable("a GeneralName of a wrong form")
    if kind == EMAIL:
        return GeneralName(kind, _email(one.content.decode("ascii", "replace")))
    if kind == DNS:
        return GeneralName(kind, one.content.decode("ascii", "replace"))
    if kind == URI:
        text = one.content.decode("ascii", "replace")
        return GeneralName(kind, read_uri_constraint(text) if constraint else read_uri(text))
    if kind == DIRECTORY:
        return GeneralName(kind, read_name(_directory(one)))
    return GeneralName(kind, _stored(kind, one))


def _directory(one: Element) -> bytes:
    """The SEQUENCE of a Name may be missing here (X500Name.parseDER)."""
    if one.content and one.first().tag == SEQUENCE:
        return one.first().raw
    return encode(SEQUENCE, one.content)


def _stored(kind: int, one: Element) -> bytes:
    if kind == IP and len(one.content) not in {4, 8, 16, 32}:
        raise JavaUnreadable("an IP address of a wrong length")
    if kind == REGISTERED:
        dotted(one.content)
    if kind == OTHER:
        _check_other(tuple(one.children()))
    return one.content


def _check_other(parts: tuple[Element, ...]) -> None:
    if len(parts) < 2:
        raise JavaUnreadable("another name without a value")
    read_oid(parts[0])


def _email(text: str) -> str:
    domain = text[text.find("@") + 1 :]
    if domain in {"", "."}:
        raise JavaUnreadable("an e-mail address without a domain")
    return text


class JavaRelation(Enum):
    """How a name stands to another one (GeneralNameInterface): the second narrows the first, or widens it."""

    OTHER_TYPE = -1
    MATCH = 0
    NARROWS = 1
    WIDENS = 2
    SAME_TYPE = 3


def relation(base: GeneralName, name: GeneralName) -> JavaRelation:
    """Relate `name` to `base`; raises Fatal where Java's comparison throws."""
    if base.kind != name.kind:
        return JavaRelation.OTHER_TYPE
    one, two = base.value, name.value
    if isinstance(one, str) and isinstance(two, str):
        return _by_end(one.lower(), two.lower(), _at_label if base.kind == DNS else _in_domain)
    if isinstance(one, JavaName) and isinstance(two, JavaName):
        return directory_relation(one, two)
    if isinstance(one, JavaAddress) and isinstance(two, JavaAddress):
        return _address(one, two)
    if isinstance(one, bytes) and isinstance(two, bytes) and base.kind == IP:
        return _network(one, two)
    if base.kind == REGISTERED and one == two:
        return JavaRelation.MATCH
    raise _thrown()


def _thrown() -> Fatal:
    return Fatal("RuntimeException", "its name constraints hold a name that Java fails to compare")


def _by_end(one: str, two: str, within: Callable[[str, str], bool]) -> JavaRelation:
    """Compare names whose ends make the hierarchy; `within` says whether a longer one is below what it ends with."""
    if one == two:
        return JavaRelation.MATCH
    if one.endswith(two):
        return JavaRelation.WIDENS if within(one, two) else JavaRelation.SAME_TYPE
    if two.endswith(one):
        return JavaRelation.NARROWS if within(two, one) else JavaRelation.SAME_TYPE
    return JavaRelation.SAME_TYPE


def _at_label(long: str, short: str) -> bool:
    if not short:
        raise _thrown()
    return (long[-len(short) - 1] == ".") is not short.startswith(".")


def _in_domain(mailbox: str, domain: str) -> bool:
    return "@" not in domain and (domain.startswith(".") or mailbox[-len(domain) - 1] == "@")


def directory_relation(one: JavaName, two: JavaName) -> JavaRelation:
    """Relate two distinguished names (X500Name.constrains)."""
    if one.rdns == two.rdns:
        return JavaRelation.MATCH
    if two.rdns[: len(one.rdns)] == one.rdns and two.rdns:
        return JavaRelation.NARROWS
    if one.rdns[: len(two.rdns)] == two.rdns:
        return JavaRelation.WIDENS
    return JavaRelation.SAME_TYPE


def _address(one: JavaAddress, two: JavaAddress) -> JavaRelation:
    """URIName.constrains, where `one` is a constraint."""
    if two.host is None or one.host is None:
        raise _thrown()
    if one.host.lower() == two.host.lower():
        return JavaRelation.MATCH
    if not two.named:
        return JavaRelation.SAME_TYPE
    domain, other = one.host.startswith("."), two.host.startswith(".")
    found = _by_end(one.host.removeprefix(".").lower(), two.host.removeprefix(".").lower(), _at_label)
    if not domain and not other and found in {JavaRelation.NARROWS, JavaRelation.WIDENS}:
        return JavaRelation.SAME_TYPE
    if domain is not other and found is JavaRelation.MATCH:
        return JavaRelation.WIDENS if domain else JavaRelation.NARROWS
    return found


def _network(one: bytes, two: bytes) -> JavaRelation:
    """IPAddressName.constrains of 17.0.15: IPv4 and IPv6 are not kept apart, their octets are compared."""
    if len(one) == len(two):
        return _networks(one, two) if len(one) in {8, 32} else _same(one, two)
    if len(two) in {8, 32}:
        return JavaRelation.WIDENS if _inside(one, two) else JavaRelation.SAME_TYPE
    if len(one) in {8, 32}:
        return JavaRelation.NARROWS if _inside(two, one) else JavaRelation.SAME_TYPE
    return JavaRelation.SAME_TYPE


def _same(one: bytes, two: bytes) -> JavaRelation:
    return JavaRelation.MATCH if one == two else JavaRelation.SAME_TYPE


def _inside(address: bytes, network: bytes) -> bool:
    """Java compares octet by octet, and throws where the address has no more and all were equal."""
    middle = len(network) // 2
    pairs = zip(address, network[:middle], network[middle:], strict=False)
    if not all(octet & mask == base for octet, base, mask in pairs):
        return False
    if len(address) < middle:
        raise _thrown()
    return True


def _halves(network: bytes) -> tuple[int, int]:
    middle = len(network) // 2
    return int.from_bytes(network[:middle], "big"), int.from_bytes(network[middle:], "big")


def _networks(one: bytes, two: bytes) -> JavaRelation:
    """A base with bits outside its mask makes an empty network."""
    (base, mask), (other, other_mask) = _halves(one), _halves(two)
    if base & mask == other & mask and mask == other_mask:
        return JavaRelation.MATCH
    empty, other_empty = base & mask != base, other & other_mask != other
    if empty or other_empty:
        return JavaRelation.MATCH if empty and other_empty else JavaRelation.WIDENS if empty else JavaRelation.NARROWS
    if other_mask & mask == mask and base & mask == other & mask:
        return JavaRelation.NARROWS
    if other_mask & mask == other_mask and other & other_mask == base & other_mask:
        return JavaRelation.WIDENS
    return JavaRelation.SAME_TYPE
