"""Certificate revocation lists (RFC 5280 section 5), and those that go with a path for clients that check them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from cryptography import x509

from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import SEQUENCE, element
from tui_chain.x509.faults import UNREADABLE, Fault, attempt, or_none
from tui_chain.x509.formats.pem import blocks, decoded, has_blocks, pem_block
from tui_chain.x509.names import CanonicalName, canonical, common_name, rfc4514

CRL_LABEL = "X509 CRL"
"""Label of a CRL's PEM block (RFC 7468 section 6)."""
MAX_CRLS = 1000
"""CRLs that are read from one file."""

T = TypeVar("T")


class CrlScope(StrEnum):
    """Which certificates of a path a client looks up in CRLs: every one, or the leaf alone."""

    CHAIN = "chain"
    LEAF = "leaf"

    @property
    def flag(self) -> str:
        """The name of Python's verify flag, in the module ssl."""
        return f"VERIFY_CRL_CHECK_{self.value.upper()}"

    @property
    def python(self) -> str:
        """The line of Python that turns the check on for `context`.

        Over a whole chain PARTIAL_CHAIN, which Python 3.13 and later set by themselves, has to go: with it OpenSSL
        ends the chain at an intermediate of the file, and finds no key for the CRL that has it (code 3 or 8).
        """
        if self is CrlScope.LEAF:
            return f"context.verify_flags |= ssl.{self.flag}"
        return f"context.verify_flags = context.verify_flags & ~ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.{self.flag}"


@dataclass(frozen=True)
class RevocationList:
    """A CRL, equal and hashed by its DER bytes; reading any property never raises.

    Texts are safe for a terminal, times aware, in UTC. What cannot be read is None, or says so.
    """

    der: bytes = field(repr=False)

    @cached_property
    def parsed(self) -> x509.CertificateRevocationList | None:
        """The list as cryptography parsed it, or None where it refuses."""
        return or_none(attempt("CRL", lambda: x509.load_der_x509_crl(self.der)))

    def _read(self, field_name: str, read: Callable[[x509.CertificateRevocationList], T]) -> T | None:
        parsed = self.parsed
        return None if parsed is None else or_none(attempt(field_name, lambda: read(parsed)))

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def issuer(self) -> str:
        """Who made it, as RFC 4514 text."""
        return self._read("issuer", lambda crl: rfc4514(crl.issuer)) or UNREADABLE

    @cached_property
    def issuer_name(self) -> CanonicalName | None:
        """Who made it, in comparable form."""
        return self._read("issuer", lambda crl: canonical(crl.issuer))

    @cached_property
    def label(self) -> str:
        """The shortest name of who made it."""
        return self._read("issuer", lambda crl: common_name(crl.issuer)) or self.issuer

    @cached_property
    def this_update(self) -> datetime | None:
        """From when on it holds."""
        return self._read("thisUpdate", lambda crl: crl.last_update_utc)

    @cached_property
    def next_update(self) -> datetime | None:
        """Until when it holds; None too where it does not say so."""
        return self._read("nextUpdate", lambda crl: crl.next_update_utc)

    @cached_property
    def extensions(self) -> x509.Extensions | None:
        """Its extensions, or None where one of them cannot be read."""
        return self._read("extensions", lambda crl: crl.extensions)

    @cached_property
    def number(self) -> int | None:
        """Its CRL number, of at most 20 octets (RFC 5280 section 5.2.3), or None."""
        found = _extension(self.extensions, x509.CRLNumber)
        return None if found is None or found.crl_number.bit_length() > _NUMBER_BITS else found.crl_number

    @cached_property
    def distribution_point(self) -> x509.IssuingDistributionPoint | None:
        """For which certificates it is (RFC 5280 section 5.2.5); None: for all of its issuer's."""
        return _extension(self.extensions, x509.IssuingDistributionPoint)

    def in_force(self, at: datetime) -> bool:
        """Whether OpenSSL takes it at a time (aware): it has begun, has not ended, and says when it ends."""
        begin, end = self.this_update, self.next_update
        return begin is not None and end is not None and begin <= at < end

    def lookup(self, certificate: Certificate) -> x509.RevokedCertificate | Fault | None:
        """The entry of a certificate by its serial number, None where it has none, or why that is not known."""
        parsed, serial = self.parsed, certificate.serial
        if parsed is None or serial is None:
            return Fault("entry", "the list or the serial number cannot be read")
        return attempt("entry", lambda: parsed.get_revoked_certificate_by_serial_number(serial))

    @cached_property
    def scope_flaw(self) -> str | None:
        """Why no certificate can be looked up in it here (RFC 5280 sections 5.2 and 5.3), or None."""
        if self.extensions is None:
            return "its extensions cannot be read"
        if any(one.oid == x509.DeltaCRLIndicator.oid for one in self.extensions):
            return "it is a delta list, which says only what has changed"
        if any(one.critical and one.oid not in _KNOWN for one in self.extensions):
            return "it has a critical extension that is not known here"
        if self._read("entries", _has_critical_entry) is not False:
            return "an entry of it has a critical extension that is not known here"
        return None

    def out_of_scope(self, certificate: Certificate) -> str | None:
        """Why it does not speak of `certificate` (RFC 5280 section 6.3.3 (b)), or None.

        A part of an issuer's certificates counts only where the certificate names that part's place.
        """
        point, parsed = self.distribution_point, self.parsed
        if self.scope_flaw is not None or point is None or parsed is None:
            return self.scope_flaw
        others = point.only_contains_user_certs if certificate.is_ca else point.only_contains_ca_certs
        if point.indirect_crl or point.only_contains_attribute_certs or others or point.only_some_reasons:
            return "it is for other certificates than this one"
        if attempt("place", lambda: _same_place(point, certificate, parsed.issuer)) is not True:
            return "it is a part of its issuer's list, for certificates that name another place"
        return None


_KNOWN = frozenset({x509.IssuingDistributionPoint.oid, x509.AuthorityKeyIdentifier.oid, x509.CRLNumber.oid})
_TRUE = b"\x01\x01\xff"
"""DER of BOOLEAN TRUE, which marks a critical extension."""
_NUMBER_BITS = 160
_REVOKED_AT = range(3, 7)
"""Places in a TBSCertList where revokedCertificates may stand (RFC 5280 section 5.1)."""

E = TypeVar("E", bound=x509.ExtensionType)


def _extension(extensions: x509.Extensions | None, kind: type[E]) -> E | None:
    try:
        return None if extensions is None else extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _has_critical_entry(crl: x509.CertificateRevocationList) -> bool:
    """Whether any entry has a critical extension: the certificateIssuer of an indirect list, or an unknown one.

    Reading 100,000 entries takes a second, so that is done only where their bytes have TRUE in them.
    """
    parts = list(element(crl.tbs_certlist_bytes).children())
    lists = [part for place, part in enumerate(parts) if place in _REVOKED_AT and part.tag == SEQUENCE]
    if not any(_TRUE in part.content for part in lists):
        return False
    return any(extension.critical for entry in crl for extension in entry.extensions)


def _same_place(point: x509.IssuingDistributionPoint, certificate: Certificate, issuer: x509.Name) -> bool:
    """Whether a list is of no place of its own, or of one of the places that the certificate names."""
    own = _places(point, issuer)
    named = certificate.extension_set.get(x509.CRLDistributionPoints) or ()
    return not own or any(not own.isdisjoint(_places(one, issuer)) for one in named)


def _places(
    point: x509.IssuingDistributionPoint | x509.DistributionPoint, issuer: x509.Name
) -> set[x509.GeneralName]:
    """The names of a distribution point; one relative to the CRL's issuer is written out."""
    if point.relative_name is not None:
        return {x509.DirectoryName(x509.Name([*issuer.rdns, point.relative_name]))}
    return set(point.full_name or ())


def find_crls(data: bytes) -> tuple[tuple[int, RevocationList], ...]:
    """Find the CRLs of a file, PEM or DER, that can be read: each with its line, counted from 1; never raises."""
    body = data.removeprefix(b"\xef\xbb\xbf")
    if not has_blocks(body):
        whole = RevocationList(body)
        return ((1, whole),) if body[:1] == b"\x30" and whole.parsed is not None else ()
    found: list[tuple[int, RevocationList]] = []
    for block in blocks(body) if CRL_LABEL.encode() in body else ():
        der = decoded(block.body) if block.label == CRL_LABEL and not block.fault else ""
        crl = RevocationList(der) if isinstance(der, bytes) else None
        if crl is not None and crl.parsed is not None:
            found.append((block.line, crl))
        if len(found) == MAX_CRLS:
            break
    return tuple(found)


def crls_of(data: bytes) -> tuple[RevocationList, ...]:
    """The CRLs of a file, each once, in their order."""
    return tuple(dict.fromkeys(crl for _, crl in find_crls(data)))


def crl_to_pem(crl: RevocationList) -> str:
    """Return one PEM block: 64 characters a line, LF, a newline at the end (RFC 7468 sections 2 and 6)."""
    return pem_block(CRL_LABEL, crl.der)


@dataclass(frozen=True)
class CheckedCrl:
    """A CRL that was believed when it was gathered; `source` says where it came from, as safe text."""

    crl: RevocationList
    source: str

    @property
    def place(self) -> str:
        """The URL, or the file."""
        return self.source.removeprefix("CRL ")


@dataclass(frozen=True)
class CrlSet:
    """The CRLs that a client needs which checks as `scope` says, each once, those of leaves' issuers first.

    `clients` says by the id of a client family that can check whether it accepts, with the check turned on and the
    bundle's certificates as the only anchors; empty until that was proven.
    """

    scope: CrlScope
    lists: tuple[CheckedCrl, ...]
    clients: Mapping[str, bool] = field(default_factory=dict)

    @property
    def until(self) -> datetime:
        """When the first of them ends, UTC: from then on clients that check refuse the host."""
        return min(end for one in self.lists if (end := one.crl.next_update) is not None)

    @property
    def crls(self) -> tuple[RevocationList, ...]:
        """The lists themselves."""
        return tuple(one.crl for one in self.lists)

    def joined(self, others: Iterable[CrlSet]) -> CrlSet:
        """The lists of several hosts, each once; what was proven of one host is left out."""
        unique: dict[RevocationList, CheckedCrl] = {}
        for one in (*self.lists, *(one for other in others for one in other.lists)):
            unique.setdefault(one.crl, one)
        return CrlSet(self.scope, tuple(unique.values()))


def joined(found: Sequence[CrlSet]) -> CrlSet | None:
    """The lists of several hosts as one, or None for no host; all have one scope."""
    return found[0].joined(found[1:]) if found else None
