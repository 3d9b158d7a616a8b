"""Certificates out of PKCS#12 files (RFC 7292), past the private keys in them.

What is encrypted is opened by cryptography (OpenSSL's PKCS12_parse). Without the right password it refuses the whole
file: so certificates in the clear, as Java and `openssl pkcs12 -certpbe NONE` may write them, are read here, and a
file with a private key is known for an identity. cryptography does not bound the rounds that a file takes to open: so
they are counted here. A key inside an encrypted part cannot be counted before that is opened: which is why nothing is
opened but files that the user named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tui_chain.x509.der import CONTEXT, INTEGER, SEQUENCE, DERError, Element, element
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.formats.reading import Harvest, ProblemKind

MAX_ROUNDS = 3_000_000
"""Rounds of key derivation for all of a file whose password was given: about a second's work. OpenSSL writes 2,048
for each part, each key and the MAC, Java 10,000."""
MAX_ROUNDS_UNASKED = 100_000
"""The same for a file without a password: some 50 ms."""

_DATA, _ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
_BAGS = "1.2.840.113549.1.12.10.1"
_KEY, _SHROUDED_KEY, _CERTIFICATE, _NESTED = f"{_BAGS}.1", f"{_BAGS}.2", f"{_BAGS}.3", f"{_BAGS}.6"
_X509 = "1.2.840.113549.1.9.22.1"
_MAX_DEPTH = 4
_MANY = 1 << 40
_PRIVATE_KEY = "a private key, which was not read"
_CUT = "the PKCS#12 file cannot be read on, and may hold a private key"


def harvest_pkcs12(whole: Element, line: int, harvest: Harvest) -> None:
    """Gather the certificates of a PFX (RFC 7292 section 4) in their order; raises DERError where it is malformed.

    Without a password the empty one is tried, which many files have; what a server sent is not decrypted at all.
    """
    _version, safe, *mac = whole.children()
    kind, *content = safe.expect(SEQUENCE).children()
    if kind.oid() != _DATA or not content:
        harvest.complain(line, "PKCS#12 sealed with a public key, which is not read", ProblemKind.OTHER)
        return
    before = harvest.seen, len(harvest.problems)
    parts = element(content[0].expect(CONTEXT).first().octets()).expect(SEQUENCE)
    reader = _Parts(line, harvest)
    try:
        reader.read(parts)
    except DERError as error:
        # what cannot be read may be a key: the certificates are shown, and trusted as little as an identity's
        harvest.complain(line, f"{_CUT}: {error}", ProblemKind.PRIVATE_KEY)
        return
    if reader.encrypted:
        reader.rounds += sum(map(_integers, mac))
        reader.decrypt(whole)
    if (harvest.seen, len(harvest.problems)) == before:
        harvest.complain(line, "a PKCS#12 file without certificates", ProblemKind.OTHER)


@dataclass(eq=False)
class _Parts:
    """Reads what is in the clear, and counts what the rest would cost."""

    line: int
    harvest: Harvest
    encrypted: bool = False
    keys: int = 0
    rounds: int = 0
    _clear: set[bytes] = field(default_factory=set)

    def read(self, parts: Element) -> None:
        """AuthenticatedSafe (RFC 7292 section 4.1)."""
        for part in self._while_room(parts):
            kind, content = part.expect(SEQUENCE).children()
            if kind.oid() == _DATA:
                self._bags(element(content.first().octets()), _MAX_DEPTH)
            elif kind.oid() == _ENCRYPTED:
                _version, info = content.expect(CONTEXT).first().expect(SEQUENCE).children()
                _type, algorithm, _content = info.expect(SEQUENCE).children()
                self.encrypted = True
                self.rounds += _integers(algorithm)
            else:
                self._complain("a part of the PKCS#12 file is sealed with a public key", ProblemKind.OTHER)

    def _bags(self, bags: Element, depth: int) -> None:
        """SafeContents (RFC 7292 section 4.2)."""
        for bag in self._while_room(bags.expect(SEQUENCE)):
            kind, value, *_attributes = bag.expect(SEQUENCE).children()
            if kind.oid() in {_KEY, _SHROUDED_KEY}:
                self.keys += 1
                self._complain(_PRIVATE_KEY, ProblemKind.PRIVATE_KEY)
                self.rounds += _integers(value.first().first()) if kind.oid() == _SHROUDED_KEY else 0
            elif kind.oid() == _CERTIFICATE:
                form, wrapped = value.first().expect(SEQUENCE).children()
                # a bag of another form, SDSI, is reported as the certificate that it is not
                self._add(wrapped.first().octets() if form.oid() == _X509 else form.raw)
            elif kind.oid() == _NESTED and depth > 0:
                self._bags(value.first(), depth - 1)
            else:
                self._complain(f"a bag of the kind {kind.oid()}, no certificate", ProblemKind.OTHER)

    def decrypt(self, whole: Element) -> None:
        """Let cryptography open the file: it checks the MAC, and decrypts certificates and private keys."""
        password = self.harvest.password
        bound = MAX_ROUNDS_UNASKED if password is None else MAX_ROUNDS
        if self.harvest.foreign:
            self._complain("the PKCS#12 file is encrypted, and what a server sends is not decrypted")
            return
        if self.rounds > bound:
            needs = "needs its password, even an empty one" if password is None else "is not opened"
            self._complain(f"the PKCS#12 file {needs}: its keys take {self.rounds:,} rounds to derive")
            return
        from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

        opened = attempt("PKCS#12", lambda: pkcs12.load_pkcs12(whole.raw, password))
        if isinstance(opened, Fault):
            self._complain(_refusal(opened, password))
            return
        for entry in (opened.cert, *opened.additional_certs):
            der = b"" if entry is None else entry.certificate.public_bytes(Encoding.DER)
            if der and der not in self._clear:
                self.harvest.add(self.line, der)
        if opened.key is not None and not self.keys:
            self._complain(_PRIVATE_KEY, ProblemKind.PRIVATE_KEY)

    def _while_room(self, sequence: Element) -> Iterator[Element]:
        for child in sequence.expect(SEQUENCE).children():
            if self.harvest.full:
                return
            yield child

    def _add(self, der: bytes) -> None:
        self._clear.add(der)
        self.harvest.add(self.line, der)

    def _complain(self, reason: str, kind: ProblemKind = ProblemKind.PASSWORD) -> None:
        self.harvest.complain(self.line, reason, kind)


def _integers(parameters: Element) -> int:
    """Add up the numbers in the parameters of an encryption or a MAC: rounds, and now and then a key's length."""
    if parameters.tag == INTEGER:
        return max(0, min(parameters.integer(), _MANY))
    return sum(map(_integers, parameters.children())) if parameters.tag == SEQUENCE else 0


def _refusal(fault: Fault, password: bytes | None) -> str:
    if "password" not in fault.reason:
        return f"the PKCS#12 file cannot be opened: {fault.reason}"
    if password is None:
        return "the PKCS#12 file is encrypted and needs its password"
    return "the password is not the one of this PKCS#12 file, or the file is damaged"
