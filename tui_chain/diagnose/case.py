"""What the rules look at: one host as it was served, its paths, and the stores beside the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from tui_chain.clients.verdict import Verdicts
from tui_chain.core.expiry import Threshold
from tui_chain.paths.search import Path, Search
from tui_chain.probe.served import ServedChain
from tui_chain.probe.tls import NO_HANDSHAKE, TLSFacts
from tui_chain.trust.store import AnchorStore, TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver

OtherStores = Callable[[], tuple[AnchorStore, ...]]
"""Gives the public trust stores beside the chosen one; asked only where a path ends at an unknown root."""


def no_other_stores() -> tuple[AnchorStore, ...]:
    """Where there is only the chosen store."""
    return ()


@dataclass(frozen=True)
class JudgedChain:
    """All of a served chain that a diagnosis rests on: the rules can see nothing else of it.

    `host` is the name that the leaf has to cover, `identity_given` whether a client certificate was offered to the
    server. The others are those of `ServedChain`.
    """

    certificates: tuple[Certificate, ...]
    host: str
    tls: TLSFacts = NO_HANDSHAKE
    note: str = ""
    staple: bytes | None = None
    identity_given: bool = False

    @classmethod
    def of(cls, served: ServedChain) -> JudgedChain:
        """Take from what a server sent what is judged."""
        given = served.target.connection.identity is not None
        return cls(served.certificates, served.host, served.tls, served.note, served.staple, given)


Chain = ServedChain | JudgedChain
"""A chain as it was served, or what of it is judged."""


@dataclass(frozen=True, eq=False)
class Case:
    """One host for the rules: what it served, what the search found, and the path that the diagnosis speaks of.

    `verdicts` are what the client families say of it as served; `no_handshake` are those of them that rest on the
    handshake alone. `warn_days` is how long before its end a certificate expires soon, where the user says.
    """

    served: JudgedChain
    search: Search
    path: Path | None
    at: datetime
    trust: TrustStore
    prover: SignatureProver
    verdicts: Verdicts = field(default_factory=dict)
    others: OtherStores = no_other_stores
    no_handshake: Verdicts = field(default_factory=dict)
    warn_days: Threshold | None = None

    @property
    def leaf(self) -> Certificate:
        """The first certificate served."""
        return self.served.certificates[0]

    @cached_property
    def wanted_notice(self) -> timedelta | None:
        """How long before its end a certificate of this host expires soon, where the user says."""
        return None if self.warn_days is None else self.warn_days.of_life(self.leaf.not_before, self.leaf.not_after)

    @cached_property
    def trail(self) -> tuple[Certificate, ...]:
        """The path, or where there is none, as far as the chain leads; leaf first."""
        return self.path.certificates if self.path is not None else longest_trail(self.search, self.served)

    @property
    def anchor(self) -> Certificate | None:
        """The trust anchor of the path, where that is not the leaf itself."""
        return self.path.anchor if self.path is not None and len(self.path.certificates) > 1 else None

    @property
    def leaf_alone(self) -> bool:
        """Whether a leaf alone was sent whose issuer is nowhere, and that does not say where to get it (AIA).

        A private root that signs leaves itself looks the same as an intermediate that the server does not send.
        """
        alone = len(set(self.served.certificates)) == 1 and not self.leaf.self_issued
        return alone and self.path is None and not self.search.untrusted and not self.leaf.issuer_urls

    @cached_property
    def misplaced_leaf(self) -> Certificate | None:
        """The server's own certificate where it is not the first."""
        return misplaced_leaf(self.served)

    def names_an_issuer(self, certificate: Certificate) -> bool:
        """Whether it carries the name of an issuer on the trail, so that a client may take it for that."""
        return any(certificate.subject_name == one.issuer_name for one in self.trail if one != certificate)

    def has_issued(self, certificate: Certificate) -> bool:
        """Whether its key signed a certificate on the trail: another certificate of that issuer is taken."""
        named = (one for one in self.trail if one != certificate and one.issuer_name == certificate.subject_name)
        return any(self.prover.signed(one, certificate) for one in named)

    def is_root(self, certificate: Certificate) -> bool:
        """Whether it signed itself."""
        return certificate.self_issued and self.prover.signed(certificate, certificate)


def misplaced_leaf(served: Chain) -> Certificate | None:
    """The server's own certificate where it is not the first: a later one that is no CA and covers the host."""
    first, *others = served.certificates
    if not first.is_ca or first.alternative_names.covers(served.host):
        return None
    covering = (one for one in others if not one.is_ca and one.alternative_names.covers(served.host))
    return next(covering, None)


def leaf_first(served: ServedChain) -> ServedChain:
    """The same chain with the server's own certificate at its head, where it stands later; else as it is."""
    leaf = misplaced_leaf(served)
    if leaf is None:
        return served
    return replace(served, certificates=(leaf, *(one for one in served.certificates if one != leaf)))


def longest_trail(search: Search, served: Chain) -> tuple[Certificate, ...]:
    """The longest way up from the leaf that reaches no trust anchor; at least the leaf."""
    trails = [missing.trail for missing in search.missing] + list(search.untrusted) + list(search.circles)
    return max(trails, key=len, default=served.certificates[:1])


def uses_only_served(path: Path, served: Chain) -> bool:
    """Whether a path needs nothing but what was served and its trust anchor."""
    return all(certificate in served.certificates for certificate in path.certificates[:-1])
