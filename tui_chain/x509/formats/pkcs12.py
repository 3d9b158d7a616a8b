"""Certificates out of PKCS#12 files (RFC 7292), past the private keys in them."""

from __future__ import annotations

from tui_chain.x509.der import CONTEXT, SEQUENCE, Element, element
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.formats.pkcs12_cipher import (
    MAX_ITERATIONS,
    MAX_UNASKED,
    Rounds,
    UnknownCipher,
    WrongPassword,
    decrypt,
)
from tui_chain.x509.formats.reading import Harvest, ProblemKind

_DATA, _ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
_BAGS = "1.2.840.113549.1.12.10.1"
_KEY, _SHROUDED_KEY, _CERTIFICATE, _NESTED = f"{_BAGS}.1", f"{_BAGS}.2", f"{_BAGS}.3", f"{_BAGS}.6"
_X509 = "1.2.840.113549.1.9.22.1"
_MAX_DEPTH = 4


def harvest_pkcs12(whole: Element, line: int, harvest: Harvest) -> None:
    """Gather the certificates of a PFX (RFC 7292 section 4) in their order; raises DERError where it is malformed.

    Without a password the empty one is tried, which many files have. The MAC is not looked at: what a certificate
    is worth, its signature tells.
    """
    _version, safe, *_mac = whole.children()
    kind, *content = safe.expect(SEQUENCE).children()
    if kind.oid() != _DATA or not content:
        harvest.complain(line, "PKCS#12 sealed with a public key, which is not read", ProblemKind.OTHER)
        return
    before = harvest.seen, len(harvest.problems)
    rounds = Rounds(MAX_UNASKED if harvest.password is None else MAX_ITERATIONS)
    for part in element(content[0].expect(CONTEXT).first().octets()).expect(SEQUENCE).children():
        if harvest.full:
            break
        _harvest_part(part, whole, line, harvest, rounds)
    if (harvest.seen, len(harvest.problems)) == before:
        harvest.complain(line, "a PKCS#12 file without certificates", ProblemKind.OTHER)


def _harvest_part(part: Element, whole: Element, line: int, harvest: Harvest, rounds: Rounds) -> None:
    kind, content = part.expect(SEQUENCE).children()
    if kind.oid() == _DATA:
        _harvest_bags(element(content.first().octets()), line, harvest, _MAX_DEPTH)
        return
    if kind.oid() != _ENCRYPTED:
        harvest.complain(line, "a part of the PKCS#12 file is sealed with a public key", ProblemKind.OTHER)
        return
    try:
        bags = _decrypted(content.expect(CONTEXT).first(), harvest.password or b"", rounds)
    except WrongPassword:
        harvest.complain(line, _wrong(harvest.password), ProblemKind.PASSWORD)
    except UnknownCipher as error:
        _harvest_by_library(whole, line, harvest, str(error))
    else:
        _harvest_bags(bags, line, harvest, _MAX_DEPTH)


def _decrypted(sealed: Element, password: bytes, rounds: Rounds) -> Element:
    """EncryptedData (RFC 5652 section 8)."""
    _version, info = sealed.expect(SEQUENCE).children()
    _type, algorithm, content = info.expect(SEQUENCE).children()
    return element(decrypt(algorithm, content.octets(), password, rounds))


def _harvest_by_library(whole: Element, line: int, harvest: Harvest, why: str) -> None:
    """Let cryptography open what is encrypted in another way, above all the RC2 of 40 bits of old files.

    It decrypts the private key too, for which the time cannot be bounded: so only with a password given, which
    shows the file to be the user's own and no stranger's answer.
    """
    if harvest.password is None:
        harvest.complain(line, f"the PKCS#12 file needs its password, an empty one too: {why}", ProblemKind.PASSWORD)
        return
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    opened = attempt("PKCS#12", lambda: pkcs12.load_pkcs12(whole.raw, harvest.password))
    if isinstance(opened, Fault):
        harvest.complain(line, _wrong(harvest.password), ProblemKind.PASSWORD)
        return
    known = {certificate.der for certificate in harvest.certificates}
    for entry in (opened.cert, *opened.additional_certs):
        der = b"" if entry is None else entry.certificate.public_bytes(Encoding.DER)
        if der and der not in known:
            harvest.add(line, der)


def _wrong(password: bytes | None) -> str:
    if password is None:
        return "the PKCS#12 file is encrypted and needs its password"
    return "the password is not the one of this PKCS#12 file, or the file is damaged"


def _harvest_bags(bags: Element, line: int, harvest: Harvest, depth: int) -> None:
    """SafeContents (RFC 7292 section 4.2)."""
    for bag in bags.expect(SEQUENCE).children():
        if harvest.full:
            return
        kind, value, *_attributes = bag.expect(SEQUENCE).children()
        if kind.oid() in {_KEY, _SHROUDED_KEY}:
            harvest.complain(line, "a private key, which was not read", ProblemKind.PRIVATE_KEY)
        elif kind.oid() == _CERTIFICATE:
            form, wrapped = value.first().expect(SEQUENCE).children()
            # a bag of another form, SDSI, is told as the certificate that it is not
            harvest.add(line, wrapped.first().octets() if form.oid() == _X509 else form.raw)
        elif kind.oid() == _NESTED and depth > 0:
            _harvest_bags(value.first(), line, harvest, depth - 1)
        else:
            harvest.complain(line, f"a bag of the kind {kind.oid()}, no certificate", ProblemKind.OTHER)
