"""Certificates out of binary data: one or several in a row, PKCS#7, PKCS#12, each told by its first elements."""

from __future__ import annotations

import re
from collections.abc import Callable

from tui_chain.x509.der import CONTEXT, INTEGER, OCTET_STRING, OID, SEQUENCE, DERError, Element, element
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.formats.reading import Harvest, ProblemKind

SIGNED_DATA = "1.2.840.113549.1.7.2"
"""Content type of a PKCS#7 certificate bag (RFC 5652 section 5.1)."""

_FILLER = re.compile(rb"[\0\r\n\t ]*")


def harvest_der(data: bytes, line: int, harvest: Harvest) -> str:
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
    if kind.oid() != SIGNED_DATA or not content:
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
