"""The parts of a certificate as they lie in its DER (RFC 5280 section 4.1), whatever a parser thinks of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tui_chain.x509.der import (
    BIT_STRING,
    BOOLEAN,
    CONTEXT,
    OCTET_STRING,
    SEQUENCE,
    DERError,
    Element,
    element,
)


class Anatomy(NamedTuple):
    """The fields of a certificate in raw DER; `signature` is without the octet that counts its unused bits.

    `version` counts from 1. `unused_bits` of a sound signature are 0. `extensions` is the SEQUENCE, or None.
    """

    version: int
    serial: int
    issuer: bytes
    validity: Element
    subject: bytes
    key: bytes
    extensions: Element | None
    tbs: bytes
    inner_algorithm: bytes
    outer_algorithm: bytes
    signature: bytes
    unused_bits: int


class RawExtension(NamedTuple):
    """One extension: dotted OID, critical flag, the DER inside its OCTET STRING, and the DER of its OID."""

    oid: str
    critical: bool
    value: bytes
    oid_der: bytes


def dissect(der: bytes) -> Anatomy:
    """Take a certificate apart; raises DERError if it is not of that form or something follows it."""
    whole = element(der).expect(SEQUENCE)
    if whole.after != len(der):
        raise DERError(f"{len(der) - whole.after} bytes follow the certificate")
    tbs, algorithm, signature = _three(whole)
    bits = signature.expect(BIT_STRING).content
    version, fields = _version(tbs.expect(SEQUENCE))
    serial, inner, issuer, validity, subject, key = (_next(fields) for _ in range(6))
    return Anatomy(
        version=version,
        serial=serial.integer(),
        issuer=issuer.expect(SEQUENCE).raw,
        validity=validity,
        subject=subject.expect(SEQUENCE).raw,
        key=key.expect(SEQUENCE).raw,
        extensions=next((field.first() for field in fields if field.tag == CONTEXT + 3), None),
        tbs=tbs.raw,
        inner_algorithm=inner.raw,
        outer_algorithm=algorithm.raw,
        signature=bits[1:],
        unused_bits=bits[0] if bits else 0,
    )


def _three(whole: Element) -> tuple[Element, Element, Element]:
    parts = tuple(whole.children())
    if len(parts) != 3:
        raise DERError(f"a certificate has 3 parts, not {len(parts)}")
    return parts


def _version(tbs: Element) -> tuple[int, Iterator[Element]]:
    """Return the version and the fields after it; absent means 1."""
    first = tbs.first()
    if first.tag != CONTEXT:
        return 1, tbs.children()
    fields = tbs.children()
    next(fields)
    return first.first().integer() + 1, fields


def _next(fields: Iterator[Element]) -> Element:
    field = next(fields, None)
    if field is None:
        raise DERError("a certificate that ends before its key")
    return field


def raw_extensions(extensions: Element) -> Iterator[RawExtension]:
    """Each extension of the SEQUENCE in its order; raises DERError where one is malformed."""
    for entry in extensions.expect(SEQUENCE).children():
        parts = tuple(entry.expect(SEQUENCE).children())
        if len(parts) < 2:
            raise DERError("an extension without a value")
        oid, flag, value = parts[0], parts[1], parts[-1]
        critical = flag.tag == BOOLEAN and flag.content != b"\0"
        yield RawExtension(oid.oid(), critical, value.expect(OCTET_STRING).content, oid.raw)
