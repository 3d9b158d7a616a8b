"""The raw fields of a certificate, for the models: no parser's opinion, each field or the error of reading it.

A model decides by itself what its library cannot read; here DERError says only that the bytes are no DER.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from cryptography.hazmat.primitives.serialization import load_der_public_key

from tui_chain.x509.der import CONTEXT, INTEGER, SEQUENCE, UTC_TIME, DERError, Element, element
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.keys import PublicKey, verifying_key
from tui_chain.x509.structure import RawExtension, raw_extensions

GENERALIZED_TIME = 0x18


@dataclass(frozen=True)
class RawCertificate:
    """A certificate taken apart (RFC 5280 section 4.1), each field lazily; raises DERError where it is no DER.

    Equal and hashed by the DER.
    """

    der: bytes = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def _outer(self) -> tuple[Element, Element, Element]:
        first, second, third = _exactly(element(self.der).expect(SEQUENCE), 3)
        return first, second, third

    @cached_property
    def _inner(self) -> tuple[Element, ...]:
        parts = tuple(self._outer[0].expect(SEQUENCE).children())
        if not parts:
            raise DERError("a certificate whose signed part is empty")
        return parts

    @cached_property
    def version(self) -> int:
        """The version counted from 1, whatever number it is; 1 where it is absent."""
        first = self._inner[0]
        return first.first().integer() + 1 if first.tag == CONTEXT else 1

    @cached_property
    def _body(self) -> tuple[Element, ...]:
        """The fields after the version: serial, signature, issuer, validity, subject, key, and what is optional."""
        body = self._inner[1:] if self._inner[0].tag == CONTEXT else self._inner
        if len(body) < 6:
            raise DERError("a certificate that ends before its key")
        return body

    @property
    def serial(self) -> bytes:
        """The content octets of the serial number, as they stand there."""
        return self._body[0].expect(INTEGER).content

    @property
    def inner_algorithm(self) -> bytes:
        """The DER of the AlgorithmIdentifier in the signed part."""
        return self._body[1].expect(SEQUENCE).raw

    @property
    def outer_algorithm(self) -> bytes:
        """The DER of the AlgorithmIdentifier beside the signature."""
        return self._outer[1].expect(SEQUENCE).raw

    @cached_property
    def issuer(self) -> bytes:
        """The DER of the issuer's Name."""
        return self._body[2].expect(SEQUENCE).raw

    @cached_property
    def subject(self) -> bytes:
        """The DER of the subject's Name."""
        return self._body[4].expect(SEQUENCE).raw

    @property
    def self_issued(self) -> bool:
        """Whether issuer and subject are the same bytes."""
        return self.issuer == self.subject

    @cached_property
    def _validity(self) -> tuple[datetime, datetime]:
        start, end = _exactly(self._body[3].expect(SEQUENCE), 2)
        return moment(start), moment(end)

    @property
    def not_before(self) -> datetime:
        """Start of validity, aware, UTC; raises DERError where it is no time."""
        return self._validity[0]

    @property
    def not_after(self) -> datetime:
        """End of validity, aware, UTC; raises DERError where it is no time."""
        return self._validity[1]

    @cached_property
    def spki(self) -> bytes:
        """The DER of the SubjectPublicKeyInfo."""
        return self._body[5].expect(SEQUENCE).raw

    @cached_property
    def key_algorithm(self) -> str:
        """Dotted OID of the key's algorithm."""
        return element(self.spki).first().first().oid()

    @cached_property
    def public_key(self) -> PublicKey | None:
        """The key as cryptography loads it, or None where it refuses it."""
        loaded = attempt("public key", lambda: load_der_public_key(self.spki))
        return None if isinstance(loaded, Fault) else verifying_key(loaded)

    @property
    def tbs(self) -> bytes:
        """The DER of the part that is signed."""
        return self._outer[0].raw

    @property
    def signature(self) -> bytes:
        """The signature's octets, without the one that counts its unused bits."""
        return self._outer[2].content[1:]

    @property
    def signature_unused_bits(self) -> int:
        """How many bits of the signature's last octet its BIT STRING calls unused; raises DERError without octets."""
        content = self._outer[2].content
        if not content:
            raise DERError("a signature without octets")
        return content[0]

    @cached_property
    def extensions(self) -> tuple[RawExtension, ...]:
        """Every extension in its order, duplicates too: dotted OID, critical flag, the DER of its value."""
        table = next((part for part in self._body[6:] if part.tag == CONTEXT + 3), None)
        return () if table is None else tuple(raw_extensions(table.first()))

    @cached_property
    def _by_oid(self) -> dict[str, RawExtension]:
        return {one.oid: one for one in reversed(self.extensions)}

    def value(self, oid: str) -> Element | None:
        """Return the outer element of an extension's value, or None where there is no such extension."""
        found = self._by_oid.get(oid)
        return None if found is None else element(found.value)


def _exactly(parent: Element, count: int) -> tuple[Element, ...]:
    parts = tuple(parent.children())
    if len(parts) != count:
        raise DERError(f"{count} parts expected at byte {parent.start}, found {len(parts)}")
    return parts


def moment(time: Element) -> datetime:
    """Read a Time (RFC 5280 section 4.1.2.5); raises DERError. UTCTime's years 50 to 99 are 19xx."""
    text = time.content.decode("ascii", "replace")
    try:
        if time.tag == UTC_TIME:
            year = int(text[:2])
            text = f"{1900 + year if year >= 50 else 2000 + year}{text[2:]}"
        elif time.tag != GENERALIZED_TIME:
            raise DERError("a time of another type")
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise DERError(f"a time that cannot be read: {text!r}") from error


@lru_cache(maxsize=1024)
def raw_certificate(der: bytes) -> RawCertificate:
    """Return the fields of a certificate, remembered: chains of many hosts share their certificates."""
    return RawCertificate(der)
