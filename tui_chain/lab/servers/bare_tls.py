"""A server's side of TLS 1.2 with nothing that came after RFC 5246: no OpenSSL can be made to leave RFC 5746 out.

One suite, ECDHE-ECDSA-AES128-GCM-SHA256 over x25519, a P-256 key, one request, one answer. It is for the lab alone:
the client's Finished is not checked.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, http_answer

_TLS12 = b"\x03\x03"
_SUITE = b"\xc0\x2b"
_X25519, _ECDSA_SHA256 = b"\x03\x00\x1d", b"\x04\x03"
_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _DATA = 20, 21, 22, 23
_SERVER_HELLO, _CERTIFICATE, _KEY_EXCHANGE, _DONE, _FINISHED = 2, 11, 12, 14, 20
_CLOSE_NOTIFY = b"\x01\x00"


def bare_handler(credentials: Credentials) -> Handler:
    """Return a handler that does a handshake with a P-256 key, answers one HTTP request with 200, and closes."""

    async def handle(stream: Stream) -> None:
        try:
            await _Connection(stream, credentials).serve()
        except (_Ended, InvalidTag, ValueError, IndexError):
            await stream.finish()

    return handle


class _Ended(Exception):
    """The client closed, or sent an alert."""


@dataclass
class _Cipher:
    """AES-GCM for one direction (RFC 5288)."""

    key: bytes
    salt: bytes
    number: int = 0

    def seal(self, kind: int, data: bytes) -> bytes:
        nonce = self.number.to_bytes(8, "big")
        return nonce + AESGCM(self.key).encrypt(self.salt + nonce, data, self._extra(kind, len(data)))

    def open(self, kind: int, data: bytes) -> bytes:
        extra = self._extra(kind, len(data) - 24)
        return AESGCM(self.key).decrypt(self.salt + data[:8], data[8:], extra)

    def _extra(self, kind: int, size: int) -> bytes:
        extra = self.number.to_bytes(8, "big") + bytes([kind]) + _TLS12 + size.to_bytes(2, "big")
        self.number += 1
        return extra


@dataclass
class _Connection:
    stream: Stream
    credentials: Credentials
    _received: bytes = b""
    _transcript: bytes = b""
    _random: bytes = field(default_factory=lambda: os.urandom(32))
    _ours: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)

    async def serve(self) -> None:
        hello = await self._message()
        client_random = hello[6:38]
        await self.stream.send(_record(_HANDSHAKE, self._flight(client_random)))
        exchange = await self._message()
        secret = self._ours.exchange(X25519PublicKey.from_public_bytes(exchange[5:37]))
        master = _prf(secret, b"master secret" + client_random + self._random, 48)
        reading, writing = _ciphers(master, self._random + client_random)
        await self._record(_CHANGE_CIPHER_SPEC)
        self._transcript += reading.open(_HANDSHAKE, await self._record(_HANDSHAKE))
        finished = _message(_FINISHED, _prf(master, b"server finished" + sha256(self._transcript).digest(), 12))
        sealed = writing.seal(_HANDSHAKE, finished)
        await self.stream.send(_record(_CHANGE_CIPHER_SPEC, b"\x01") + _record(_HANDSHAKE, sealed))
        reading.open(_DATA, await self._record(_DATA))
        answer = writing.seal(_DATA, http_answer("200 OK", b"You reached the lab.\n"))
        closing = writing.seal(_ALERT, _CLOSE_NOTIFY)
        await self.stream.send(_record(_DATA, answer) + _record(_ALERT, closing))
        await self.stream.finish()

    def _flight(self, client_random: bytes) -> bytes:
        """The messages from ServerHello, without any extension, to ServerHelloDone (RFC 5246 section 7.4)."""
        hello = _TLS12 + self._random + b"\0" + _SUITE + b"\0"
        chain = _sized(b"".join(_sized(der, 3) for der in self.credentials.chain), 3)
        public = self._ours.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        parameters = _X25519 + _sized(public, 1)
        signature = self._sign(client_random + self._random + parameters)
        exchange = parameters + _ECDSA_SHA256 + _sized(signature, 2)
        bodies = ((_SERVER_HELLO, hello), (_CERTIFICATE, chain), (_KEY_EXCHANGE, exchange), (_DONE, b""))
        flight = b"".join(_message(kind, body) for kind, body in bodies)
        self._transcript += flight
        return flight

    def _sign(self, data: bytes) -> bytes:
        key = self.credentials.key
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the key has to be an EC key")
        return key.sign(data, ec.ECDSA(hashes.SHA256()))

    async def _message(self) -> bytes:
        """The next handshake message of the client, one whole record."""
        message = await self._record(_HANDSHAKE)
        self._transcript += message
        return message

    async def _record(self, kind: int) -> bytes:
        while len(self._received) < 5 or len(self._received) < 5 + int.from_bytes(self._received[3:5], "big"):
            data = await self.stream.receive()
            if not data:
                raise _Ended
            self._received += data
        end = 5 + int.from_bytes(self._received[3:5], "big")
        record, self._received = self._received[:end], self._received[end:]
        if record[0] != kind:
            raise _Ended
        return record[5:]


def _ciphers(master: bytes, randoms: bytes) -> tuple[_Cipher, _Cipher]:
    """The ciphers of the client's and of the server's direction (RFC 5246 section 6.3)."""
    block = _prf(master, b"key expansion" + randoms, 40)
    return _Cipher(block[:16], block[32:36]), _Cipher(block[16:32], block[36:40])


def _prf(secret: bytes, seed: bytes, size: int) -> bytes:
    """P_SHA256 (RFC 5246 section 5)."""
    found, step = b"", seed
    while len(found) < size:
        step = hmac.digest(secret, step, "sha256")
        found += hmac.digest(secret, step + seed, "sha256")
    return found[:size]


def _record(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + _TLS12 + _sized(data, 2)


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _sized(body, 3)


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data
