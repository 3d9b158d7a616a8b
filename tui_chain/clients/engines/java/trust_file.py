"""A trust file as Java clients load it: CertificateFactory.generateCertificates over the whole file (X509Factory)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from tui_chain.clients.engines.java.certificate import JavaCertificate, read_certificate
from tui_chain.clients.engines.java.names import JavaName
from tui_chain.clients.engines.java.refusal import JavaUnreadable
from tui_chain.clients.trust_file import NOTHING, CertificateTable, Loaded
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import INTEGER, SEQUENCE, DERError, Element, element
from tui_chain.x509.formats.readers import Reading, read_certificates

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

    @property
    def ders(self) -> tuple[bytes, ...]:
        """All of them as DER, each once, in the order of the file."""
        return tuple(self._all)

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


_KEYSTORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_JCEKS = "it is a JCEKS store, which takes -Djavax.net.ssl.trustStoreType=JCEKS"


def load(data: bytes, table: CertificateTable) -> Loaded:
    """Return what Java loads: everything in a file of certificates has to be one, or it throws and has none.

    Keystores are read as `KeyStore` does for a trust store, with Java's usual password or none.
    """
    if data.startswith(_KEYSTORES):
        store = read_certificates(data)
        # the type that Java takes by default, pkcs12, reads JKS as well
        return Loaded(_accepted(store)) if store.format == "JKS" else Loaded((), _JCEKS)
    if _is_pkcs12(data):
        from tui_chain.clients.engines.java.keystore import trusted_entries

        ders, refused = trusted_entries(data)
        return Loaded(table.certificates(ders), refused)
    try:
        found = read_store(data, table).ders
    except JavaUnreadable as error:
        return Loaded((), str(error) if data else NOTHING)
    return Loaded(table.certificates(found), None if found else NOTHING)


def load_first(data: bytes, table: CertificateTable) -> Loaded:
    """Return what `keytool -importcert` takes: the first block, which has to be a certificate, and no other."""
    if data.startswith(_KEYSTORES) or _is_pkcs12(data):
        return Loaded((), "it is a store, not a certificate")
    try:
        first = next(_blocks(data), None)
        if first is not None and not table.is_usual(first):
            _check(first)
    except JavaUnreadable as error:
        return Loaded((), str(error))
    return Loaded((), NOTHING) if first is None else Loaded((table.certificate(first),))


def _accepted(store: Reading) -> tuple[Certificate, ...]:
    """What sun.security.validator.TrustStoreUtil takes: trusted entries, and of a key's chain the first."""
    behind = {place for chain in store.chains for place in chain[1:]}
    return tuple(one for place, one in enumerate(store.certificates) if place not in behind)


def _is_pkcs12(data: bytes) -> bool:
    """A PFX (RFC 7292 section 4) of version 3."""
    if data[:1] != b"\x30":
        return False
    try:
        version, content = islice(element(data).children(), 2)
    except (DERError, ValueError):
        return False
    return version.content == b"\x03" and version.tag == INTEGER and content.tag == SEQUENCE


def read_store(data: bytes, table: CertificateTable | None = None) -> JavaAnchors:
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
    table = table or CertificateTable()
    for der in certificates:
        if not table.is_usual(der):
            _check(der)
    return JavaAnchors(certificates)


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
