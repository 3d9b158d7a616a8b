"""Which names match a host, and which ones name constraints allow (rustls-webpki 0.103 `subject_name/`)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from tui_chain.clients.engines.strict_der import StrictReader
from tui_chain.x509.der import CONTEXT, SEQUENCE, DERError

_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_NAME = rf"(?:{_LABEL}\.)*(?![0-9]+\.?$){_LABEL}"
_PRESENTED = re.compile(rf"(?:\*\.(?=[^.]+\.))?{_NAME}")
_REFERENCE = re.compile(rf"{_NAME}\.?")
_CONSTRAINT = re.compile(rf"\.?{_NAME}")
_NUMBER = re.compile(r"0x[0-9a-f]*|0[0-7]*|[1-9][0-9]*")
_IPV4_PARTS = 4
_MAX_NAME = 253


class InvalidName(ValueError):
    """A name or constraint that webpki does not take; `code` is webpki's name for the error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _sound(pattern: re.Pattern[str], name: str) -> bool:
    return len(name) <= _MAX_NAME and pattern.fullmatch(name) is not None


def is_server_name(host: str) -> bool:
    """Tell whether a host is a DNS name for rustls (rustls-pki-types `DnsName`): a dot may follow it.

    One whose last label is a hexadecimal number is none in a URL.
    """
    return _sound(_REFERENCE, host) and not _NUMBER.fullmatch(host.lower().removesuffix(".").rpartition(".")[2])


def address_of(host: str) -> bytes | None:
    """Return the octets of an address as it stands in a URL, or None (WHATWG URL, host parsing)."""
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).packed
    except ValueError:
        return _number_address(host)


def _number_address(host: str) -> bytes | None:
    """Return an IPv4 address of up to four numbers, decimal, octal or hexadecimal; the last one fills the rest."""
    parts = host.lower().removesuffix(".").split(".")
    if len(parts) > _IPV4_PARTS or not all(map(_NUMBER.fullmatch, parts)):
        return None
    *firsts, last = map(_number, parts)
    size = _IPV4_PARTS - len(firsts)
    if max(firsts, default=0) > 0xFF or last >= 1 << 8 * size:
        return None
    return bytes(firsts) + last.to_bytes(size, "big")


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)


def matches_host(presented: str, host: str) -> bool:
    """Tell whether a dNSName is for a host (`presented_id_matches_reference_id`).

    A wildcard is the whole left label and has two labels behind it. Underscores are fine, a dot at the end is not,
    and the last label is not a number.
    """
    if not _sound(_PRESENTED, presented):
        return False
    name, wanted = presented.lower(), host.lower().removesuffix(".")
    if name.startswith("*"):
        return wanted.partition(".")[1:] == (".", name[2:])
    return name == wanted


def in_dns_constraint(presented: str, constraint: str, *, excluded: bool) -> bool:
    """Tell whether a dNSName is in a dNSName subtree; raises InvalidName.

    A leading dot asks for one more label, an empty constraint has all names in it. A wildcard is in an excluded
    subtree if it could stand for a name there, and in a permitted one only if all its names are.
    """
    if not _sound(_PRESENTED, presented):
        raise InvalidName("MalformedDnsIdentifier")
    if constraint and not _sound(_CONSTRAINT, constraint):
        raise InvalidName("MalformedNameConstraint")
    name, base = presented.lower(), constraint.lower()
    if len(name) > len(base):
        return not base or name.endswith(base if base.startswith(".") else f".{base}")
    if excluded and name.startswith("*"):
        dot = base.find(".", 1)
        return dot > 0 and base[dot:] == name[1:]
    return name == base


def in_ip_constraint(address: bytes, constraint: bytes) -> bool:
    """Tell whether an iPAddress is in an iPAddress subtree; raises InvalidName.

    A mask counts as odd only in the octets up to the first that differs.
    """
    if len(address) not in (4, 16):
        raise InvalidName("BadDer")
    if len(constraint) not in (8, 32):
        raise InvalidName("InvalidNetworkMaskConstraint")
    size = len(constraint) // 2
    return len(address) == size and _in_network(address, constraint[:size], constraint[size:])


def _in_network(address: bytes, network: bytes, masks: bytes) -> bool:
    ended = False
    for mine, theirs, mask in zip(address, network, masks, strict=True):
        if (ended and mask) or 0x100 - mask & (0xFF - mask):
            raise InvalidName("InvalidNetworkMaskConstraint")
        ended = ended or mask != 0xFF
        if (mine ^ theirs) & mask:
            return False
    return True


DNS_NAME, DIRECTORY_NAME, URI, IP_ADDRESS = 0x82, 0xA4, 0x86, 0x87
_TAGS = frozenset({0xA0, 0x81, DNS_NAME, 0xA3, DIRECTORY_NAME, 0xA5, URI, IP_ADDRESS, 0x88})
"""Tags of the kinds of GeneralName (RFC 5280 section 4.2.1.6)."""

VIOLATION, BAD_DER = "NameConstraintViolation", "BadDer"

GeneralName = tuple[int, bytes]


def general_names(content: bytes) -> Iterator[GeneralName]:
    """Yield tag and content of each GeneralName; raises DERError at one that is none."""
    reader = StrictReader(content)
    while not reader.empty:
        yield _general_name(reader)


def _general_name(reader: StrictReader) -> GeneralName:
    name = reader.any()
    if name.tag not in _TAGS:
        raise DERError("a general name of an unknown kind")
    return name.tag, name.content


def constraint_error(constraints: bytes, names: bytes | None, spend: Callable[[], None]) -> str | None:
    """Return webpki's name of the error by which constraints refuse a certificate, or None.

    `constraints` and `names` are the contents of nameConstraints and subjectAltName. `spend` is called before each
    comparison. Directory constraints always refuse; e-mail, URI and the others do if there is a name of that kind.
    """
    try:
        trees = _subtrees(constraints)
        for name in general_names(names or b""):
            _check(name, trees, spend)
        _check((DIRECTORY_NAME, b""), trees, spend)
    except InvalidName as error:
        return error.code
    except DERError:
        return BAD_DER
    return None


def _subtrees(constraints: bytes) -> tuple[bytes, bytes]:
    """Return the contents of the permitted and the excluded subtrees."""
    reader = StrictReader(constraints)
    permitted, excluded = reader.optional(CONTEXT), reader.optional(CONTEXT + 1)
    reader.finish()
    return permitted or b"", excluded or b""


def _check(name: GeneralName, trees: tuple[bytes, bytes], spend: Callable[[], None]) -> None:
    """Raise InvalidName for a name that no permitted subtree of its kind or an excluded one has in it."""
    permitted = [_within(name, base, excluded=False) for base in _bases(trees[0], spend) if base[0] == name[0]]
    if permitted and not any(permitted):
        raise InvalidName(VIOLATION)
    if any(_within(name, base, excluded=True) for base in _bases(trees[1], spend) if base[0] == name[0]):
        raise InvalidName(VIOLATION)


def _bases(subtrees: bytes, spend: Callable[[], None]) -> Iterator[GeneralName]:
    """Yield the base of each subtree; minimum and maximum are not read, which makes it DERError."""
    reader = StrictReader(subtrees)
    while not reader.empty:
        spend()
        subtree = reader.enter(SEQUENCE)
        yield _general_name(subtree)
        subtree.finish()


def _within(name: GeneralName, base: GeneralName, *, excluded: bool) -> bool:
    kind, content = name
    if kind == DNS_NAME:
        return in_dns_constraint(content.decode("latin-1"), base[1].decode("latin-1"), excluded=excluded)
    if kind == IP_ADDRESS:
        return in_ip_constraint(content, base[1])
    if kind not in (DIRECTORY_NAME, URI):
        raise InvalidName(VIOLATION)
    return excluded
