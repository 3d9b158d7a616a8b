"""webpki's errors (rustls-webpki 0.103 `error.rs`): how specific each is, what rustls prints, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tui_chain.clients.verdict import Verdict, refused


class RustlsMeaning(NamedTuple):
    """Rank among errors (`Error::rank`), the code as rustls prints it, and the reason in words."""

    rank: int
    code: str
    reason: str


ERRORS: Mapping[str, RustlsMeaning] = {
    "CertNotValidYet": RustlsMeaning(290, "NotValidYet", "it is not valid yet"),
    "CertExpired": RustlsMeaning(290, "Expired", "it has expired"),
    "CertNotValidForName": RustlsMeaning(280, "NotValidForName", "it is not for this host"),
    "InvalidSignatureForPublicKey": RustlsMeaning(
        260, "BadSignature", "its signature is not one of the issuer's key"
    ),
    "SignatureAlgorithmMismatch": RustlsMeaning(
        250, "SignatureAlgorithmMismatch", "its signature algorithm differs inside and outside the signed part"
    ),
    "EmptyEkuExtension": RustlsMeaning(245, "EmptyEkuExtension", "its extended key usage is empty"),
    "RequiredEkuNotFound": RustlsMeaning(240, "InvalidPurpose", "its extended key usage does not name TLS servers"),
    "NameConstraintViolation": RustlsMeaning(
        230, "NameConstraintViolation", "the name constraints of a CA above it do not allow its names"
    ),
    "PathLenConstraintViolated": RustlsMeaning(
        220, "PathLenConstraintViolated", "there are more CA certificates below it than its path length allows"
    ),
    "CaUsedAsEndEntity": RustlsMeaning(210, "CaUsedAsEndEntity", "it is a CA certificate, but a server uses it"),
    "EndEntityUsedAsCa": RustlsMeaning(
        210, "EndEntityUsedAsCa", "it is not a CA certificate, but signed another one"
    ),
    "InvalidCertValidity": RustlsMeaning(190, "Expired", "its validity ends before it begins"),
    "InvalidNetworkMaskConstraint": RustlsMeaning(
        180, "InvalidNetworkMaskConstraint", "the name constraints of a CA above it have a mask that cannot be"
    ),
    "UnsupportedSignatureAlgorithmForPublicKey": RustlsMeaning(
        150,
        "UnsupportedSignatureAlgorithmForPublicKey",
        "rustls cannot check its signature with the issuer's kind of key",
    ),
    "UnsupportedSignatureAlgorithm": RustlsMeaning(
        140, "UnsupportedSignatureAlgorithm", "rustls does not know its signature algorithm"
    ),
    "UnsupportedCriticalExtension": RustlsMeaning(
        130, "UnsupportedCriticalExtension", "it has a critical extension that rustls does not know"
    ),
    "UnsupportedCertVersion": RustlsMeaning(130, "UnsupportedCertVersion", "it is not of version 3"),
    "MaximumPathDepthExceeded": RustlsMeaning(
        61, "MaximumPathDepthExceeded", "more than 6 CA certificates are above it"
    ),
    "MalformedDnsIdentifier": RustlsMeaning(
        60, "MalformedDnsIdentifier", "a name that name constraints apply to is no DNS name"
    ),
    "MalformedNameConstraint": RustlsMeaning(
        50, "MalformedNameConstraint", "the name constraints of a CA above it cannot be read"
    ),
    "ExtensionValueInvalid": RustlsMeaning(30, "ExtensionValueInvalid", "it has an extension twice"),
    "BadDerTime": RustlsMeaning(20, "BadEncoding", "its dates cannot be read"),
    "BadDer": RustlsMeaning(10, "BadEncoding", "it cannot be read"),
    "UnknownIssuer": RustlsMeaning(0, "UnknownIssuer", "its issuer is not known"),
    "MaximumSignatureChecksExceeded": RustlsMeaning(
        0, "MaximumSignatureChecksExceeded", "no path was found within 100 signature checks"
    ),
    "MaximumPathBuildCallsExceeded": RustlsMeaning(
        0, "MaximumPathBuildCallsExceeded", "no path was found within 200,000 steps"
    ),
    "MaximumNameConstraintComparisonsExceeded": RustlsMeaning(
        0, "MaximumNameConstraintComparisonsExceeded", "name constraints take more than 250,000 comparisons"
    ),
    "InvalidServerName": RustlsMeaning(0, "InvalidServerName", "the host is no DNS name"),
    "NoCertificate": RustlsMeaning(0, "NoCertificatesPresented", "the server sends no certificate"),
    "MessageTooLong": RustlsMeaning(
        0, "MessageTooLong", "the certificates do not fit in a handshake message of 64 KiB"
    ),
    "UnsupportedKey": RustlsMeaning(0, "UnsupportedKey", "its key cannot be used in a TLS handshake"),
}
"""By webpki's name of the error; the last four are of rustls itself."""

_FINAL = frozenset(name for name in ERRORS if name.startswith("Maximum")) - {"MaximumPathDepthExceeded"}


@dataclass(frozen=True)
class RustlsProblem:
    """An error by its name in `ERRORS`, and the SHA-256 of the certificate it is about."""

    error: str
    certificate: str | None = None

    @property
    def rank(self) -> int:
        """How specific it is."""
        return ERRORS[self.error].rank

    @property
    def final(self) -> bool:
        """Whether it ends the search for other paths."""
        return self.error in _FINAL

    @property
    def verdict(self) -> Verdict:
        """The refusal as a verdict."""
        meaning = ERRORS[self.error]
        return refused(meaning.code, meaning.reason, self.certificate)
