"""Which certificates of a PKCS#12 store Java trusts (sun.security.pkcs12.PKCS12KeyStore, validator.TrustStoreUtil).

A certificate is an entry by an attribute that Java writes itself; `openssl pkcs12 -export -nokeys` does not, and Java
sees an empty store. A private key is an entry, and the certificate with its key id is trusted as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tui_chain.clients.engines.java.certificate import read_certificate
from tui_chain.clients.engines.java.pkcs12_decryption import decrypted
from tui_chain.clients.engines.java.refusal import JavaUnreadable
from tui_chain.x509.der import CONTEXT, SEQUENCE, DERError, Element, element

PASSWORDS = (None, "changeit", "")
"""None, as Java takes a trust store by itself, and those that people give: Java's usual one, an empty one."""
NO_ENTRIES = "its certificates lack the attribute that makes them entries of a Java trust store"

_DATA, _ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
_BAGS = "1.2.840.113549.1.12.10.1"
_KEYS, _CERTIFICATE = frozenset({f"{_BAGS}.1", f"{_BAGS}.2"}), f"{_BAGS}.3"
_KEY_ID, _TRUSTED = "1.2.840.113549.1.9.21", "2.16.840.1.113894.746875.1.1"


class _Bag(NamedTuple):
    """A bag: what is in it, and its attributes by their OID (RFC 7292 section 4.2)."""

    kind: str
    value: Element
    attributes: dict[str, bytes]


class StoreEntries(NamedTuple):
    """What Java has of a store with one password: the certificates that it trusts, and whether it read any."""

    trusted: tuple[bytes, ...]
    any: bool


def trusted_entries(data: bytes) -> tuple[tuple[bytes, ...], str | None]:
    """Return the certificates that Java trusts of a PFX, by the first password that gives any, or why none."""
    opened = [found for password in PASSWORDS if (found := _entries(data, password)) is not None]
    best = next((found for found in opened if found.trusted), None)
    if best is not None:
        return best.trusted, None
    return (), NO_ENTRIES if any(found.any for found in opened) else "it needs a password"


def _entries(data: bytes, password: str | None) -> StoreEntries | None:
    """None where Java throws."""
    try:
        bags = tuple(_bags(data, password))
        certificates = [(bag, _certificate(bag)) for bag in bags if bag.kind == _CERTIFICATE]
    except (JavaUnreadable, DERError, ValueError):
        return None
    keys = {bag.attributes.get(_KEY_ID) for bag in bags if bag.kind in _KEYS} - {None}
    trusted = [der for bag, der in certificates if _TRUSTED in bag.attributes or bag.attributes.get(_KEY_ID) in keys]
    return StoreEntries(tuple(dict.fromkeys(trusted)), bool(certificates))


def _certificate(bag: _Bag) -> bytes:
    _kind, wrapped = bag.value.first().expect(SEQUENCE).children()
    der = wrapped.first().octets()
    read_certificate(der)
    return der


def _bags(data: bytes, password: str | None) -> Iterator[_Bag]:
    """Every bag of a PFX; encrypted ones are passed over without a password, as Java does."""
    _version, safe, *_mac = element(data).expect(SEQUENCE).children()
    _kind, wrapped = safe.expect(SEQUENCE).children()
    for part in element(wrapped.first().octets()).expect(SEQUENCE).children():
        kind, content = part.expect(SEQUENCE).children()
        if kind.oid() == _DATA:
            yield from _contents(content.first().octets())
        elif kind.oid() == _ENCRYPTED and password is not None:
            yield from _contents(_opened(content.first(), password))


def _opened(encrypted: Element, password: str) -> bytes:
    """The content of an EncryptedData (RFC 5652 section 8)."""
    _version, info = encrypted.expect(SEQUENCE).children()
    _type, algorithm, content = info.expect(SEQUENCE).children()
    octets = b"".join(part.content for part in content.children()) if content.tag == CONTEXT else content.content
    return decrypted(algorithm, octets, password)


def _contents(octets: bytes) -> Iterator[_Bag]:
    for bag in element(octets).expect(SEQUENCE).children():
        kind, value, *rest = bag.expect(SEQUENCE).children()
        pairs = (tuple(one.children()) for one in (rest[0].children() if rest else ()))
        yield _Bag(kind.oid(), value, {name.oid(): values.content for name, values in pairs})
