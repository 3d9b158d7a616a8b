"""What a handshake says beside the certificates, read from the server's handshake messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui_chain.x509.der import DERError
from tui_chain.x509.distinguished_names import DistinguishedName

MAX_CLIENT_CAS = 500
"""Names of accepted client CAs that are kept; servers that trust a whole root store send some hundred."""

SERVER_HELLO, SESSION_TICKET, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY = 2, 4, 12, 13, 15
"""HandshakeType of RFC 8446 section 4 and RFC 5246 section 7.4."""

_SUPPORTED_VERSIONS, _CERTIFICATE_AUTHORITIES, _KEY_SHARE, _RENEGOTIATION_INFO = 43, 47, 51, 0xFF01
_NAMED_CURVE = 3
VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
GROUPS = {
    0x0017: "secp256r1",
    0x0018: "secp384r1",
    0x0019: "secp521r1",
    0x001A: "brainpoolP256r1",
    0x001B: "brainpoolP384r1",
    0x001C: "brainpoolP512r1",
    0x001D: "x25519",
    0x001E: "x448",
    0x0100: "ffdhe2048",
    0x0101: "ffdhe3072",
    0x0102: "ffdhe4096",
    0x0103: "ffdhe6144",
    0x0104: "ffdhe8192",
    0x0200: "MLKEM512",
    0x0201: "MLKEM768",
    0x0202: "MLKEM1024",
    0x11EB: "SecP256r1MLKEM768",
    0x11EC: "X25519MLKEM768",
    0x11ED: "SecP384r1MLKEM1024",
}
"""IANA's TLS Supported Groups, by the names that OpenSSL knows too."""
SIGNATURES = {
    0x0101: "rsa_pkcs1_md5",
    0x0201: "rsa_pkcs1_sha1",
    0x0202: "dsa_sha1",
    0x0203: "ecdsa_sha1",
    0x0401: "rsa_pkcs1_sha256",
    0x0403: "ecdsa_secp256r1_sha256",
    0x0501: "rsa_pkcs1_sha384",
    0x0503: "ecdsa_secp384r1_sha384",
    0x0601: "rsa_pkcs1_sha512",
    0x0603: "ecdsa_secp521r1_sha512",
    0x0804: "rsa_pss_rsae_sha256",
    0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512",
    0x0807: "ed25519",
    0x0808: "ed448",
    0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384",
    0x080B: "rsa_pss_pss_sha512",
    0x0904: "mldsa44",
    0x0905: "mldsa65",
    0x0906: "mldsa87",
}
"""IANA's TLS SignatureScheme."""


class ClientCertificate(StrEnum):
    """Whether a server only asks for a client certificate, or refuses who has none."""

    REQUESTED = "requested"
    REQUIRED = "required"


@dataclass(frozen=True)
class TLSFacts:
    """What was negotiated, each None where the handshake did not say it.

    `version` and `cipher` are OpenSSL's names (`TLSv1.3`), `group` is IANA's (`x25519`); a finite-field exchange of
    TLS 1.2 has `dh_bits` instead. `signature` is IANA's name of the scheme by which the server proved its key,
    unknown up to TLS 1.1 and where nothing was signed. `secure_renegotiation` (RFC 5746) is None in TLS 1.3.
    `client_certificate` None says that none was asked for; `client_cas` are the names of the CAs that the server
    takes, RFC 4514, safe for a terminal. `library` is the OpenSSL that probed. `refused_offers` are the ids of the
    offers (`clients.handshake`) that the server refused when they were made to it alone, `unanswered_offers` of those
    that it did not answer in time.
    """

    version: str | None = None
    cipher: str | None = None
    group: str | None = None
    dh_bits: int | None = None
    signature: str | None = None
    secure_renegotiation: bool | None = None
    client_certificate: ClientCertificate | None = None
    client_cas: tuple[str, ...] = ()
    library: str | None = None
    refused_offers: frozenset[str] = frozenset()
    unanswered_offers: frozenset[str] = frozenset()


NO_HANDSHAKE = TLSFacts()
"""The facts of a chain that came from a file."""


def facts_of(
    messages: Sequence[bytes], *, cipher: str | None, version: str | None = None, library: str | None = None
) -> TLSFacts:
    """Return what a server's handshake messages say; `cipher` is OpenSSL's name of the suite.

    `messages` are whole messages with their header of four bytes, in the order received; unreadable ones say
    nothing. `version` is the version where no ServerHello is among them.
    """
    hellos = [_hello(one[4:]) for one in messages if one[:1] == bytes([SERVER_HELLO])]
    hello = hellos[-1] if hellos else _Hello(version)  # the first of two is a HelloRetryRequest
    exchange = _exchange(_named(messages, SERVER_KEY_EXCHANGE) or b"", cipher or "")
    verify = _named(messages, CERTIFICATE_VERIFY) or b""
    signed = verify[:2] if hello.version == "TLSv1.3" else exchange.scheme if hello.version == "TLSv1.2" else b""
    request = _named(messages, CERTIFICATE_REQUEST)
    return TLSFacts(
        hello.version or version,
        cipher,
        hello.group or exchange.group,
        exchange.bits,
        _name(SIGNATURES, signed),
        hello.secure_renegotiation,
        None if request is None else ClientCertificate.REQUESTED,
        () if request is None else _client_cas(request, hello.version),
        library,
    )


def ca_names(names: Sequence[bytes]) -> tuple[str, ...]:
    """Return distinguished names (DER) as RFC 4514 text that is safe for a terminal; unreadable ones are left out."""
    shown = []
    for name in names[:MAX_CLIENT_CAS]:
        try:
            shown.append(DistinguishedName.from_der(name).text)
        except DERError:
            continue
    return tuple(shown)


def group_name(name: str | None) -> str | None:
    """Return IANA's spelling of a group that OpenSSL names, such as `secp256r1` for `P-256` or `prime256v1`."""
    if name is None:
        return None
    aliases = {"prime256v1": "secp256r1", "P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1"}
    spelled = {known.lower(): known for known in GROUPS.values()}
    return aliases.get(name) or spelled.get(name.lower(), name)


@dataclass(frozen=True)
class _Hello:
    version: str | None = None
    group: str | None = None
    secure_renegotiation: bool | None = None


def _hello(body: bytes) -> _Hello:
    """Read a ServerHello (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3)."""
    at = 35 + body[34] if len(body) > 34 else len(body)
    extensions = dict(_extensions(body[at + 5 : at + 5 + _number(body[at + 3 : at + 5])]))
    version = VERSIONS.get(_number(extensions.get(_SUPPORTED_VERSIONS, body[:2])))
    if version == "TLSv1.3":
        return _Hello(version, _name(GROUPS, extensions.get(_KEY_SHARE, b"")[:2]))
    return _Hello(version, None, _RENEGOTIATION_INFO in extensions)


@dataclass(frozen=True)
class _KeyExchange:
    group: str | None = None
    bits: int | None = None
    scheme: bytes = b""


def _exchange(body: bytes, cipher: str) -> _KeyExchange:
    """Read a ServerKeyExchange (RFC 8422 section 5.4, RFC 5246 section 7.4.3); empty for RSA key exchange."""
    if cipher.startswith("ECDHE") and body[:1] == bytes([_NAMED_CURVE]):
        at = 4 + _number(body[3:4])
        return _KeyExchange(_name(GROUPS, body[1:3]), None, body[at : at + 2])
    if cipher.startswith("DHE"):
        prime, generator, public = (*_sized(body), b"", b"", b"")[:3]
        at = 6 + len(prime) + len(generator) + len(public)
        return _KeyExchange(None, _number(prime).bit_length(), body[at : at + 2])
    return _KeyExchange()


def _client_cas(body: bytes, version: str | None) -> tuple[str, ...]:
    """Read the names in a CertificateRequest (RFC 8446 section 4.2.4, RFC 5246 section 7.4.4)."""
    if version == "TLSv1.3":
        start = 1 + _number(body[:1])
        table = dict(_extensions(body[start + 2 :]))
        return ca_names(tuple(_sized(table.get(_CERTIFICATE_AUTHORITIES, b"")[2:])))
    at = 1 + _number(body[:1])
    if version == "TLSv1.2":
        at += 2 + _number(body[at : at + 2])
    return ca_names(tuple(_sized(body[at + 2 :])))


def _named(messages: Sequence[bytes], kind: int) -> bytes | None:
    return next((one[4:] for one in messages if one[:1] == bytes([kind])), None)


def _extensions(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 4:
        size = _number(data[2:4])
        yield _number(data[:2]), data[4 : 4 + size]
        data = data[4 + size :]


def _sized(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 2 <= len(data):
        size = _number(data[at : at + 2])
        yield data[at + 2 : at + 2 + size]
        at += 2 + size


def _name(names: Mapping[int, str], code: bytes) -> str | None:
    return names.get(_number(code), f"0x{code.hex()}") if code else None


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
