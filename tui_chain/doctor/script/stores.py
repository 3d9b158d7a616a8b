"""What a path names that is to be trusted: a file or folder of certificates, and what OpenSSL makes of it here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from typing import Any

ssl: Any
try:
    import ssl
except ImportError:  # an interpreter that was built without OpenSSL
    ssl = None

MAX_FILE = 8 << 20
"""Bytes of a file that are read."""
MAX_ROOTS = 1000
MAX_TEXT = 2000
_BEGIN = re.compile(rb"([A-Z0-9 ]+)-----[ \t]*\r?\n")
_LABELLED = re.compile(rb"^# SHA256 Fingerprint: ([0-9a-f:]{95})", re.MULTILINE)
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
_CERTIFICATES = frozenset({b"CERTIFICATE", b"TRUSTED CERTIFICATE", b"X509 CERTIFICATE"})
_FORMATS = ((b"\xfe\xed\xfe\xed", "JKS"), (b"\xce\xce\xce\xce", "JCEKS"), (b"\x30", "DER"))


def cut(value: object) -> str:
    """Text of a bounded length; what has no text, as an error whose own fails, has the name of its type."""
    try:
        return str(value)[:MAX_TEXT]
    except Exception:  # noqa: BLE001 - foreign code runs
        return type(value).__name__[:MAX_TEXT]


def read(path: str, limit: int = MAX_FILE) -> bytes:
    """The first bytes of a regular file; OSError for anything that could be read without end."""
    _require_regular(os.stat(path))  # noqa: PTH116 - to open a device may do something already
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - an open descriptor
        _require_regular(os.fstat(descriptor))
        return file.read(limit)


def _require_regular(info: os.stat_result) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise OSError("it is no regular file")


def context_class() -> Any:
    """The SSLContext of the standard library, also where another was put in its place."""
    classes = ssl.SSLContext.__mro__  # whatever stands in its place is made of it
    return next((each for each in classes if each.__module__ == "ssl"), ssl.SSLContext)


def describe(path: str) -> dict[str, Any]:
    """What stands at a path: its kind, age and size, and of a file its certificates."""
    try:
        info = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError) as error:
        return {"path": cut(path), "kind": "missing", "error": cut(getattr(error, "strerror", None) or error)}
    found = {"path": cut(path), "mtime": info.st_mtime, "size": info.st_size}
    try:
        if stat.S_ISDIR(info.st_mode):
            return {**found, "kind": "folder", **_folder(path)}
        return {**found, "kind": "file", **_file(path)}
    except (OSError, ValueError) as error:
        return {**found, "kind": "unreadable", "error": cut(getattr(error, "strerror", None) or error)}


def _folder(path: str) -> dict[str, Any]:
    names = os.listdir(path)  # noqa: PTH208
    return {"files": len(names), "hashed": len([name for name in names if _HASHED.match(name)])}


def _file(path: str) -> dict[str, Any]:
    data = read(path)
    blocks = list(_blocks(data))
    roots = [root for root in (_sha256(body) for label, body in blocks if label in _CERTIFICATES) if root]
    names, error = _loaded(path) if roots else ({}, None)
    return {
        "format": "PEM" if blocks else next((name for start, name in _FORMATS if data.startswith(start)), "other"),
        "sha256": hashlib.sha256(data).hexdigest(),
        "bom": data.startswith(b"\xef\xbb\xbf"),
        "private_key": any(label.endswith(b"PRIVATE KEY") for label, _ in blocks),
        "certificates": len(roots),
        "roots": [[root, names.get(root, "")] for root in roots[:MAX_ROOTS]],
        "labelled": [each.decode("ascii").replace(":", "") for each in _LABELLED.findall(data)[:MAX_ROOTS]],
        "error": error,
    }


def _blocks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The label and body of each PEM block; a search for its end goes no further than the next beginning."""
    for piece in data.split(b"-----BEGIN ")[1:]:
        begin = _BEGIN.match(piece)
        if begin is not None:
            body, end, _ = piece[begin.end() :].partition(b"-----END " + begin[1] + b"-----")
            if end:
                yield begin[1], body


def _sha256(body: bytes) -> str:
    try:
        return hashlib.sha256(base64.b64decode(body)).hexdigest()
    except binascii.Error:
        return ""


def _loaded(path: str) -> tuple[dict[str, str], str | None]:
    """The subjects of the CA certificates that OpenSSL loads, by SHA-256, and why it refuses the file or None."""
    try:
        context = context_class()(ssl.PROTOCOL_TLS_CLIENT)
    except Exception:  # noqa: BLE001 - no OpenSSL, or one that makes no context: not the file's fault
        return {}, None
    try:
        context.load_verify_locations(cafile=path)
        ders, facts = context.get_ca_certs(binary_form=True), context.get_ca_certs()
    except Exception as error:  # noqa: BLE001 - whatever a library of the user's put in the place of ssl
        return {}, cut(error)
    return {hashlib.sha256(der).hexdigest(): _subject(fact) for der, fact in zip(ders, facts)}, None  # noqa: B905


def _subject(fact: dict[str, Any]) -> str:
    short = {"commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU", "countryName": "C"}
    pairs = [pair for relative in fact.get("subject", ()) for pair in relative]
    return cut(",".join(f"{short.get(name, name)}={value}" for name, value in reversed(pairs)))
