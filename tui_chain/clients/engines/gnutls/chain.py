"""How GnuTLS 3.7 orders a served list, cuts it at an anchor and walks down from there: one path, never another.

Sources: `verify-high.c` gnutls_x509_trust_list_verify_crt2 and shorten_clist, `common.c` _gnutls_sort_clist,
`verify.c` _gnutls_verify_crt_status and verify_crt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_chain.clients.engines.gnutls.certificate import (
    CERT_SIGN,
    NAME_CONSTRAINTS,
    TLS_FEATURES,
    GnuTLSCertificate,
    is_issuer,
)
from tui_chain.clients.engines.gnutls.constraints import GnuTLSConstraints
from tui_chain.clients.engines.gnutls.names import same_name
from tui_chain.clients.engines.gnutls.signatures import acceptable, algorithm_of, signature_fault
from tui_chain.clients.engines.gnutls.trust_file import TrustList
from tui_chain.x509.der import DERError

_MAX_PATH = 4096
_RETRIED = frozenset({"SIGNER_NOT_FOUND", "EXPIRED", "INSECURE_ALGORITHM"})


@dataclass(frozen=True)
class ChainFault:
    """A flag that GnuTLS raises, the certificate at fault, and the reason in words where the flag has several."""

    code: str
    certificate: GnuTLSCertificate
    reason: str = ""


def chain_fault(served: Sequence[GnuTLSCertificate], store: TrustList, now: int) -> ChainFault | None:
    """Return why the served list leads to no anchor, or None where it leads to one; `now`: seconds since 1970."""
    path = _shortened(_ordered(served, store), store)
    last = path[-1]
    faults = _walk(path, store.at(last.issuer), now)
    if last.subject != last.issuer and not _RETRIED.isdisjoint(one.code for one in faults):
        again = _walk(path, store.at(last.subject), now)
        known = not any(one.code == "SIGNER_NOT_FOUND" for one in faults)
        faults = faults if again and known else again
    return faults[0] if faults else None


def _ordered(served: Sequence[GnuTLSCertificate], store: TrustList) -> list[GnuTLSCertificate]:
    """Sort the list by issuers, drop duplicates, and end it at the first certificate with an issuer in the store.

    Where a duplicate is dropped, GnuTLS moves up only the next certificate instead of all that follow: with two or
    more behind it, the last one is lost. `done` counts the certificates in order.
    """
    path, seen, done = list(served), set[bytes](), 0
    while done < len(path):
        path[done:], count = _sorted(path[done:])
        duplicate = next((at for at in range(done, done + count) if path[at].der in seen), None)
        if duplicate is not None:
            path[duplicate] = path[min(duplicate + 1, len(path) - 1)]
            path.pop()
            continue
        seen.update(one.der for one in path[done : done + count])
        done += count
        if store.has_issuer(path[done - 1]):
            return path[:done]
    return path


def _sorted(path: list[GnuTLSCertificate]) -> tuple[list[GnuTLSCertificate], int]:
    """Put the issuers behind the first certificate, each the first that fits; return also how many are in order."""
    order = [0]
    following = _issuer_of(path, 0)
    while following is not None and following not in order:
        order.append(following)
        following = _issuer_of(path, following)
    rest = [at for at in range(1, len(path)) if at not in order]
    return [path[at] for at in order + rest], len(order)


def _issuer_of(path: list[GnuTLSCertificate], child: int) -> int | None:
    if path[child].self_issued:
        return None
    fitting = (at for at in range(1, len(path)) if at != child and is_issuer(path[child], path[at]))
    return next(fitting, None)


def _shortened(path: list[GnuTLSCertificate], store: TrustList) -> list[GnuTLSCertificate]:
    """Drop a self-issued end, and what follows the first certificate that is an anchor in its issuer's bucket."""
    path = _without_root(path)
    for at, one in enumerate(path[1:], 2):
        if any(anchor.der == one.der for anchor in store.at(one.issuer)):
            return path[:at]
    return path


def _without_root(path: list[GnuTLSCertificate]) -> list[GnuTLSCertificate]:
    return path[:-1] if len(path) > 1 and path[-1].self_issued else path


def _walk(path: list[GnuTLSCertificate], anchors: Sequence[GnuTLSCertificate], now: int) -> list[ChainFault]:
    """Return the flags that the walk from these anchors to the leaf ends with, the most telling first."""
    path = _without_root(path)
    for at, one in enumerate(path):
        pinned = next((anchor for anchor in anchors if _is_pinned(one, anchor, leaf=at == 0)), None)
        if pinned is not None:
            faults = _anchor_faults(pinned, now)
            if faults:
                return faults
            path = path[:at]
            break
    links = _ChainLinks(now)
    for at in range(len(path) - 1, -1, -1):
        below_anchor = at == len(path) - 1
        faults = links.add(
            path[at], anchors if below_anchor else [path[at + 1]], served=not below_anchor, leaf=at == 0
        )
        if faults:
            return sorted(faults, key=lambda one: _ORDER.index(one.code))
    return []


def _is_pinned(one: GnuTLSCertificate, anchor: GnuTLSCertificate, *, leaf: bool) -> bool:
    """Tell whether an anchor stands for a served certificate: the leaf by its bytes, a CA by name and key.

    Source: `verify.c`, _gnutls_check_if_same_key.
    """
    if leaf:
        return one.der == anchor.der
    return one.spki == anchor.spki and same_name(one.subject, anchor.subject)


def _anchor_faults(anchor: GnuTLSCertificate, now: int) -> list[ChainFault]:
    """Check an anchor that stands for a served certificate (`verify.c`, check_ca_sanity)."""
    algorithm = algorithm_of(anchor.algorithm)
    weak = algorithm is not None and not acceptable(anchor, None, algorithm, trusted=True)
    return _date_faults(anchor, now) + ([ChainFault("INSECURE_ALGORITHM", anchor)] if weak else [])


def _date_faults(one: GnuTLSCertificate, now: int) -> list[ChainFault]:
    if now < one.not_before:
        return [ChainFault("NOT_ACTIVATED", one)]
    return [ChainFault("EXPIRED", one)] if now > one.not_after else []


def _issuer_among(
    child: GnuTLSCertificate, candidates: Sequence[GnuTLSCertificate], now: int
) -> GnuTLSCertificate | None:
    """Choose the first that fits, or the last valid one of those after it that fit (`verify.c`, find_issuer)."""
    fitting = [one for one in candidates if is_issuer(child, one)]
    valid = [one for one in fitting[1:] if one.not_before <= now < one.not_after]
    return valid[-1] if valid else next(iter(fitting), None)


class _ChainLinks:
    """The walk down a path, and what it keeps: the limit of its length, name constraints and TLS features."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._left = _MAX_PATH
        self._names = GnuTLSConstraints()
        self._features = frozenset[int]()

    def add(
        self, child: GnuTLSCertificate, issuers: Sequence[GnuTLSCertificate], *, served: bool, leaf: bool
    ) -> list[ChainFault]:
        """Check the next link down; the issuers of the first are the anchors, then it is one served certificate."""
        if self._left == 0:
            return [_limit(child, "the path length that a CA above it sets is exceeded")]
        self._left -= 1
        issuer = _issuer_among(child, issuers, self._now)
        if issuer is None:
            return [
                ChainFault("SIGNER_NOT_FOUND", child),
                *_own_faults(child, leaf=leaf),
                *_date_faults(child, self._now),
            ]
        return [
            *self._limit_faults(child, issuer, leaf=leaf),
            *self._authority_faults(child, issuer, served=served),
            *_signature_faults(child, issuer),
            *([ChainFault("UNKNOWN_CRIT_EXTENSIONS", issuer)] if issuer.unknown_critical else []),
            *_own_faults(child, leaf=leaf),
            *_date_faults(issuer, self._now),
            *_date_faults(child, self._now),
        ]

    def _limit_faults(self, child: GnuTLSCertificate, issuer: GnuTLSCertificate, *, leaf: bool) -> list[ChainFault]:
        """Add the issuer's name constraints and TLS features, and check them."""
        faults = []
        if NAME_CONSTRAINTS in issuer.extensions:
            try:
                self._names = self._names.under(issuer.extensions[NAME_CONSTRAINTS].value)
            except DERError:
                return [_limit(issuer, "its name constraints cannot be read")]
        if leaf and not self._names.allow(child):
            faults.append(_limit(child, "a CA's name constraints exclude a name of it"))
        self._features |= issuer.features or frozenset()
        if TLS_FEATURES in issuer.extensions and issuer.features is None:
            faults.append(_limit(issuer, "its TLS features cannot be read"))
        elif self._features and not self._features <= (child.features or frozenset()):
            faults.append(_limit(child, "it lacks a TLS feature that its issuer has"))
        return faults

    def _authority_faults(
        self, child: GnuTLSCertificate, issuer: GnuTLSCertificate, *, served: bool
    ) -> list[ChainFault]:
        """Check that the issuer is a CA; an anchor of version 1 is none of the CAs that count."""
        if issuer.version == 1 and not served:
            return []
        faults = [] if self._is_authority(child, issuer, served=served) else [ChainFault("SIGNER_NOT_CA", child)]
        if issuer.key_usage is not None and not issuer.key_usage & CERT_SIGN:
            faults.append(_limit(child, "its issuer's key usage lacks keyCertSign"))
        return faults

    def _is_authority(self, child: GnuTLSCertificate, issuer: GnuTLSCertificate, *, served: bool) -> bool:
        """Lower the path length too (`verify.c`, check_if_ca).

        An anchor may be self-issued without basicConstraints; signatures count only in that they can be read.
        """
        if child.signature is None or issuer.signature is None:
            return False
        if child.der == issuer.der:
            return True
        if issuer.basic is None:
            return not served and issuer.self_issued
        if issuer.basic.ca and issuer.basic.path_length is not None:
            self._left = min(self._left, issuer.basic.path_length)
        return issuer.basic.ca


def _limit(certificate: GnuTLSCertificate, reason: str) -> ChainFault:
    return ChainFault("SIGNER_CONSTRAINTS_FAILURE", certificate, reason)


def _signature_faults(child: GnuTLSCertificate, issuer: GnuTLSCertificate) -> list[ChainFault]:
    algorithm = algorithm_of(child.algorithm)
    if algorithm is None:
        return [ChainFault("INVALID", child, "its signature algorithm is not known")]
    faults = []
    code = signature_fault(child, issuer, algorithm)
    if code == "SIGNER_CONSTRAINTS_FAILURE":
        faults.append(_limit(child, "its issuer's key does not make signatures of its kind"))
    elif code is not None:
        faults.append(ChainFault(code, child))
    if not acceptable(child, issuer, algorithm):
        faults.append(ChainFault("INSECURE_ALGORITHM", child))
    return faults


def _own_faults(child: GnuTLSCertificate, *, leaf: bool) -> list[ChainFault]:
    """Check what needs no issuer: critical extensions of the leaf, and the age of the signature's hash."""
    faults = [ChainFault("UNKNOWN_CRIT_EXTENSIONS", child)] if leaf and child.unknown_critical else []
    algorithm = algorithm_of(child.algorithm)
    if algorithm is not None and not algorithm.secure and not child.self_issued:
        faults.append(ChainFault("INSECURE_ALGORITHM", child))
    return faults


_ORDER = (
    "SIGNER_NOT_FOUND",
    "EXPIRED",
    "NOT_ACTIVATED",
    "SIGNER_NOT_CA",
    "SIGNER_CONSTRAINTS_FAILURE",
    "SIGNATURE_FAILURE",
    "UNKNOWN_CRIT_EXTENSIONS",
    "INSECURE_ALGORITHM",
    "INVALID",
)
"""Of several flags, the one that is reported."""
