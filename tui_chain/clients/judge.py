"""What every client family says of served chains, with one trust file as the only store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, cast

from tui_chain.clients.engines.openssl.hostnames import host_class
from tui_chain.clients.engines.openssl.verifier import (
    CRL_CHECK_CHAIN,
    CRL_CHECK_LEAF,
    PARTIAL_CHAIN,
    STRICT,
    OpenSSLVerifier,
    Settings,
    is_now,
)
from tui_chain.clients.engines.registry import MODELS, Model, StaplingModel
from tui_chain.clients.engines.trust_dates import TrustDates
from tui_chain.clients.families import FAMILIES, Engine, Family, FamilyId
from tui_chain.clients.verdict import Verdict, Verdicts
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope, RevocationList, crl_to_pem
from tui_chain.x509.formats.pem import pem_of

MAX_REMEMBERED = 2_000
"""Verdicts that are kept; then all are forgotten."""


class _GivenVerdict(NamedTuple):
    """A verdict, and the time that it was given for."""

    verdict: Verdict
    at: datetime


OPENSSL_SETTINGS: Mapping[str, Settings] = {
    FamilyId.REQUESTS: Settings(common_name=False, drops_dot=True),
    FamilyId.REQUESTS_313: Settings(STRICT | PARTIAL_CHAIN, common_name=False, drops_dot=True),
    FamilyId.PYTHON: Settings(),
    FamilyId.PYTHON_313: Settings(STRICT | PARTIAL_CHAIN),
    FamilyId.CURL: Settings(PARTIAL_CHAIN, own_host_check=True, ciphers="DEFAULT"),
}
"""The OpenSSL families: flags of `ssl.create_default_context` (Lib/ssl.py) and of urllib3's context, and curl's."""


OPENSSL_FAMILIES = tuple(one for one in FAMILIES if one.engine is Engine.OPENSSL)
"""The families that heed the trust settings of a file."""
CRL_FAMILIES: Mapping[CrlScope, tuple[Family, ...]] = {
    CrlScope.CHAIN: OPENSSL_FAMILIES,
    CrlScope.LEAF: tuple(one for one in OPENSSL_FAMILIES if one.id is not FamilyId.CURL),
}
"""The families whose programs can look into the CRLs of a trust file; curl has no check of the leaf alone."""


@dataclass(eq=False)
class Judge:
    """Asks client families about served chains; `trust` are the bytes of the trust file, as the user has it.

    With `crl` the OpenSSL families look into the CRLs of that file, as programs do that turn the check on.
    """

    trust: bytes = field(repr=False)
    crl: CrlScope | None = None
    _models: dict[Engine, Model] = field(default_factory=dict, init=False, repr=False)
    _known: dict[tuple[object, ...], _GivenVerdict] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(
        cls, certificates: Iterable[Certificate], crls: Iterable[RevocationList] = (), crl: CrlScope | None = None
    ) -> Judge:
        """Return a judge whose trust file holds these certificates and CRLs and nothing else."""
        return cls(pem_of(certificates) + "".join(map(crl_to_pem, crls)).encode("ascii"), crl)

    def verdicts(
        self, served: Iterable[bytes], *, host: str, at: datetime, families: Iterable[Family] = FAMILIES
    ) -> Verdicts:
        """Return the verdict of each family on `served` (DER, leaf first) for `host` (ASCII) at `at` (aware)."""
        chain = tuple(served)
        return {one.id: self.verdict(one, chain, host=host, at=at) for one in families}

    def forget(self) -> None:
        """Forget the verdicts that were given; the trust file stays read."""
        self._known.clear()
        self._openssl.forget()

    def stapled_verdict(self, served: tuple[bytes, ...], *, host: str, at: datetime) -> Verdict:
        """Return GnuTLS's verdict where a good OCSP response for the leaf is stapled; no other family looks at it."""
        gnutls = cast("StaplingModel", self._model(Engine.GNUTLS))
        return gnutls.verify(served, host, at, stapled=True)

    def unlocated_verdict(self, family: Family, served: tuple[bytes, ...], *, host: str, at: datetime) -> Verdict:
        """Return the verdict of one family without the certificate of a refusal, which takes a second library."""
        if family.engine is not Engine.OPENSSL:
            return self.verdict(family, served, host=host, at=at)
        return self._openssl.verify(served, host, at, self._settings(family), locate=False)

    def verdict(self, family: Family, served: tuple[bytes, ...], *, host: str, at: datetime) -> Verdict:
        """Return the verdict of one family, from memory where it gave it before.

        A verdict of now holds until a certificate of the chain or of the trust file begins or ends to be valid.
        """
        name = host_class(served[0], host) if served else host
        question = (family.id, served, name, None if is_now(at) else at)
        known = self._known.get(question)
        if known is not None and self.dates.alike(served, known.at, at):
            return known.verdict
        verdict = self._ask(family, served, host, at)
        if name == host or host not in (verdict.error or ""):
            self._remember(question, _GivenVerdict(verdict, at))
        return verdict

    def _remember(self, question: tuple[object, ...], given: _GivenVerdict) -> None:
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        self._known[question] = given

    @cached_property
    def dates(self) -> TrustDates:
        """When the certificates of the trust file begin and end to be valid."""
        return TrustDates(self.trust)

    def _ask(self, family: Family, served: tuple[bytes, ...], host: str, at: datetime) -> Verdict:
        if family.engine is Engine.OPENSSL:
            return self._openssl.verify(served, host, at, self._settings(family))
        return self._model(family.engine).verify(served, host, at)

    def _settings(self, family: Family) -> Settings:
        settings = OPENSSL_SETTINGS[family.id]
        return settings if self.crl is None else _checking(settings, self.crl)

    @cached_property
    def _openssl(self) -> OpenSSLVerifier:
        return OpenSSLVerifier(self.trust)

    def _model(self, engine: Engine) -> Model:
        if engine not in self._models:
            self._models[engine] = MODELS[engine].load(self.trust)
        return self._models[engine]


def _checking(settings: Settings, scope: CrlScope) -> Settings:
    """The settings with the CRL check on.

    Over a whole chain no program has PARTIAL_CHAIN: an intermediate of the file would end the chain, and OpenSSL then
    looks for its issuer's key in vain (code 3 or 8). curl leaves it off by itself where it has
    CRLs; in Python the program does.
    """
    if scope is CrlScope.LEAF:
        return replace(settings, flags=settings.flags | CRL_CHECK_LEAF)
    return replace(settings, flags=settings.flags & ~PARTIAL_CHAIN | CRL_CHECK_CHAIN)
