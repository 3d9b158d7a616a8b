"""The fields that every certificate has: names, validity, key, signature. Read on demand, never raising."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from tui_chain.x509.algorithms import algorithm_name, signature_algorithm
from tui_chain.x509.der import UTC_TIME, Element, element
from tui_chain.x509.distinguished_names import CanonicalName, DistinguishedName
from tui_chain.x509.extensions import ExtensionSet, read_extensions
from tui_chain.x509.faults import UNREADABLE, Fault, attempt, or_none
from tui_chain.x509.keys import PublicKey, key_text, verifying_key
from tui_chain.x509.structure import Anatomy, dissect


@dataclass(frozen=True)
class OpenSSLView:
    """The fields that OpenSSL reads; None where it cannot. `version` counts from 1, times are aware, in UTC."""

    version: int | None
    serial: int | None
    not_before: datetime | None
    not_after: datetime | None


def openssl_view(der: bytes) -> OpenSSLView | None:
    """Parse `der` with OpenSSL, or return None where it refuses too; the first call loads pyOpenSSL (20 ms)."""
    view = attempt("certificate", lambda: _view(der))
    return None if isinstance(view, Fault) else view


def _view(der: bytes) -> OpenSSLView:
    from OpenSSL import crypto

    parsed = crypto.load_certificate(crypto.FILETYPE_ASN1, der)
    version = attempt("version", parsed.get_version)
    serial = attempt("serial number", parsed.get_serial_number)
    before = attempt("validity", lambda: _moment(parsed.get_notBefore()))
    after = attempt("validity", lambda: _moment(parsed.get_notAfter()))
    return OpenSSLView(
        None if isinstance(version, Fault) else version + 1,
        None if isinstance(serial, Fault) else serial,
        None if isinstance(before, Fault) else before,
        None if isinstance(after, Fault) else after,
    )


_TIME = re.compile(r"(\d{12})(\d\d)?(?:Z|([+-]\d{4}))")


def _moment(text: bytes | None) -> datetime | None:
    """Read GeneralizedTime (RFC 5280 section 4.1.2.5.2), also without seconds and with a zone, as OpenSSL does.

    Raises ValueError for any other form.
    """
    if text is None:
        return None
    found = _TIME.fullmatch(text.decode("ascii"))
    if found is None:
        raise ValueError("a time that cannot be read")
    digits, seconds, zone = found.groups("00")
    return datetime.strptime(f"{digits}{seconds}{'+0000' if zone == '00' else zone}", "%Y%m%d%H%M%S%z").astimezone(
        UTC
    )


def _times(validity: Element) -> tuple[datetime | None, datetime | None]:
    """Read a Validity; UTCTime's years 50 to 99 are 19xx. Raises ValueError where a time is none."""
    start, end = (_moment(_as_generalized(time)) for time in validity.children())
    return start, end


def _as_generalized(time: Element) -> bytes:
    century = b"" if time.tag != UTC_TIME else b"19" if time.content >= b"50" else b"20"
    return century + time.content


T = TypeVar("T")


@dataclass(frozen=True)
class CertificateCore:
    """A certificate by its DER bytes alone, and what can be read of it without its extensions."""

    der: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"<Certificate {self.subject} {self.sha256[:8]}>"

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def sha1(self) -> str:
        """SHA-1 of the DER, lower-case hex: a name that old tools show, no proof of anything."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest()

    def forget_parsed(self) -> None:
        """Let go of what the parsers made of it, which takes ten times its own size; it is read again where needed.

        What was read of it for others, such as its names, stays.
        """
        for name in [name for name in self.__dict__ if name.startswith("_")]:
            self.__dict__.pop(name, None)

    # -- the three readers: cryptography, OpenSSL, and our own eyes

    @cached_property
    def _loaded(self) -> x509.Certificate | Fault:
        return attempt("certificate", lambda: x509.load_der_x509_certificate(self.der))

    @property
    def parsed(self) -> x509.Certificate | None:
        """The certificate as cryptography parsed it, or None where it refuses."""
        return None if isinstance(self._loaded, Fault) else self._loaded

    @cached_property
    def _openssl(self) -> OpenSSLView | None:
        """What OpenSSL says where cryptography says nothing; OpenSSL ignores bytes that follow, we do not."""
        if self.parsed is not None or isinstance(self._anatomy, Fault):
            return None
        return openssl_view(self.der)

    @cached_property
    def _anatomy(self) -> Anatomy | Fault:
        return attempt("certificate", lambda: dissect(self.der))

    @property
    def anatomy(self) -> Anatomy | None:
        """The raw parts, or None where it has not the form of a certificate."""
        return None if isinstance(self._anatomy, Fault) else self._anatomy

    @property
    def has_form(self) -> bool:
        """Whether it has the parts of a certificate in their order, whatever the parsers say of them."""
        return not isinstance(self._anatomy, Fault)

    @property
    def opaque(self) -> bool:
        """Whether OpenSSL parses it and cryptography refuses it; its fields are then OpenSSL's."""
        return self._openssl is not None

    @property
    def parseable(self) -> bool:
        """Whether cryptography or OpenSSL takes it for a certificate; anything else is garbage."""
        return self.parsed is not None or self.opaque

    def _try(self, name: str, read: Callable[[x509.Certificate], T]) -> T | Fault:
        loaded = self._loaded
        return loaded if isinstance(loaded, Fault) else attempt(name, lambda: read(loaded))

    def _part(self, name: str, read: Callable[[Anatomy], T]) -> T | Fault:
        anatomy = self.anatomy
        return Fault(name, UNREADABLE) if anatomy is None else attempt(name, lambda: read(anatomy))

    @cached_property
    def _extensions(self) -> ExtensionSet:
        return read_extensions(self.parsed, lambda: self.anatomy)

    @property
    def extension_set(self) -> ExtensionSet:
        """Its extensions, read once: those that could be read, the others raw."""
        return self._extensions

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that cannot be read, with the reason; empty for a sound certificate.

        What OpenSSL or a more patient look makes of an unreadable field stands in the property all the same.
        """
        if isinstance(self._loaded, Fault):
            return (self._loaded, *self._extensions.faults)
        tried = (self._try(name, read) for name, read in _READERS.items())
        algorithms = self._part("signature algorithm", _check_algorithms)
        found = (*tried, algorithms, *self._extensions.faults)
        return tuple(dict.fromkeys(result for result in found if isinstance(result, Fault)))

    # -- names

    @cached_property
    def _subject(self) -> DistinguishedName | None:
        return or_none(self._part("subject", lambda parts: DistinguishedName.from_der(parts.subject)))

    @cached_property
    def _issuer(self) -> DistinguishedName | None:
        return or_none(self._part("issuer", lambda parts: DistinguishedName.from_der(parts.issuer)))

    @cached_property
    def subject(self) -> str:
        """Subject as RFC 4514 text."""
        return UNREADABLE if self._subject is None else self._subject.text

    @cached_property
    def issuer(self) -> str:
        """Issuer as RFC 4514 text."""
        return UNREADABLE if self._issuer is None else self._issuer.text

    @property
    def common_name(self) -> str | None:
        """The subject's last common name, safe for a terminal, or None."""
        return None if self._subject is None else self._subject.common_name

    @cached_property
    def subject_name(self) -> CanonicalName | None:
        """Subject in comparable form, or None if unreadable."""
        return None if self._subject is None else self._subject.canonical

    @cached_property
    def issuer_name(self) -> CanonicalName | None:
        """Issuer in comparable form, or None if unreadable."""
        return None if self._issuer is None else self._issuer.canonical

    @property
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same name (RFC 5280 section 3.2); says nothing of the signature."""
        return self.subject_name is not None and self.subject_name == self.issuer_name

    # -- numbers and times

    @cached_property
    def version(self) -> int | None:
        """Version as it is spoken of, from 1 to 3 in sound certificates, or None if unreadable."""
        if self._openssl is not None:
            return self._openssl.version
        return or_none(self._part("version", lambda parts: parts.version))

    @cached_property
    def serial(self) -> int | None:
        """Serial number, or None if unreadable."""
        if self._openssl is not None:
            return self._openssl.serial
        return or_none(self._try("serial number", lambda c: c.serial_number))

    @cached_property
    def not_before(self) -> datetime | None:
        """Start of validity, or None if unreadable."""
        if self._openssl is not None:
            return self._openssl.not_before
        if self.parsed is None:
            return or_none(self._part("validity", lambda parts: _times(parts.validity)[0]))
        return or_none(self._try("validity", lambda c: c.not_valid_before_utc))

    @cached_property
    def not_after(self) -> datetime | None:
        """End of validity, or None if unreadable."""
        if self._openssl is not None:
            return self._openssl.not_after
        if self.parsed is None:
            return or_none(self._part("validity", lambda parts: _times(parts.validity)[1]))
        return or_none(self._try("validity", lambda c: c.not_valid_after_utc))

    def valid_at(self, at: datetime) -> bool:
        """Whether `at` (aware) lies within the validity, both ends included; unreadable dates do not."""
        if self.not_before is None or self.not_after is None:
            return False
        return self.not_before <= at.astimezone(UTC) <= self.not_after

    # -- key and signature

    @cached_property
    def _key(self) -> object | None:
        if self.parsed is not None:
            return or_none(self._try("public key", lambda c: c.public_key()))
        return or_none(self._part("public key", lambda parts: load_der_public_key(parts.key)))

    @property
    def public_key(self) -> PublicKey | None:
        """Public key of a kind whose signatures can be checked, or None."""
        return verifying_key(self._key)

    @cached_property
    def key_bytes(self) -> bytes | None:
        """SubjectPublicKeyInfo in DER, the identity of a key, or None."""
        key = self.public_key
        if key is None:
            return None
        return or_none(
            attempt("public key", lambda: key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        )

    @cached_property
    def key_text(self) -> str:
        """Kind and size of the key, as in `EC secp256r1` or `RSA 2048`; an unknown kind is its dotted OID."""
        if self._key is not None:
            return key_text(self._key)
        oid = self._part("public key", lambda parts: element(parts.key).first().first().oid())
        return UNREADABLE if isinstance(oid, Fault) else f"of kind {oid}"

    @cached_property
    def signature_text(self) -> str:
        """Name of the signature algorithm, as in `ecdsa-with-SHA256`; an unknown one is its dotted OID."""
        name = self._part("signature algorithm", lambda parts: algorithm_name(parts.outer_algorithm))
        return UNREADABLE if isinstance(name, Fault) else name

    @cached_property
    def weak_hash(self) -> str | None:
        """MD2, MD4, MD5 or SHA-1 if the signature rests on it, so that it can be forged; else None.

        Of no concern on a trust anchor, whose signature nobody checks.
        """
        read = self._part("signature algorithm", lambda parts: signature_algorithm(parts.outer_algorithm).weak_hash)
        return None if isinstance(read, Fault) else read


def _check_algorithms(parts: Anatomy) -> None:
    signature_algorithm(parts.outer_algorithm)
    if parts.inner_algorithm != parts.outer_algorithm:
        raise ValueError("it is named differently inside and outside the signed part (RFC 5280 section 4.1.1.2)")


_READERS: dict[str, Callable[[x509.Certificate], object]] = {
    "subject": lambda c: c.subject,
    "issuer": lambda c: c.issuer,
    "validity": lambda c: (c.not_valid_before_utc, c.not_valid_after_utc),
    "public key": lambda c: c.public_key(),
    "serial number": lambda c: c.serial_number,
}
