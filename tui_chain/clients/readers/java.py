"""How Java reads certificates: `CertificateFactory.generateCertificates`, character by character."""

from __future__ import annotations

from tui_chain.clients.trust_file import NOTHING, Loaded, certificate_of, decoded
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import DERError, element
from tui_chain.x509.formats.readers import Reading, read_certificates

_HYPHEN = ord("-")
_KEYSTORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_JCEKS = "it is a JCEKS store, which takes -Djavax.net.ssl.trustStoreType=JCEKS"
_LINE_ENDS = (None, ord("\r"), ord("\n"))


class _RefusedError(Exception):
    """Java throws; the text is the reason."""


def load_java(data: bytes) -> Loaded:
    """Read a file of certificates: everything in it has to be one, or Java throws and has none.

    Keystores are read as `KeyStore` does for a trust store, with Java's usual password or none.
    """
    if data.startswith(_KEYSTORES):
        store = read_certificates(data)
        # the type that Java takes by default, pkcs12, reads JKS as well
        return Loaded(_accepted(store)) if store.format == "JKS" else Loaded((), _JCEKS)
    try:
        first, at = _block(data, 0)
        if first is None:
            return Loaded((), NOTHING)
        message = read_certificates(first)
        if message.format == "PKCS#12":
            message = message if message.certificates else read_certificates(first, password=b"changeit")
            return Loaded(message.certificates, None if message.certificates else "it needs a password")
        if message.format == "PKCS#7":
            return Loaded(message.certificates)
        return Loaded(tuple(_certificates(data, first, at)))
    except (_RefusedError, DERError) as error:
        return Loaded((), str(error))


def _accepted(store: Reading) -> tuple[Certificate, ...]:
    """What sun.security.validator.TrustStoreUtil takes: trusted entries, and of a key's chain the first."""
    behind = {place for chain in store.chains for place in chain[1:]}
    return tuple(one for place, one in enumerate(store.certificates) if place not in behind)


def load_keytool(data: bytes) -> Loaded:
    """Read as `keytool -importcert` does: the first block, which has to be a certificate, and nothing below it."""
    if read_certificates(data).format in {"PKCS#12", "JKS", "JCEKS"}:
        return Loaded((), "it is a store, not a certificate")
    try:
        first, _ = _block(data, 0)
    except (_RefusedError, DERError) as error:
        return Loaded((), str(error))
    if first is None:
        return Loaded((), NOTHING)
    certificate = _certificate(first)
    return Loaded((), "its first block is not a certificate") if certificate is None else Loaded((certificate,))


def _certificates(data: bytes, first: bytes, at: int) -> list[Certificate]:
    found: list[Certificate] = []
    block: bytes | None = first
    while block is not None:
        certificate = _certificate(block)
        if certificate is None:
            raise _RefusedError("a block is not a certificate")
        found.append(certificate)
        block, at = _block(data, at)
    return found


def _certificate(block: bytes) -> Certificate | None:
    """The certificate that a block is; one with anything behind it, as trust settings are, is none for Java."""
    certificate = certificate_of(block)
    return (
        certificate
        if certificate is not None and certificate.parsed is not None and certificate.der == block
        else None
    )


def _block(data: bytes, at: int) -> tuple[bytes | None, int]:
    """The next block from `at` and where it ends, as X509Factory.readOneBlock takes it; None at the end."""
    if at >= len(data):
        return None, at
    if data[at] == 0x30:  # a SEQUENCE, and the digit 0
        found = element(data, at)
        return found.raw, found.after
    start = _header(data, at)
    if start is None:
        return None, len(data)
    line = _line(data, start)
    header = data[start - 5 : line].rstrip()
    stop = data.find(b"-", line)
    if stop < 0:
        raise _RefusedError("the last block has no END line")
    end = _line(data, stop)
    _same_label(header, data[stop:end].rstrip())
    body = decoded(data[line:stop])
    if body is None:
        raise _RefusedError("a block is not base64")
    return body, end


def _header(data: bytes, at: int) -> int | None:
    """Where five hyphens at the start of a line end; the start of the data and of what was read counts."""
    place = at
    while (place := data.find(b"-----", place)) >= 0:
        before = data[place - 1] if place > at else None
        if before in _LINE_ENDS:
            return place + 5
        while place < len(data) and data[place] == _HYPHEN:
            place += 1
    return None


def _line(data: bytes, at: int) -> int:
    """Where the line at `at` ends, its line end included: LF, CR LF or CR."""
    for place in range(at, len(data)):
        if data[place] == ord("\n"):
            return place + 1
        if data[place] == ord("\r"):
            return place + (2 if data[place + 1 : place + 2] == b"\n" else 1)
    return len(data)


def _same_label(header: bytes, footer: bytes) -> None:
    begins = header.startswith(b"-----BEGIN ") and header.endswith(b"-----")
    ends = footer.startswith(b"-----END ") and footer.endswith(b"-----")
    if not begins or not ends:
        raise _RefusedError("something other than a BEGIN and an END line stands around a block")
    if header[11:] != footer[9:]:
        raise _RefusedError("a block's END line does not match its BEGIN line")
