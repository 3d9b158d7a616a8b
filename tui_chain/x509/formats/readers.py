"""Certificates out of files and responses of any form: PEM, DER, PKCS#7, PKCS#12 and Java keystores."""

from __future__ import annotations

import re
from collections.abc import Callable

from tui_chain.core.text import safe_text
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import CONTEXT, INTEGER, OCTET_STRING, OID, SEQUENCE, DERError, Element, element
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.formats.pem import TextualBlock, blocks, decoded, has_blocks
from tui_chain.x509.formats.reading import (
    MAX_BYTES,
    MAX_CERTIFICATE,
    MAX_CERTIFICATES,
    MAX_PROBLEMS,
    Harvest,
    Problem,
    ProblemKind,
    Reading,
)

__all__ = [
    "MAX_BYTES",
    "MAX_CERTIFICATE",
    "MAX_CERTIFICATES",
    "MAX_PROBLEMS",
    "Problem",
    "ProblemKind",
    "Reading",
    "read_certificates",
    "unread_certificates",
]

_SIGNED_DATA = "1.2.840.113549.1.7.2"
"""Content type of a PKCS#7 certificate bag (RFC 5652 section 5.1)."""

_FILLER = re.compile(rb"[\0\r\n\t ]*")
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_KEYSTORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_CERTIFICATE_LABELS = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"}
_PKCS7_LABELS = {"PKCS7", "CMS", "PKCS #7 SIGNED DATA"}


def read_certificates(data: bytes, *, password: bytes | None = None, foreign: bool = False) -> Reading:
    """Read every certificate in `data`, whatever its form; never raises.

    `format` is `PEM`, `DER`, `PKCS#7`, `PKCS#12`, `JKS`, `JCEKS`, `HTML`, `empty` or `unknown`. PEM may stand between
    other text, as `openssl s_client -showcerts` and mail have it. A certificate is what cryptography or OpenSSL
    parses. Each block succeeds or fails on its own. `password` (UTF-8) opens PKCS#12, for which without one the empty
    one is tried, and proves a Java keystore whole. `foreign` says that a server sent it: then nothing is decrypted,
    since rounds of key derivation that only decryption shows would cost as much time as the server likes.
    Read are at most `MAX_BYTES`, `MAX_CERTIFICATES`, and `MAX_CERTIFICATE` bytes of each; a problem tells of
    what was left. A private key is a problem of its own kind; it is neither decoded nor kept.
    """
    harvest = Harvest(password, foreign)
    format_name = _read(_text(data[:MAX_BYTES]), harvest)
    if len(data) > MAX_BYTES:
        harvest.stop(1, f"only the first {MAX_BYTES >> 20} MiB of it were read")
    return harvest.reading(format_name)


def unread_certificates(data: bytes) -> tuple[Certificate, ...] | None:
    """Take the certificates of a PEM file in which there is nothing else, without a look into any.

    None where there may be something else: `read_certificates` then tells what. Who looks for one certificate among
    many, by its name, need not have all of them parsed.
    """
    found: list[Certificate] = []
    for block in blocks(data[:MAX_BYTES]):
        der = decoded(block.body)
        if block.fault or block.label != "CERTIFICATE" or isinstance(der, str) or not _is_one_element(der):
            return None
        found.append(Certificate(der))
    return tuple(found) if 0 < len(found) <= MAX_CERTIFICATES and len(data) <= MAX_BYTES else None


def _is_one_element(der: bytes) -> bool:
    try:
        return element(der).expect(SEQUENCE).after == len(der)
    except DERError:
        return False


def _text(data: bytes) -> bytes:
    """Take byte order marks off; PowerShell redirects a program's output as UTF-16."""
    if data.startswith(_UTF16_MARKS):
        return data.decode("utf-16", "replace").encode("ascii", "replace")
    return data.removeprefix(_UTF8_MARK)


def _read(body: bytes, harvest: Harvest) -> str:
    if body.startswith(_KEYSTORES):
        from tui_chain.x509.formats.jks import harvest_keystore

        return harvest_keystore(body, harvest)
    start = body.lstrip()[:4096]
    if not start:
        harvest.complain(1, "there is nothing in it")
        return "empty"
    if start[:1] == b"\x30" and start[1:2] >= b"\x80":
        return _harvest_der(body.lstrip(), 1, harvest)
    if _is_small_der(start):
        return _harvest_der(start, 1, harvest)
    if has_blocks(body) or b"-----BEGIN " in body:
        return _read_pem(body, harvest)
    if start[:1] == b"<":
        harvest.complain(1, "it is a web page, not a certificate")
        return "HTML"
    harvest.complain(1, f"it begins with {_shown(start)}, which is no certificate{_hint(start)}")
    return "unknown"


def _is_small_der(start: bytes) -> bool:
    """Tell whether it is one short element: too short for a certificate, but it may be a key or an empty PKCS#7."""
    try:
        return not start[element(start).expect(SEQUENCE).after :].strip(b"\r\n")
    except DERError:
        return False


def _shown(start: bytes) -> str:
    """Say how it begins, in so few characters that a key in an unknown wrapping is not given away."""
    text = start[:8].decode("latin-1")
    return repr(text) if text.isascii() and text.isprintable() else "binary data"


def _hint(start: bytes) -> str:
    return ": it may be PEM that lost its BEGIN line" if start.startswith(b"MII") else ""


def _read_pem(data: bytes, harvest: Harvest) -> str:
    """Read every block; the format is that of the last one that held certificates."""
    format_name = "PEM"
    for block in blocks(data):
        if harvest.full:
            break
        if block.fault:
            harvest.complain(block.line, block.fault, _fault_kind(block))
        elif block.label.endswith("PRIVATE KEY"):
            harvest.complain(block.line, "a private key, which was not read", ProblemKind.PRIVATE_KEY)
        elif block.label in _CERTIFICATE_LABELS | _PKCS7_LABELS:
            found = _read_block(block, harvest)
            format_name = found if found.startswith("PKCS") else format_name
        else:
            harvest.complain(block.line, f"a {safe_text(block.label)} block, no certificate", ProblemKind.OTHER)
    return format_name


def _fault_kind(block: TextualBlock) -> ProblemKind:
    if block.label.endswith("PRIVATE KEY"):
        return ProblemKind.PRIVATE_KEY
    return ProblemKind.TRUNCATED if "cut short" in block.fault else ProblemKind.BROKEN


def _read_block(block: TextualBlock, harvest: Harvest) -> str:
    der = decoded(block.body)
    if isinstance(der, str):
        harvest.complain(block.line, der)
        return ""
    if not der:
        harvest.complain(block.line, "the block is empty")
        return ""
    return _harvest_der(_trusted_part(block.label, der), block.line, harvest)


def _trusted_part(label: str, der: bytes) -> bytes:
    """Leave off what OpenSSL writes after the certificate in a TRUSTED CERTIFICATE (X509_AUX: uses and alias)."""
    if label != "TRUSTED CERTIFICATE":
        return der
    try:
        return element(der).raw
    except DERError:
        return der


def _harvest_der(data: bytes, line: int, harvest: Harvest) -> str:
    """Gather every certificate of `data`, whatever holds it, and return the format of its first element.

    What cannot be read is a problem of `line`. White space and zeros between elements are passed over.
    """
    if harvest.add_whole(line, data):
        return "DER"
    at, format_name = 0, ""
    while not harvest.full and (at := _past_filler(data, at)) < len(data):
        try:
            whole = element(data, at)
        except DERError as error:
            kind = ProblemKind.TRUNCATED if "cut short" in str(error) else ProblemKind.BROKEN
            what = "the DER data cannot be read on" if at else "not a certificate that can be read"
            harvest.complain(line, f"{what}: {error}", kind)
            return format_name or "DER"
        found = _harvest_element(whole, line, harvest)
        format_name, at = format_name or found, whole.after
    if not format_name:
        harvest.complain(line, "not a certificate that can be read: there is no DER in it")
    return format_name or "DER"


def _past_filler(data: bytes, at: int) -> int:
    filler = _FILLER.match(data, at)
    return at if filler is None else filler.end()


def _harvest_element(whole: Element, line: int, harvest: Harvest) -> str:
    format_name, take = _classified(whole)
    failed = attempt(format_name, lambda: take(whole, line, harvest))
    if isinstance(failed, Fault):
        harvest.complain(line, f"{format_name} that cannot be read: {failed.reason}")
    return format_name


def _classified(whole: Element) -> tuple[str, Callable[[Element, int, Harvest], None]]:
    """Tell what an element is by the tags of its first two parts; what is nothing else should be a certificate."""
    tags = attempt("", lambda: _first_tags(whole))
    if isinstance(tags, Fault):
        return "DER", _certificate
    if tags[0] == OID:
        return "PKCS#7", _pkcs7
    if tags[0] == INTEGER:
        is_pfx = tags[1] == SEQUENCE and whole.first().content == b"\3"
        return ("PKCS#12", _pkcs12) if is_pfx else ("DER", _private_key)
    if tags == (SEQUENCE, OCTET_STRING):
        return "DER", _private_key
    return "DER", _certificate


def _first_tags(whole: Element) -> tuple[int, int]:
    parts = whole.expect(SEQUENCE).children()
    return next(parts).tag, next(parts).tag


def _certificate(whole: Element, line: int, harvest: Harvest) -> None:
    harvest.add(line, whole.raw)


def _private_key(_whole: Element, line: int, harvest: Harvest) -> None:
    """PKCS#1, SEC 1 and PKCS#8 begin with a version; encrypted PKCS#8 is an algorithm and octets (RFC 5958)."""
    harvest.complain(line, "a private key, which was not read", ProblemKind.PRIVATE_KEY)


def _pkcs12(whole: Element, line: int, harvest: Harvest) -> None:
    from tui_chain.x509.formats.pkcs12 import harvest_pkcs12

    harvest_pkcs12(whole, line, harvest)


def _pkcs7(whole: Element, line: int, harvest: Harvest) -> None:
    """Certificates of a SignedData (RFC 5652 section 5.1), each as it stands there, in their order."""
    kind, *content = whole.children()
    if kind.oid() != _SIGNED_DATA or not content:
        harvest.complain(line, f"PKCS#7 of the type {kind.oid()}, which holds no certificates", ProblemKind.OTHER)
        return
    fields = content[0].expect(CONTEXT).first().expect(SEQUENCE).children()
    bag = next((part for part in fields if part.tag == CONTEXT), None)
    if bag is None or bag.body == bag.end:
        harvest.complain(line, "a PKCS#7 file without certificates", ProblemKind.OTHER)
        return
    for entry in bag.children():
        if harvest.full:
            break
        if entry.tag == SEQUENCE:
            harvest.add(line, entry.raw)
        else:
            harvest.complain(line, "an attribute or extended certificate, which is no help", ProblemKind.OTHER)
