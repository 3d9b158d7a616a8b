"""What RFC 5280, RFC 9525 and TLS clients ask of one certification path, each rule on its certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import first_few
from tui_chain.paths.constraints import ConstrainedName, NameRules, constrained_names, rules_of
from tui_chain.paths.index import Chain
from tui_chain.paths.issuing import key_id_misfit
from tui_chain.paths.reading import ALTERNATIVE_NAME, BASIC_CONSTRAINTS, extension_fault, may_hide
from tui_chain.x509.certificate import Certificate

SECURITY_BITS = 112
"""Bits of security that OpenSSL's level 2 asks for (SSL_CTX_set_security_level)."""
RSA_BITS = 2048
"""Smallest RSA (and DSA) key in the web PKI (CA/Browser Forum Baseline Requirements, section 6.1.5)."""
EC_BITS = 2 * SECURITY_BITS
"""Smallest elliptic curve at level 2; the web PKI takes P-256 and larger ones only."""


def weak_signature(certificate: Certificate) -> str | None:
    """Say why the signature on a certificate is too weak, or None."""
    digest = certificate.weak_hash
    return digest and f"it is signed with {digest}, which is broken; clients ask for SHA-256 or better"


def weak_key(certificate: Certificate) -> str | None:
    """Say why the key of a certificate is too weak, or None."""
    key = certificate.public_key
    if isinstance(key, (rsa.RSAPublicKey, dsa.DSAPublicKey)) and key.key_size < RSA_BITS:
        return f"its {certificate.key_text} key is too short; clients ask for {RSA_BITS} bits"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < EC_BITS:
        return f"its {certificate.key_text} key is too short; clients ask for {EC_BITS} bits"
    return None


SERVER_USES = frozenset({"1.3.6.1.5.5.7.3.1", "2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3"})
"""Extended key usages that OpenSSL takes for a TLS server's: serverAuth, and two of the 1990s for step-up."""


@dataclass(frozen=True)
class PathProblem:
    """A rule that a path breaks: the finding's code, the certificate it sits on, and the detail in words."""

    code: FindingCode
    certificate: Certificate
    detail: str


Problems = tuple[PathProblem, ...]


def path_problems(path: Chain, *, host: str, at: datetime) -> Problems:
    """Check a path of proven signatures, leaf first and anchor last, for `host` (ASCII) at `at` (aware).

    Signatures are not looked at again. An anchor's dates, uses and constraints are checked too, as OpenSSL does;
    its own signature is not. Empty means good; the problems come in the order of their certificates.
    """
    if not path:
        return ()
    return PathChecker(path[0], host, at).problems(path)


@dataclass(eq=False)
class PathChecker:
    """Judges the paths of one leaf, a link at a time, and remembers what it found of each certificate and link.

    `rejected` is the DER of certificates that the trust store's owner rejects. `comparisons` counts those of names
    with the subtrees of name constraints.
    """

    leaf: Certificate
    host: str
    at: datetime
    rejected: frozenset[bytes] = frozenset()
    comparisons: int = 0
    _issuers: dict[str, Problems] = field(default_factory=dict)
    _signatures: dict[str, Problems] = field(default_factory=dict)
    _rules: dict[str, NameRules | None] = field(default_factory=dict)
    _names: dict[str, tuple[ConstrainedName, ...]] = field(default_factory=dict)
    _violations: dict[tuple[str, str], Problems] = field(default_factory=dict)

    def problems(self, path: Chain) -> Problems:
        """Everything that a whole path of this leaf breaks, in the order of its certificates."""
        found = [*self.leaf_problems]
        for depth in range(1, len(path)):
            found += self.link_problems(path[:depth], path[depth])
        places = {certificate.sha256: place for place, certificate in enumerate(path)}
        return tuple(sorted(found, key=lambda problem: places[problem.certificate.sha256]))

    @cached_property
    def leaf_problems(self) -> Problems:
        """What the leaf breaks by itself."""
        leaf = self.leaf
        return (*self._settings(leaf), *_of_any(leaf, self.at), *_host(leaf, self.host), *_serving(leaf))

    def link_problems(self, below: Chain, issuer: Certificate) -> Problems:
        """What a path breaks when `issuer` is put on top of `below`, which is leaf first and not empty."""
        return (
            *self.onward_problems(below[-1]),
            *_key_id(below[-1], issuer),
            *self._issuer(issuer),
            *_length(below, issuer),
            *(found for lower in below for found in self._constrained(issuer, lower)),
        )

    def onward_problems(self, child: Certificate) -> Problems:
        """What a path breaks that goes on from `child`, whoever issued it: an anchor's own signature is not used."""
        if child.sha256 not in self._signatures:
            self._signatures[child.sha256] = tuple(_signature(child))
        return self._signatures[child.sha256]

    def fewest_problems(self, issuer: Certificate) -> int:
        """How many problems `issuer` brings into any path of this leaf, at least."""
        return len(self._issuer(issuer)) + len(self._constrained(issuer, self.leaf))

    def early(self, certificate: Certificate) -> float:
        """By how many seconds it ends before the leaf; 0 if it outlives that, or where one end cannot be read."""
        if self.leaf.not_after is None or certificate.not_after is None:
            return 0.0
        return max(0.0, (self.leaf.not_after - certificate.not_after).total_seconds())

    def _issuer(self, issuer: Certificate) -> Problems:
        if issuer.sha256 not in self._issuers:
            self._issuers[issuer.sha256] = (*self._settings(issuer), *_of_any(issuer, self.at), *_authority(issuer))
        return self._issuers[issuer.sha256]

    def _settings(self, certificate: Certificate) -> Iterator[PathProblem]:
        """What the owner of the trust store wrote beside a certificate (X509_CERT_AUX)."""
        if certificate.der in self.rejected:
            yield PathProblem(
                FindingCode.REJECTED, certificate, "the settings beside it do not trust it for TLS servers"
            )

    def _constrained(self, issuer: Certificate, lower: Certificate) -> Problems:
        """RFC 5280 section 4.2.1.10; the problem sits on the certificate whose name is forbidden."""
        pair = (issuer.sha256, lower.sha256)
        if pair not in self._violations:
            rules, names = self._rules_of(issuer), self._names_of(lower)
            self.comparisons += 0 if rules is None else rules.comparisons(names)
            violation = rules and rules.violation(names)
            found = (
                PathProblem(FindingCode.NAME_CONSTRAINTS, lower, f"{violation}: {issuer.label}")
                if violation
                else None
            )
            self._violations[pair] = () if found is None else (found,)
        return self._violations[pair]

    def _rules_of(self, issuer: Certificate) -> NameRules | None:
        if issuer.sha256 not in self._rules:
            self._rules[issuer.sha256] = rules_of(issuer)
        return self._rules[issuer.sha256]

    def _names_of(self, lower: Certificate) -> tuple[ConstrainedName, ...]:
        if lower.sha256 not in self._names:
            leaf = lower.sha256 == self.leaf.sha256
            self._names[lower.sha256] = constrained_names(lower, leaf=leaf)
        return self._names[lower.sha256]


def date_problem(certificate: Certificate, at: datetime) -> Iterator[PathProblem]:
    """Say that `certificate` is expired, not yet valid, or has dates that cannot be read (RFC 5280 section 6.1.3)."""
    start, end = certificate.not_before, certificate.not_after
    if start is None or end is None:
        yield PathProblem(FindingCode.UNREADABLE, certificate, "its dates cannot be read")
    elif at > end:
        yield PathProblem(FindingCode.EXPIRED, certificate, f"it expired on {end:%Y-%m-%d %H:%M} UTC")
    elif at < start:
        yield PathProblem(FindingCode.NOT_YET_VALID, certificate, f"it is valid from {start:%Y-%m-%d %H:%M} UTC")


def _of_any(certificate: Certificate, at: datetime) -> Iterator[PathProblem]:
    """What holds for every certificate of a path, whatever its place."""
    yield from _extensions_read(certificate)
    yield from date_problem(certificate, at)
    yield from _purpose(certificate)
    weak = weak_key(certificate)
    if weak:
        yield PathProblem(FindingCode.WEAK_KEY, certificate, weak)
    unknown = ", ".join(certificate.unhandled_critical)
    if unknown:
        yield PathProblem(
            FindingCode.CRITICAL_EXTENSION, certificate, f"clients do not know its critical extension {unknown}"
        )


def _extensions_read(certificate: Certificate) -> Iterator[PathProblem]:
    fault = extension_fault(certificate)
    if fault:
        yield PathProblem(FindingCode.UNREADABLE, certificate, f"its extensions cannot be read ({fault})")


def _host(leaf: Certificate, host: str) -> Iterator[PathProblem]:
    """RFC 9525 section 6: only the subjectAltName counts."""
    names = leaf.alternative_names
    if names.covers(host) or may_hide(leaf, ALTERNATIVE_NAME):
        return
    if not names:
        yield PathProblem(FindingCode.HOST_MISMATCH, leaf, "it names no host at all (no subjectAltName)")
        return
    yield PathProblem(FindingCode.HOST_MISMATCH, leaf, f"it is for {first_few(names.texts(), 4)}")


def _purpose(certificate: Certificate) -> Iterator[PathProblem]:
    """RFC 5280 section 4.2.1.12, also on CA certificates and on the anchor, as OpenSSL and Go read it."""
    uses = certificate.extended_key_usage
    if uses is None or SERVER_USES.intersection(use.dotted_string for use in uses):
        return
    if certificate.for_servers:
        yield PathProblem(
            FindingCode.PURPOSE,
            certificate,
            "it is for any use but does not name TLS servers, which OpenSSL asks for",
        )
    else:
        yield PathProblem(FindingCode.PURPOSE, certificate, "its extended key usage does not allow TLS servers")


def _serving(leaf: Certificate) -> Iterator[PathProblem]:
    """A server's key has to sign, agree on or decipher a key (RFC 5280 section 4.2.1.3, RFC 8446 section 4.4.2.2)."""
    usage = leaf.key_usage
    if usage and not (usage.digital_signature or usage.key_encipherment or usage.key_agreement):
        yield PathProblem(
            FindingCode.PURPOSE, leaf, "its keyUsage does not allow what a TLS server does with its key"
        )


def _authority(issuer: Certificate) -> Iterator[PathProblem]:
    """RFC 5280 section 6.1.4 (k) and (n)."""
    if not issuer.is_ca and not may_hide(issuer, BASIC_CONSTRAINTS):
        yield PathProblem(FindingCode.NOT_A_CA, issuer, "it signed a certificate but is no CA (basicConstraints)")
    elif issuer.key_usage is not None and not issuer.key_usage.key_cert_sign:
        yield PathProblem(FindingCode.NOT_A_CA, issuer, "its keyUsage does not allow it to sign certificates")


def _signature(child: Certificate) -> Iterator[PathProblem]:
    weak = weak_signature(child)
    if weak:
        yield PathProblem(FindingCode.WEAK_SIGNATURE, child, weak)


def _key_id(child: Certificate, issuer: Certificate) -> Iterator[PathProblem]:
    unfit = key_id_misfit(child, issuer)
    if unfit:
        yield PathProblem(
            FindingCode.KEY_ID_MISMATCH,
            child,
            f"the {unfit} in it is not that of {issuer.label}, and OpenSSL refuses the link",
        )


def _length(below: Chain, issuer: Certificate) -> Iterator[PathProblem]:
    """RFC 5280 section 4.2.1.9: CA certificates below it, self-issued ones not counted."""
    limit = issuer.basic_constraints.path_length if issuer.basic_constraints else None
    count = sum(not lower.self_issued for lower in below[1:])
    if limit is not None and count > limit:
        yield PathProblem(
            FindingCode.PATH_LENGTH, issuer, f"it allows {limit} CA certificates below it, there are {count}"
        )
