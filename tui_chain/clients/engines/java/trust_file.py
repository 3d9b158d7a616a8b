"""A trust file as Java clients load it: CertificateFactory.generateCertificates over the whole file (X509Factory)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tui_chain.clients.engines.java import extensions as ext
from tui_chain.clients.engines.java.certificate import JavaCertificate, read_certificate
from tui_chain.clients.engines.java.names import JavaName
from tui_chain.clients.engines.java.refusal import JavaUnreadable
from tui_chain.x509.der import SEQUENCE, DERError, Element, element
from tui_chain.x509.faults import attempt

_SPACE = b" \t\r\n"
_HYPHENS, _BEGIN = re.compile(rb"-----"), re.compile(rb"(?<=[\r\n])-----")
_LINE = re.compile(rb"\r\n?|\n")
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CERTIFICATES = 0xA0


class JavaAnchors:
    """The certificates of a trust store, found by name; only those are read that may have it."""

    def __init__(self, certificates: Iterable[bytes]) -> None:
        self._all = {der: der.lower() for der in certificates}

    def __contains__(self, one: JavaCertificate) -> bool:
        return one.der in self._all

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[JavaCertificate]:
        return map(read_certificate, self._all)

    def named(self, name: JavaName) -> Sequence[JavaCertificate]:
        """Return the anchors of this subject, in the order of the file."""
        words = _words(name)
        likely = (der for der, lower in self._all.items() if all(word in lower for word in words))
        return [one for one in map(read_certificate, likely) if one.subject.rdns == name.rdns]

    def trusts(self, one: JavaCertificate) -> bool:
        """Tell whether it is an anchor or has the name and key of one."""
        return one in self or any(anchor.key == one.key for anchor in self.named(one.subject))


_WORD = re.compile(rb"[a-z0-9]+")


def _words(name: JavaName) -> set[bytes]:
    """Return words that an equal name has too, whatever its case, spaces and string types."""
    return {word for rdn in name.attributes for one in rdn for word in _WORD.findall(one.content.lower())}


def read_store(data: bytes) -> JavaAnchors:
    """Read a file (PEM of any label, DER or PKCS#7); raises Unreadable for the whole file.

    One block that cannot be read loses the file. Text that stands before or between blocks is passed over.
    """
    found = _blocks(data)
    first = next(found, None)
    if first is None:
        if data:
            raise JavaUnreadable("it has no certificate")
        return JavaAnchors(())
    packed = _pkcs7(first)
    certificates = (first, *found) if packed is None else packed
    for der in certificates:
        if not _plain(der):
            _check(der)
    return JavaAnchors(certificates)


_HEAD = re.compile(
    rb"\x30\x82..\x30\x82(..)\xa0\x03\x02\x01\x02\x02([\x01-\x7f])(?=[\x01-\x7f]|\x00[\x80-\xff])", re.DOTALL
)
"""The start of a certificate of version 3 with a positive serial number; 8 bytes stand before the signed fields."""
_NAMELESS = b"\x30\x00\x30"
"""An empty name, before the validity or the key."""
_PSS = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
"""The OID of RSASSA-PSS, whose parameters have to be read."""
_POINTS = (
    b"\x06\x08*\x86H\xce=\x03\x01\x07\x03B\x00\x04",
    b"\x06\x05+\x81\x04\x00\x22\x03b\x00\x04",
    b"\x06\x05+\x81\x04\x00#\x03\x81\x86\x00\x04",
)
"""An uncompressed point of P-256, P-384 or P-521 in a SubjectPublicKeyInfo."""
_PLAIN = frozenset({ext.BASIC_CONSTRAINTS, ext.KEY_USAGE, ext.EXTENDED_KEY_USAGE})
_MIN_BITS = 1024


def _plain(der: bytes) -> bool:
    """Tell whether a certificate is so usual that Java can read it for certain; quicker than reading it.

    cryptography is the stricter parser of all that counts here.
    """
    head = _HEAD.match(der)
    if head is None or _NAMELESS in der or _PSS in der:
        return False
    algorithm = head.end() + head[2][0]
    identifier = der[algorithm : algorithm + 2 + der[algorithm + 1]]
    if not der.startswith(identifier, 8 + int.from_bytes(head[1], "big")):
        return False
    return attempt("certificate", lambda: _is_plain(x509.load_der_x509_certificate(der), der)) is True


def _is_plain(one: x509.Certificate, der: bytes) -> bool:
    key = one.public_key()
    is_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size > _MIN_BITS
    if not is_rsa and not any(point in der for point in _POINTS):
        return False
    return all(not found.critical or found.oid.dotted_string in _PLAIN for found in one.extensions)


def _check(der: bytes) -> None:
    if len(read_certificate(der).der) != len(der):
        raise JavaUnreadable("bytes after a certificate")


def _blocks(data: bytes) -> Iterator[bytes]:
    """Yield what each block holds (X509Factory.readOneBlock); raises Unreadable."""
    at = 0
    while at < len(data):
        if data[at] == SEQUENCE:
            at, block = _binary(data, at)
        else:
            begin = _HYPHENS.match(data, at) or _BEGIN.search(data, at)
            if begin is None:
                return
            at, block = _text(data, begin.start())
        yield block


def _binary(data: bytes, at: int) -> tuple[int, bytes]:
    try:
        found = element(data, at)
    except DERError as error:
        raise JavaUnreadable(str(error)) from error
    return found.after, found.raw


def _text(data: bytes, begin: int) -> tuple[int, bytes]:
    line = _LINE.search(data, begin)
    if line is None:
        raise JavaUnreadable("a block that ends at once")
    dash = data.find(b"-", line.end())
    if dash < 0:
        raise JavaUnreadable("a block without an end")
    ends = (b"\r", b"\n") if line[0] == b"\r" else (b"\n",)
    places = [place for end in ends if (place := data.find(end, dash)) >= 0]
    after = min(places, default=len(data))
    _check_labels(data[begin : line.start()], data[dash:after])
    body = data[line.end() : dash].translate(None, _SPACE)
    try:
        return after + 1, base64.b64decode(body + _padding(body), validate=True)
    except ValueError as error:
        raise JavaUnreadable(f"a block that is not base64: {error}") from error


def _padding(body: bytes) -> bytes:
    """java.util.Base64 wants no padding."""
    return b"" if body.endswith(b"=") else b"=" * (-len(body) % 4)


def _check_labels(begin: bytes, end: bytes) -> None:
    begin, end = begin.rstrip(), end.replace(b"\r", b"").rstrip()
    if not begin.startswith(b"-----BEGIN ") or not begin.endswith(b"-----") or len(begin) < 16:
        raise JavaUnreadable("a line of hyphens that begins no block")
    if end != begin.replace(b"-----BEGIN ", b"-----END ", 1):
        raise JavaUnreadable("a block whose end is another's")


def _pkcs7(block: bytes) -> tuple[bytes, ...] | None:
    """Return the certificates of a PKCS#7 message, or None for anything else (sun.security.pkcs.PKCS7)."""
    try:
        parts = tuple(element(block).expect(SEQUENCE).children())
        if len(parts) != 2 or parts[0].oid() != _SIGNED_DATA:
            return None
        fields = tuple(parts[1].first().expect(SEQUENCE).children())
    except DERError:
        return None
    return tuple(one.raw for field in fields if field.tag == _CERTIFICATES for one in _children(field))


def _children(field: Element) -> Iterator[Element]:
    try:
        yield from field.children()
    except DERError as error:
        raise JavaUnreadable(str(error)) from error
