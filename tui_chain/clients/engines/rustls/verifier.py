"""A model of rustls's certificate verification (rustls 0.23, rustls-webpki 0.103 `verify_cert.rs`) with aws-lc-rs.

Measured with uv 0.13.9, which has rustls 0.23.46 and rustls-webpki 0.103.16. webpki 0.104 will want keyCertSign of
CAs and digitalSignature of the server's certificate where they have a keyUsage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from tui_chain.clients.engines.rustls.algorithms import leaf_key_works, signature_error
from tui_chain.clients.engines.rustls.certificate import (
    ALTERNATIVE_NAME,
    NAME_CONSTRAINTS,
    Anchor,
    WebpkiCertificate,
    anchor_of,
    own_error,
    webpki_certificate,
)
from tui_chain.clients.engines.rustls.names import (
    DNS_NAME,
    IP_ADDRESS,
    InvalidName,
    address_of,
    constraint_error,
    general_names,
    is_server_name,
    matches_host,
)
from tui_chain.clients.engines.rustls.trust_file import by_subject
from tui_chain.clients.verdict import ACCEPTED, Verdict, refused
from tui_chain.x509.der import SEQUENCE, DERError, encode


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


_MAX_ISSUERS = 6
_MAX_MESSAGE = 0xFFFF

Path = tuple[WebpkiCertificate, ...]


class RustlsVerifier:
    """What a program with rustls says of served chains, with the certificates of one trust file as roots."""

    def __init__(self, trust: bytes) -> None:
        self._trust = trust

    @cached_property
    def _anchors(self) -> Mapping[bytes, tuple[bytes, ...]]:
        return by_subject(self._trust)

    def verify(self, served: Sequence[bytes], host: str, at: datetime) -> Verdict:
        """Return the verdict on `served` (DER, leaf first, as sent) for `host` at `at` (aware)."""
        problem = self._problem(served, host, at)
        return ACCEPTED if problem is None else problem.verdict

    def _problem(self, served: Sequence[bytes], host: str, at: datetime) -> RustlsProblem | None:
        address = address_of(host)
        if address is None and not is_server_name(host):
            return RustlsProblem("InvalidServerName")
        if not served:
            return RustlsProblem("NoCertificate")
        if sum(len(der) + 5 for der in served) + 4 > _MAX_MESSAGE:
            return RustlsProblem("MessageTooLong")
        leaf = webpki_certificate(served[0])
        if isinstance(leaf, str):
            return RustlsProblem(leaf)
        problem = _RustlsSearch(self._anchors, served[1:], at).problem((leaf,))
        if problem is None and not _covers(leaf, host, address):
            problem = RustlsProblem("CertNotValidForName", leaf.sha256)
        if problem is None and not leaf_key_works(leaf.spki):
            problem = RustlsProblem("UnsupportedKey", leaf.sha256)
        return problem


def _covers(leaf: WebpkiCertificate, host: str, address: bytes | None) -> bool:
    """Tell whether the leaf is for the host (`verify_dns_names`, `verify_ip_address_names`); its CN does not count.

    A name that cannot be read ends the search.
    """
    try:
        for tag, content in general_names(leaf.extensions.get(ALTERNATIVE_NAME, b"")):
            if tag == IP_ADDRESS and content == address:
                return True
            if tag == DNS_NAME and address is None and matches_host(content.decode("latin-1"), host):
                return True
    except DERError:
        return False
    return False


class _RustlsSearch:
    """Builds paths depth first (`build_chain_inner`) within webpki's budgets."""

    def __init__(self, anchors: Mapping[bytes, tuple[bytes, ...]], served: Sequence[bytes], at: datetime) -> None:
        self._anchors, self._at = anchors, at
        readable = [(der, webpki_certificate(der)) for der in served]
        self._served = [one for _, one in readable if not isinstance(one, str)]
        self._unreadable = [
            RustlsProblem(one, hashlib.sha256(der).hexdigest()) for der, one in readable if isinstance(one, str)
        ]
        self._signatures, self._steps, self._comparisons = 100, 200_000, 250_000
        self._own_errors: dict[tuple[WebpkiCertificate, int | None], str | None] = {}

    def problem(self, path: Path) -> RustlsProblem | None:
        """Return the most specific reason why a path, from the leaf up, leads to no anchor, or None."""
        head = path[-1]
        error = self._own_error(head, len(path) - 2 if len(path) > 1 else None)
        if error is not None:
            return RustlsProblem(error, head.sha256)
        worst = RustlsProblem("UnknownIssuer", head.sha256)
        for problem in self._attempts(path):
            if problem is None or problem.final:
                return problem
            worst = problem if problem.rank > worst.rank else worst
        return worst

    def _own_error(self, certificate: WebpkiCertificate, below: int | None) -> str | None:
        """Return `own_error`, read once for each place of a certificate, which has it in many thousand paths."""
        place = certificate, below
        if place not in self._own_errors:
            self._own_errors[place] = own_error(certificate, self._at, below)
        return self._own_errors[place]

    def _attempts(self, path: Path) -> Iterator[RustlsProblem | None]:
        """Yield what each anchor, then each served certificate, of the issuer's name comes to."""
        head = path[-1]
        for anchor in filter(None, map(anchor_of, self._anchors.get(encode(SEQUENCE, head.issuer), ()))):
            yield self._signature_problem(path, anchor) or self._constraint_problem(path, anchor)
        for issuer in self._served:
            if issuer.subject == head.issuer and all(
                issuer.spki != one.spki or issuer.subject != one.subject for one in path
            ):
                yield self._issuer_problem(path, issuer)
        yield from self._unreadable

    def _issuer_problem(self, path: Path, issuer: WebpkiCertificate) -> RustlsProblem | None:
        self._steps -= 1
        if self._steps < 0:
            return RustlsProblem("MaximumPathBuildCallsExceeded")
        if len(path) > _MAX_ISSUERS:
            return RustlsProblem("MaximumPathDepthExceeded", path[0].sha256)
        return self.problem((*path, issuer))

    def _signature_problem(self, path: Path, anchor: Anchor) -> RustlsProblem | None:
        """Check the signatures from the anchor down (`check_signed_chain`); they are checked for each anchor anew."""
        spki = anchor.spki
        for one in reversed(path):
            self._signatures -= 1
            if self._signatures < 0:
                return RustlsProblem("MaximumSignatureChecksExceeded")
            error = signature_error(spki, one)
            if error is not None:
                return RustlsProblem(error, one.sha256)
            spki = one.spki
        return None

    def _constraint_problem(self, path: Path, anchor: Anchor) -> RustlsProblem | None:
        """Check the names of each certificate against the constraints of each one above it."""
        constraints = anchor.constraints
        for at in reversed(range(len(path))):
            for one in reversed(path[: at + 1]):
                names = one.extensions.get(ALTERNATIVE_NAME)
                error = None if constraints is None else constraint_error(constraints, names, self._compare)
                if error is not None:
                    return RustlsProblem(error, one.sha256)
            constraints = path[at].extensions.get(NAME_CONSTRAINTS)
        return None

    def _compare(self) -> None:
        self._comparisons -= 1
        if self._comparisons < 0:
            raise InvalidName("MaximumNameConstraintComparisonsExceeded")
