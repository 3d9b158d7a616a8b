"""A model of Go's certificate verification (crypto/x509 `verify.go`), as a TLS client of Go 1.19 calls it.

Measured with Go 1.19.8. Later versions differ in this: 1.23 refuses negative serial numbers and critical SKI, AKI and
AIA, and checks name constraints of every certificate below; 1.24 knows policy extensions, honours
requireExplicitPolicy and wants RSA keys of 1024 bits; 1.27 refuses IPv4-mapped addresses in a SAN.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from tui_chain.clients.engines.go.algorithms import CURVE_P224, VERIFIES
from tui_chain.clients.engines.go.certificate import GoCertificate, go_certificate
from tui_chain.clients.engines.go.constraints import NameChecks
from tui_chain.clients.engines.go.extensions import CERT_SIGN
from tui_chain.clients.engines.go.names import covers
from tui_chain.clients.engines.go.trust_file import by_subject
from tui_chain.clients.engines.signature_check import signed
from tui_chain.clients.verdict import ACCEPTED, Verdict, refused
from tui_chain.x509.algorithms import Scheme

REASONS = {
    "NoCertificate": "the server sends no certificate",
    "MessageTooLong": "the certificates do not fit in a handshake message of 64 KiB",
    "MalformedCertificate": "a certificate cannot be read",
    "UnsupportedKey": "the key cannot be used in a TLS handshake",
    "UnhandledCriticalExtension": "it has a critical extension that Go does not know",
    "Expired": "it has expired or is not valid yet",
    "HostnameError": "it is not for this host",
    "UnknownAuthority": "its issuer is not known",
    "NotAuthorizedToSign": "it may not sign certificates",
    "TooManyIntermediates": "there are more certificates below it than its path length allows",
    "CANotAuthorizedForThisName": "its name constraints do not allow a name of the server's certificate",
    "TooManyConstraints": "its name constraints take too many comparisons",
    "IncompatibleUsage": "the extended key usage of a certificate does not allow TLS servers",
    "SignatureCheckLimit": "no chain was found within 100 signature checks",
}
"""The codes of refusals: Go's names where it has some (`x509.InvalidReason`, `x509.HostnameError`, …)."""

_SERVER_AUTH = frozenset({"1.3.6.1.5.5.7.3.1", "2.5.29.37.0"})
_MAX_CHECKS = 100
_MAX_MESSAGE = 65_536

Path = tuple[GoCertificate, ...]


class GoVerifier:
    """What a Go program says of served chains, with the certificates of one trust file as `RootCAs`."""

    def __init__(self, trust: bytes) -> None:
        self._trust = trust

    @cached_property
    def _roots(self) -> Mapping[bytes, tuple[bytes, ...]]:
        return by_subject(self._trust)

    def verify(self, served: Sequence[bytes], host: str, at: datetime) -> Verdict:
        """Return the verdict on `served` (DER, leaf first, as sent) for `host` at `at` (aware)."""
        if not served:
            return refusal("NoCertificate")
        if sum(len(der) + 5 for der in served) + 4 > _MAX_MESSAGE:
            return refusal("MessageTooLong")
        leaf, *others = map(go_certificate, (served[0], *dict.fromkeys(served[1:])))
        issuers = [one for one in others if one is not None]
        if leaf is None or len(issuers) < len(others):
            return refusal("MalformedCertificate")
        problem = _own_refusal(leaf, at)
        if problem is None and host and not covers(leaf.extensions.names, host):
            problem = refusal("HostnameError", leaf)
        if problem is None:
            problem = _GoSearch(self._roots, issuers, at).refusal(leaf)
        return problem or _key_refusal(leaf) or ACCEPTED


def refusal(code: str, certificate: GoCertificate | None = None) -> Verdict:
    """Return a refusal by one of `REASONS`."""
    return refused(code, REASONS[code], certificate.sha256 if certificate else None)


def _own_refusal(certificate: GoCertificate, at: datetime) -> Verdict | None:
    """Return what a certificate is refused for wherever it stands (`Certificate.isValid`)."""
    if certificate.extensions.unhandled:
        return refusal("UnhandledCriticalExtension", certificate)
    if not certificate.not_before <= at <= certificate.not_after:
        return refusal("Expired", certificate)
    return None


def _key_refusal(leaf: GoCertificate) -> Verdict | None:
    """Return the refusal of a leaf key that Go cannot use in TLS (crypto/tls `auth.go`): DSA, P-224, unknown."""
    unusable = leaf.key.kind in ("", "DSA") or leaf.key.curve == CURVE_P224
    return refusal("UnsupportedKey", leaf) if unusable else None


class _GoSearch:
    """Builds chains depth first (`Certificate.buildChains`) with a bounded number of signature checks."""

    def __init__(
        self, roots: Mapping[bytes, tuple[bytes, ...]], served: Sequence[GoCertificate], at: datetime
    ) -> None:
        self._roots = roots
        self._served = served
        self._at = at
        self._checks = 0
        self._names = NameChecks()
        self._constraint_codes: dict[GoCertificate, str | None] = {}

    def refusal(self, leaf: GoCertificate) -> Verdict | None:
        """Return why no chain of the leaf is good, or None."""
        if leaf.der in self._roots.get(leaf.subject, ()):
            return None if _serves(leaf) else refusal("IncompatibleUsage", leaf)
        search = self._chains((leaf,))
        found = False
        while True:
            try:
                chain = next(search)
            except StopIteration as end:
                problem: Verdict | None = end.value
                break
            found = True
            if all(map(_serves, chain)):
                return None
        return refusal("IncompatibleUsage", leaf) if found else problem

    def _chains(self, path: Path) -> Generator[Path, None, Verdict | None]:
        """Yield each chain from `path` to a root; return the last refusal of a candidate."""
        problem: Verdict | None = None
        for candidate, is_root in self._candidates(path[-1]):
            if _in_path(candidate, path):
                continue
            self._checks += 1
            if self._checks > _MAX_CHECKS:
                problem = refusal("SignatureCheckLimit", path[-1])
            elif _issued(candidate, path[-1]):
                problem = self._candidate_refusal(candidate, path, is_root=is_root)
                if problem is None and is_root:
                    yield (*path, candidate)
                elif problem is None:
                    problem = yield from self._chains((*path, candidate))
        return problem or refusal("UnknownAuthority", path[-1])

    def _candidates(self, child: GoCertificate) -> Iterator[tuple[GoCertificate, bool]]:
        """Return the possible issuers by name: roots, then served ones, each group by its key identifiers."""
        roots = filter(None, map(go_certificate, self._roots.get(child.issuer, ())))
        served = (one for one in self._served if one.subject == child.issuer)
        for group, is_root in ((roots, True), (served, False)):
            for candidate in sorted(group, key=lambda one: _key_id_rank(one, child)):
                yield candidate, is_root

    def _candidate_refusal(self, candidate: GoCertificate, path: Path, *, is_root: bool) -> Verdict | None:
        """Return what a certificate is refused for as an issuer (`Certificate.isValid`)."""
        problem = _own_refusal(candidate, self._at) or self._constraint_refusal(candidate, path[0])
        basic = candidate.extensions.basic
        if problem is None and not is_root and not (basic and basic[0]):
            problem = refusal("NotAuthorizedToSign", candidate)
        if problem is None and basic and 0 <= basic[1] < len(path) - 1:
            problem = refusal("TooManyIntermediates", candidate)
        return problem

    def _constraint_refusal(self, candidate: GoCertificate, leaf: GoCertificate) -> Verdict | None:
        constraints = candidate.extensions.constraints
        if constraints is None:
            return None
        if candidate not in self._constraint_codes:
            names = (leaf.extensions.names, candidate.extensions.names)
            self._constraint_codes[candidate] = self._names.refusal(constraints, names)
        code = self._constraint_codes[candidate]
        return None if code is None else refusal(code, candidate)


def _key_id_rank(candidate: GoCertificate, child: GoCertificate) -> int:
    """Rank by key identifiers: the same, one side has none, another (`CertPool.findPotentialParents`)."""
    own, wanted = candidate.extensions.subject_key_id, child.extensions.authority_key_id
    return 0 if own == wanted else 2 if own and wanted else 1


def _in_path(candidate: GoCertificate, path: Path) -> bool:
    """Tell whether the path has a certificate of the same name, key and alternative names (`alreadyInChain`)."""
    for one in path:
        if one.subject == candidate.subject and one.key == candidate.key:
            mine, theirs = candidate.extensions.san, one.extensions.san
            if mine == theirs:
                return True
            if mine is None or theirs is None:
                return False
    return False


def _issued(issuer: GoCertificate, child: GoCertificate) -> bool:
    """Tell whether a certificate may sign others and its key signed `child` (`Certificate.CheckSignatureFrom`)."""
    extensions, algorithm = issuer.extensions, child.algorithm
    basic, usage = extensions.basic, extensions.key_usage
    if (basic is None and issuer.version == 3) or (basic and not basic[0]) or (usage and not usage & CERT_SIGN):
        return False
    if algorithm is None or algorithm.weak_hash or VERIFIES.get(algorithm.scheme or Scheme.DSA) != issuer.key.kind:
        return False
    return signed(issuer.key.spki, algorithm, child.tbs, child.signature)


def _serves(certificate: GoCertificate) -> bool:
    """Tell whether the extended key usage allows TLS servers or any purpose, or there is none."""
    purposes = certificate.extensions.purposes
    return not purposes or not _SERVER_AUTH.isdisjoint(purposes)
