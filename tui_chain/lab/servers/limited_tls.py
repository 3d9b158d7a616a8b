"""Servers that limit their TLS: old versions and ciphers, client certificates, groups and keys of tomorrow."""

from __future__ import annotations

import hmac
import os
import ssl
import warnings
from base64 import encodebytes
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tui_chain.lab.authority import PrivateKey, Template, ec_key, key_usage, rsa_key
from tui_chain.lab.hierarchy import DEFAULT_LEAF, Leaf
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.pyopenssl import pyopenssl_handler, server_context
from tui_chain.lab.servers.services import LEAF, LOCALHOST, LabResources, Served, Tls, UnsupportedError
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, TlsOptions, http_answer
from tui_chain.x509.der import INTEGER, SEQUENCE, encode

if TYPE_CHECKING:
    from OpenSSL import SSL

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


VERSION = ssl.TLSVersion
_PRIME = bytes.fromhex(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
)
"""The 1024-bit prime of RFC 2409 section 6.2; its generator is 2."""

RSA_LEAF = Leaf(
    template=Template(new_key=rsa_key, extensions=((key_usage("digital_signature", "key_encipherment"), True),))
)
"""An RSA certificate whose key may also be encrypted to, as RSA key exchange needs it."""


@dataclass(frozen=True)
class LimitedTls:
    """A server of one TLS version and of some cipher suites (an OpenSSL cipher list), of an RSA or EC key.

    `small_dh` makes its finite-field exchange one of 1024 bits.
    """

    version: VERSION
    ciphers: str = "ALL"
    rsa: bool = False
    small_dh: bool = False

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        options = TlsOptions(configure=partial(self._limit, lab.folder))
        leaf = RSA_LEAF if self.rsa else DEFAULT_LEAF
        return Tls((LEAF, "issuing"), leaf, options).open(lab, scenario)

    def _limit(self, folder: Path, context: ssl.SSLContext) -> None:
        context.set_ciphers(f"{self.ciphers}:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what these servers are for
            context.minimum_version = context.maximum_version = self.version
        if self.small_dh:
            context.load_dh_params(str(_small_dh(folder)))


def _small_dh(folder: Path) -> Path:
    """Write the prime as a DHParameter (PKCS #3 section 9)."""
    der = encode(SEQUENCE, encode(INTEGER, b"\0" + _PRIME), encode(INTEGER, b"\x02"))
    path = folder / "dh1024.pem"
    path.write_bytes(b"-----BEGIN DH PARAMETERS-----\n" + encodebytes(der) + b"-----END DH PARAMETERS-----\n")
    return path


TLS_1_0, TLS_1_1 = LimitedTls(VERSION.TLSv1), LimitedTls(VERSION.TLSv1_1)
"""Servers that know no version of today."""
RSA_KEY_EXCHANGE = LimitedTls(VERSION.TLSv1_2, "AES128-GCM-SHA256", rsa=True)
"""A server without forward secrecy."""
SMALL_DH = LimitedTls(VERSION.TLSv1_2, "DHE-RSA-AES128-GCM-SHA256", rsa=True, small_dh=True)
"""A server whose only key exchange is finite-field Diffie-Hellman of 1024 bits."""


@dataclass(frozen=True)
class NoSecureRenegotiation:
    """A server of TLS 1.2 that does not know RFC 5746, with ECDHE and AES-GCM."""

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        made = _issue(lab, scenario, ec_key)
        return lab.listen(bare_handler(made), addresses=LOCALHOST), tuple(made.chain)


@dataclass(frozen=True)
class WithPyOpenSSL:
    """A server of pyOpenSSL: `configure` changes its context, `new_key` makes the leaf's key."""

    configure: Callable[[LabResources, SSL.Context], None]
    new_key: Callable[[], PrivateKey] = ec_key

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        made = _issue(lab, scenario, self.new_key)
        context = server_context(made)
        self.configure(lab, context)
        return lab.listen(pyopenssl_handler(context), addresses=LOCALHOST), tuple(made.chain)


def client_certificate(version: VERSION, *, required: bool) -> WithPyOpenSSL:
    """A server of TLS 1.2 or 1.3 that requests or requires a client certificate, and names the lab's roots."""
    return WithPyOpenSSL(partial(_ask_for_certificate, version, required))


def only_group(name: str) -> WithPyOpenSSL:
    """A server of one group, such as `X25519MLKEM768`; needs an OpenSSL that knows it (see `knows_group`)."""
    return WithPyOpenSSL(partial(_limit_groups, name))


def ml_dsa_key() -> PrivateKey:
    """Make an ML-DSA-65 key; raises UnsupportedError where cryptography or its OpenSSL does not know it."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa

        return mldsa.MLDSA65PrivateKey.generate()
    except (ImportError, UnsupportedAlgorithm):
        raise UnsupportedError("cryptography does not know ML-DSA-65") from None


ML_DSA_LEAF = WithPyOpenSSL(lambda _ground, _context: None, ml_dsa_key)
"""A server whose key is ML-DSA-65 (FIPS 204)."""


def knows_group(name: str) -> bool:
    """Whether the OpenSSL of pyOpenSSL has this group."""
    from OpenSSL import SSL

    return _set_groups(SSL.Context(SSL.TLS_SERVER_METHOD), name)


def _issue(lab: LabResources, scenario: str, new_key: Callable[[], PrivateKey]) -> Credentials:
    leaf = lab.hierarchy.issue_leaf(Leaf(template=Template(new_key=new_key)), scenario)
    return Credentials((leaf.der, lab.hierarchy["issuing"].der), leaf.key)


def _ask_for_certificate(version: VERSION, required: bool, lab: LabResources, context: SSL.Context) -> None:
    from OpenSSL import SSL

    context.set_min_proto_version(version)
    context.set_max_proto_version(version)
    context.set_session_id(b"tlschain lab")  # OpenSSL resumes no session of a verifying server without one
    context.set_verify(SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if required else 0), None)
    for root in x509.load_pem_x509_certificates(lab.hierarchy.trust_pem):
        context.add_client_ca(root)


def _limit_groups(name: str, _ground: LabResources, context: SSL.Context) -> None:
    if not _set_groups(context, name):
        raise UnsupportedError(f"pyOpenSSL does not know the group {name}")


def _set_groups(context: SSL.Context, names: str) -> bool:
    from OpenSSL._util import lib

    # pyOpenSSL has no public call for it
    known = lib.SSL_CTX_set1_curves_list(context._context, names.encode()) == 1  # noqa: SLF001
    lib.ERR_clear_error()
    return bool(known)
