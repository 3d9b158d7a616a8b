"""Certificate revocation lists (RFC 5280 section 5), taken only when they are signed, fresh and in scope."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.faults import Fault, attempt
from tui_chain.certs.names import canonical
from tui_chain.revocation.signed import signed_by, staleness
from tui_chain.revocation.status import Answer, Means, Revocation

MAX_CRL = 8 << 20
"""Bytes of a CRL: those of public authorities are of up to a few MiB."""
_KNOWN = {x509.IssuingDistributionPoint.oid, x509.AuthorityKeyIdentifier.oid, x509.CRLNumber.oid}


def read_crl(data: bytes, certificate: Certificate, issuer: Certificate, *, at: datetime, url: str = "") -> Answer:
    """Look `certificate` up in a CRL, DER or PEM, at the time `at`; one that does not hold is `unknown`."""
    answer = attempt("crl", lambda: _read(data, certificate, issuer, at, url))
    if isinstance(answer, Fault):
        return Answer(Means.CRL, Revocation.UNKNOWN, f"it is no CRL: {answer.reason}", url)
    return answer


def _read(data: bytes, certificate: Certificate, issuer: Certificate, at: datetime, url: str) -> Answer:
    load = x509.load_pem_x509_crl if data.lstrip().startswith(b"-----BEGIN") else x509.load_der_x509_crl
    crl = load(data)
    flaw = _flaw(crl, certificate, issuer) or staleness(crl.last_update_utc, crl.next_update_utc, at)
    times = (crl.last_update_utc, crl.next_update_utc)
    if flaw is not None:
        return Answer(Means.CRL, Revocation.UNKNOWN, f"the list does not count: {flaw}", url, *times)
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial or 0)
    if entry is None:
        words = f"good: not in the issuer's list of {crl.last_update_utc:%Y-%m-%d %H:%M} UTC"
        return Answer(Means.CRL, Revocation.GOOD, words, url, *times)
    reason = _reason(entry)
    words = f"revoked on {entry.revocation_date_utc:%Y-%m-%d}" + (f" ({reason})" if reason else "")
    return Answer(Means.CRL, Revocation.REVOKED, words, url, *times, entry.revocation_date_utc, reason)


def _reason(entry: x509.RevokedCertificate) -> str | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _flaw(crl: x509.CertificateRevocationList, certificate: Certificate, issuer: Certificate) -> str | None:
    """RFC 5280 section 6.3.3: the right issuer, its signature, its right to sign, and the right scope."""
    if canonical(crl.issuer) != certificate.issuer_name:
        return "it is another issuer's"
    if issuer.key_usage is not None and not issuer.key_usage.crl_sign:
        return "its issuer's keyUsage does not let it sign CRLs"
    digest = crl.signature_hash_algorithm
    if not signed_by(issuer.public_key, crl.signature, crl.tbs_certlist_bytes, digest):
        return "its signature is not the issuer's"
    return _out_of_scope(crl, certificate)


def _out_of_scope(crl: x509.CertificateRevocationList, certificate: Certificate) -> str | None:
    """RFC 5280 section 5.2: a list for other certificates, a part of one, or one with unknown critical extensions."""
    for extension in crl.extensions:
        point = extension.value
        if extension.critical and extension.oid not in _KNOWN:
            return "it is a delta list or has a critical extension that is not known here"
        if isinstance(point, x509.IssuingDistributionPoint):
            wrong_kind = point.only_contains_ca_certs if not certificate.is_ca else point.only_contains_user_certs
            if point.indirect_crl or point.only_contains_attribute_certs or wrong_kind or point.only_some_reasons:
                return "it is for other certificates than this one"
    return None
