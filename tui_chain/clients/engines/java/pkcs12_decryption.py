"""Decrypts the parts of a PKCS#12 file with a password, for who has to see the attributes in them.

PBES2 (RFC 8018) with AES or 3DES, and the older schemes of RFC 7292 appendix C with 3DES and RC2, by which Java 8 and
OpenSSL 1 wrote certificates. cryptography opens such files too, and does not tell their attributes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tui_chain.x509.der import INTEGER, SEQUENCE, DERError, Element
from tui_chain.x509.formats.pkcs12 import MAX_ROUNDS

_PBES2, _PBKDF2 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"
_HMACS = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_CIPHERS: dict[str, tuple[Callable[[bytes], CipherAlgorithm], int]] = {
    "2.16.840.1.101.3.4.1.2": (AES, 16),
    "2.16.840.1.101.3.4.1.22": (AES, 24),
    "2.16.840.1.101.3.4.1.42": (AES, 32),
    "1.2.840.113549.3.7": (TripleDES, 24),
}
_BY_SHA1 = {"1.2.840.113549.1.12.1.3": 24, "1.2.840.113549.1.12.1.5": 16, "1.2.840.113549.1.12.1.6": 5}
"""Octets of the key: three-key 3DES, 128 bit RC2, 40 bit RC2 (RFC 7292 appendix C)."""
_KEY, _IV = 1, 2
_BLOCK = 8


def decrypted(algorithm: Element, octets: bytes, password: str) -> bytes:
    """Return what was encrypted; raises ValueError, mostly DERError, for another scheme or a wrong password."""
    kind, parameters = algorithm.expect(SEQUENCE).children()
    if kind.oid() == _PBES2:
        return _pbes2(parameters, octets, password)
    size = _BY_SHA1.get(kind.oid())
    if size is None:
        raise DERError(f"encrypted by {kind.oid()}")
    salt, rounds = parameters.expect(SEQUENCE).children()
    derive = partial(derived, password=password, salt=salt.content, rounds=_bounded(rounds))
    key, iv = derive(_KEY, size), derive(_IV, _BLOCK)
    if size == 24:
        return _unpadded(_by(TripleDES(key), iv, octets))
    return _unpadded(rc2_decrypted(key, iv, octets))


def _pbes2(parameters: Element, octets: bytes, password: str) -> bytes:
    derivation, encryption = parameters.expect(SEQUENCE).children()
    kind, values = derivation.expect(SEQUENCE).children()
    cipher, iv = encryption.expect(SEQUENCE).children()
    if kind.oid() != _PBKDF2 or cipher.oid() not in _CIPHERS:
        raise DERError("encrypted by another scheme")
    salt, rounds, *more = values.expect(SEQUENCE).children()
    hmac = next((one.first().oid() for one in more if one.tag == SEQUENCE), "1.2.840.113549.2.7")
    make, size = _CIPHERS[cipher.oid()]
    if hmac not in _HMACS:
        raise DERError(f"a key derived by {hmac}")
    key = hashlib.pbkdf2_hmac(_HMACS[hmac], password.encode(), salt.content, _bounded(rounds), size)
    return _unpadded(_by(make(key), iv.content, octets))


def _bounded(rounds: Element) -> int:
    number = rounds.expect(INTEGER).integer()
    if not 0 < number <= MAX_ROUNDS:
        raise DERError(f"a key that takes {number:,} rounds to derive")
    return number


def _by(algorithm: CipherAlgorithm, iv: bytes, octets: bytes) -> bytes:
    decryptor = Cipher(algorithm, CBC(iv)).decryptor()
    return decryptor.update(octets) + decryptor.finalize()


def _unpadded(octets: bytes) -> bytes:
    size = octets[-1] if octets else 0
    if not 0 < size <= 16 or octets[-size:] != bytes((size,)) * size:
        raise DERError("the password is another one")
    return octets[:-size]


def derived(purpose: int, size: int, *, password: str, salt: bytes, rounds: int) -> bytes:
    """Derive a key, an IV or a MAC key with SHA-1 (RFC 7292 appendix B.2)."""
    secret = password.encode("utf-16-be") + b"\0\0"
    pattern = _repeated(salt) + _repeated(secret)
    found = b""
    while len(found) < size:
        digest = bytes((purpose,)) * 64 + pattern
        for _ in range(rounds):
            digest = hashlib.sha1(digest, usedforsecurity=False).digest()
        found += digest
        add = int.from_bytes((digest * 4)[:64], "big") + 1
        blocks = (int.from_bytes(pattern[at : at + 64], "big") + add for at in range(0, len(pattern), 64))
        pattern = b"".join((block % (1 << 512)).to_bytes(64, "big") for block in blocks)
    return found[:size]


def _repeated(octets: bytes) -> bytes:
    """As often as it takes to fill blocks of 64 octets."""
    size = -(-len(octets) // 64) * 64
    return (octets * (size // len(octets) + 1))[:size] if octets else b""


_PI = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32"
    "bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a"
    "961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e"
    "c5f3db47e5a59c770aa62068fe7fc1ad"
)
"""The table of RFC 2268 section 2."""


def _expanded(key: bytes) -> list[int]:
    """RFC 2268 section 2; all bits of the key count."""
    table = bytearray(key)
    while len(table) < 128:
        table.append(_PI[(table[-1] + table[-len(key)]) % 256])
    table[128 - len(key)] = _PI[table[128 - len(key)]]
    for at in range(127 - len(key), -1, -1):
        table[at] = _PI[table[at + 1] ^ table[at + len(key)]]
    return [table[at] | table[at + 1] << 8 for at in range(0, 128, 2)]


def rc2_decrypted(key: bytes, iv: bytes, octets: bytes) -> bytes:
    """Decrypt RC2 in CBC mode (RFC 2268 section 4); cryptography knows keys of 128 bits alone."""
    table, found = _expanded(key), bytearray()
    for at in range(0, len(octets), _BLOCK):
        block = octets[at : at + _BLOCK]
        found += bytes(a ^ b for a, b in zip(_rc2_block(table, block), iv, strict=True))
        iv = block
    return bytes(found)


def _rc2_block(table: list[int], block: bytes) -> bytes:
    words = [int.from_bytes(block[at : at + 2], "little") for at in (0, 2, 4, 6)]
    place = 63
    for number in range(16):
        if number in {5, 11}:
            for at in (3, 2, 1, 0):
                words[at] = words[at] - table[words[at - 1] & 63] & 0xFFFF
        for at, turn in ((3, 5), (2, 3), (1, 2), (0, 1)):
            word = words[at] >> turn | words[at] << 16 - turn & 0xFFFF
            mixed = (words[at - 1] & words[at - 2]) + (~words[at - 1] & words[at - 3])
            words[at] = word - table[place] - mixed & 0xFFFF
            place -= 1
    return b"".join(word.to_bytes(2, "little") for word in words)
