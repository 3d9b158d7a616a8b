"""What the pool learns from a host: the intermediates of its good paths, proven link by link up to a trust anchor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tui_chain.core.threads import in_daemon_thread
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.pool.entries import Added
from tui_chain.pool.pool import Pool
from tui_chain.resolve.sources import Place
from tui_chain.trust.store import TrustStore


def proven_intermediates(
    diagnosis: Diagnosis, trust: TrustStore, host: str, sources: Mapping[str, str]
) -> list[Place]:
    """The intermediates of every good path to an anchor of `trust`, each with where it came from and at which host.

    What rests on a root that was confirmed for this run alone is left out, and so are roots.
    """
    chains = (path.certificates for path in diagnosis.search.good if path.anchor in trust)
    found = dict.fromkeys(one for chain in chains for one in chain[1:-1] if one not in trust)
    return [(one, _place(sources.get(one.sha256, "served"), host)) for one in found]


def _place(source: str, host: str) -> str:
    return f"served by {host}" if source == "served" else f"{source}, for {host}"


async def learn(
    pool: Pool, diagnosis: Diagnosis, trust: TrustStore, host: str, sources: Mapping[str, str], at: datetime
) -> Added | None:
    """Add a host's proven intermediates that the pool lacks, off the event loop; a pool that fails is left be."""
    proven = proven_intermediates(diagnosis, trust, host, sources)

    def add() -> Added | None:
        new = [place for place in proven if place[0] not in pool]
        added = pool.add(new, at) if new else None
        return added if isinstance(added, Added) else None

    return await in_daemon_thread(add, "pool") if proven else None
