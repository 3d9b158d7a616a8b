"""What the owner of a certificate wrote into a TRUSTED CERTIFICATE: for which uses to trust or to reject it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui_chain.x509.der import CONTEXT, SEQUENCE, DERError, Element, element
from tui_chain.x509.formats.pem import blocks, decoded, pem_block

_SERVER, _ANY = "1.3.6.1.5.5.7.3.1", "2.5.29.37.0"
_LABEL = "TRUSTED CERTIFICATE"


@dataclass(frozen=True)
class TrustSettings:
    """Dotted OIDs of the uses for which a certificate is trusted and rejected; `trusted` None: nothing is set."""

    trusted: frozenset[str] | None = None
    rejected: frozenset[str] = frozenset()

    @property
    def serves(self) -> bool:
        """Whether it may be the anchor of a TLS server (obj_trust in crypto/x509/x509_trust.c)."""
        if not self.rejected.isdisjoint({_SERVER, _ANY}):
            return False
        return self.trusted is None or not self.trusted.isdisjoint({_SERVER, _ANY})


def settings_of(der: bytes) -> TrustSettings | None:
    """Return the settings that follow the certificate in a TRUSTED CERTIFICATE (DER); None where there are none."""
    split = _split(der)
    return None if split is None or split[1] == TrustSettings() else split[1]


def refused_anchors(data: bytes) -> frozenset[bytes]:
    """Return the DER of the certificates of a PEM file whose owner does not trust them for TLS servers.

    A file may hold a certificate twice; one block that rejects it is enough.
    """
    return frozenset(certificate for certificate, _ in _refusing(data))


def in_trusted_form_alone(data: bytes) -> frozenset[bytes]:
    """Return the DER of the certificates that a PEM file holds as TRUSTED CERTIFICATE alone, whatever the settings.

    OpenSSL's clients read such a block; GnuTLS, Go and rustls pass it over, and Java takes no file that has one.
    """
    if _LABEL.encode() not in data:
        return frozenset()
    read = [(block.label, decoded(block.body)) for block in blocks(data) if not block.fault]
    plain = {der for label, der in read if label != _LABEL and isinstance(der, bytes)}
    split = (_split(der) for label, der in read if label == _LABEL and isinstance(der, bytes))
    return frozenset(one[0] for one in split if one is not None) - plain


def refusing_blocks(data: bytes) -> bytes:
    """Return the blocks of a PEM file that refuse their certificates.

    Of two blocks of one certificate OpenSSL heeds the first alone (X509_STORE_add_cert): put before a file, these
    are heeded.
    """
    return b"".join(trusted_block(der) for _, der in _refusing(data))


def _refusing(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The certificates that are refused, each with the whole X509_AUX."""
    if _LABEL.encode() not in data:
        return
    for block in blocks(data):
        der = decoded(block.body) if block.label == _LABEL and not block.fault else ""
        split = None if isinstance(der, str) else _split(der)
        if split is not None and not split[1].serves:
            yield split[0], der  # type: ignore[misc]


def trusted_block(der: bytes) -> bytes:
    """Write a certificate with its settings (X509_AUX, DER) as a PEM block."""
    return pem_block(_LABEL, der).encode("ascii")


def _split(der: bytes) -> tuple[bytes, TrustSettings] | None:
    """The certificate of an X509_AUX and its settings, or None where they cannot be read."""
    try:
        certificate = element(der).expect(SEQUENCE)
        return certificate.raw, _settings(der[certificate.after :])
    except DERError:
        return None


def _settings(auxiliary: bytes) -> TrustSettings:
    """X509_CERT_AUX: trust SEQUENCE OF OID OPTIONAL, reject [0] IMPLICIT of the same, then alias and key id."""
    if not auxiliary:
        return TrustSettings()
    parts = tuple(element(auxiliary).expect(SEQUENCE).children())
    trusted = next((_oids(part) for part in parts if part.tag == SEQUENCE), None)
    rejected = next((_oids(part) for part in parts if part.tag == CONTEXT), frozenset())
    return TrustSettings(trusted, rejected)


def _oids(part: Element) -> frozenset[str]:
    return frozenset(one.oid() for one in part.children())
