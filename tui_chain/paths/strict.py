"""What X509_V_FLAG_X509_STRICT asks of a chain (`check_extensions` in crypto/x509/x509_vfy.c of OpenSSL 3.0).

Python 3.13 and later set that flag. A client says only the first fault of a chain, and none where an issuer is
missing: here each certificate's is foreseen. What a family really says is its engine's verdict.
"""

from __future__ import annotations

from cryptography import x509

from tui_chain.paths.index import Chain
from tui_chain.paths.issuing import seems_self_signed
from tui_chain.paths.reading import (
    ALTERNATIVE_NAME,
    AUTHORITY_KEY,
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    SUBJECT_KEY,
    critical_oids,
    extension,
    extension_oids,
    may_hide,
)
from tui_chain.x509.certificate import Certificate


def strict_fault(chain: Chain, depth: int) -> int | None:
    """Return the first code of X509_V_FLAG_X509_STRICT for one certificate of a chain, or None.

    An extension that cannot be read is not held to be absent: OpenSSL may read what our parser refuses.
    """
    certificate = chain[depth]
    grade = _authority_grade(certificate)
    if grade != 1 and (grade or depth):
        return 79
    if len(chain) == 1:
        return None
    return (
        _constraints_fault(certificate)
        or _names_fault(certificate)
        or _identifiers_fault(certificate, last=depth == len(chain) - 1)
    )


def _authority_grade(certificate: Certificate) -> int:
    """check_ca: 0 is no CA, 1 says that it is one, 3 is self-signed of version 1, 4 may sign by its keyUsage."""
    usage, constraints = certificate.key_usage, certificate.basic_constraints
    if usage is not None and not usage.key_cert_sign:
        return 0
    if constraints is not None:
        return int(constraints.ca)
    if may_hide(certificate, BASIC_CONSTRAINTS):
        return 1
    if certificate.version == 1 and seems_self_signed(certificate):
        return 3
    return 0 if usage is None else 4


def _constraints_fault(certificate: Certificate) -> int | None:
    """RFC 5280 sections 4.2.1.9 and 4.2.1.3."""
    constraints, usage = certificate.basic_constraints, certificate.key_usage
    signs = usage is not None and usage.key_cert_sign
    if constraints is not None and constraints.path_length is not None and not (constraints.ca and signs):
        return 81 if constraints.ca else 80
    if constraints is None or not constraints.ca:
        return 82 if signs else None
    if BASIC_CONSTRAINTS not in critical_oids(certificate):
        return 89
    return 92 if usage is None and not may_hide(certificate, KEY_USAGE) else None


def _names_fault(certificate: Certificate) -> int | None:
    """RFC 5280 sections 4.1.2.4, 4.1.2.6 and 4.2.1.6."""
    if certificate.issuer_name == ():
        return 83
    named = ALTERNATIVE_NAME in extension_oids(certificate)
    usage = certificate.key_usage
    authority = certificate.basic_constraints is not None and certificate.basic_constraints.ca
    if certificate.subject_name == ():
        if authority or not named or (usage is not None and usage.crl_sign):
            return 84
        if ALTERNATIVE_NAME not in critical_oids(certificate):
            return 88
    names = extension(certificate, x509.SubjectAlternativeName)
    return 87 if names is not None and not list(names) else None


def _identifiers_fault(certificate: Certificate, *, last: bool) -> int | None:
    """RFC 5280 sections 4.2.1.1, 4.2.1.2 and 4.1.2.1."""
    if certificate.version in {1, 2}:
        return 93 if extension_oids(certificate) else None
    if not last and certificate.authority_key_id is None and not may_hide(certificate, AUTHORITY_KEY):
        return 85
    authority = certificate.basic_constraints is not None and certificate.basic_constraints.ca
    return 86 if authority and certificate.key_id is None and not may_hide(certificate, SUBJECT_KEY) else None


def clients_lost(path: Chain) -> int:
    """Count the client families that refuse a path though it breaks no rule of RFC 5280.

    Those without partial chains want a self-signed anchor, and there are those with strict checks.
    """
    strict = any(strict_fault(path, depth) is not None for depth in range(len(path)))
    return (not seems_self_signed(path[-1])) + strict
