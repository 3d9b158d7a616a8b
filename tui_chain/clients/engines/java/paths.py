"""How Java 17 finds and checks a path: it validates the served order or builds a path.

sun.security.validator.PKIXValidator; along a path sun.security.provider.certpath: keys, usages, lengths, names,
signatures.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from tui_chain.clients.engines.java import constraints as java_constraints
from tui_chain.clients.engines.java import extensions as ext
from tui_chain.clients.engines.java.certificate import JavaCertificate
from tui_chain.clients.engines.java.constraints import AddedNames
from tui_chain.clients.engines.java.extensions import NOT_CA
from tui_chain.clients.engines.java.keys import algorithm_of, signed, weak_key
from tui_chain.clients.engines.java.names import JavaName
from tui_chain.clients.engines.java.order import Order, bucket, buckets_for, certificate_code, in_hash_order
from tui_chain.clients.engines.java.policies import check_policies
from tui_chain.clients.engines.java.refusal import Fatal, Refusal
from tui_chain.clients.engines.java.trust_file import JavaAnchors

BUILDING_FAILED, VALIDATION_FAILED = "PKIX path building failed", "PKIX path validation failed"
NOT_AN_ANCHOR = "TrustAnchor is not a CA certificate"
_BY_CHANCE = "; whether Java takes this path or another one changes from run to run"
_SET_SIZE = 16
"""Buckets of a HashSet that is made for no number of items."""
_MAX_PATH = 5
"""Served CAs that are not self-issued (PKIXBuilderParameters.maxPathLength)."""
_MAX_STEPS = 2000
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
            raise Refusal(VALIDATION_FAILED, "its issuer's name is not that of the certificate above it", one.sha256)
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
        raise Refusal(
            VALIDATION_FAILED, f"it has a critical extension that Java does not know, {unknown[0]}", one.sha256
        )


def check_signing(one: JavaCertificate) -> None:
    """Raise Refusal for a keyUsage without keyCertSign (KeyChecker.verifyCAKeyUsage)."""
    if not one.may_sign_certificates:
        raise Refusal(VALIDATION_FAILED, "its keyUsage does not let it sign certificates", one.sha256)


def _check_algorithms(issuer: JavaCertificate, one: JavaCertificate) -> None:
    """AlgorithmChecker, with the security properties jdk.certpath and jdk.tls.disabledAlgorithms."""
    if algorithm_of(one.fields) is None:
        raise Refusal(VALIDATION_FAILED, "its signature algorithm is disabled in Java", one.sha256)
    for key in (issuer, one):
        if weak_key(key.fields):
            raise Refusal(VALIDATION_FAILED, "its key is too small for Java", key.sha256)
    if one.key_usage is not None and not any(one.key_usage[_USES]):
        raise Refusal(VALIDATION_FAILED, "its keyUsage allows no use", one.sha256)


def _check_signature(issuer: JavaCertificate, one: JavaCertificate) -> None:
    algorithm = algorithm_of(one.fields)
    if algorithm is None or not signed(one.fields, algorithm, issuer.fields):
        raise Refusal(
            VALIDATION_FAILED,
            "the certificate above it did not sign it, or with a key that Java cannot use",
            one.sha256,
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
            raise Refusal(VALIDATION_FAILED, "it is no CA certificate", one.sha256)
        if not one.self_issued:
            if self._room <= 0:
                raise Refusal(
                    VALIDATION_FAILED, "more CA certificates stand below one than its path length allows", one.sha256
                )
            self._room -= 1
        self._room = min(self._room, limit)


def check_path(served: Sequence[JavaCertificate], anchors: JavaAnchors, at: datetime, added: AddedNames) -> None:
    """Raise Refusal unless Java finds a path; the leaf is no anchor. `added` gets names (java_constraints.check).

    The served order decides which of its two ways Java goes, and there is no way back (engineValidate).
    """
    for number, (child, one) in enumerate(itertools.pairwise(served), 1):
        if one.subject.rdns != child.issuer.rdns:
            return _build(served, anchors, at, added)
        if anchors.trusts(one):
            return _validate(served[:number], anchors, at, added)
    if anchors.named(served[-1].issuer):
        return _validate(served, anchors, at, added)
    return _build(served, anchors, at, added)


def _check_anchor(anchor: JavaCertificate) -> None:
    """PKIXValidator.verifyTrustAnchor."""
    if anchor.version >= 3 and anchor.path_length == NOT_CA:
        raise Fatal(NOT_AN_ANCHOR, "the certificate in the trust store is no CA certificate", anchor.sha256)
    if anchor.version >= 3 and not anchor.may_sign_certificates:
        raise Fatal(NOT_AN_ANCHOR, "the certificate in the trust store may not sign certificates", anchor.sha256)


def _validate(served: Sequence[JavaCertificate], anchors: JavaAnchors, at: datetime, added: AddedNames) -> None:
    """Try each anchor of the issuer's name that the top certificate's AKI does not exclude, in no certain order."""
    top, path = served[-1], served[::-1]
    held: list[JavaCertificate] = []
    last = Refusal(VALIDATION_FAILED, "the trust store has its issuer only with other key ids", top.sha256)
    for anchor in anchors.named(top.issuer):
        if not _may_be_issuer(top, anchor):
            continue
        try:
            validate(anchor, path, at, added)
            held.append(anchor)
        except Fatal:
            raise
        except Refusal as error:
            last = error
    if not held:
        raise last
    _check_all(held)


def _check_all(held: Sequence[JavaCertificate]) -> None:
    """Java takes the first of several anchors as identity hashes have it: all must be good to rely on it."""
    for anchor in held:
        try:
            _check_anchor(anchor)
        except Refusal as error:
            raise _uncertain(error) if len(held) > 1 else error from None


def _uncertain(error: Refusal) -> Refusal:
    return Refusal(error.code, f"{error.error}{_BY_CHANCE}", error.certificate)


def _may_be_issuer(child: JavaCertificate, anchor: JavaCertificate) -> bool:
    """AdaptableX509CertSelector.match with the key id and serial number of the child's AKI."""
    authority = child.authority
    if authority is None:
        return True
    if None not in (authority.key_id, anchor.key_id) and authority.key_id != anchor.key_id:
        return False
    if authority.serial is None or anchor.version < 3:
        return True
    return _number(authority.serial) == _number(anchor.fields.serial)


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big", signed=True)


def _build(served: Sequence[JavaCertificate], anchors: JavaAnchors, at: datetime, added: AddedNames) -> None:
    leaf = served[0]
    check_dates(leaf, at)
    check_critical(leaf)
    builder = _Builder(served, anchors, at, added)
    error = builder.failure()
    if builder.uncertain:
        other = _Builder(served, anchors, at, added, reverse=True).failure()
        failed = [found for found in (error, other) if found is not None]
        if len(failed) == 1:
            raise _uncertain(failed[0])
    if error is not None:
        raise error


class _Builder:
    """A depth-first search upward from the leaf (SunCertPathBuilder, ForwardBuilder)."""

    def __init__(
        self,
        served: Sequence[JavaCertificate],
        anchors: JavaAnchors,
        at: datetime,
        added: AddedNames,
        *,
        reverse: bool = False,
    ) -> None:
        self._served, self._anchors, self._at, self._added = served, anchors, at, added
        self._reverse = reverse
        self._anchor_dates = False
        self._found: dict[tuple[JavaCertificate, int, bool], list[JavaCertificate]] = {}
        self.uncertain = False
        self._steps = 0
        self.reason: tuple[str, str | None] = ("its issuer is not known", None)
        self._refused = False

    def failure(self) -> Refusal | None:
        """Return why there is no path whose anchor is good, or None where there is one."""
        try:
            found = self.search([self._served[0]], cas=0)
            if found is None:
                return Refusal(BUILDING_FAILED, *self.reason)
            _check_anchor(found)
        except Fatal as error:
            return error
        return None

    def search(self, path: list[JavaCertificate], cas: int) -> JavaCertificate | None:
        """Return the anchor of the first path that holds; `path` begins with the leaf, `cas` counts CAs in it.

        `cas` are those that are not self-issued.
        """
        candidates = [one for one in self._candidates(path[-1], cas) if not any(_repeats(one, old) for old in path)]
        if not candidates and not self._refused:
            self.reason = ("its issuer is not known", path[-1].sha256)
        for one in candidates:
            self._steps += 1
            if self._steps > _MAX_STEPS:
                raise Fatal(BUILDING_FAILED, "the search for a path was given up, it has too many branches")
            if one in self._anchors:
                if self._holds(one, path):
                    return one
                continue
            if not self._may_sign(one):
                continue
            if path[-1].self_issued and one.self_issued:
                return None
            found = self.search([*path, one], cas + (not one.self_issued))
            if found is not None:
                return found
        return None

    def _may_sign(self, one: JavaCertificate) -> bool:
        """ForwardBuilder.verifyCert."""
        try:
            check_critical(one)
            check_signing(one)
        except Refusal as error:
            self._refuse(error)
            return False
        return True

    def _holds(self, anchor: JavaCertificate, path: Sequence[JavaCertificate]) -> bool:
        try:
            verify(anchor, path[::-1], self._added)
        except Fatal:
            raise
        except Refusal as error:
            self._refuse(error)
            return False
        return True

    def _refuse(self, error: Refusal) -> None:
        self.reason, self._refused = (error.error, error.certificate), True

    def _candidates(self, child: JavaCertificate, cas: int) -> list[JavaCertificate]:
        """Anchors are asked for their dates from the second link on: the selector is used again."""
        place = child, cas, self._anchor_dates
        if place not in self._found:
            self._found[place] = self._find(child, cas)
        self._anchor_dates = True
        return self._found[place]

    def _find(self, child: JavaCertificate, cas: int) -> list[JavaCertificate]:
        anchors = [
            one for one in self._anchors.named(child.issuer) if self._selects(one, child, dates=self._anchor_dates)
        ]
        served = [one for one in dict.fromkeys(self._served) if self._may_stand_above(one, child, cas)]
        if len(anchors) + len(served) < 2:
            return anchors + served
        added = (*self._hashed(anchors), *_by_bucket(served, buckets_for(_SET_SIZE, len(served))))
        return Order(self._names, child).sort(added)

    @cached_property
    def _names(self) -> list[JavaName]:
        return in_hash_order(one.subject for one in self._anchors)

    def _hashed(self, anchors: Sequence[JavaCertificate]) -> list[JavaCertificate]:
        """Anchors in one bucket come in no certain order: `uncertain` tells, `reverse` turns it round."""
        buckets = buckets_for(len(self._anchors), len(self._anchors))
        places = {bucket(certificate_code(one.der), buckets) for one in anchors}
        self.uncertain = self.uncertain or len(places) < len(anchors)
        return _by_bucket(anchors[::-1] if self._reverse else anchors, buckets)

    def _may_stand_above(self, one: JavaCertificate, child: JavaCertificate, cas: int) -> bool:
        return (
            cas < _MAX_PATH
            and one.subject.rdns == child.issuer.rdns
            and self._selects(one, child, dates=True)
            and one.path_length >= cas
        )

    def _selects(self, one: JavaCertificate, child: JavaCertificate, *, dates: bool) -> bool:
        """AdaptableX509CertSelector.match: one of version 1 or 2 must outlive its child on both sides."""
        if one.version < 3 and not (one.valid_at(child.start) and one.valid_at(child.end)):
            return False
        return not dates or one.valid_at(self._at)


def _by_bucket(certificates: Sequence[JavaCertificate], buckets: int) -> list[JavaCertificate]:
    return sorted(certificates, key=lambda one: bucket(certificate_code(one.der), buckets))


def _repeats(one: JavaCertificate, other: JavaCertificate) -> bool:
    """SunCertPathBuilder.repeated: the same name, key and subjectAltName."""
    if one == other:
        return True
    return one.subject.rdns == other.subject.rdns and one.key == other.key and one.names == other.names
