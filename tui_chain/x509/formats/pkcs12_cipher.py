"""Decryption of PKCS#12 contents: PBES2 (RFC 8018 section 6.2) and the older schemes of RFC 7292 appendix C."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tui_chain.x509.der import OCTET_STRING, SEQUENCE, DERError, Element, element
from tui_chain.x509.faults import Fault, attempt

MAX_ITERATIONS = 1_000_000
"""Rounds of key derivation for the user's own file, password given: about a second's work. OpenSSL writes 2,048."""
MAX_UNASKED = 20_000
"""Rounds for all parts of a file without a password, which may be a stranger's answer: some 50 ms."""
_MAX_SALT = 1024


class WrongPassword(ValueError):
    """The password does not decrypt the content."""


class UnknownCipher(ValueError):
    """The content is encrypted in a way that is not read here."""


class Rounds:
    """How many rounds of key derivation one file may still cost, over all its parts."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: Element) -> int:
        """Return what a part asks for; raises UnknownCipher where that is more than is left."""
        rounds = count.integer()
        if not 1 <= rounds <= self.left:
            raise UnknownCipher(f"its key takes {rounds:,} rounds to derive, and {self.left:,} are left of the bound")
        self.left -= rounds
        return rounds


class _Key(NamedTuple):
    cipher: str
    key: bytes
    vector: bytes


def decrypt(algorithm: Element, content: bytes, password: bytes, rounds: Rounds) -> bytes:
    """Decrypt the content of an EncryptedContentInfo; raises WrongPassword, UnknownCipher or DERError.

    `password` is UTF-8 text, `rounds` what the key may cost. The
    result is the DER of one SEQUENCE: anything else shows a wrong password.
    """
    kind, parameters = algorithm.expect(SEQUENCE).children()
    parameters.expect(SEQUENCE)
    newer = kind.oid() == _PBES2
    keys = _pbes2(parameters, password, rounds) if newer else _pbe(kind.oid(), parameters, password, rounds)
    for key in keys:
        plain = _opened(key, content)
        if not isinstance(plain, Fault):
            return plain
    raise WrongPassword


def _opened(key: _Key, content: bytes) -> bytes | Fault:
    return attempt("content", lambda: _sequence(_decrypted(key, content)))


def _sequence(plain: bytes) -> bytes:
    whole = element(plain).expect(SEQUENCE)
    if whole.after != len(plain):
        raise DERError("not one element")
    return plain


def _decrypted(key: _Key, content: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import RC2, TripleDES
    from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    ciphers: dict[str, Callable[[bytes], BlockCipherAlgorithm]] = {
        "AES": algorithms.AES,
        "3DES": TripleDES,
        "RC2": RC2,
    }
    decryptor = Cipher(ciphers[key.cipher](key.key), modes.CBC(key.vector)).decryptor()
    padding = PKCS7(8 * len(key.vector)).unpadder()
    return padding.update(decryptor.update(content) + decryptor.finalize()) + padding.finalize()


# -- PBES2

_PBES2, _PBKDF2 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"
_HMAC = "1.2.840.113549.2"
_PRFS = {
    f"{_HMAC}.7": "sha1",
    f"{_HMAC}.8": "sha224",
    f"{_HMAC}.9": "sha256",
    f"{_HMAC}.10": "sha384",
    f"{_HMAC}.11": "sha512",
}
_AES = "2.16.840.1.101.3.4.1"
_CIPHERS = {
    f"{_AES}.2": ("AES", 16),
    f"{_AES}.22": ("AES", 24),
    f"{_AES}.42": ("AES", 32),
    "1.2.840.113549.3.7": ("3DES", 24),
}


def _pbes2(parameters: Element, password: bytes, rounds: Rounds) -> Iterator[_Key]:
    derivation, encryption = (part.expect(SEQUENCE) for part in parameters.children())
    kind, how = derivation.children()
    cipher, vector = encryption.children()
    if kind.oid() != _PBKDF2 or cipher.oid() not in _CIPHERS:
        raise UnknownCipher(f"encrypted with {kind.oid()} and {cipher.oid()}, which are not known here")
    name, size = _CIPHERS[cipher.oid()]
    salt, count, *rest = how.expect(SEQUENCE).children()
    prf = next((part.first().oid() for part in rest if part.tag == SEQUENCE), f"{_HMAC}.7")
    if prf not in _PRFS:
        raise UnknownCipher(f"its key is derived with {prf}, which is not known here")
    key = hashlib.pbkdf2_hmac(_PRFS[prf], password, salt.octets(), rounds.take(count), size)
    yield _Key(name, key, vector.expect(OCTET_STRING).octets())


# -- the schemes of RFC 7292 appendix C

_PBE = "1.2.840.113549.1.12.1"
_PBE_CIPHERS = {f"{_PBE}.3": ("3DES", 24), f"{_PBE}.5": ("RC2", 16)}
_MAKE_KEY, _MAKE_VECTOR = 1, 2
_BLOCK = 64


def _pbe(kind: str, parameters: Element, password: bytes, rounds: Rounds) -> Iterator[_Key]:
    """Keys for the password as BMPString with its end; makers differ in what an empty one is."""
    if kind not in _PBE_CIPHERS:
        raise UnknownCipher(f"encrypted with {kind}, which is not known here")
    name, size = _PBE_CIPHERS[kind]
    salt, count = parameters.children()
    turns, octets = rounds.take(count), salt.expect(OCTET_STRING).octets()
    if len(octets) > _MAX_SALT:
        raise UnknownCipher("its salt is too long")
    for secret in [_bmp(password), *([] if password else [b""])]:
        key = _derive(_MAKE_KEY, secret, octets, turns, size)
        yield _Key(name, key, _derive(_MAKE_VECTOR, secret, octets, turns, 8))


def _bmp(password: bytes) -> bytes:
    return password.decode("utf-8", "replace").encode("utf-16-be") + b"\0\0"


def _derive(purpose: int, secret: bytes, salt: bytes, rounds: int, size: int) -> bytes:
    """Key derivation of RFC 7292 appendix B.2, with SHA-1."""
    blocks = _filled(salt) + _filled(secret)
    derived = b""
    while len(derived) < size:
        digest = bytes((purpose,)) * _BLOCK + blocks
        for _ in range(rounds):
            digest = hashlib.sha1(digest, usedforsecurity=False).digest()
        derived += digest
        blocks = _stepped(blocks, _filled(digest))
    return derived[:size]


def _filled(text: bytes) -> bytes:
    """Repeat `text` up to the next whole block."""
    size = -(-len(text) // _BLOCK) * _BLOCK
    return (text * (size // len(text) + 1))[:size] if text else b""


def _stepped(blocks: bytes, digest: bytes) -> bytes:
    step = int.from_bytes(digest[:_BLOCK], "big") + 1
    numbers = (int.from_bytes(blocks[at : at + _BLOCK], "big") for at in range(0, len(blocks), _BLOCK))
    return b"".join(((number + step) % (1 << 8 * _BLOCK)).to_bytes(_BLOCK, "big") for number in numbers)
