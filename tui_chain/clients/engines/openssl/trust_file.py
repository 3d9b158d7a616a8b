"""What OpenSSL loads from a trust file: its own parser decides, that of the Python that runs this.

Which certificates those are, `ssl` does not tell (`get_ca_certs` has CAs alone): the blocks are found as
crypto/pem/pem_lib.c of 3.x finds them, and the number that was loaded says how many of them count.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.clients.trust_file import NOTHING, CertificateTable, Loaded, decoded
from tui_chain.core.text import safe_text
from tui_chain.trust.settings import refused_anchors
from tui_chain.x509.crl import CRL_LABEL, RevocationList
from tui_chain.x509.der import DERError, element

REJECTED = "trust settings reject certificates for TLS servers"
"""Why certificates that OpenSSL has loaded are left out."""
LINE = 254
"""Bytes of a line that `BIO_gets` hands on at once; the rest of a longer line counts as a line of its own."""

_BEGIN, _END, _TAIL = b"-----BEGIN ", b"-----END ", b"-----"
_PLAIN = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE"})
_CERTIFICATES = _PLAIN | {b"TRUSTED CERTIFICATE"}
_CRL = CRL_LABEL.encode()
_BOM = b"\xef\xbb\xbf"
_LOCKED = re.compile(rb"-----BEGIN [^\n]{0,20}CERTIFICATE-----[^\n]{0,254}\n?Proc-Type:")
"""A certificate below an RFC 1421 header, of which each but an encrypted one's is refused; a long line has two."""
_USUAL = re.compile(rb"-----BEGIN CERTIFICATE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END CERTIFICATE-----(?:\n|\Z)")
_ASCII = bytes((*range(128), *(1,) * 128))
_BLANKS = bytes((*range(33), *range(128, 256)))
"""What sanitize_line takes off the end of a line: its characters are signed, so that what is no ASCII counts too."""


@dataclass(frozen=True)
class StoreBlock:
    """A block that OpenSSL's PEM reader hands on: its label and its bytes."""

    label: bytes
    der: bytes

    @property
    def certificate(self) -> bytes:
        """The certificate at its start, without what follows it."""
        try:
            return element(self.der).raw
        except DERError:
            return self.der


class BadBlockError(Exception):
    """The reader stops here; the text is the reason."""


def load_store(data: bytes, table: CertificateTable) -> Loaded:
    """Load a CA file as `SSL_CTX_load_verify_locations` does: certificates and CRLs, all of them or nothing.

    Certificates that their owner rejects for TLS servers are loaded and trusted for none: they are left out.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        with as_path(data) as path:
            context.load_verify_locations(cafile=path)
    except (ssl.SSLError, OSError) as error:
        return Loaded((), _reason(data, error))
    found, damage = _read(data)
    ders = _counted([one.certificate for one in found if one.label in _CERTIFICATES], context)
    table.read_by_openssl.update(ders)
    if damage is None:
        table.loaded_whole = data, tuple(one.certificate for one in found if one.label in _PLAIN)
    rejected = refused_anchors(data)
    trusted = table.certificates(der for der in ders if der not in rejected)
    why = REJECTED if len(trusted) < len(ders) else None
    return Loaded(trusted, why, tuple(RevocationList(one.certificate) for one in found if one.label == _CRL))


def load_each(data: bytes, table: CertificateTable) -> Loaded:
    """Load one certificate after the other as Node does (`PEM_read_bio_X509` in a loop, AddCertsFromFile).

    What stood before the first damage stays loaded. Python's `cadata` is read by the same loop.
    """
    if table.loaded_whole is not None and table.loaded_whole[0] is data:
        whole = table.loaded_whole[1]
        return Loaded(table.certificates(whole), None if whole else NOTHING)
    found, damage = _read(data)
    plain = [one.certificate for one in found if one.label in _PLAIN]
    if damage is None and table.read_by_openssl.issuperset(plain):
        return Loaded(table.certificates(plain), None if plain else NOTHING)
    context, refused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), None
    try:
        context.load_verify_locations(cadata=_as_read_from_file(data) or "\n")
    except ssl.SSLError as error:
        refused = NOTHING if damage is None and not plain else _reason(data, error)
    return Loaded(table.certificates(_counted(plain, context)), refused)


def _counted(ders: list[bytes], context: ssl.SSLContext) -> list[bytes]:
    """The certificates up to the number that the context holds, each counted once, in their order."""
    room, seen, kept = context.cert_store_stats()["x509"], set[bytes](), list[bytes]()
    for der in ders:
        if der not in seen and len(seen) == room:
            break
        seen.add(der)
        kept.append(der)
    if len(seen) < room:
        kept += (der for der in context.get_ca_certs(binary_form=True) if der not in seen)
    return kept


def _reason(data: bytes, error: OSError) -> str:
    """Why OpenSSL stops: what is found at the place where it does, else in its own words."""
    found, damage = _read(data)
    reason = getattr(error, "reason", None) or str(error)
    if damage is not None:
        return damage
    if reason == "NO_CERTIFICATE_OR_CRL_FOUND":
        return NOTHING
    if "PEM lib" in reason and any(one.label.endswith(b"PRIVATE KEY") for one in found):
        return "it cannot decode a private key in the file"
    own = _PLACE.sub("", safe_text(str(reason)))
    # what Python says of text in memory stands for a file here
    return "a block cannot be decoded" if "cadata" in own else f"a block cannot be decoded ({own})"


_PLACE = re.compile(r"^\[[A-Z0-9_: ]+\] | \(_ssl\.c:\d+\)$")
"""What Python puts around OpenSSL's own words: the library, and a line of its source."""


def _read(data: bytes) -> tuple[list[StoreBlock], str | None]:
    """The blocks up to the first whose form is damaged, and what is wrong with that one, or None."""
    found: list[StoreBlock] = []
    try:
        for one in blocks(data):
            found.append(one)  # noqa: PERF402 - what stood before the damage stays
    except BadBlockError as error:
        return found, str(error)
    return found, None


def _as_read_from_file(data: bytes) -> str:
    """The text that `cadata`, which is a memory BIO, reads as Node reads a file.

    `fgets` loses what stands behind a NUL in a line, and a line that begins with one ends the file. A block that
    wants a password ends the loop: here it would ask on the terminal. `cadata` is ASCII; anything else is no base64,
    and a blank at the end of a line, as is 01.
    """
    lines = _without_nul(_lines(data)) if b"\0" in data else _lines(data)
    text = b"".join(lines)
    locked = _LOCKED.search(text)
    return (text if locked is None else text[: locked.start()]).translate(_ASCII).decode("ascii")


def _without_nul(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line.startswith(b"\0"):
            return
        yield line if b"\0" not in line else line[: line.index(b"\0")] + b"\n"


def blocks(data: bytes) -> Iterator[StoreBlock]:
    """Yield the blocks of a file as `PEM_read_bio` does; raises BadBlockError where that gives up.

    Blocks in their usual form, which nearly all are, need not be read line by line.
    """
    at = len(_BOM) if data.startswith(_BOM) else 0
    if b"\0" not in data and max(map(len, data.split(b"\n"))) < LINE:
        while (begin := _next_begin(data, at)) >= 0:
            found = _USUAL.match(data, begin)
            if found is None:
                break
            yield StoreBlock(b"CERTIFICATE", _decoded(None, found[1], b"CERTIFICATE"))
            at = found.end()
        if begin < 0:
            return
    yield from _line_by_line(data[at:])


def _next_begin(data: bytes, at: int) -> int:
    """Where the next line begins that begins as a BEGIN line, or -1; `at` is the start of a line."""
    if data.startswith(_BEGIN, at):
        return at
    found = data.find(b"\n" + _BEGIN, at)
    return found if found < 0 else found + 1


def _line_by_line(data: bytes) -> Iterator[StoreBlock]:
    lines = _without_nul(_lines(data)) if b"\0" in data else _lines(data)
    for line in lines:
        text = line.rstrip(_BLANKS)
        if text.startswith(_BEGIN) and text.endswith(_TAIL) and len(text) >= len(_BEGIN) + len(_TAIL):
            label = text[len(_BEGIN) : -len(_TAIL)]
            yield StoreBlock(label, _body(label, lines))


def _lines(data: bytes) -> Iterator[bytes]:
    """Each line with its line feed, in pieces of at most `LINE` bytes."""
    *lines, last = data.split(b"\n")
    for line in (*(line + b"\n" for line in lines), last):
        if len(line) <= LINE:
            yield line
        else:
            yield from (line[start : start + LINE] for start in range(0, len(line), LINE))


def _body(label: bytes, lines: Iterator[bytes]) -> bytes:
    """The block after its BEGIN line; a blank line makes what stood before it an RFC 1421 header."""
    header: bytes | None = None
    kept: list[bytes] = []
    for line in lines:
        text = line.rstrip(_BLANKS)
        if text.startswith(_END):
            if text != _END + label + _TAIL:
                raise BadBlockError("a block's END line does not match its BEGIN line")
            return _decoded(header, b"\n".join(kept), label)
        if not text:
            if header is not None:
                raise BadBlockError("a block has two blank lines")
            header, kept = b"\n".join(kept), []
            continue
        if text.startswith(_BEGIN):
            raise BadBlockError("a block begins inside another")
        kept.append(text)
    raise BadBlockError("the last block has no END line")


def _decoded(header: bytes | None, body: bytes, label: bytes) -> bytes:
    if header and not header.startswith(b"Proc-Type:"):
        raise BadBlockError("a block has a blank line in it")
    der = decoded(body)
    if der is None and not header:
        what = "a private key" if label.endswith(b"PRIVATE KEY") else "a block"
        raise BadBlockError(f"{what} is not base64")
    return der or b""
