"""What an extension says, in one line for the eye."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cryptography import x509

from tui_chain.core.text import plural
from tui_chain.x509.extension_names import access_name, key_usage_words, policy_name, purpose_name
from tui_chain.x509.faults import UNREADABLE, Fault, attempt
from tui_chain.x509.name_constraints import name_constraints
from tui_chain.x509.names import name_words


def extension_words(value: x509.ExtensionType) -> str:
    """Say an extension's value in the words of RFC 5280; an unknown one as the hex of its DER. Not yet safe text."""
    say = _SAYINGS.get(type(value), repr)
    words = attempt("extension", lambda: say(value))
    return UNREADABLE if isinstance(words, Fault) else words


def _basic(value: x509.BasicConstraints) -> str:
    length = "" if value.path_length is None else f", path length {value.path_length}"
    return ("CA:TRUE" if value.ca else "CA:FALSE") + length


def _authority(value: x509.AuthorityKeyIdentifier) -> str:
    parts = [] if value.key_identifier is None else [value.key_identifier.hex()]
    if value.authority_cert_serial_number is not None:
        parts.append(f"serial {value.authority_cert_serial_number:x} of {_names(value.authority_cert_issuer or ())}")
    return ", ".join(parts)


def _names(names: Iterable[x509.GeneralName]) -> str:
    return ", ".join(map(name_words, names))


def _access(entries: Iterable[x509.AccessDescription]) -> str:
    return ", ".join(
        f"{access_name(entry.access_method.dotted_string)} {name_words(entry.access_location)}" for entry in entries
    )


def _points(points: Iterable[x509.DistributionPoint]) -> str:
    return ", ".join(_names(point.full_name or point.crl_issuer or ()) for point in points)


def _features(value: x509.TLSFeature) -> str:
    return ", ".join("must staple" if kind is x509.TLSFeatureType.status_request else kind.name for kind in value)


_SAYINGS: dict[type[x509.ExtensionType], Callable[[Any], str]] = {
    x509.BasicConstraints: _basic,
    x509.KeyUsage: lambda value: ", ".join(key_usage_words(value)),
    x509.ExtendedKeyUsage: lambda value: ", ".join(purpose_name(oid.dotted_string) for oid in value),
    x509.SubjectKeyIdentifier: lambda value: value.digest.hex(),
    x509.AuthorityKeyIdentifier: _authority,
    x509.SubjectAlternativeName: _names,
    x509.IssuerAlternativeName: _names,
    x509.AuthorityInformationAccess: _access,
    x509.SubjectInformationAccess: _access,
    x509.CRLDistributionPoints: _points,
    x509.FreshestCRL: _points,
    x509.CertificatePolicies: lambda value: ", ".join(policy_name(p.policy_identifier.dotted_string) for p in value),
    x509.NameConstraints: lambda value: ", ".join(name_constraints(value).words),
    x509.TLSFeature: _features,
    x509.PrecertificateSignedCertificateTimestamps: lambda value: plural(len(value), "timestamp"),
    x509.UnrecognizedExtension: lambda value: value.value.hex(),
}
