"""What stands in a trust file, read as tolerantly as can be: what findings and fixes rest on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from tui_chain.clients.trust_file import CertificateTable, decoded
from tui_chain.trust.settings import TrustSettings, settings_of
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CRL_LABEL, RevocationList
from tui_chain.x509.der import BIT_STRING, SEQUENCE, DERError, element
from tui_chain.x509.formats.readers import MAX_CERTIFICATES, read_certificates

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 #]+)-----")
_END = re.compile(rb"-----END ([A-Z0-9 #]+)-----")
TRUSTED = "TRUSTED CERTIFICATE"
"""Label of a certificate with its owner's trust settings (X509_AUX)."""
_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", TRUSTED})
_STORES = frozenset({"PKCS#12", "PKCS#7", "JKS", "JCEKS"})


@dataclass(frozen=True)
class ScannedBlock:
    """One PEM block: its line, counted from 1, its label, the certificate or CRL in it or why there is none.

    `der` is all that it holds, what follows the certificate too.
    """

    line: int
    label: str
    certificate: Certificate | None = None
    problem: str | None = None
    crl: RevocationList | None = None
    der: bytes = b""

    @property
    def settings(self) -> TrustSettings | None:
        """For which uses its owner trusts or rejects the certificate, where a TRUSTED CERTIFICATE says so."""
        return settings_of(self.der) if self.label == TRUSTED else None


@dataclass(frozen=True)
class Scan:
    """A file as it stands.

    `format` is `PEM`, `DER`, `PKCS#7`, `PKCS#12`, `JKS`, `JCEKS`, `UTF-16`, `empty` or `unknown`.
    """

    data: bytes
    format: str
    blocks: tuple[ScannedBlock, ...] = ()

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """Every certificate that can be saved, in the file's order, duplicates kept."""
        return tuple(block.certificate for block in self.blocks if block.certificate is not None)

    @cached_property
    def crls(self) -> tuple[RevocationList, ...]:
        """Every CRL that can be read, in the file's order, duplicates kept."""
        return tuple(block.crl for block in self.blocks if block.crl is not None)

    @property
    def with_settings(self) -> tuple[ScannedBlock, ...]:
        """The blocks whose owner set for which uses the certificate is trusted or rejected."""
        return tuple(block for block in self.blocks if block.settings is not None)

    @property
    def private_key(self) -> ScannedBlock | None:
        """The first private key in the file, or None."""
        return next((block for block in self.blocks if block.label.endswith("PRIVATE KEY")), None)


def scan(data: bytes, table: CertificateTable | None = None) -> Scan:
    """Look at the bytes of a file; never raises. `table` keeps its certificates."""
    table = table or CertificateTable()
    if not data.strip():
        return Scan(data, "empty")
    if data.startswith(_UTF16):
        text = data.decode("utf-16", "replace").encode("ascii", "replace")
        return Scan(data, "UTF-16", tuple(_pem_blocks(text, table)))
    if _BEGIN.search(data):
        return Scan(data, "PEM", tuple(_pem_blocks(data, table)))
    return _container(data)


def _pem_blocks(data: bytes, table: CertificateTable) -> list[ScannedBlock]:
    """Cut at every BEGIN, so that a block without its END costs no other."""
    begins = list(_BEGIN.finditer(data))[:MAX_CERTIFICATES]
    ends = [begin.start() for begin in begins[1:]] + [len(data)] * bool(begins)
    found: list[ScannedBlock] = []
    line, counted = 1, 0
    for begin, limit in zip(begins, ends, strict=True):
        line += data.count(b"\n", counted, begin.start())
        counted = begin.start()
        found += _blocks(line, begin[1].decode("ascii"), data[begin.end() : limit], table)
    return found


def _blocks(line: int, label: str, rest: bytes, table: CertificateTable) -> list[ScannedBlock]:
    if label not in _LABELS and label not in {"PKCS7", CRL_LABEL}:
        return [ScannedBlock(line, label)]
    end = _END.search(rest)
    if end is None:
        return [ScannedBlock(line, label, problem="the block has no END line")]
    der = decoded(rest[: end.start()])
    if der is None:
        return [ScannedBlock(line, label, problem="the block is not base64")]
    if label == "PKCS7":
        return [ScannedBlock(line, label, certificate) for certificate in read_certificates(der).certificates]
    certificate, crl = (None, _crl(der)) if label == CRL_LABEL else (_certificate(der, table), None)
    if certificate is None and crl is None:
        kind = "CRL" if label == CRL_LABEL else "certificate"
        return [ScannedBlock(line, label, problem=f"what it holds is not a {kind}")]
    different = end[1].decode("ascii") != label
    problem = "its END line names another kind" if different else None
    return [ScannedBlock(line, label, certificate, problem, crl, der)]


def _certificate(der: bytes, table: CertificateTable) -> Certificate | None:
    """The certificate at the start of `der`, what follows it cut off, or None where nobody could read one."""
    try:
        found = table.certificate(element(der).raw)
    except DERError:
        found = table.certificate(der)
    return found if found.parseable or found.has_form else None


def _crl(der: bytes) -> RevocationList | None:
    """The CRL at the start of `der`, or None; OpenSSL reads some whose times cryptography refuses."""
    try:
        whole = element(der).expect(SEQUENCE)
        tags = [one.tag for one in whole.children()]
    except DERError:
        return None
    return RevocationList(whole.raw) if tags == [SEQUENCE, SEQUENCE, BIT_STRING] else None


def _container(data: bytes) -> Scan:
    """What is no PEM; a PKCS#12 store opens without a password, or with Java's usual one."""
    reading = read_certificates(data)
    if reading.format == "PKCS#12" and not reading.certificates:
        reading = read_certificates(data, password=b"changeit")
    found = [ScannedBlock(1, reading.format, certificate) for certificate in reading.certificates]
    found += (ScannedBlock(1, "PRIVATE KEY") for _ in reading.private_keys)
    if not found and reading.format not in _STORES:
        return Scan(data, "unknown")
    problem = () if found else (ScannedBlock(1, reading.format, problem="it cannot be opened or holds nothing"),)
    return Scan(data, reading.format, (*found, *problem))
