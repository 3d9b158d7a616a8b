"""Whom OpenSSL takes for the issuer of a certificate, before it checks any signature (X509_check_issued)."""

from __future__ import annotations

from tui_chain.x509.algorithms import signature_algorithm
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.keys import schemes


def key_id_misfit(child: Certificate, issuer: Certificate) -> str | None:
    """Say what in the child's authority key identifier is not its issuer's, or None (X509_check_akid).

    OpenSSL takes no issuer that does not fit, whether or not its key signed the child.
    """
    if issuer.key_id is not None and child.authority_key_id not in {None, issuer.key_id}:
        return "key identifier"
    if child.authority_serial not in {None, issuer.serial}:
        return "serial number"
    return None if child.authority_issuer in {None, issuer.issuer_name} else "name of the issuer's own issuer"


def may_have_issued(issuer: Certificate, child: Certificate) -> bool:
    """Tell whether OpenSSL takes one for the issuer of the other; the signature is checked later."""
    named = child.issuer_name is not None and issuer.subject_name == child.issuer_name
    return named and key_id_misfit(child, issuer) is None and _algorithm_fits(issuer, child)


def seems_self_signed(certificate: Certificate) -> bool:
    """Tell whether OpenSSL takes a certificate for self-signed (EXFLAG_SS)."""
    return certificate.self_issued and may_have_issued(certificate, certificate)


def _algorithm_fits(issuer: Certificate, child: Certificate) -> bool:
    """Whether the issuer's key is of the kind that makes such signatures; True where that is not known."""
    parts, key = child.anatomy, issuer.public_key
    if parts is None or key is None:
        return True
    scheme = attempt("signature algorithm", lambda: signature_algorithm(parts.outer_algorithm).scheme)
    return scheme is None or isinstance(scheme, Fault) or scheme in schemes(key)
