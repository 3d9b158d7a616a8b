"""The extensions of a certificate, each read on its own where the certificate as a whole cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography import x509

from tui_chain.core.text import plural
from tui_chain.x509.der import BIT_STRING, BOOLEAN, CONTEXT, INTEGER, OCTET_STRING, OID, SEQUENCE, UTC_TIME, encode
from tui_chain.x509.faults import UNREADABLE, Fault, attempt
from tui_chain.x509.name_constraints import name_constraints
from tui_chain.x509.names import general_name_text
from tui_chain.x509.structure import Anatomy, RawExtension, raw_extensions


def extension_text(value: x509.ExtensionType) -> str:
    """Say an extension's value in the text of RFC 5280; an unknown one as the hex of its DER. Not yet safe text."""
    to_text = _TEXTS.get(type(value), repr)
    text = attempt("extension", lambda: to_text(value))
    return UNREADABLE if isinstance(text, Fault) else text


def _basic(value: x509.BasicConstraints) -> str:
    length = "" if value.path_length is None else f", path length {value.path_length}"
    return ("CA:TRUE" if value.ca else "CA:FALSE") + length


def _authority(value: x509.AuthorityKeyIdentifier) -> str:
    parts = [] if value.key_identifier is None else [value.key_identifier.hex()]
    if value.authority_cert_serial_number is not None:
        parts.append(f"serial {value.authority_cert_serial_number:x} of {_names(value.authority_cert_issuer or ())}")
    return ", ".join(parts)


def _names(names: Iterable[x509.GeneralName]) -> str:
    return ", ".join(map(general_name_text, names))


def _access(entries: Iterable[x509.AccessDescription]) -> str:
    return ", ".join(
        f"{access_name(entry.access_method.dotted_string)} {general_name_text(entry.access_location)}"
        for entry in entries
    )


def _points(points: Iterable[x509.DistributionPoint]) -> str:
    return ", ".join(_names(point.full_name or point.crl_issuer or ()) for point in points)


def _features(value: x509.TLSFeature) -> str:
    return ", ".join("must staple" if kind is x509.TLSFeatureType.status_request else kind.name for kind in value)


_TEXTS: dict[type[x509.ExtensionType], Callable[[Any], str]] = {
    x509.BasicConstraints: _basic,
    x509.KeyUsage: lambda value: ", ".join(key_usage_names(value)),
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
    x509.NameConstraints: lambda value: ", ".join(name_constraints(value).texts),
    x509.TLSFeature: _features,
    x509.PrecertificateSignedCertificateTimestamps: lambda value: plural(len(value), "timestamp"),
    x509.UnrecognizedExtension: lambda value: value.value.hex(),
}


_EXTENSIONS = {
    "2.5.29.9": "subjectDirectoryAttributes",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.16": "privateKeyUsagePeriod",
    "2.5.29.17": "subjectAltName",
    "2.5.29.18": "issuerAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extendedKeyUsage",
    "2.5.29.46": "freshestCRL",
    "2.5.29.54": "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.3": "qcStatements",
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
    "1.3.6.1.5.5.7.1.24": "tlsFeature",
    "1.3.6.1.5.5.7.48.1.5": "ocspNoCheck",
    "1.3.6.1.4.1.11129.2.4.2": "signedCertificateTimestampList",
    "1.3.6.1.4.1.11129.2.4.3": "ctPoison",
    "1.3.6.1.4.1.311.20.2": "msCertificateTemplateName",
    "1.3.6.1.4.1.311.21.1": "msCAVersion",
    "1.3.6.1.4.1.311.21.7": "msCertificateTemplate",
    "2.16.840.1.113730.1.1": "nsCertType",
    "2.16.840.1.113730.1.13": "nsComment",
}

PATH_EXTENSIONS = frozenset(
    {
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.19",
        "2.5.29.30",
        "2.5.29.31",
        "2.5.29.32",
        "2.5.29.33",
        "2.5.29.36",
        "2.5.29.37",
        "2.5.29.54",
        "1.3.6.1.5.5.7.48.1.5",
        "2.16.840.1.113730.1.1",
    }
)
"""Extensions that path validation takes in, so that they may be critical; OpenSSL's X509_supported_extension."""

_PURPOSES = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.5": "ipsecEndSystem",
    "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
    "1.3.6.1.5.5.7.3.7": "ipsecUser",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "1.3.6.1.5.5.7.3.17": "ipsecIKE",
    "1.3.6.1.5.2.3.5": "pkInitKDC",
    "1.3.6.1.4.1.311.10.3.3": "msServerGatedCrypto",
    "1.3.6.1.4.1.311.20.2.2": "msSmartcardLogon",
    "2.16.840.1.113730.4.1": "nsServerGatedCrypto",
    "2.5.29.37.0": "anyExtendedKeyUsage",
}

_POLICIES = {
    "2.5.29.32.0": "any policy",
    "2.23.140.1.1": "extended validation",
    "2.23.140.1.2.1": "domain validated",
    "2.23.140.1.2.2": "organization validated",
    "2.23.140.1.2.3": "individual validated",
}

_ACCESS = {
    "1.3.6.1.5.5.7.48.1": "OCSP",
    "1.3.6.1.5.5.7.48.2": "caIssuers",
    "1.3.6.1.5.5.7.48.3": "timeStamping",
    "1.3.6.1.5.5.7.48.5": "caRepository",
}


def extension_name(oid: str) -> str:
    """Name of an extension as in RFC 5280, or its dotted OID."""
    return _EXTENSIONS.get(oid, oid)


def purpose_name(oid: str) -> str:
    """Name of an extended key usage as in RFC 5280 section 4.2.1.12, or its dotted OID."""
    return _PURPOSES.get(oid, oid)


def policy_name(oid: str) -> str:
    """Name of a certificate policy of the CA/Browser Forum, or its dotted OID."""
    return _POLICIES.get(oid, oid)


def access_name(oid: str) -> str:
    """Name of an access method as in RFC 5280 section 4.2.2, or its dotted OID."""
    return _ACCESS.get(oid, oid)


def key_usage_names(usage: x509.KeyUsage) -> tuple[str, ...]:
    """Name the bits that are set, as in RFC 5280 section 4.2.1.3, in the order of the bits."""
    bits = {
        "digitalSignature": usage.digital_signature,
        "nonRepudiation": usage.content_commitment,
        "keyEncipherment": usage.key_encipherment,
        "dataEncipherment": usage.data_encipherment,
        "keyAgreement": usage.key_agreement,
        "keyCertSign": usage.key_cert_sign,
        "cRLSign": usage.crl_sign,
        # these two have a meaning, and can be asked for, only with keyAgreement
        "encipherOnly": usage.key_agreement and usage.encipher_only,
        "decipherOnly": usage.key_agreement and usage.decipher_only,
    }
    return tuple(word for word, is_set in bits.items() if is_set)


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
