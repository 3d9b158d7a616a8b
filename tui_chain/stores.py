"""The public trust stores of this machine beside the chosen one, read when somebody asks for them first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.store import TrustStore
from tui_chain.trust import load_trust_store

PUBLIC = ("certifi", "system")
"""The stores that are the same for many: what requests and httpx read, and what the other programs do."""


@dataclass(frozen=True)
class PublicStores:
    """Gives certifi and the system's store, without the one called `chosen`; reading both takes 0.2 s, once."""

    chosen: str = ""

    @cached_property
    def _stores(self) -> tuple[TrustStore, ...]:
        found = (load_trust_store(name) for name in PUBLIC if name != self.chosen)
        return tuple(store for store in found if isinstance(store, TrustStore))

    def __call__(self) -> tuple[TrustStore, ...]:
        """Return the stores; one that this machine lacks is left out."""
        return self._stores

    def holding(self, certificate: Certificate, chosen: TrustStore) -> tuple[str, ...]:
        """Name every store that has this very certificate, the chosen one first."""
        return tuple(store.name for store in (chosen, *self()) if certificate in store)
