"""What Java 17 checks along one path: keys, usages, lengths, names, signatures (sun.security.provider.certpath)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from tui_chain.clients.engines.java import constraints as java_constraints
from tui_chain.clients.engines.java import extensions as ext
from tui_chain.clients.engines.java.certificate import JavaCertificate
from tui_chain.clients.engines.java.constraints import AddedNames
from tui_chain.clients.engines.java.keys import algorithm_of, signed, weak_key
from tui_chain.clients.engines.java.policies import check_policies
from tui_chain.clients.engines.java.refusal import Refusal

FAILED = "PKIX path validation failed"
_USES = slice(0, 7)
"""The bits of keyUsage that stand for a use; encipherOnly and decipherOnly do not (AlgorithmChecker.check)."""


def links(
    anchor: JavaCertificate, path: Sequence[JavaCertificate]
) -> Iterator[tuple[JavaCertificate, JavaCertificate]]:
    """Yield issuer and child of each link; `path` begins below the anchor and ends with the leaf."""
    return zip((anchor, *path), path, strict=False)


def validate(anchor: JavaCertificate, path: Sequence[JavaCertificate], at: datetime, added: AddedNames) -> None:
    """Raise Refusal unless the path holds as PKIXCertPathValidator has it; `path` begins below the anchor."""
    state = _ConstraintsChecker(len(path), added)
    for issuer, one in links(anchor, path):
        _check_algorithms(issuer, one)
        if one is not path[-1]:
            check_signing(one)
        state.check(one)
        check_dates(one, at)
        if one.issuer.rdns != issuer.subject.rdns:
            raise Refusal(FAILED, "its issuer's name is not that of the certificate above it", one.sha256)
        _check_signature(issuer, one)
        check_critical(one)
    check_policies(path)


def verify(anchor: JavaCertificate, path: Sequence[JavaCertificate], added: AddedNames) -> None:
    """Raise Refusal unless a path that was built holds (SunCertPathBuilder's final verification): no dates."""
    state = _ConstraintsChecker(len(path), added)
    for issuer, one in links(anchor, path):
        _check_signature(issuer, one)
        state.check(one)
        _check_algorithms(issuer, one)
    check_policies(path)


def check_dates(one: JavaCertificate, at: datetime) -> None:
    """Raise Refusal outside of the validity."""
    if at < one.start:
        raise Refusal("CertificateNotYetValidException", "it is not valid yet", one.sha256)
    if at > one.end:
        raise Refusal("CertificateExpiredException", "it has expired", one.sha256)


def check_critical(one: JavaCertificate) -> None:
    """Raise Refusal for a critical extension that Java does not process."""
    unknown = sorted(one.critical - ext.RESOLVED)
    if unknown:
        raise Refusal(FAILED, f"it has a critical extension that Java does not know, {unknown[0]}", one.sha256)


def check_signing(one: JavaCertificate) -> None:
    """Raise Refusal for a keyUsage without keyCertSign (KeyChecker.verifyCAKeyUsage)."""
    if not one.may_sign_certificates:
        raise Refusal(FAILED, "its keyUsage does not let it sign certificates", one.sha256)


def _check_algorithms(issuer: JavaCertificate, one: JavaCertificate) -> None:
    """AlgorithmChecker, with the security properties jdk.certpath and jdk.tls.disabledAlgorithms."""
    if algorithm_of(one.fields) is None:
        raise Refusal(FAILED, "its signature algorithm is disabled in Java", one.sha256)
    for key in (issuer, one):
        if weak_key(key.fields):
            raise Refusal(FAILED, "its key is too small for Java", key.sha256)
    if one.key_usage is not None and not any(one.key_usage[_USES]):
        raise Refusal(FAILED, "its keyUsage allows no use", one.sha256)


def _check_signature(issuer: JavaCertificate, one: JavaCertificate) -> None:
    algorithm = algorithm_of(one.fields)
    if algorithm is None or not signed(one.fields, algorithm, issuer.fields):
        raise Refusal(
            FAILED, "the certificate above it did not sign it, or with a key that Java cannot use", one.sha256
        )


class _ConstraintsChecker:
    """Lengths and names from the anchor's child down (ConstraintsChecker)."""

    def __init__(self, length: int, added: AddedNames) -> None:
        self._added = added
        self._length = self._room = length
        self._number = 0
        self._names: ext.JavaNameConstraints | None = None

    def check(self, one: JavaCertificate) -> None:
        """Raise Refusal for a CA that may not stand here, or for a name that a CA above does not allow."""
        self._number += 1
        if self._number < self._length:
            self._check_ca(one)
        if self._names is not None and (self._number == self._length or not one.self_issued):
            java_constraints.check(self._names, one, self._added)
        self._names = java_constraints.merged(self._names, one.constraints)

    def _check_ca(self, one: JavaCertificate) -> None:
        limit = one.path_length
        if one.version < 3:
            limit = ext.NO_LIMIT if self._number == 1 and one.self_issued else ext.NOT_CA
        if limit == ext.NOT_CA:
            raise Refusal(FAILED, "it is no CA certificate", one.sha256)
        if not one.self_issued:
            if self._room <= 0:
                raise Refusal(FAILED, "more CA certificates stand below one than its path length allows", one.sha256)
            self._room -= 1
        self._room = min(self._room, limit)
