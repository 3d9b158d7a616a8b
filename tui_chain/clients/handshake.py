"""What each client family offers in a TLS handshake, and why it cannot shake hands with a server.

An offer was read from the ClientHello of the program itself: CPython 3.11 and 3.13 and curl 7.88 on OpenSSL 3.0.19,
git and wget on GnuTLS 3.7.9, Go 1.19.8, Java 17.0.15, uv 0.13.9 (rustls).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import rsa

from tui_chain.clients.engines.raw_certificate import raw_certificate
from tui_chain.clients.families import FamilyId
from tui_chain.clients.verdict import Verdict, refused
from tui_chain.x509.der import OID, DERError, element


class HandshakeCode(StrEnum):
    """Why a client and a server cannot shake hands."""

    PROTOCOL_VERSION = "protocol-version"
    NO_SHARED_CIPHER = "no-shared-cipher"
    LEGACY_RENEGOTIATION = "legacy-renegotiation"
    WEAK_DH_KEY = "weak-dh-key"
    NO_SHARED_GROUP = "no-shared-group"
    UNSUPPORTED_ALGORITHM = "unsupported-algorithm"
    CLIENT_CERTIFICATE = "client-certificate"
    HANDSHAKE_FAILURE = "handshake-failure"


CANNOT_SHAKE_HANDS: frozenset[str] = frozenset(HandshakeCode)
"""Codes of the verdict of a family that cannot shake hands with a server, whatever its certificates say."""


class Facts(Protocol):
    """What a probe learned of a handshake; None where it does not know (`probe.tls.TLSFacts`)."""

    @property
    def version(self) -> str | None:
        """OpenSSL's name of the version."""

    @property
    def cipher(self) -> str | None:
        """OpenSSL's name of the cipher suite."""

    @property
    def group(self) -> str | None:
        """IANA's name of the group."""

    @property
    def dh_bits(self) -> int | None:
        """Size of a finite-field prime of TLS 1.2 or older, in bits."""

    @property
    def signature(self) -> str | None:
        """IANA's name of the scheme by which the server proved its key."""

    @property
    def secure_renegotiation(self) -> bool | None:
        """Whether the server knows RFC 5746."""

    @property
    def client_certificate(self) -> str | None:
        """`requested`, `required` or None."""

    @property
    def refused_offers(self) -> Collection[str]:
        """Ids of the offers that the server refused."""


VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""Versions as OpenSSL names them, the oldest first."""

_GCM = ("AES256-GCM-SHA384", "AES128-GCM-SHA256")
_CHACHA = ("CHACHA20-POLY1305",)
_CBC_SHA2 = ("AES256-SHA384", "AES128-SHA256")
_CBC_SHA256 = ("AES256-SHA256", "AES128-SHA256")
_CBC_SHA1 = ("AES256-SHA", "AES128-SHA")
_CCM = ("AES256-CCM", "AES128-CCM")
_TLS13 = ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256")
_ECDHE = ("ECDHE-ECDSA-", "ECDHE-RSA-")
_DHE = ("DHE-RSA-",)
_RSA = ("",)

_CURVES = ("x25519", "secp256r1", "secp384r1")
_ALL_CURVES = (*_CURVES, "secp521r1", "x448")
_FFDHE = ("ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192")

_RSA_SHA2 = (
    *("rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"),
    *("rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512"),
)
_RSA_PSS = ("rsa_pss_pss_sha256", "rsa_pss_pss_sha384", "rsa_pss_pss_sha512")
_ECDSA = ("ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512")
_SHA1 = ("rsa_pkcs1_sha1", "ecdsa_sha1")
_ML_DSA = ("mldsa44", "mldsa65", "mldsa87")

COMMON_KEYS = frozenset({"RSA", "P-256", "P-384", "Ed25519"})
"""Kinds of leaf keys with which every family shakes hands."""
COMMON_GROUPS = frozenset(_CURVES)
"""Groups that every family offers."""


def _suites(*parts: tuple[Iterable[str], Iterable[str]]) -> tuple[str, ...]:
    """Combine key exchanges with the rest of a suite's name, as OpenSSL writes it."""
    return tuple(exchange + rest for exchanges, rests in parts for exchange in exchanges for rest in rests)


@dataclass(frozen=True)
class Offer:
    """What one TLS library offers.

    `oldest` is the oldest version it takes, `suites` are OpenSSL's names of the cipher suites, `groups` and
    `signatures` are IANA's names (TLS Supported Groups, SignatureScheme). `keys` are the kinds of leaf keys it takes,
    `smallest_dh` and `smallest_rsa` the sizes in bits that it takes of a DH prime and of the leaf's RSA key.
    `openssl` says that it is OpenSSL at security level 2, which insists on secure renegotiation (RFC 5746).
    """

    id: str
    library: str
    suites: tuple[str, ...] = field(repr=False)
    groups: tuple[str, ...]
    signatures: tuple[str, ...] = field(repr=False)
    keys: frozenset[str]
    oldest: str = "TLSv1.2"
    openssl: bool = False
    smallest_dh: int = 1024
    smallest_rsa: int = 0


_PYTHON_SUITES = _TLS13 + _suites((_ECDHE, _GCM + _CHACHA + _CBC_SHA2), (_DHE, _GCM + _CBC_SHA256))
_OPENSSL_SUITES = _TLS13 + _suites(
    (_ECDHE, _GCM + _CHACHA + _CBC_SHA2 + _CBC_SHA1),
    (_DHE, _GCM + _CHACHA + _CBC_SHA256 + _CBC_SHA1),
    (_RSA, _GCM + _CBC_SHA256 + _CBC_SHA1),
)
_GNUTLS_SUITES = _TLS13 + _suites(
    (("TLS_AES_128_",), ("CCM_SHA256",)),
    (_ECDHE, _GCM + _CHACHA + _CBC_SHA1),
    (("ECDHE-ECDSA-",), _CCM),
    (_DHE, _GCM + _CHACHA + _CCM + _CBC_SHA1),
    (_RSA, _GCM + _CCM + _CBC_SHA1),
)
_GO_SUITES = _TLS13 + _suites(
    (_ECDHE, _GCM + _CHACHA + _CBC_SHA1),
    (_RSA, _GCM + _CBC_SHA1),
    (("ECDHE-RSA-", ""), ("DES-CBC3-SHA",)),
)
_JAVA_SUITES = _TLS13 + _suites(
    (_ECDHE, _GCM + _CHACHA + _CBC_SHA2 + _CBC_SHA1),
    (_DHE, _GCM + _CHACHA + _CBC_SHA256 + _CBC_SHA1),
    (("DHE-DSS-",), _GCM + _CBC_SHA256 + _CBC_SHA1),
    (_RSA, _GCM + _CBC_SHA256 + _CBC_SHA1),
)
_RUSTLS_SUITES = _TLS13 + _suites((_ECDHE, _GCM + _CHACHA))

_OPENSSL_SIGNATURES = (*_ECDSA, "ed25519", "ed448", *_RSA_PSS, *_RSA_SHA2)
_OPENSSL_KEYS = COMMON_KEYS | {"RSA-PSS", "P-521", "Ed448"}

PYTHON = Offer(
    "python",
    "Python's ssl",
    _PYTHON_SUITES,
    _ALL_CURVES + _FFDHE,
    _OPENSSL_SIGNATURES,
    _OPENSSL_KEYS,
    openssl=True,
    smallest_dh=2048,
)
"""CPython ≥ 3.10, `_ssl.c`: PY_SSL_DEFAULT_CIPHER_STRING and TLS 1.2 as the minimum; urllib3 changes neither."""
OPENSSL = Offer(
    "openssl",
    "curl's OpenSSL 3",
    _OPENSSL_SUITES,
    _ALL_CURVES + _FFDHE,
    _OPENSSL_SIGNATURES,
    _OPENSSL_KEYS,
    oldest="TLSv1",
    openssl=True,
    smallest_dh=2048,
)
"""OpenSSL 3.0 as Debian builds it: at level 2 TLS 1.0 and 1.1 work only where nothing is signed with MD5 and SHA-1,
which is with RSA key exchange."""
GNUTLS = Offer(
    "gnutls",
    "GnuTLS",
    _GNUTLS_SUITES,
    _ALL_CURVES + _FFDHE,
    (*_ECDSA, "ed25519", "ed448", *_RSA_PSS, *_RSA_SHA2, *_SHA1),
    _OPENSSL_KEYS,
    oldest="TLSv1",
)
"""GnuTLS 3.7, priority NORMAL, which still holds TLS 1.0 and 1.1 (lib/priority.c)."""
GO = Offer(
    "go",
    "Go",
    _GO_SUITES,
    (*_CURVES, "secp521r1"),
    (*_ECDSA, "ed25519", *_RSA_SHA2, *_SHA1),
    COMMON_KEYS | {"P-521"},
)
"""Go 1.19, crypto/tls: TLS 1.2 as the minimum of a client from Go 1.18 on; no finite-field exchange."""
JAVA = Offer(
    "java",
    "Java",
    _JAVA_SUITES,
    _ALL_CURVES + _FFDHE,
    (*_ECDSA, "ed25519", "ed448", *_RSA_PSS, *_RSA_SHA2, *_SHA1),
    _OPENSSL_KEYS,
)
"""JDK 17: `jdk.tls.disabledAlgorithms` of java.security refuses TLS 1.1 and older, and DH below 1024 bits."""
RUSTLS = Offer(
    "rustls",
    "rustls",
    _RUSTLS_SUITES,
    ("X25519MLKEM768", *_CURVES),
    (*_ECDSA, "ed25519", *_RSA_SHA2, *_ML_DSA),
    COMMON_KEYS | {"P-521", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"},
    smallest_rsa=2048,
)
"""rustls 0.23 with aws-lc-rs, as in uv: ECDHE with AEAD only."""

OFFERS: Mapping[FamilyId, Offer] = {
    FamilyId.REQUESTS: PYTHON,
    FamilyId.REQUESTS_313: PYTHON,
    FamilyId.PYTHON: PYTHON,
    FamilyId.PYTHON_313: PYTHON,
    FamilyId.CURL: OPENSSL,
    FamilyId.GNUTLS: GNUTLS,
    FamilyId.GO: GO,
    FamilyId.JAVA: JAVA,
    FamilyId.RUSTLS: RUSTLS,
}
"""The offer of each family."""

_KEYS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.10045.3.1.7": "P-256",
    "1.3.132.0.34": "P-384",
    "1.3.132.0.35": "P-521",
    "1.3.132.0.33": "P-224",
    "1.2.840.10045.3.1.1": "P-192",
    "1.3.132.0.10": "secp256k1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
    "1.2.840.10040.4.1": "DSA",
}
_CURVES_OF_KEYS = {"P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1"}
_USUAL_RSA = 2048
_EC_KEY = "1.2.840.10045.2.1"


@lru_cache(maxsize=256)
def key_kind(leaf: bytes) -> str:
    """Return the kind of a certificate's key, such as `RSA` or `P-256`, or its OID; empty where it is unreadable.

    `leaf` is DER. A curve stands for an EC key (RFC 5480 section 2.1.1), and an RSA key below 2048 bits has its size
    in its name: `RSA-1024`.
    """
    try:
        algorithm = tuple(element(raw_certificate(leaf).spki).first().children())
        oid = algorithm[0].oid()
        if oid == _EC_KEY:
            oid = algorithm[1].expect(OID).oid()
    except (DERError, IndexError):
        return ""
    kind = _KEYS.get(oid, oid)
    bits = _rsa_bits(leaf) if kind == "RSA" else None
    return kind if bits is None or bits >= _USUAL_RSA else f"{kind}-{bits}"


def _rsa_bits(leaf: bytes) -> int | None:
    key = raw_certificate(leaf).public_key
    return key.key_size if isinstance(key, rsa.RSAPublicKey) else None


def handshake_refusals(facts: Facts, leaf_key: str) -> Mapping[FamilyId, Verdict]:
    """Return the families that cannot shake hands with a server, each with its reason.

    `facts` are those of a probe that made the offers which it could not rule out, `leaf_key` is the `key_kind` of
    the certificate served. A family that is not named can shake hands as far as is known.
    """
    found = {}
    for family, offer in OFFERS.items():
        refusal = _refusal(offer, facts, leaf_key)
        if refusal is not None:
            found[family] = refusal
    return found


def is_too_old(offer: Offer, version: str | None) -> bool:
    """Whether a server that chose `version` among all has none that the offer takes (RFC 8446 section 4.1.3)."""
    return _is_older(version, offer.oldest)


def _is_older(version: str | None, than: str) -> bool:
    return version in VERSIONS and VERSIONS.index(version) < VERSIONS.index(than)


def version_text(version: str | None) -> str:
    """Return a version as people write it, such as `TLS 1.0` for `TLSv1`."""
    return {"TLSv1": "TLS 1.0", "SSLv3": "SSL 3"}.get(version or "", (version or "").replace("TLSv", "TLS "))


def _refusal(offer: Offer, facts: Facts, leaf_key: str) -> Verdict | None:
    if offer.id in facts.refused_offers or is_too_old(offer, facts.version) or _is_weak(offer, leaf_key):
        code, text = _reason(offer, facts, leaf_key)
        return refused(code, text)
    if facts.client_certificate == "required":
        return refused(HandshakeCode.CLIENT_CERTIFICATE, "the server requires a client certificate")
    return None


def _reason(offer: Offer, facts: Facts, leaf_key: str) -> tuple[HandshakeCode, str]:
    """Return the first of an offer's limits that what the server chose does not meet."""
    return next(
        (
            (code, text)
            for code, fails, text in (
                _version(offer, facts),
                _renegotiation(offer, facts),
                _key(offer, facts, leaf_key),
                _cipher(offer, facts),
                _dh(offer, facts),
                _group(offer, facts),
                _signature(offer, facts),
            )
            if fails
        ),
        (HandshakeCode.HANDSHAKE_FAILURE, f"the server refuses what {offer.library} offers"),
    )


_Limit = tuple[HandshakeCode, bool, str]


def _version(offer: Offer, facts: Facts) -> _Limit:
    # OpenSSL's level 2 refuses the signatures of older versions, and so all of their key exchanges but RSA
    needed = "TLSv1.2" if offer.openssl else offer.oldest
    newest, oldest = version_text(facts.version), version_text(needed)
    text = f"the server's newest version is {newest}, and {offer.library} takes {oldest} or newer"
    return HandshakeCode.PROTOCOL_VERSION, _is_older(facts.version, needed), text


def _renegotiation(offer: Offer, facts: Facts) -> _Limit:
    fails = offer.openssl and facts.secure_renegotiation is False
    text = "the server does not support secure renegotiation (RFC 5746)"
    return HandshakeCode.LEGACY_RENEGOTIATION, fails, text


def _cipher(offer: Offer, facts: Facts) -> _Limit:
    text = f"no cipher suite in common: the server uses {facts.cipher}, which {offer.library} does not offer"
    return HandshakeCode.NO_SHARED_CIPHER, facts.cipher is not None and facts.cipher not in offer.suites, text


def _dh(offer: Offer, facts: Facts) -> _Limit:
    fails = facts.dh_bits is not None and facts.dh_bits < offer.smallest_dh
    text = f"the server's DH key has {facts.dh_bits} bits, and {offer.library} takes {offer.smallest_dh} or more"
    return HandshakeCode.WEAK_DH_KEY, fails, text


def _group(offer: Offer, facts: Facts) -> _Limit:
    fails = facts.group is not None and facts.group not in offer.groups
    text = f"no group in common: the server uses {facts.group}, which {offer.library} does not offer"
    return HandshakeCode.NO_SHARED_GROUP, fails, text


def _is_weak(offer: Offer, leaf_key: str) -> bool:
    """Whether the leaf's RSA key is too small for an offer; its library then refuses the signature."""
    return leaf_key.startswith("RSA-1") and int(leaf_key[4:]) < offer.smallest_rsa


def _key(offer: Offer, facts: Facts, leaf_key: str) -> _Limit:
    weak = _is_weak(offer, leaf_key)
    unknown = bool(leaf_key) and leaf_key not in offer.keys and not leaf_key.startswith("RSA")
    # up to TLS 1.2 the curve of an ECDSA key has to be among the groups (RFC 8422 section 5.1)
    curve = None if facts.version == "TLSv1.3" else _CURVES_OF_KEYS.get(leaf_key)
    text = f"the server's key is {leaf_key}, which {offer.library} does not take in a handshake"
    fails = weak or unknown or (curve is not None and curve not in offer.groups)
    return HandshakeCode.UNSUPPORTED_ALGORITHM, fails, text


def _signature(offer: Offer, facts: Facts) -> _Limit:
    fails = facts.signature is not None and facts.signature not in offer.signatures
    text = f"the server signs with {facts.signature}, which {offer.library} does not take in a handshake"
    return HandshakeCode.UNSUPPORTED_ALGORITHM, fails, text
