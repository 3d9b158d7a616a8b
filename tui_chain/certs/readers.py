"""Certificates out of files and responses: PEM, DER and PKCS#7, told apart by their bytes."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.text import safe_text

MAX_CERTIFICATES = 10_000
"""Most certificates that one file may hold."""

_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 #]+)-----(.*?)-----END \1-----", re.DOTALL)
_BEGIN = re.compile(rb"-----BEGIN ")
_CERTIFICATE_LABELS = {b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"}
_PKCS7_LABELS = {b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA"}
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
"""DER of the object identifier 1.2.840.113549.1.7.2, signedData (RFC 5652 section 5.1)."""


@dataclass(frozen=True)
class Problem:
    """A part of a file that gave no certificate: its line, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Reading:
    """What some bytes held: their format, the certificates in their order, and the parts that failed."""

    format: str
    certificates: tuple[Certificate, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_certificates(data: bytes) -> Reading:
    """Read every certificate in `data`, whatever its form; never raises.

    `format` is `PEM`, `DER`, `PKCS#7`, `HTML`, `empty` or `unknown`.
    """
    body = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not body:
        return Reading("empty", problems=(Problem(1, "there is nothing in it"),))
    if _BEGIN.search(body):
        return _read_pem(data)
    if body[:1] == b"\x30":
        return _read_der(data)
    if body[:1] == b"<":
        return Reading("HTML", problems=(Problem(1, "it is a web page, not a certificate"),))
    return Reading("unknown", problems=(Problem(1, f"it begins with {_shown(body)}, which is no certificate"),))


def _shown(body: bytes) -> str:
    return safe_text(repr(body[:16].decode("latin-1")), 40)


def _read_der(data: bytes) -> Reading:
    if _SIGNED_DATA in data[:32]:
        return _read_pkcs7(data, Encoding.DER, 1)
    found: list[Certificate] = []
    rest = data
    while rest.strip(b"\r\n\0 ") and len(found) < MAX_CERTIFICATES:
        size = _der_size(rest)
        if size is None or size > len(rest):
            return Reading("DER", tuple(found), (Problem(1, "the DER data is cut short"),))
        found.append(Certificate(rest[:size]))
        rest = rest[size:]
    return _without_broken("DER", [(1, certificate) for certificate in found])


def _der_size(data: bytes) -> int | None:
    """Length of the DER element at the start of `data`, header and content, or None."""
    if len(data) < 2 or data[0] != 0x30:
        return None
    first = data[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    if not 1 <= count <= 4 or len(data) < 2 + count:
        return None
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def _read_pem(data: bytes) -> Reading:
    certificates: list[tuple[int, Certificate]] = []
    problems: list[Problem] = []
    format_name = "PEM"
    ends = 0
    for block in _PEM_BLOCK.finditer(data):
        ends = block.end()
        line = data.count(b"\n", 0, block.start()) + 1
        label = block[1]
        if label in _PKCS7_LABELS:
            part = _read_pkcs7(_decoded(block[2]) or b"", Encoding.DER, line)
            certificates += [(line, certificate) for certificate in part.certificates]
            problems += part.problems
            format_name = "PKCS#7"
        elif label in _CERTIFICATE_LABELS:
            der = _decoded(block[2])
            if der is None:
                problems.append(Problem(line, "the block is not base64"))
            else:
                certificates.append((line, Certificate(der)))
    unended = _BEGIN.search(data, ends)
    if unended:
        problems.append(Problem(data.count(b"\n", 0, unended.start()) + 1, "the block has no end"))
    whole = _without_broken(format_name, certificates[:MAX_CERTIFICATES])
    return Reading(format_name, whole.certificates, tuple(problems) + whole.problems)


def _decoded(body: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _read_pkcs7(data: bytes, encoding: Encoding, line: int) -> Reading:
    load = pkcs7.load_der_pkcs7_certificates if encoding is Encoding.DER else pkcs7.load_pem_pkcs7_certificates
    try:
        found = tuple(Certificate(item.public_bytes(Encoding.DER)) for item in load(data))
    except Exception as error:  # noqa: BLE001 - the parser's errors are of many kinds; each is a reason
        return Reading("PKCS#7", problems=(Problem(line, safe_text(f"PKCS#7 that cannot be read: {error}")),))
    if not found:
        return Reading("PKCS#7", problems=(Problem(line, "a PKCS#7 file without certificates"),))
    return Reading("PKCS#7", found)


def _without_broken(format_name: str, found: list[tuple[int, Certificate]]) -> Reading:
    """Keep what can be read as a certificate; say of the rest why not."""
    good = tuple(certificate for _, certificate in found if certificate.parsed is not None)
    problems = tuple(
        Problem(line, f"not a certificate that can be read: {certificate.faults[0].reason}")
        for line, certificate in found
        if certificate.parsed is None
    )
    return Reading(format_name, good, problems)
