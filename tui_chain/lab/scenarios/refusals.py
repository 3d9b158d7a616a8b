"""What client families answer to a lab host, compact to declare: groups of families and the usual refusals.

A code is OpenSSL's verify code (X509_V_ERR_*) or the name that another library gives the error. Sources: OpenSSL's
x509_vfy.c and v3_purp.c, crypto/x509 of Go 1.19, JDK 17's certpath, GnuTLS 3.7's verify.c, webpki 0.103.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from tui_chain.clients.families import FamilyId
from tui_chain.clients.handshake import HandshakeCode
from tui_chain.clients.verdict import Code

Refusals = Mapping[FamilyId, Code | None]
"""The families that refuse, each with its code; None takes any. A family that is not named accepts."""

NOBODY: Refusals = MappingProxyType({})
"""Every family accepts."""
ALL = tuple(FamilyId)
"""Every family."""
PYTHON = (FamilyId.REQUESTS, FamilyId.REQUESTS_313, FamilyId.PYTHON, FamilyId.PYTHON_313)
"""The families that are Python's ssl."""
OPENSSL = (*PYTHON, FamilyId.CURL)
"""The families of OpenSSL."""
STRICT = (FamilyId.REQUESTS_313, FamilyId.PYTHON_313)
"""Those with X509_V_FLAG_X509_STRICT."""
WHOLE = (FamilyId.REQUESTS, FamilyId.PYTHON)
"""Those whose path has to end at a root that signed itself: no X509_V_FLAG_PARTIAL_CHAIN."""
GNUTLS, GO, JAVA, RUSTLS = FamilyId.GNUTLS, FamilyId.GO, FamilyId.JAVA, FamilyId.RUSTLS


def by(families: Collection[FamilyId], code: Code | None) -> Refusals:
    """Return that these families refuse with one code."""
    return dict.fromkeys(families, code)


def refusals(
    *,
    openssl: Code | None = None,
    gnutls: Code | None = None,
    go: Code | None = None,
    java: Code | None = None,
    rustls: Code | None = None,
) -> Refusals:
    """Return the refusals of whole libraries; one without a code accepts."""
    libraries = ((OPENSSL, openssl), ((GNUTLS,), gnutls), ((GO,), go), ((JAVA,), java), ((RUSTLS,), rustls))
    return {family: code for families, code in libraries if code is not None for family in families}


def cannot_shake_hands(code: HandshakeCode, families: Collection[FamilyId] = ALL) -> Refusals:
    """Return that these families cannot shake hands with the server."""
    return dict.fromkeys(families, code.value)


BUILDING = "PKIX path building failed"
VALIDATION = "PKIX path validation failed"
"""Java's words for a path that it does not find, and for one in which it finds a fault."""

UNKNOWN_ISSUER = refusals(
    openssl=20, gnutls="SIGNER_NOT_FOUND", go="UnknownAuthority", java=BUILDING, rustls="UnknownIssuer"
)
"""The issuer of a certificate is neither served nor an anchor."""
UNTRUSTED_ROOT = {**UNKNOWN_ISSUER, **by(OPENSSL, 19)}
"""The chain is served with a root that signed itself and is no anchor."""
SELF_SIGNED = {**UNKNOWN_ISSUER, **by(OPENSSL, 18)}
"""The leaf signed itself and is no anchor."""
EXPIRED = refusals(openssl=10, gnutls="EXPIRED", go="Expired", java="CertificateExpiredException", rustls="Expired")
"""A certificate of the only path has expired."""
NOT_YET_VALID = refusals(
    openssl=9, gnutls="NOT_ACTIVATED", go="Expired", java="CertificateNotYetValidException", rustls="NotValidYet"
)
"""A certificate of the only path is not valid yet; Go has one error for both."""
WRONG_NAME = refusals(
    openssl=62, gnutls="UNEXPECTED_OWNER", go="HostnameError", java="HostnameMismatch", rustls="NotValidForName"
)
"""The leaf does not name the host."""
WRONG_ADDRESS = {**WRONG_NAME, **by(OPENSSL, 64)}
"""The leaf does not name the IP address."""
