"""Trust files as they are found in the field: one sound file of three roots, and every way to damage it."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs7

from tests.support.chains import NOW
from tests.support.trusted import EMAIL, trusted_block
from tui_chain.lab.authority import Authority, Identity, key_to_pem, to_pem


@dataclass(frozen=True)
class Roots:
    """Three roots, each with a leaf for localhost that it signed: who accepts a leaf has loaded its root."""

    cas: tuple[Authority, Authority, Authority]
    leaves: tuple[Identity, Identity, Identity]

    @property
    def blocks(self) -> tuple[bytes, bytes, bytes]:
        first, second, third = (to_pem([ca.der]) for ca in self.cas)
        return first, second, third


def make_roots(now: datetime = NOW) -> Roots:
    """Roots made at `now`, which has to be today where real clients or the command line judge them."""
    first, second, third = (Authority.root(f"Damage Root {name}", now=now) for name in "ABC")
    return Roots((first, second, third), (first.issue_leaf(), second.issue_leaf(), third.issue_leaf()))


Damage = Callable[[Roots], bytes]


def _joined(*parts: bytes) -> bytes:
    return b"".join(parts)


def _middle(change: Callable[[bytes], bytes], roots: Roots) -> bytes:
    first, second, third = roots.blocks
    return _joined(first, change(second), third)


def _whole(change: Callable[[bytes], bytes], roots: Roots) -> bytes:
    return change(_joined(*roots.blocks))


def _extra(make: Callable[[Roots], bytes], roots: Roots) -> bytes:
    first, second, third = roots.blocks
    return _joined(first, make(roots), second, third)


def _below(make: Callable[[Roots], bytes], roots: Roots) -> bytes:
    return _joined(make(roots), *roots.blocks)


def _body(block: bytes) -> bytes:
    return b"".join(block.splitlines()[1:-1])


def _framed(lines: list[bytes], label: bytes = b"CERTIFICATE") -> bytes:
    head, tail = (b"-----" + word + b" " + label + b"-----\n" for word in (b"BEGIN", b"END"))
    return head + b"".join(line + b"\n" for line in lines) + tail


def _wrapped(block: bytes, width: int) -> bytes:
    body = _body(block)
    return _framed([body[i : i + width] for i in range(0, len(body), width)])


def _lines(change: Callable[[bytes], bytes], data: bytes) -> bytes:
    return b"".join(change(line) + b"\n" for line in data.splitlines())


def _blank_at(place: int, block: bytes) -> bytes:
    lines = block.splitlines(keepends=True)
    return b"".join([*lines[:place], b"\n", *lines[place:]])


def _crl(roots: Roots) -> bytes:
    ca = roots.cas[0]
    builder = x509.CertificateRevocationListBuilder(ca.subject, ca.now, ca.now + timedelta(days=7))
    key = ca.key
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _openssh_key(_: Roots) -> bytes:
    return _framed([base64.b64encode(b"openssh-key-v1\0" + bytes(60))], b"OPENSSH PRIVATE KEY")


def _redacted_key(_: Roots) -> bytes:
    return _framed([b"(redacted)"], b"PRIVATE KEY")


def _encrypted_key(roots: Roots) -> bytes:
    encryption = BestAvailableEncryption(b"nobody knows")
    return roots.cas[0].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _broken_crl(_: Roots) -> bytes:
    return _framed([base64.b64encode(b"this is no list of anybody's")], b"X509 CRL")


def _pkcs7(roots: Roots) -> bytes:
    return pkcs7.serialize_certificates([ca.certificate for ca in roots.cas], Encoding.PEM)


def _commented(roots: Roots) -> bytes:
    first, second, third = roots.blocks
    return _joined(b"# Subject: CN=A: a colon\n", first, b"\nBag Attributes\n    x: y\n", second, third, first)


def _garbage(_: bytes) -> bytes:
    return _framed([base64.b64encode(b"this is no certificate at all, but it is base64"[:48])])


def _unended(roots: Roots) -> bytes:
    first, second, third = roots.blocks
    return _joined(first, second, third[: len(third) // 2])


def _glued(roots: Roots) -> bytes:
    first, second, third = roots.blocks
    return _joined(first.rstrip(b"\n"), second, third)


def _relabelled(label: bytes, block: bytes) -> bytes:
    return block.replace(b" CERTIFICATE-", b" " + label + b"-")


def _settled(block: bytes) -> bytes:
    return trusted_block(ssl.PEM_cert_to_DER_cert(block.decode("ascii")), rejected=[EMAIL])


DAMAGES: Mapping[str, Damage] = {
    "sound": partial(_whole, lambda data: data),
    "crlf": partial(_whole, lambda data: data.replace(b"\n", b"\r\n")),
    "comments and duplicates": _commented,
    "no newline at the end": partial(_whole, lambda data: data.rstrip(b"\n")),
    "glued": _glued,
    "BOM": partial(_whole, lambda data: b"\xef\xbb\xbf" + data),
    "stray character": partial(_middle, lambda block: block.replace(b"M", b"!", 1)),
    "cut base64": partial(_middle, lambda block: _framed([*block.splitlines()[1:-2], block.splitlines()[-2][:-3]])),
    "not a certificate": partial(_middle, _garbage),
    "line missing": partial(_middle, lambda block: _framed(block.splitlines()[2:-1])),
    "DER": lambda roots: roots.cas[0].der,
    "UTF-16": partial(_whole, lambda data: data.decode().encode("utf-16")),
    "empty": lambda _: b"",
    "web page": lambda _: b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
    "indented": partial(_whole, partial(_lines, lambda line: b"    " + line)),
    "trailing spaces": partial(_whole, partial(_lines, lambda line: line + b"  ")),
    "X509 label": partial(_middle, partial(_relabelled, b"X509 CERTIFICATE")),
    "TRUSTED label": partial(_middle, partial(_relabelled, b"TRUSTED CERTIFICATE")),
    "trust settings": partial(_middle, _settled),
    "END of another kind": partial(_middle, lambda block: block.replace(b"END C", b"END X509 C")),
    "private key": partial(_extra, lambda roots: key_to_pem(roots.cas[0].key)),
    "OpenSSH key": partial(_extra, _openssh_key),
    "redacted key": partial(_extra, _redacted_key),
    "encrypted key": partial(_extra, _encrypted_key),
    "CRL": partial(_extra, _crl),
    "CRL on top": partial(_below, _crl),
    "broken CRL": partial(_extra, _broken_crl),
    "leaf": partial(_extra, lambda roots: to_pem([roots.leaves[0].der])),
    "PKCS#7": _pkcs7,
    "last block cut": _unended,
    "blank line after BEGIN": partial(_middle, partial(_blank_at, 1)),
    "blank line inside": partial(_middle, partial(_blank_at, 3)),
    "quoted": partial(_middle, lambda block: b"'" + block.rstrip(b"\n") + b"'\n"),
    "one line": partial(_middle, partial(_wrapped, width=100_000)),
    "lines of 76": partial(_middle, partial(_wrapped, width=76)),
    "CR only": partial(_whole, lambda data: data.replace(b"\n", b"\r")),
    "text before BEGIN": partial(_middle, lambda block: b"root: " + block),
    "text before a comment": partial(_whole, lambda data: b"some words without a hash\n" + data),
}
"""Name of the damage to the file of three roots; `_middle` damages the second."""
