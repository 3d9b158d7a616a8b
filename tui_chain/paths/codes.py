"""OpenSSL's verify codes in plain text (openssl/x509_vfy.h)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Meaning:
    """What one verify code says of a certificate.

    `error` is what OpenSSL 3.0 itself says, which is what people see and search for. Codes that are `strict` come
    up only with X509_V_FLAG_X509_STRICT, which Python 3.13 and later set.
    """

    error: str
    text: str
    strict: bool = False


MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        1: Meaning(
            "unspecified certificate verification error", "something about it is wrong that OpenSSL does not name"
        ),
        2: Meaning(
            "unable to get issuer certificate",
            "its issuer is not in the trust store, so that no path ends in a self-signed root",
        ),
        3: Meaning(
            "unable to get certificate CRL", "no CRL of its issuer is there for it, and the client insists on one"
        ),
        5: Meaning("unable to decrypt CRL's signature", "the signature of its issuer's CRL cannot be read"),
        6: Meaning("unable to decode issuer public key", "its public key cannot be read"),
        7: Meaning("certificate signature failure", "the key of the issuer that was taken did not sign it"),
        8: Meaning("CRL signature failure", "the key of its issuer did not sign the CRL that was taken"),
        9: Meaning("certificate is not yet valid", "it is not valid yet"),
        10: Meaning("certificate has expired", "it has expired"),
        11: Meaning("CRL is not yet valid", "its issuer's CRL is dated in the future"),
        12: Meaning("CRL has expired", "its issuer's CRL has ended, and a newer one is needed"),
        13: Meaning("format error in certificate's notBefore field", "the start of its validity cannot be read"),
        14: Meaning("format error in certificate's notAfter field", "the end of its validity cannot be read"),
        15: Meaning("format error in CRL's lastUpdate field", "the start of its issuer's CRL cannot be read"),
        16: Meaning("format error in CRL's nextUpdate field", "the end of its issuer's CRL cannot be read"),
        18: Meaning("self-signed certificate", "it is signed by itself and is not in the trust store"),
        19: Meaning(
            "self-signed certificate in certificate chain", "it is a self-signed root that is not in the trust store"
        ),
        20: Meaning(
            "unable to get local issuer certificate", "its issuer was neither sent nor is it in the trust store"
        ),
        21: Meaning(
            "unable to verify the first certificate", "it is the only certificate, and nobody is there to verify it"
        ),
        22: Meaning("certificate chain too long", "the chain is too long"),
        23: Meaning("certificate revoked", "its issuer has revoked it"),
        24: Meaning(
            "issuer certificate doesn't have a public key",
            "its issuer has no key that can be read; from OpenSSL 1.1, 24 means that the issuer is no CA",
        ),
        25: Meaning("path length constraint exceeded", "more CA certificates are below it than it allows"),
        26: Meaning("unsuitable certificate purpose", "it may not be used for a TLS server"),
        28: Meaning("certificate rejected", "the trust store rejects it"),
        33: Meaning(
            "unable to get CRL issuer certificate", "the certificate that signed its issuer's CRL is not there"
        ),
        34: Meaning("unhandled critical extension", "it has a critical extension that OpenSSL does not know"),
        35: Meaning("key usage does not include CRL signing", "its issuer may not sign CRLs"),
        36: Meaning(
            "unhandled critical CRL extension",
            "its issuer's CRL has a critical extension that OpenSSL does not know",
        ),
        40: Meaning(
            "proxy certificates not allowed, please set the appropriate flag",
            "it is a proxy certificate, and these are not accepted",
        ),
        44: Meaning("different CRL scope", "its issuer's CRL is for other certificates than this one"),
        47: Meaning("permitted subtree violation", "its name is outside of what a CA above it permits"),
        48: Meaning("excluded subtree violation", "its name is excluded by a CA above it"),
        49: Meaning(
            "name constraints minimum and maximum not supported",
            "a CA above it constrains names with a minimum or maximum, which is not supported",
        ),
        51: Meaning(
            "unsupported name constraint type",
            "a CA above it constrains a kind of name that is not supported",
        ),
        52: Meaning(
            "unsupported or invalid name constraint syntax", "a name constraint of a CA above it is malformed"
        ),
        53: Meaning(
            "unsupported or invalid name syntax",
            "one of its names is malformed, so that name constraints cannot be checked",
        ),
        54: Meaning("CRL path validation error", "the certificate that signed its issuer's CRL is not of this path"),
        62: Meaning("hostname mismatch", "it is for another host name"),
        64: Meaning("IP address mismatch", "it is for another IP address"),
        66: Meaning("EE certificate key too weak", "the server's key is too weak"),
        67: Meaning("CA certificate key too weak", "the key of this CA is too weak"),
        68: Meaning("CA signature digest algorithm too weak", "it is signed with a digest that is too weak"),
        76: Meaning("Cannot find certificate signature algorithm", "its signature algorithm is not supported"),
        77: Meaning(
            "subject signature algorithm and issuer public key algorithm mismatch",
            "its signature algorithm is not that of its issuer's key",
        ),
        78: Meaning(
            "cert info signature and signature algorithm mismatch",
            "it names two different signature algorithms",
            strict=True,
        ),
        79: Meaning("invalid CA certificate", "it signed a certificate but is no CA"),
        80: Meaning("Path length invalid for non-CA cert", "it has a path length but is no CA", strict=True),
        81: Meaning(
            "Path length given without key usage keyCertSign",
            "it has a path length but may not sign certificates",
            strict=True,
        ),
        82: Meaning(
            "Key usage keyCertSign invalid for non-CA cert",
            "it may sign certificates but is no CA",
            strict=True,
        ),
        83: Meaning("Issuer name empty", "it names no issuer", strict=True),
        84: Meaning("Subject name empty", "it names no subject", strict=True),
        85: Meaning("Missing Authority Key Identifier", "it does not say which key signed it", strict=True),
        86: Meaning("Missing Subject Key Identifier", "it is a CA that does not say which key it has", strict=True),
        87: Meaning("Empty Subject Alternative Name extension", "its list of names is empty", strict=True),
        88: Meaning(
            "Subject empty and Subject Alt Name extension not critical",
            "it names no subject, and its other names are not critical",
            strict=True,
        ),
        89: Meaning(
            "Basic Constraints of CA cert not marked critical",
            "it is a CA, and that is not marked critical",
            strict=True,
        ),
        90: Meaning(
            "Authority Key Identifier marked critical",
            "the key identifier of its issuer is marked critical",
            strict=True,
        ),
        91: Meaning("Subject Key Identifier marked critical", "its key identifier is marked critical", strict=True),
        92: Meaning(
            "CA cert does not include key usage extension",
            "it is a CA that does not say what its key is for",
            strict=True,
        ),
        93: Meaning(
            "Using cert extension requires at least X509v3", "it has extensions but is not of version 3", strict=True
        ),
        94: Meaning(
            "Certificate public key has explicit ECC parameters",
            "its elliptic curve is given by explicit parameters, not by name",
        ),
    }
)
"""Meaning of every code that a client without policies and DANE can meet."""

_UNKNOWN = Meaning("unknown error", "OpenSSL refuses it for a reason of its own")


def meaning(code: int) -> Meaning:
    """Return what a verify code means; never raises, since newer OpenSSL has codes that this table lacks."""
    return MEANINGS.get(code, _UNKNOWN)


def is_strict(code: object) -> bool:
    """Whether only X509_V_FLAG_X509_STRICT brings up an error of this code."""
    return isinstance(code, int) and meaning(code).strict


WITHOUT_STRICT = "context.verify_flags &= ~ssl.VERIFY_X509_STRICT"
"""The line of Python that turns the strictness of 3.13 off for one context."""
