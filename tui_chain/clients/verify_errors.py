"""OpenSSL's verify errors as texts: every code with its kind of error and its spellings over the versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorText

VERIFY_ERRORS: Final[Mapping[int, tuple[Kind, tuple[str, ...]]]] = MappingProxyType(
    {
        1: (Kind.GENERAL, ("unspecified certificate verification error",)),
        2: (Kind.HALF_BUNDLE, ("unable to get issuer certificate",)),
        3: (Kind.CRL, ("unable to get certificate CRL",)),
        4: (Kind.BAD_SIGNATURE, ("unable to decrypt certificate's signature",)),
        5: (Kind.CRL, ("unable to decrypt CRL's signature",)),
        6: (Kind.MALFORMED, ("unable to decode issuer public key",)),
        7: (Kind.BAD_SIGNATURE, ("certificate signature failure",)),
        8: (Kind.CRL, ("CRL signature failure",)),
        9: (Kind.NOT_YET, ("certificate is not yet valid",)),
        10: (Kind.EXPIRED, ("certificate has expired",)),
        11: (Kind.CRL, ("CRL is not yet valid",)),
        12: (Kind.CRL, ("CRL has expired",)),
        13: (Kind.MALFORMED, ("format error in certificate's notBefore field",)),
        14: (Kind.MALFORMED, ("format error in certificate's notAfter field",)),
        15: (Kind.CRL, ("format error in CRL's lastUpdate field",)),
        16: (Kind.CRL, ("format error in CRL's nextUpdate field",)),
        17: (Kind.RUNTIME, ()),
        18: (Kind.SELF_SIGNED, ("self-signed certificate", "self-signed cert")),
        19: (
            Kind.ROOT_IN_CHAIN,
            ("self-signed certificate in certificate chain", "self-signed certificate in chain"),
        ),
        20: (Kind.UNKNOWN_ISSUER, ("unable to get local issuer certificate",)),
        21: (
            Kind.FIRST_UNVERIFIED,
            (
                "unable to verify the first certificate",
                "unable to verify leaf signature",
                # Node since version 24
                "unable to verify the first certificate; if the root CA is installed locally",
            ),
        ),
        22: (Kind.PATH_LENGTH, ("certificate chain too long",)),
        23: (Kind.REVOKED, ("certificate revoked",)),
        24: (Kind.BAD_CA, ("issuer certificate doesn't have a public key",)),
        25: (Kind.PATH_LENGTH, ("path length constraint exceeded",)),
        26: (Kind.PURPOSE, ("unsuitable certificate purpose", "unsupported certificate purpose")),
        27: (Kind.UNKNOWN_ISSUER, ("certificate not trusted",)),
        28: (Kind.REJECTED, ("certificate rejected",)),
        29: (Kind.UNKNOWN_ISSUER, ("subject issuer mismatch",)),
        30: (Kind.UNKNOWN_ISSUER, ("authority and subject key identifier mismatch",)),
        31: (Kind.UNKNOWN_ISSUER, ("authority and issuer serial number mismatch",)),
        32: (Kind.BAD_CA, ("key usage does not include certificate signing",)),
        33: (Kind.CRL, ("unable to get CRL issuer certificate",)),
        34: (Kind.CRITICAL, ("unhandled critical extension",)),
        35: (Kind.CRL, ("key usage does not include CRL signing",)),
        36: (Kind.CRL, ("unhandled critical CRL extension",)),
        37: (Kind.BAD_CA, ("invalid non-CA certificate",)),
        38: (Kind.PATH_LENGTH, ("proxy path length constraint exceeded",)),
        39: (Kind.PURPOSE, ("key usage does not include digital signature",)),
        40: (Kind.MALFORMED, ("proxy certificates not allowed",)),
        41: (Kind.MALFORMED, ("invalid or inconsistent certificate extension",)),
        42: (Kind.MALFORMED, ("invalid or inconsistent certificate policy extension",)),
        43: (Kind.CONSTRAINED, ("no explicit policy",)),
        44: (Kind.CRL, ("different CRL scope",)),
        45: (Kind.CRITICAL, ("unsupported extension feature",)),
        46: (Kind.CONSTRAINED, ("RFC 3779 resource not subset of parent's resources",)),
        47: (Kind.CONSTRAINED, ("permitted subtree violation",)),
        48: (Kind.CONSTRAINED, ("excluded subtree violation",)),
        49: (Kind.CONSTRAINED, ("name constraints minimum and maximum not supported",)),
        50: (Kind.GENERAL, ("application verification failure",)),
        51: (Kind.CONSTRAINED, ("unsupported name constraint type",)),
        52: (Kind.CONSTRAINED, ("unsupported or invalid name constraint syntax",)),
        53: (Kind.CONSTRAINED, ("unsupported or invalid name syntax",)),
        54: (Kind.CRL, ("CRL path validation error",)),
        55: (Kind.UNKNOWN_ISSUER, ("path loop",)),
        56: (Kind.WEAK_KEY, ("Suite B: certificate version invalid",)),
        57: (Kind.WEAK_KEY, ("Suite B: invalid public key algorithm",)),
        58: (Kind.WEAK_KEY, ("Suite B: invalid ECC curve",)),
        59: (Kind.WEAK_SIGNATURE, ("Suite B: invalid signature algorithm",)),
        60: (Kind.WEAK_KEY, ("Suite B: curve not allowed for this LOS",)),
        61: (Kind.WEAK_KEY, ("Suite B: cannot sign P-384 with P-256",)),
        62: (Kind.HOST, ("hostname mismatch",)),
        63: (Kind.HOST, ("email address mismatch",)),
        64: (Kind.IP, ("IP address mismatch",)),
        65: (Kind.PINNED, ("no matching DANE TLSA records",)),
        66: (Kind.WEAK_KEY, ("EE certificate key too weak",)),
        67: (Kind.WEAK_KEY, ("CA certificate key too weak",)),
        68: (Kind.WEAK_SIGNATURE, ("CA signature digest algorithm too weak",)),
        69: (Kind.RUNTIME, ()),
        70: (Kind.BAD_BUNDLE, ("issuer certificate lookup error",)),
        71: (Kind.PINNED, ("Certificate Transparency required, but no valid SCTs found",)),
        72: (Kind.MALFORMED, ("proxy subject name violation",)),
        73: (Kind.STAPLE, ("OCSP verification needed",)),
        74: (Kind.STAPLE, ("OCSP verification failed",)),
        75: (Kind.STAPLE, ("OCSP unknown cert",)),
        76: (Kind.WEAK_SIGNATURE, ("Cannot find certificate signature algorithm",)),
        77: (
            Kind.BAD_SIGNATURE,
            (
                "subject signature algorithm and issuer public key algorithm mismatch",
                "signature algorithm mismatch",
            ),
        ),
        78: (
            Kind.MALFORMED,
            (
                "cert info signature and signature algorithm mismatch",
                "cert info siganature and signature algorithm mismatch",
            ),
        ),
        79: (Kind.BAD_CA, ("invalid CA certificate",)),
        80: (Kind.STRICT_FORM, ("Path length invalid for non-CA cert",)),
        81: (Kind.STRICT_FORM, ("Path length given without key usage keyCertSign",)),
        82: (Kind.STRICT_FORM, ("Key usage keyCertSign invalid for non-CA cert",)),
        83: (Kind.STRICT_FORM, ("Issuer name empty",)),
        84: (Kind.STRICT_FORM, ("Subject name empty",)),
        85: (Kind.NO_AKI, ("Missing Authority Key Identifier",)),
        86: (Kind.NO_SKI, ("Missing Subject Key Identifier",)),
        87: (Kind.STRICT_FORM, ("Empty Subject Alternative Name extension",)),
        88: (Kind.STRICT_FORM, ("Subject empty and Subject Alt Name extension not critical",)),
        89: (
            Kind.NOT_CRITICAL,
            ("Basic Constraints of CA cert not marked critical", "CA cert basic constraints not marked critical"),
        ),
        90: (Kind.STRICT_FORM, ("Authority Key Identifier marked critical",)),
        91: (Kind.STRICT_FORM, ("Subject Key Identifier marked critical",)),
        92: (
            Kind.NO_USAGE,
            ("CA cert does not include key usage extension", "CA cert key usage extension missing"),
        ),
        93: (Kind.STRICT_FORM, ("Using cert extension requires at least X509v3",)),
        94: (Kind.WEAK_KEY, ("Certificate public key has explicit ECC parameters",)),
        95: (Kind.UNKNOWN_ISSUER, ("Raw public key untrusted",)),
        96: (Kind.STAPLE, ("OCSP response(s) invalid",)),
        97: (Kind.STAPLE, ("OCSP response signature verification failure",)),
        98: (Kind.STAPLE, ("OCSP response not yet valid",)),
        99: (Kind.STAPLE, ("OCSP response has expired",)),
        100: (Kind.STAPLE, ("no OCSP response available for certificate",)),
        102: (Kind.STRICT_FORM, ("Empty Authority Key Identifier",)),
        103: (Kind.STRICT_FORM, ("Authority Key Identifier issuer and serial number must be paired",)),
    }
)
"""X509_V_ERR of OpenSSL 1.0 to 4.0 (crypto/x509/x509_txt.c); no spelling where the words are those of other
errors."""


def verify_texts() -> Iterable[ErrorText]:
    """The spellings of all codes."""
    return (ErrorText(kind, spellings) for kind, spellings in VERIFY_ERRORS.values() if spellings)


def kind_of_code(code: int) -> Kind | None:
    """The kind of error of a verify code, or None."""
    found = VERIFY_ERRORS.get(code)
    return None if found is None else found[0]
