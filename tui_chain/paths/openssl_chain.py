"""Which chain OpenSSL 3 and 4 take: one issuer for each certificate, never a second try. OpenSSL is not asked.

The order of tries is that of `build_chain` in crypto/x509/x509_vfy.c with X509_V_FLAG_TRUSTED_FIRST, its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tui_chain.certs.algorithms import signature_algorithm
from tui_chain.certs.certificate import Certificate
from tui_chain.certs.faults import Fault, attempt
from tui_chain.certs.keys import schemes
from tui_chain.certs.store import NameIndex
from tui_chain.paths.index import Chain

MAX_DEPTH = 100
"""Certificates above the leaf that OpenSSL goes through before it says 22 (X509_VERIFY_PARAM's default)."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def key_id_misfit(child: Certificate, issuer: Certificate) -> str | None:
    """Say what in the child's authority key identifier is not its issuer's, or None (X509_check_akid).

    OpenSSL takes no issuer that does not fit, whether or not its key signed the child.
    """
    if issuer.key_id is not None and child.authority_key_id not in {None, issuer.key_id}:
        return "key identifier"
    if child.authority_serial not in {None, issuer.serial}:
        return "serial number"
    return None if child.authority_issuer in {None, issuer.issuer_name} else "issuer's name"


def may_have_issued(issuer: Certificate, child: Certificate) -> bool:
    """Tell whether OpenSSL takes one for the issuer of the other; the signature is checked later."""
    named = child.issuer_name is not None and issuer.subject_name == child.issuer_name
    return named and key_id_misfit(child, issuer) is None and _algorithm_fits(issuer, child)


def seems_self_signed(certificate: Certificate) -> bool:
    """Tell whether OpenSSL takes a certificate for self-signed (EXFLAG_SS)."""
    return certificate.self_issued and may_have_issued(certificate, certificate)


def _algorithm_fits(issuer: Certificate, child: Certificate) -> bool:
    """Whether the issuer's key is of the kind that makes such signatures; True where that cannot be told."""
    parts, key = child.anatomy, issuer.public_key
    if parts is None or key is None:
        return True
    scheme = attempt("signature algorithm", lambda: signature_algorithm(parts.outer_algorithm).scheme)
    return scheme is None or isinstance(scheme, Fault) or scheme in schemes(key)


@dataclass(eq=False)
class ChainBuilder:
    """Builds chains with one set of anchors; `partial` is X509_V_FLAG_PARTIAL_CHAIN."""

    anchors: NameIndex
    partial: bool
    at: datetime

    def build(self, served: Sequence[Certificate]) -> Chain:
        """Return the chain that OpenSSL takes for `served`, leaf first, as far as it comes."""
        chain, unused = [served[0]], list(served[1:])
        while True:
            trusted = self._best(self._named(chain[-1]), chain[-1])
            if trusted is not None:
                return self._through_store(chain, trusted)
            issuer = None if seems_self_signed(chain[-1]) else self._best(unused, chain[-1], not_in=chain)
            if issuer is None:
                return tuple(chain)
            unused.remove(issuer)
            chain.append(issuer)

    def _through_store(self, chain: list[Certificate], trusted: Certificate | None) -> Chain:
        """Once an issuer is from the store, all above it are; a self-signed certificate ends the chain."""
        while trusted is not None and not seems_self_signed(chain[-1]) and len(chain) <= MAX_DEPTH:
            chain.append(trusted)
            if self.partial:
                break
            trusted = self._best(self._named(trusted), trusted)
        return tuple(chain)

    def _named(self, child: Certificate) -> Chain:
        return () if child.issuer_name is None else self.anchors.get(child.issuer_name, ())

    def _best(
        self, candidates: Iterable[Certificate], child: Certificate, not_in: Sequence[Certificate] = ()
    ) -> Certificate | None:
        """The first that is valid now, or else the one that was valid last."""
        fitting = [one for one in candidates if one not in not_in and may_have_issued(one, child)]
        valid = next((one for one in fitting if one.valid_at(self.at)), None)
        return valid or max(fitting, key=lambda one: one.not_after or _LONG_AGO, default=None)
