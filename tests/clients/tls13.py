"""A TLS 1.3 server of the least kind (RFC 8446): it serves any bytes as certificates, which no library's server does.

One cipher suite, no resumption, no client certificates. The client's Finished is not verified: nothing is secret.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.clients.making import Case, PrivateKey
from tests.clients.signing import oid
from tui_chain.clients.engines.raw_certificate import raw_certificate
from tui_chain.x509.der import DERError

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, ENCRYPTED_EXTENSIONS = 1, 2, 4, 8
CERTIFICATE, CERTIFICATE_VERIFY, FINISHED = 11, 15, 20
AES_128_GCM_SHA256 = b"\x13\x01"
X25519, P256 = 0x001D, 0x0017
KEY_SHARE, SUPPORTED_VERSIONS = 51, 43
RECORD = 16_000
_USELESS_TICKET = struct.pack("!IIBHBH", 0, 0, 0, 1, 0, 0)
"""A ticket whose lifetime is 0 seconds (RFC 8446 section 4.6.1): no client resumes with it."""
CLOSE_NOTIFY = b"\x01\x00"
_PSS = oid("1.2.840.113549.1.1.10")
_CURVES = {"secp384r1": (0x0503, hashes.SHA384()), "secp521r1": (0x0603, hashes.SHA512())}


class HandshakeError(Exception):
    """The client gave up, or speaks no TLS 1.3."""


@dataclass(frozen=True)
class Hello:
    """What the server needs of a ClientHello."""

    raw: bytes
    session: bytes
    shares: Mapping[int, bytes]


@dataclass
class Keys:
    """Traffic keys of one direction."""

    secret: bytes
    number: int = 0
    cipher: AESGCM = field(init=False)
    vector: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.cipher = AESGCM(expand(self.secret, b"key", b"", 16))
        self.vector = expand(self.secret, b"iv", b"", 12)

    def nonce(self) -> bytes:
        """Return the nonce of the next record (RFC 8446 section 5.3)."""
        counter = self.number.to_bytes(12, "big")
        self.number += 1
        return bytes(one ^ other for one, other in zip(self.vector, counter, strict=True))

    def seal(self, kind: int, content: bytes) -> bytes:
        """Return a protected record."""
        header = struct.pack("!BHH", DATA, 0x0303, len(content) + 17)
        return header + self.cipher.encrypt(self.nonce(), content + bytes([kind]), header)

    def open(self, header: bytes, content: bytes) -> tuple[int, bytes]:
        """Return kind and content of a protected record; raises InvalidTag."""
        plain = self.cipher.decrypt(self.nonce(), content, header).rstrip(b"\0")
        return plain[-1], plain[:-1]


def expand(secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label with SHA-256 for at most 32 bytes (RFC 8446 section 7.1)."""
    full = b"tls13 " + label
    info = struct.pack("!HB", length, len(full)) + full + bytes([len(context)]) + context
    return hmac.digest(secret, info + b"\x01", "sha256")[:length]


def message(kind: int, body: bytes) -> bytes:
    """Return a handshake message."""
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


class Session:
    """One connection: the handshake, then one request and its answer."""

    def __init__(self, case: Case, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._case, self._reader, self._writer = case, reader, writer
        self._transcript = b""
        self._incoming: Keys | None = None

    async def answer(self, reply: bytes) -> None:
        """Shake hands, read a request up to its empty line, send the reply and close; raises HandshakeError."""
        sending, receiving = await self._shake_hands()
        await self._finished()
        self._incoming = receiving
        # clients hold their request back until Finished is acknowledged, and a message of ours carries that at once
        self._writer.write(sending.seal(HANDSHAKE, message(NEW_SESSION_TICKET, _USELESS_TICKET)))
        request = b""
        while b"\r\n\r\n" not in request:
            request += await self._content(DATA)
        self._writer.write(sending.seal(DATA, reply) + sending.seal(ALERT, CLOSE_NOTIFY))
        await self._writer.drain()

    async def _shake_hands(self) -> tuple[Keys, Keys]:
        """Send the server's flight and return the keys of the application data, the server's first."""
        hello = read_hello(await self._client_hello())
        group, share, secret = agree(hello.shares)
        server_hello = _server_hello(hello.session, group, share)
        self._transcript = hello.raw + server_hello
        self._writer.write(_plain(HANDSHAKE, server_hello) + _plain(CHANGE_CIPHER_SPEC, b"\x01"))
        early = hmac.digest(bytes(32), bytes(32), "sha256")
        shared = hmac.digest(self._derived(early), secret, "sha256")
        sending = Keys(self._secret(shared, b"s hs traffic"))
        self._incoming = Keys(self._secret(shared, b"c hs traffic"))
        for part in _pieces(self._flight(sending.secret)):
            self._writer.write(sending.seal(HANDSHAKE, part))
        await self._writer.drain()
        master = hmac.digest(self._derived(shared), bytes(32), "sha256")
        return Keys(self._secret(master, b"s ap traffic")), Keys(self._secret(master, b"c ap traffic"))

    def _flight(self, secret: bytes) -> bytes:
        """Return EncryptedExtensions, Certificate, CertificateVerify and Finished."""
        start = len(self._transcript)
        self._transcript += message(ENCRYPTED_EXTENSIONS, b"\0\0")
        self._transcript += message(CERTIFICATE, _certificates(self._case.served))
        self._transcript += message(CERTIFICATE_VERIFY, prove(self._case, self._hash()))
        proof = hmac.digest(expand(secret, b"finished", b"", 32), self._hash(), "sha256")
        self._transcript += message(FINISHED, proof)
        return self._transcript[start:]

    def _hash(self) -> bytes:
        return hashlib.sha256(self._transcript).digest()

    def _secret(self, secret: bytes, label: bytes) -> bytes:
        return expand(secret, label, self._hash(), 32)

    def _derived(self, secret: bytes) -> bytes:
        return expand(secret, b"derived", hashlib.sha256().digest(), 32)

    async def _client_hello(self) -> bytes:
        body = b""
        while len(body) < 4 or len(body) < 4 + int.from_bytes(body[1:4], "big"):
            body += await self._content(HANDSHAKE)
        return body

    async def _finished(self) -> None:
        body = await self._content(HANDSHAKE)
        if body[0] != FINISHED:
            raise HandshakeError(f"handshake message {body[0]} where Finished should be")

    async def _content(self, wanted: int) -> bytes:
        """Return the content of the next record of this kind; raises HandshakeError at another, as an alert."""
        while True:
            header = await self._reader.readexactly(5)
            kind, content = header[0], await self._reader.readexactly(int.from_bytes(header[3:], "big"))
            if kind == CHANGE_CIPHER_SPEC:
                continue
            if kind == DATA and self._incoming:
                kind, content = self._incoming.open(header, content)
            if kind != wanted:
                raise HandshakeError(f"record of kind {kind}: {content[:2].hex()}")
            return content


def read_hello(raw: bytes) -> Hello:
    """Read a ClientHello (RFC 8446 section 4.1.2)."""
    if raw[0] != CLIENT_HELLO:
        raise HandshakeError(f"handshake message {raw[0]} where ClientHello should be")
    session, rest = _vector(raw[38:], 1)
    _, rest = _vector(rest, 2)
    _, rest = _vector(rest, 1)
    return Hello(raw, session, dict(_shares(_vector(rest, 2)[0])))


def _vector(data: bytes, size: int) -> tuple[bytes, bytes]:
    length = int.from_bytes(data[:size], "big")
    return data[size : size + length], data[size + length :]


def _shares(extensions: bytes) -> Iterator[tuple[int, bytes]]:
    while extensions:
        kind = int.from_bytes(extensions[:2], "big")
        body, extensions = _vector(extensions[2:], 2)
        entries = _vector(body, 2)[0] if kind == KEY_SHARE else b""
        while entries:
            group = int.from_bytes(entries[:2], "big")
            share, entries = _vector(entries[2:], 2)
            yield group, share


def agree(shares: Mapping[int, bytes]) -> tuple[int, bytes, bytes]:
    """Return group, own share and shared secret; raises HandshakeError without a group that both know."""
    if X25519 in shares:
        own = x25519.X25519PrivateKey.generate()
        secret = own.exchange(x25519.X25519PublicKey.from_public_bytes(shares[X25519]))
        return X25519, own.public_key().public_bytes_raw(), secret
    if P256 in shares:
        key = ec.generate_private_key(ec.SECP256R1())
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), shares[P256])
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return P256, point, key.exchange(ec.ECDH(), peer)
    raise HandshakeError(f"no group in common: {sorted(shares)}")


def _server_hello(session: bytes, group: int, share: bytes) -> bytes:
    extensions = struct.pack("!HHH", SUPPORTED_VERSIONS, 2, 0x0304)
    extensions += struct.pack("!HHHH", KEY_SHARE, len(share) + 4, group, len(share)) + share
    body = b"\x03\x03" + os.urandom(32) + bytes([len(session)]) + session + AES_128_GCM_SHA256 + b"\0"
    return message(SERVER_HELLO, body + len(extensions).to_bytes(2, "big") + extensions)


def _certificates(served: tuple[bytes, ...]) -> bytes:
    entries = b"".join(len(der).to_bytes(3, "big") + der + b"\0\0" for der in served)
    return b"\0" + len(entries).to_bytes(3, "big") + entries


def prove(case: Case, transcript: bytes) -> bytes:
    """Return the body of CertificateVerify (RFC 8446 section 4.4.3)."""
    signed = b"\x20" * 64 + b"TLS 1.3, server CertificateVerify\0" + transcript
    scheme, signature = _signature(case.key, signed, pss=_is_pss(case.served[0]))
    return struct.pack("!HH", scheme, len(signature)) + signature


def _signature(key: PrivateKey, signed: bytes, *, pss: bool) -> tuple[int, bytes]:
    if isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return 0x0809 if pss else 0x0804, key.sign(signed, scheme, hashes.SHA256())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return 0x0807, key.sign(signed)
    if isinstance(key, ed448.Ed448PrivateKey):
        return 0x0808, key.sign(signed)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        code, digest = _CURVES.get(key.curve.name, (0x0403, hashes.SHA256()))
        return code, key.sign(signed, ec.ECDSA(digest))
    raise HandshakeError(f"no signature scheme for {type(key).__name__}")


def _is_pss(leaf: bytes) -> bool:
    try:
        return _PSS in raw_certificate(leaf).spki
    except (DERError, ValueError):
        return False


def _plain(kind: int, content: bytes) -> bytes:
    return struct.pack("!BHH", kind, 0x0303, len(content)) + content


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + RECORD] for at in range(0, len(data), RECORD))
