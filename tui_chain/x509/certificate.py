"""One tolerant, lazy view over a certificate's raw DER: reading any property never raises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tui_chain.core.text import safe_text
from tui_chain.x509.der import element
from tui_chain.x509.distinguished_names import CanonicalName
from tui_chain.x509.extensions import PATH_EXTENSIONS, extension_name, purpose_name
from tui_chain.x509.faults import UNREADABLE, Fault, attempt, or_none
from tui_chain.x509.fields import CertificateCore
from tui_chain.x509.keys import PublicKey
from tui_chain.x509.names import AlternativeNames, canonical, general_name_text, general_names, general_uri

if TYPE_CHECKING:
    from tui_chain.x509.name_constraints import NameConstraints

__all__ = ["UNREADABLE", "Certificate", "ExtensionRow", "Fault", "PublicKey"]

MAX_VALUE = 2000
"""Characters of an extension's value that are shown."""


class ExtensionRow(NamedTuple):
    """One extension for the eye: dotted OID, its name or the OID again, critical flag, safe text of its value."""

    oid: str
    name: str
    critical: bool
    text: str


@dataclass(frozen=True, repr=False)
class Certificate(CertificateCore):
    """A certificate as it is: equal and hashed by its DER bytes, everything else read on demand.

    Properties give a default where the certificate cannot be read; `faults` names those and the reason.
    Texts are safe for a terminal, but for URLs and DNS names, which are raw. Times are aware, in UTC.
    """

    @cached_property
    def label(self) -> str:
        """The shortest name a person knows it by: common name, first alternative name, or subject."""
        return self.common_name or next(iter(self.alternative_names.texts()), self.subject)

    # -- keys and authority

    @cached_property
    def key_id(self) -> str | None:
        """Subject key identifier (RFC 5280 section 4.2.1.2), lower-case hex, or None."""
        found = self._extensions.get(x509.SubjectKeyIdentifier)
        return None if found is None else found.digest.hex()

    @cached_property
    def _authority(self) -> x509.AuthorityKeyIdentifier | None:
        return self._extensions.get(x509.AuthorityKeyIdentifier)

    @property
    def authority_key_id(self) -> str | None:
        """Key identifier of the authority (RFC 5280 section 4.2.1.1), lower-case hex, or None."""
        digest = None if self._authority is None else self._authority.key_identifier
        return None if digest is None else digest.hex()

    @property
    def authority_serial(self) -> int | None:
        """Serial number of the authority's certificate (RFC 5280 section 4.2.1.1), or None."""
        return None if self._authority is None else self._authority.authority_cert_serial_number

    @property
    def authority_issuer(self) -> CanonicalName | None:
        """Name of the authority's own issuer (RFC 5280 section 4.2.1.1) in comparable form, or None."""
        names = None if self._authority is None else self._authority.authority_cert_issuer
        found = next((name for name in names or () if isinstance(name, x509.DirectoryName)), None)
        return None if found is None else or_none(attempt("authority", lambda: canonical(found.value)))

    @cached_property
    def basic_constraints(self) -> x509.BasicConstraints | None:
        """Basic constraints (RFC 5280 section 4.2.1.9), or None if absent or unreadable."""
        return self._extensions.get(x509.BasicConstraints)

    @cached_property
    def is_ca(self) -> bool:
        """Whether it says CA:TRUE, or is a self-issued certificate of version 1, which has no place to say it."""
        if self.basic_constraints is not None:
            return self.basic_constraints.ca
        return self.self_issued and self.version == 1

    # -- what it may be used for

    @cached_property
    def key_usage(self) -> x509.KeyUsage | None:
        """Key usage (RFC 5280 section 4.2.1.3), or None if absent or unreadable."""
        return self._extensions.get(x509.KeyUsage)

    @cached_property
    def extended_key_usage(self) -> tuple[x509.ObjectIdentifier, ...] | None:
        """Extended key usages (RFC 5280 section 4.2.1.12), or None if absent or unreadable."""
        found = self._extensions.get(x509.ExtendedKeyUsage)
        return None if found is None else tuple(found)

    @property
    def extended_key_usage_names(self) -> tuple[str, ...]:
        """Extended key usages in words, as in `serverAuth`, or dotted; empty if absent or unreadable."""
        return tuple(purpose_name(oid.dotted_string) for oid in self.extended_key_usage or ())

    @property
    def for_servers(self) -> bool:
        """Whether the extended key usage lets it, or the certificates under it, serve TLS; not if unreadable."""
        if self.extended_key_usage is None:
            return x509.ExtendedKeyUsage.oid.dotted_string not in self.unreadable_extensions
        return not _SERVING.isdisjoint(self.extended_key_usage)

    @cached_property
    def name_constraints(self) -> NameConstraints | None:
        """Name constraints (RFC 5280 section 4.2.1.10), or None if absent or unreadable."""
        found = self._extensions.get(x509.NameConstraints)
        if found is None:
            return None
        from tui_chain.x509.name_constraints import name_constraints  # few certificates have any

        return or_none(attempt("nameConstraints", lambda: name_constraints(found)))

    @cached_property
    def must_staple(self) -> bool:
        """Whether the server has to send an OCSP response along (RFC 7633)."""
        found = self._extensions.get(x509.TLSFeature)
        return found is not None and x509.TLSFeatureType.status_request in found

    # -- names and addresses

    @cached_property
    def alternative_names(self) -> AlternativeNames:
        """DNS names and IP addresses of the subjectAltName; empty if absent or unreadable.

        Where cryptography refuses the extension for one odd entry, the others are there all the same.
        """
        found = self._extensions.get(x509.SubjectAlternativeName)
        if found is not None:
            return _alternative_names(found)
        raw = self._extensions.raw(x509.SubjectAlternativeName)
        names = None if raw is None else or_none(attempt("subjectAltName", lambda: general_names(element(raw))))
        return names or AlternativeNames()

    @cached_property
    def issuer_urls(self) -> tuple[str, ...]:
        """AIA caIssuers URLs (RFC 5280 section 4.2.2.1) in their order, raw: not safe to print."""
        return self._access_urls(AuthorityInformationAccessOID.CA_ISSUERS)

    @cached_property
    def ocsp_urls(self) -> tuple[str, ...]:
        """AIA OCSP URLs (RFC 5280 section 4.2.2.1) in their order, raw: not safe to print."""
        return self._access_urls(AuthorityInformationAccessOID.OCSP)

    def _access_urls(self, method: x509.ObjectIdentifier) -> tuple[str, ...]:
        found = self._extensions.get(x509.AuthorityInformationAccess)
        if found is not None:
            places = (entry.access_location for entry in found if entry.access_method == method)
            return tuple(place.value for place in places if isinstance(place, x509.UniformResourceIdentifier))
        raw = self._extensions.raw(x509.AuthorityInformationAccess)
        urls = None if raw is None else or_none(attempt("authorityInfoAccess", lambda: _raw_urls(raw, method)))
        return urls or ()

    @cached_property
    def crl_urls(self) -> tuple[str, ...]:
        """URLs of the CRL distribution points (RFC 5280 section 4.2.1.13), raw: not safe to print."""
        points = self._extensions.get(x509.CRLDistributionPoints) or ()
        names = (name for point in points for name in point.full_name or ())
        return tuple(name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))

    # -- the extensions as a table

    @cached_property
    def extension_table(self) -> tuple[ExtensionRow, ...]:
        """Every extension: those that were read in their order, then the unreadable ones."""
        from tui_chain.x509.extensions import extension_text

        read = (
            ExtensionRow(
                entry.oid.dotted_string,
                extension_name(entry.oid.dotted_string),
                entry.critical,
                extension_text(entry.value),
            )
            for entry in self._extensions.read
        )
        broken = (
            ExtensionRow(entry.oid, extension_name(entry.oid), entry.critical, f"{UNREADABLE}: {entry.value.hex()}")
            for entry in self._extensions.broken
        )
        return tuple(row._replace(text=safe_text(row.text, MAX_VALUE)) for row in (*read, *broken))

    @property
    def extensions(self) -> tuple[tuple[str, bool, str], ...]:
        """Every extension as (dotted OID, critical, safe text of its value)."""
        return tuple((row.oid, row.critical, row.text) for row in self.extension_table)

    @property
    def unreadable_extensions(self) -> tuple[str, ...]:
        """Dotted OIDs of the extensions that cannot be read or stand there twice; each has a fault."""
        return tuple(dict.fromkeys(entry.oid for entry in self._extensions.broken))

    @property
    def unhandled_critical(self) -> tuple[str, ...]:
        """Dotted OIDs of critical extensions that path validation does not know or cannot read.

        RFC 5280 section 4.2 makes a verifier refuse such a certificate; OpenSSL does with code 34.
        """
        read = (entry.oid.dotted_string for entry in self._extensions.read if entry.critical)
        broken = tuple(entry.oid for entry in self._extensions.broken if entry.critical)
        return (*(oid for oid in read if oid not in PATH_EXTENSIONS), *dict.fromkeys(broken))


_SERVING = frozenset({ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})


def _alternative_names(found: x509.SubjectAlternativeName) -> AlternativeNames:
    dns = tuple(name.value for name in found if isinstance(name, x509.DNSName))
    ips = tuple(
        name.value
        for name in found
        if isinstance(name, x509.IPAddress) and isinstance(name.value, (IPv4Address, IPv6Address))
    )
    others = tuple(general_name_text(name) for name in found if not isinstance(name, (x509.DNSName, x509.IPAddress)))
    return AlternativeNames(dns, ips, others)


def _raw_urls(raw: bytes, method: x509.ObjectIdentifier) -> tuple[str, ...]:
    """AccessDescriptions (RFC 5280 section 4.2.2.1) by eye."""
    pairs = (tuple(entry.children()) for entry in element(raw).children())
    urls = (general_uri(pair[1]) for pair in pairs if len(pair) == 2 and pair[0].oid() == method.dotted_string)
    return tuple(url for url in urls if url is not None)
