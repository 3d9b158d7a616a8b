"""Certificates out of Java keystores: JKS, and JCEKS, which is built alike; past the keys in them.

The form is that of OpenJDK's sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore: numbers are
big-endian, certificates stand in the clear, and a SHA-1 over password, a fixed phrase and the content ends the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tui_chain.core.text import safe_text
from tui_chain.x509.formats.reading import Harvest, ProblemKind

FORMATS = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}
"""The formats by the bytes that their files begin with."""
_KEY, _TRUSTED, _SECRET = 1, 2, 3
_DIGEST_BYTES = 20
_PHRASE = b"Mighty Aphrodite"
_DATE_BYTES = 8


class _CutShortError(Exception):
    """More is announced than is there."""


class _UnknownError(Exception):
    """A part whose length only Java itself knows."""


@dataclass(eq=False)
class _Bytes:
    """The content of the file, read from its start."""

    data: bytes
    at: int = 0

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise _CutShortError
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "big")

    def text(self) -> bytes:
        """A string of at most 64 KiB, in Java's form of UTF-8."""
        return self.take(self.number(2))


def harvest_keystore(data: bytes, harvest: Harvest) -> str:
    """Gather the certificates of a keystore in their order, and return its format.

    The chain of a private key is read too, and noted as such; the key is passed over. The digest is compared only
    where a password is given: what a certificate is worth, its signature tells.
    """
    source = _Bytes(data)
    format_name = FORMATS[source.take(4)]
    try:
        _harvest_entries(source, harvest)
        _check(source, harvest)
    except _CutShortError:
        harvest.complain(1, f"the keystore is cut short at byte {source.at}", ProblemKind.TRUNCATED)
    except _UnknownError as error:
        harvest.complain(1, str(error), ProblemKind.OTHER)
    return format_name


def _harvest_entries(source: _Bytes, harvest: Harvest) -> None:
    version, count = source.number(), source.number()
    if version not in {1, 2}:
        raise _UnknownError(f"the keystore is of version {version}, which is not known")
    for _ in range(count):
        if harvest.full:
            break
        tag = source.number()
        source.text()  # the alias, a name of the owner's
        source.take(_DATE_BYTES)
        if tag == _KEY:
            _harvest_key(source, version, harvest)
        elif tag == _TRUSTED:
            _harvest_certificate(source, version, harvest, in_chain=False)
        elif tag == _SECRET:
            # a Java object, whose length is written nowhere
            raise _UnknownError("a secret key, behind which nothing can be read")
        else:
            raise _UnknownError(f"an entry of the kind {tag}, behind which nothing can be read")


def _harvest_key(source: _Bytes, version: int, harvest: Harvest) -> None:
    source.take(source.number())
    harvest.complain(1, "a private key, which was not read", ProblemKind.PRIVATE_KEY)
    harvest.chains.append([])
    for _ in range(source.number()):
        if harvest.full:
            break
        _harvest_certificate(source, version, harvest, in_chain=True)


def _harvest_certificate(source: _Bytes, version: int, harvest: Harvest, *, in_chain: bool) -> None:
    """Version 1 knew no other kind than X.509."""
    kind = source.text() if version > 1 else b"X.509"
    der = source.take(source.number())
    if kind in {b"X.509", b"X509"}:
        harvest.add(1, der, in_chain=in_chain)
    else:
        name = safe_text(kind.decode("utf-8", "replace"), 20)
        harvest.complain(1, f"a certificate of the kind {name}, no X.509", ProblemKind.OTHER)


def _check(source: _Bytes, harvest: Harvest) -> None:
    """Look whether the digest is there, and whether it is that of the password that was given."""
    if harvest.full:
        return
    content = source.data[: source.at]
    digest = source.take(_DIGEST_BYTES)
    if harvest.password is None:
        return
    password = harvest.password.decode("utf-8", "replace").encode("utf-16-be")
    if hashlib.sha1(password + _PHRASE + content, usedforsecurity=False).digest() != digest:
        wrong = "the password is not the one of this keystore, or the file is damaged"
        harvest.complain(1, wrong, ProblemKind.PASSWORD)
