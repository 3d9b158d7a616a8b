"""X509_verify_cert through pyOpenSSL's public interface, which knows no purpose, host or security level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from OpenSSL import crypto

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.crls import RevocationList
from tui_chain.certs.text import safe_text
from tui_chain.paths.index import Chain
from tui_chain.paths.openssl_rules import Refusal, stage_of

STRICT: int = crypto.X509StoreFlags.X509_STRICT
PARTIAL: int = crypto.X509StoreFlags.PARTIAL_CHAIN
CRL_LEAF: int = crypto.X509StoreFlags.CRL_CHECK
CRL_CHAIN: int = crypto.X509StoreFlags.CRL_CHECK | crypto.X509StoreFlags.CRL_CHECK_ALL
"""CRL_CHECK_ALL without CRL_CHECK does nothing."""


@dataclass
class _Second:
    """What was made and said for one second."""

    at: datetime
    stores: dict[int, crypto.X509Store] = field(default_factory=dict)
    said: dict[tuple[Chain, int], Chain | Refusal] = field(default_factory=dict)


@dataclass
class OpenSSL:
    """Verifies chains with one set of anchors; `crls` are for the flags that ask for them.

    OpenSSL counts whole seconds. Stores, and what was said of a chain, are kept for the second that was asked last:
    profiles ask alike, and so do hosts that share their chain.
    """

    anchors: tuple[Certificate, ...]
    crls: tuple[RevocationList, ...] = ()
    _last: _Second | None = None

    def verify(self, served: Sequence[Certificate], flags: int, at: datetime) -> Chain | Refusal:
        """Return the verified chain, leaf first, or why `served` was refused at `at` (aware).

        Raises ValueError where OpenSSL cannot parse a served certificate, which aborts a real handshake too.
        """
        moment, second = at.astimezone(UTC).replace(microsecond=0), self._last
        if second is None or second.at != moment:
            second = self._last = _Second(moment)
        asked = tuple(served), flags
        if asked not in second.said:
            second.said[asked] = self._verify(served, flags, second)
        return second.said[asked]

    def _verify(self, served: Sequence[Certificate], flags: int, second: _Second) -> Chain | Refusal:
        leaf, *others = (_loaded(certificate) for certificate in served)
        try:
            chain = crypto.X509StoreContext(self._store(flags, second), leaf, others).get_verified_chain()
        except crypto.X509StoreContextError as error:
            return _refusal(error, served[0])
        return tuple(self._viewed(one, served) for one in chain)

    def _viewed(self, loaded: crypto.X509, served: Sequence[Certificate]) -> Certificate:
        """The certificate that was given, of which more may be read already than its bytes."""
        view = _viewed(loaded)
        at_hand = next((one for one in served if one == view), None)
        return at_hand or self._by_der.get(view.der, view)

    @cached_property
    def _by_der(self) -> dict[bytes, Certificate]:
        return {anchor.der: anchor for anchor in self.anchors}

    def _store(self, flags: int, second: _Second) -> crypto.X509Store:
        if flags not in second.stores:
            # The time of a store can be set once: a second `set_time` changes nothing (X509_VERIFY_PARAM_set1).
            store = crypto.X509Store()
            store.set_flags(flags)
            store.set_time(second.at)
            for anchor in self._loaded_anchors:
                store.add_cert(anchor)
            for crl in self.crls if flags & CRL_LEAF else ():
                if crl.parsed is not None:
                    store.add_crl(crl.parsed)
            second.stores[flags] = store
        return second.stores[flags]

    @cached_property
    def _loaded_anchors(self) -> tuple[crypto.X509, ...]:
        return tuple(_loadable(self.anchors))


def _loadable(certificates: Iterable[Certificate]) -> Iterable[crypto.X509]:
    for certificate in certificates:
        try:
            yield _loaded(certificate)
        except ValueError:
            continue


def _loaded(certificate: Certificate) -> crypto.X509:
    try:
        return _parsed(certificate.der)
    except crypto.Error as error:
        raise ValueError("OpenSSL cannot parse a certificate") from error


@lru_cache(maxsize=256)
def _parsed(der: bytes) -> crypto.X509:
    """Four verdicts on a chain, and those on a host's neighbours, ask for the same certificates; none is changed."""
    return crypto.load_certificate(crypto.FILETYPE_ASN1, der)


def _viewed(loaded: crypto.X509) -> Certificate:
    return Certificate(crypto.dump_certificate(crypto.FILETYPE_ASN1, loaded))


def _refusal(error: crypto.X509StoreContextError, leaf: Certificate) -> Refusal:
    code, depth = (int(one) for one in error.errors[:2])
    try:
        certificate = _viewed(error.certificate)
    except crypto.Error:
        # Where OpenSSL gives up over a key that it cannot read, it names no certificate.
        certificate = leaf
    return Refusal(stage_of(code, depth), code, certificate, safe_text(str(error)))
