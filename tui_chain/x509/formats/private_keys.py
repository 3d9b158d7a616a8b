"""Whether a file holds a private key, or another secret that stands for one, in any form that programs write."""

from __future__ import annotations

import binascii
import re

from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.formats.reading import ProblemKind

_ARMOR = (
    # PEM of every label (RFC 7468), OpenPGP (RFC 9580 section 6.2), SSH2 (RFC 4716 writes four dashes and a space)
    rb"-{4,5} ?BEGIN [^\r\n]{0,80}(?:PRIVATE|SECRET) KEY",
    rb"-----BEGIN OpenVPN [^\r\n]{0,80}key",  # static, tls-crypt-v2 server and client keys
    rb"SSH PRIVATE KEY FILE FORMAT",
    rb"openssh-key-v1\x00?",
    rb"PuTTY-User-Key-File-",
    rb"AGE-SECRET-KEY-",
    rb"AGE-PLUGIN-[A-Z0-9-]{1,80}1",
    rb"^[ \t]*(?:PrivateKey|PresharedKey)[ \t]*=",  # WireGuard, wg-quick and systemd-networkd
    rb"untrusted comment:[^\r\n]{0,80}secret key",  # signify, minisign
    rb"^Private-key-format:",  # DNSSEC keys of BIND
    rb"\((?:\d{1,3}:)?(?:protected-|shadowed-|openpgp-)?private-key\b",  # GnuPG's own store
    rb"\bnssPrivate\b",  # key4.db of NSS
    rb"<RSAKeyPair\b|<D>[A-Za-z0-9+/=\s]",  # keys of .NET as XML
)
_MARKS = re.compile(b"|".join(b"(?:%s)" % mark for mark in _ARMOR), re.IGNORECASE | re.MULTILINE)
_IN_BASE64 = re.compile(rb"UFJJVkFURSBLRV[kl]|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW")
"""`PRIVATE KEY` in base64, from each of the three places that it may have in a group of three bytes: as Secrets and
kubeconfigs of Kubernetes hold PEM, and cloud-init and Ansible files."""
_JWK_TYPE = re.compile(rb"""["']?\bkty["']?\s*:""")
_JWK_SECRET = re.compile(rb"""["'](?:d|k)["']\s*:|^[ \t{,-]*(?:d|k):""", re.MULTILINE)
"""A private exponent or scalar, or a symmetric key (RFC 7518 section 6), in JSON or YAML."""
_MAGIC = (b"\x1e\xf1\xb5\xb0", b"\x07\x02\x00\x00")
"""PVK files and key blobs of Windows."""
_BYTE_ORDER_MARKS = b"\xef\xbb\xbf\xff\xfe"
_VERSION_FIRST = re.compile(rb"\x30(?:[\0-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01[\0-\3]", re.DOTALL)
"""How DER, or BER, of PKCS#1, SEC 1, PKCS#8 and PKCS#12 begins, and of nothing else that is kept in files."""
_STORES = {"PKCS#12", "JKS", "JCEKS"}
_UNCERTAIN = {ProblemKind.PRIVATE_KEY, ProblemKind.TRUNCATED, ProblemKind.BROKEN, ProblemKind.OTHER}
_SECRET_PACKETS = {5, 7}
"""Secret-Key and Secret-Subkey packets (RFC 9580 section 5)."""
_MAX_BASE64 = 1 << 20
_RAW_KEY_BYTES = 32


def holds_private_key(data: bytes) -> bool:
    """Whether bytes hold a private or secret key: clear or encrypted, as text, in a store, or bare.

    Known are PEM of every label, OpenSSH, SSH1, SSH2 and PuTTY, JWK and sets of them, age, WireGuard, OpenVPN,
    OpenPGP, PKCS#1, SEC 1, PKCS#8, PKCS#12, JKS and JCEKS, DNSSEC, and keys of Windows and .NET, and PEM in base64.
    Text may be UTF-8, UTF-16 or UTF-32. A key store that cannot be read to its end counts as one with a key.
    """
    text = data.replace(b"\0", b"").lstrip(_BYTE_ORDER_MARKS)
    return (
        _MARKS.search(text) is not None
        or (_JWK_TYPE.search(text) is not None and _JWK_SECRET.search(text) is not None)
        or data.startswith(_MAGIC)
        or _is_openpgp(data)
        or _is_bare_base64(text)
        or _IN_BASE64.search(b"".join(text.split())) is not None
        or _in_store(data)
    )


def _is_openpgp(data: bytes) -> bool:
    """Whether binary data begins with a packet of a secret key (RFC 9580 section 4.2), of version 2 to 6."""
    head = data[:7]
    if len(head) < 7 or head[0] < 0x80:
        return False
    if head[0] & 0x40:
        kind, size = head[0] & 0x3F, 1 if head[1] < 192 else 2 if head[1] < 224 else 5
    else:
        kind, size = (head[0] >> 2) & 0xF, (1, 2, 4, 0)[head[0] & 3]
    return kind in _SECRET_PACKETS and head[1 + size] in range(2, 7)


def _is_bare_base64(text: bytes) -> bool:
    """Whether all of a text is the base64 of a key: DER, OpenSSH's form, or the 32 bytes of `wg genkey`."""
    if len(text) > _MAX_BASE64:
        return False
    try:
        decoded = binascii.a2b_base64(b"".join(text.split()), strict_mode=True)
    except ValueError:
        return False
    is_key = decoded.startswith(b"openssh-key-v1") or _is_openpgp(decoded)
    return is_key or len(decoded) == _RAW_KEY_BYTES or _in_store(decoded)


def _in_store(data: bytes) -> bool:
    """Whether DER is a key, or a key store has one, or may have one where it cannot be read."""
    if data.lstrip().startswith((b"-----BEGIN", b"#")):
        return False
    reading = read_certificates(data)
    if reading.format in _STORES:
        return any(problem.kind in _UNCERTAIN for problem in reading.problems)
    return bool(reading.private_keys) or _VERSION_FIRST.match(data) is not None
