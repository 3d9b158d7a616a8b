"""Extensions that only path checks need, read from a certificate without ever raising."""

from __future__ import annotations

from typing import TypeVar

from cryptography import x509

from tui_chain.x509.certificate import Certificate

ExtensionT = TypeVar("ExtensionT", bound=x509.ExtensionType)

SUBJECT_KEY, KEY_USAGE, ALTERNATIVE_NAME = "2.5.29.14", "2.5.29.15", "2.5.29.17"
BASIC_CONSTRAINTS, NAME_CONSTRAINTS = "2.5.29.19", "2.5.29.30"
AUTHORITY_KEY, EXTENDED_USAGE = "2.5.29.35", "2.5.29.37"

_WEIGHED = frozenset(
    {
        SUBJECT_KEY,
        KEY_USAGE,
        ALTERNATIVE_NAME,
        BASIC_CONSTRAINTS,
        NAME_CONSTRAINTS,
        AUTHORITY_KEY,
        EXTENDED_USAGE,
    }
)
"""Extensions on which the validity of a path depends."""


def extension(certificate: Certificate, kind: type[ExtensionT]) -> ExtensionT | None:
    """Return the value of one extension, or None where it is absent or cannot be read."""
    return certificate.extension_set.get(kind)


def critical_oids(certificate: Certificate) -> frozenset[str]:
    """Dotted OIDs of the readable extensions that are marked critical."""
    return frozenset(entry.oid.dotted_string for entry in certificate.extension_set.read if entry.critical)


def extension_oids(certificate: Certificate) -> frozenset[str]:
    """Dotted OIDs of the extensions that are there, readable or not."""
    found = certificate.extension_set
    return frozenset(entry.oid.dotted_string for entry in found.read).union(entry.oid for entry in found.broken)


def may_hide(certificate: Certificate, oid: str) -> bool:
    """Tell whether an extension that cannot be had may be there all the same, unreadable for us."""
    found = certificate.extension_set
    table_is_broken = bool(found.faults) and not found.broken
    return not certificate.parseable or table_is_broken or any(entry.oid == oid for entry in found.broken)


def extension_fault(certificate: Certificate) -> str | None:
    """Say why an extension on which a path depends cannot be read, or None."""
    if not certificate.parseable:
        return next((fault.reason for fault in certificate.faults), "it is no certificate")
    found = certificate.extension_set
    if found.broken and _WEIGHED.isdisjoint(entry.oid for entry in found.broken):
        return None
    return next((fault.reason for fault in found.faults), None)
