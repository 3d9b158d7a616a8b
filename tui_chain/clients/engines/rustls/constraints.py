"""Which names webpki's name constraints allow (rustls-webpki 0.103 `subject_name/mod.rs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tui_chain.clients.engines.rustls.names import InvalidName, in_dns_constraint, in_ip_constraint
from tui_chain.clients.engines.strict_der import StrictReader
from tui_chain.x509.der import CONTEXT, SEQUENCE, DERError

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
