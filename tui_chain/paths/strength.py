"""Keys and signatures that clients take for too weak: less than 112 bits of security.

That is OpenSSL's security level 2, the default of Python's ssl since 3.10, of Debian, and of OpenSSL since 3.2.
"""

from __future__ import annotations

import math

from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from tui_chain.x509.certificate import Certificate

SECURITY_BITS = 112
"""Bits of security that level 2 asks for (SSL_CTX_set_security_level)."""
RSA_BITS = 2048
"""Smallest RSA (and DSA) key in the web PKI (CA/Browser Forum Baseline Requirements, section 6.1.5)."""
EC_BITS = 2 * SECURITY_BITS
"""Smallest elliptic curve at level 2; the web PKI takes P-256 and larger ones only."""


def weak_signature(certificate: Certificate) -> str | None:
    """Say why the signature on a certificate is too weak, or None."""
    digest = certificate.weak_hash
    return digest and f"it is signed with {digest}, which is broken; clients ask for SHA-256 or better"


def weak_key(certificate: Certificate) -> str | None:
    """Say why the key of a certificate is too weak, or None."""
    key = certificate.public_key
    if isinstance(key, (rsa.RSAPublicKey, dsa.DSAPublicKey)) and key.key_size < RSA_BITS:
        return f"its {certificate.key_words} key is too short; clients ask for {RSA_BITS} bits"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < EC_BITS:
        return f"its {certificate.key_words} key is too short; clients ask for {EC_BITS} bits"
    return None


def key_security(certificate: Certificate) -> int | None:
    """Return the security of a key in bits, as OpenSSL counts it, or None for a kind that is not known."""
    key = certificate.public_key
    if isinstance(key, (rsa.RSAPublicKey, dsa.DSAPublicKey)):
        return rsa_security(key.key_size)
    return key.curve.key_size // 2 if isinstance(key, ec.EllipticCurvePublicKey) else None


def rsa_security(bits: int) -> int:
    """Security of an RSA or DSA key (NIST SP 800-56B rev. 2, appendix D), to a multiple of 8 as in OpenSSL."""
    if bits < 8:
        return 0
    natural = bits * math.log(2)
    cube = (natural * math.log(natural) ** 2) ** (1 / 3)
    return (int((1.923 * cube - 4.69) / math.log(2)) + 4) & ~7
