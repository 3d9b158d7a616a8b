"""The public trust stores of this machine beside the chosen one, read when somebody asks for them first.

They are asked for single certificates, and answer as the whole store would; `load_trust_store` reads that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tui_chain.trust.store import AnchorStore, TrustStore
from tui_chain.trust.system import quick_anchors, system_store
from tui_chain.x509.certificate import Certificate


def certifi_store() -> TrustStore | None:
    """What requests and httpx read."""
    import certifi

    anchors = quick_anchors(Path(certifi.where()))
    return TrustStore("certifi", anchors) if anchors else None


PUBLIC = {"certifi": certifi_store, "system": system_store}
"""The stores that are the same for many: what requests and httpx read, and what the other programs do."""


@dataclass(frozen=True)
class PublicStores:
    """Gives certifi and the system's store, without the one called `chosen`; their files are read once."""

    chosen: str = ""

    @cached_property
    def _stores(self) -> tuple[AnchorStore, ...]:
        found = (load() for name, load in PUBLIC.items() if name != self.chosen)
        return tuple(store for store in found if store is not None)

    def __call__(self) -> tuple[AnchorStore, ...]:
        """Return the stores; one that this machine lacks is left out."""
        return self._stores

    def holding(self, certificate: Certificate, chosen: AnchorStore) -> tuple[str, ...]:
        """Name every store that has this very certificate, the chosen one first."""
        return tuple(store.name for store in (chosen, *self()) if certificate in store)
