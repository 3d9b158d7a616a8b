"""One tolerant, lazy view over a certificate's raw DER: reading any property never raises."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tui_chain.certs.names import AlternativeNames, CanonicalName, canonical, common_name, rfc4514
from tui_chain.certs.text import safe_text

UNREADABLE = "unreadable"
"""What a property that cannot be read says of itself."""

T = TypeVar("T")
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey


@dataclass(frozen=True)
class Fault:
    """A property that could not be read, and why."""

    field: str
    reason: str


@dataclass(frozen=True)
class Certificate:
    """A certificate as it is: equal and hashed by its DER bytes, everything else read on demand.

    Properties give a default where the certificate cannot be read; `faults` names those and the reason.
    Texts are safe for a terminal. Times are aware, in UTC.
    """

    der: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"<Certificate {self.subject} {self.sha256[:8]}>"

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def _loaded(self) -> x509.Certificate | Fault:
        try:
            return x509.load_der_x509_certificate(self.der)
        except Exception as error:  # noqa: BLE001 - a parser's errors are of many kinds; each is a reason
            return Fault("certificate", _reason(error))

    @property
    def parsed(self) -> x509.Certificate | None:
        """The parsed certificate, or None where the parser refuses it."""
        return None if isinstance(self._loaded, Fault) else self._loaded

    def _read(self, read: Callable[[x509.Certificate], T], default: T) -> T:
        value = self._try(read)
        return default if isinstance(value, Fault) else value

    def _try(self, read: Callable[[x509.Certificate], T], name: str = "") -> T | Fault:
        if isinstance(self._loaded, Fault):
            return self._loaded
        try:
            return read(self._loaded)
        except Exception as error:  # noqa: BLE001 - odd certificates raise ValueError, KeyError and many more
            return Fault(name, _reason(error))

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Every property that cannot be read, with the reason; empty for a sound certificate."""
        if isinstance(self._loaded, Fault):
            return (self._loaded,)
        tried = (self._try(read, name) for name, read in _READERS.items())
        return tuple(result for result in tried if isinstance(result, Fault))

    @cached_property
    def subject(self) -> str:
        """Subject as RFC 4514 text."""
        return self._read(lambda c: rfc4514(c.subject), UNREADABLE)

    @cached_property
    def issuer(self) -> str:
        """Issuer as RFC 4514 text."""
        return self._read(lambda c: rfc4514(c.issuer), UNREADABLE)

    @cached_property
    def label(self) -> str:
        """The shortest name a person knows it by: common name, first alternative name, or subject."""
        name = self._read(lambda c: common_name(c.subject), None)
        return name or next(iter(self.alternative_names.texts()), self.subject)

    @cached_property
    def subject_name(self) -> CanonicalName | None:
        """Subject in comparable form, or None if unreadable."""
        return self._read(lambda c: canonical(c.subject), None)

    @cached_property
    def issuer_name(self) -> CanonicalName | None:
        """Issuer in comparable form, or None if unreadable."""
        return self._read(lambda c: canonical(c.issuer), None)

    @property
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same name (RFC 5280 section 3.2); says nothing of the signature."""
        return self.subject_name is not None and self.subject_name == self.issuer_name

    @cached_property
    def serial(self) -> int | None:
        """Serial number, or None if unreadable."""
        return self._read(lambda c: c.serial_number, None)

    @cached_property
    def not_before(self) -> datetime | None:
        """Start of validity, or None if unreadable."""
        return self._read(lambda c: c.not_valid_before_utc, None)

    @cached_property
    def not_after(self) -> datetime | None:
        """End of validity, or None if unreadable."""
        return self._read(lambda c: c.not_valid_after_utc, None)

    def valid_at(self, at: datetime) -> bool:
        """Whether `at` (aware) lies within the validity, both ends included; unreadable dates do not."""
        if self.not_before is None or self.not_after is None:
            return False
        return self.not_before <= at.astimezone(UTC) <= self.not_after

    @cached_property
    def public_key(self) -> PublicKey | None:
        """Public key of a kind whose signatures can be checked, or None."""
        key = self._read(lambda c: c.public_key(), None)
        known = (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)
        return key if isinstance(key, known) else None

    @cached_property
    def key_bytes(self) -> bytes | None:
        """SubjectPublicKeyInfo in DER, the identity of a key, or None."""
        key = self.public_key
        return None if key is None else key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @cached_property
    def key_words(self) -> str:
        """Kind and size of the key, as in `EC secp256r1` or `RSA 2048`."""
        return self._read(lambda c: _key_words(c.public_key()), UNREADABLE)

    @cached_property
    def signature_words(self) -> str:
        """Name of the signature algorithm, as in `ecdsa-with-SHA256`."""
        return self._read(_signature_words, UNREADABLE)

    def _extension(self, kind: type[x509.ExtensionType]) -> Any:
        return self._read(lambda c: _extension(c, kind), None)

    @cached_property
    def key_id(self) -> str | None:
        """Subject key identifier (RFC 5280 section 4.2.1.2), lower-case hex, or None."""
        found = self._extension(x509.SubjectKeyIdentifier)
        return None if found is None else found.value.digest.hex()

    @cached_property
    def authority_key_id(self) -> str | None:
        """Key identifier of the authority (RFC 5280 section 4.2.1.1), lower-case hex, or None."""
        found = self._extension(x509.AuthorityKeyIdentifier)
        digest = None if found is None else found.value.key_identifier
        return None if digest is None else digest.hex()

    @cached_property
    def basic_constraints(self) -> x509.BasicConstraints | None:
        """Basic constraints (RFC 5280 section 4.2.1.9), or None if absent or unreadable."""
        found = self._extension(x509.BasicConstraints)
        return None if found is None else found.value

    @cached_property
    def is_ca(self) -> bool:
        """Whether it says CA:TRUE, or is a self-issued certificate of version 1, which has no place to say it."""
        if self.basic_constraints is not None:
            return self.basic_constraints.ca
        return self.self_issued and self._read(lambda c: c.version is x509.Version.v1, default=False)

    @cached_property
    def key_usage(self) -> x509.KeyUsage | None:
        """Key usage (RFC 5280 section 4.2.1.3), or None if absent or unreadable."""
        found = self._extension(x509.KeyUsage)
        return None if found is None else found.value

    @cached_property
    def extended_key_usage(self) -> tuple[x509.ObjectIdentifier, ...] | None:
        """Extended key usages (RFC 5280 section 4.2.1.12), or None if absent or unreadable."""
        found = self._extension(x509.ExtendedKeyUsage)
        return None if found is None else tuple(found.value)

    @property
    def for_servers(self) -> bool:
        """Whether the extended key usage lets it, or the certificates under it, serve TLS."""
        uses = self.extended_key_usage
        allowed = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
        return uses is None or not allowed.isdisjoint(uses)

    @cached_property
    def alternative_names(self) -> AlternativeNames:
        """DNS names and IP addresses of the subjectAltName; empty if absent or unreadable."""
        found = self._extension(x509.SubjectAlternativeName)
        if found is None:
            return AlternativeNames()
        names = found.value
        ips = names.get_values_for_type(x509.IPAddress)
        return AlternativeNames(
            tuple(names.get_values_for_type(x509.DNSName)),
            tuple(ip for ip in ips if not hasattr(ip, "hosts")),
        )

    @cached_property
    def issuer_urls(self) -> tuple[str, ...]:
        """AIA caIssuers URLs (RFC 5280 section 4.2.2.1) in their order, raw: not safe to print."""
        found = self._extension(x509.AuthorityInformationAccess)
        if found is None:
            return ()
        return tuple(
            entry.access_location.value
            for entry in found.value
            if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS
            and isinstance(entry.access_location, x509.UniformResourceIdentifier)
        )

    @cached_property
    def extensions(self) -> tuple[tuple[str, bool, str], ...]:
        """Every extension as (dotted OID, critical, safe text of its value)."""
        return self._read(
            lambda c: tuple((e.oid.dotted_string, e.critical, safe_text(repr(e.value), 2000)) for e in c.extensions),
            (),
        )


def _extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def _key_words(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__.removesuffix("PublicKey").removeprefix("_")


def _signature_words(certificate: x509.Certificate) -> str:
    oid = certificate.signature_algorithm_oid
    name = oid._name  # noqa: SLF001 - the only name the library keeps for an algorithm
    return oid.dotted_string if name == "Unknown OID" else name


def _reason(error: Exception) -> str:
    return safe_text(f"{type(error).__name__}: {error}".strip().removesuffix(":"), 160)


_READERS: dict[str, Callable[[x509.Certificate], object]] = {
    "subject": lambda c: rfc4514(c.subject),
    "issuer": lambda c: rfc4514(c.issuer),
    "validity": lambda c: (c.not_valid_before_utc, c.not_valid_after_utc),
    "public key": lambda c: c.public_key(),
    "signature algorithm": _signature_words,
    "serial number": lambda c: c.serial_number,
    "extensions": lambda c: c.extensions,
}
