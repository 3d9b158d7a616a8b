"""The extensions of a certificate, each read on its own where the certificate as a whole cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509

from tui_chain.x509.der import BIT_STRING, BOOLEAN, CONTEXT, INTEGER, OCTET_STRING, OID, SEQUENCE, UTC_TIME, encode
from tui_chain.x509.extension_names import extension_name
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.structure import Anatomy, RawExtension, raw_extensions

E = TypeVar("E", bound=x509.ExtensionType)


@dataclass(frozen=True)
class ExtensionSet:
    """Extensions in their order: those that were `read`, the `broken` ones raw, and a fault for each of these."""

    read: x509.Extensions
    broken: tuple[RawExtension, ...] = ()
    faults: tuple[Fault, ...] = ()

    def get(self, kind: type[E]) -> E | None:
        """Return the value of this kind, or None if it is absent or broken."""
        try:
            return self.read.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None

    def raw(self, kind: type[x509.ExtensionType]) -> bytes | None:
        """Return the DER of a broken extension of this kind, or None if it is none, or stands there twice."""
        found = [extension.value for extension in self.broken if extension.oid == kind.oid.dotted_string]
        return found[0] if len(found) == 1 else None


EMPTY = ExtensionSet(x509.Extensions([]))


def read_extensions(parsed: x509.Certificate | None, dissected: Callable[[], Anatomy | None]) -> ExtensionSet:
    """Read every extension that can be read; never raises. `dissected` is asked only where cryptography fails.

    One broken extension makes cryptography refuse all of them, so then each is read apart. An extension that
    stands there twice is broken (RFC 5280 section 4.2 forbids it, and verifiers differ in which one they take).
    """
    if parsed is not None:
        whole = attempt("extensions", lambda: parsed.extensions)
        if not isinstance(whole, Fault):
            return ExtensionSet(whole)
    anatomy = dissected()
    if anatomy is None or anatomy.extensions is None:
        return EMPTY
    table = anatomy.extensions
    raw = attempt("extensions", lambda: tuple(raw_extensions(table)))
    return ExtensionSet(EMPTY.read, faults=(raw,)) if isinstance(raw, Fault) else _each(raw)


def _each(table: tuple[RawExtension, ...]) -> ExtensionSet:
    counts = Counter(extension.oid for extension in table)
    read: list[x509.Extension[x509.ExtensionType]] = []
    broken: list[RawExtension] = []
    faults: list[Fault] = []
    for extension in table:
        name = f"extension {extension_name(extension.oid)}"
        found = (
            _alone(extension, name) if counts[extension.oid] == 1 else Fault(name, "it stands there more than once")
        )
        if isinstance(found, Fault):
            broken.append(extension)
            faults.append(found)
        else:
            read.append(found)
    return ExtensionSet(x509.Extensions(read), tuple(broken), tuple(dict.fromkeys(faults)))


def _alone(extension: RawExtension, name: str) -> x509.Extension[x509.ExtensionType] | Fault:
    """Read one extension inside a sound certificate made around it: the only way to cryptography's decoders."""
    return attempt(name, lambda: next(iter(x509.load_der_x509_certificate(_carrier(extension)).extensions)))


def _carrier(extension: RawExtension) -> bytes:
    critical = (encode(BOOLEAN, b"\xff"),) if extension.critical else ()
    entry = encode(SEQUENCE, extension.oid_der, *critical, encode(OCTET_STRING, extension.value))
    tbs = encode(SEQUENCE, *_FIELDS, encode(CONTEXT + 3, encode(SEQUENCE, entry)))
    return encode(SEQUENCE, tbs, _ED25519, encode(BIT_STRING, bytes(65)))


_ED25519 = encode(SEQUENCE, encode(OID, b"\x2b\x65\x70"))
_TIME = encode(UTC_TIME, b"200101000000Z")
_FIELDS = (
    encode(CONTEXT, encode(INTEGER, b"\2")),
    encode(INTEGER, b"\1"),
    _ED25519,
    encode(SEQUENCE),
    encode(SEQUENCE, _TIME, _TIME),
    encode(SEQUENCE),
    encode(SEQUENCE, _ED25519, encode(BIT_STRING, bytes(33))),
)
"""A certificate of version 3 up to its extensions (RFC 5280 section 4.1), with nothing in it to be refused."""
