"""CRLs made for one test: sound ones, and every odd one that a rule has to refuse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tui_chain.lab.authority import Authority, Identity, PrivateKey, Template
from tui_chain.revocation.crl import judge_crl
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList, find_crls
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer

ENTRY = x509.RevokedCertificateBuilder()
BEGIN, END = timedelta(hours=-2), timedelta(days=7)
Extra = tuple[tuple[x509.ExtensionType, bool], ...]


@dataclass(frozen=True)
class Oddity:
    """What is odd about a CRL; an empty one gives the profile of RFC 5280 section 5, in force for a week."""

    begin: timedelta = BEGIN
    end: timedelta = END
    extensions: Extra = ()
    entry_extensions: Extra = ()
    key: PrivateKey | None = None
    name: x509.Name | None = None
    number: int = 7
    now: datetime | None = field(default=None)


SOUND = Oddity()


def make_crl(ca: Authority, revoked: Iterable[Identity] = (), odd: Oddity = SOUND) -> RevocationList:
    """A CRL of `ca`, at its time, that lists some certificates as superseded."""
    now = odd.now or ca.now
    builder = x509.CertificateRevocationListBuilder(odd.name or ca.subject, now + odd.begin, now + odd.end)
    for one in revoked:
        entry = ENTRY.serial_number(one.certificate.serial_number).revocation_date(now + min(odd.begin, BEGIN))
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.superseded), critical=False)
        for extension, critical in odd.entry_extensions:
            entry = entry.add_extension(extension, critical)
        builder = builder.add_revoked_certificate(entry.build())
    usual: Extra = (
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), False),
        (x509.CRLNumber(odd.number), False),
    )
    for extension, critical in (*usual, *odd.extensions):
        builder = builder.add_extension(extension, critical)
    return RevocationList(builder.sign(odd.key or ca.key, hashes.SHA256()).public_bytes(Encoding.DER))


def issuing_point(
    *,
    url: str | None = None,
    relative: str | None = None,
    users: bool = False,
    authorities: bool = False,
    attributes: bool = False,
    indirect: bool = False,
    some_reasons: bool = False,
) -> Extra:
    """An issuingDistributionPoint (RFC 5280 section 5.2.5), critical as it has to be."""
    names = [x509.NameAttribute(x509.NameOID.COMMON_NAME, relative)] if relative else []
    point = x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(url)] if url else None,
        relative_name=x509.RelativeDistinguishedName(names) if names else None,
        only_contains_user_certs=users,
        only_contains_ca_certs=authorities,
        only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}) if some_reasons else None,
        indirect_crl=indirect,
        only_contains_attribute_certs=attributes,
    )
    return ((point, True),)


def naming(*urls: str, issuer: tuple[str, ...] = ()) -> Template:
    """A certificate that names these CRLs, each at a distribution point of its own."""
    points = [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in urls]
    return Template(urls=issuer, extensions=((x509.CRLDistributionPoints(points), False),))


def look_up(data: bytes, certificate: Certificate, issuer: Certificate, *, at: datetime) -> RevocationAnswer:
    """What a CRL, DER or PEM, says of a certificate at the time `at`; what is no CRL says nothing."""
    found = find_crls(data)
    if not found:
        return RevocationAnswer(Means.CRL, Revocation.UNKNOWN, "it is no CRL")
    return judge_crl(found[0][1], certificate, issuer, at=at)
