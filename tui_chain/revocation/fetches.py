"""Fetching CRLs for many certificates and hosts: every address is asked once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from tui_chain.core.text import safe_text
from tui_chain.net.addresses import Reach
from tui_chain.net.fetch import FetchRefusedError, fetch
from tui_chain.revocation.crl import MAX_CRL
from tui_chain.x509.crl import RevocationList, find_crls

Fetched = RevocationList | str
"""A list, not judged yet, or why there is none, in words that are safe for a terminal."""
_Place = tuple[str, frozenset[Reach]]

NEEDS_CONSENT = "only with your consent"
"""What a refusal says that the user may lift."""


@dataclass
class CrlFetches:
    """What CRL addresses answered in this run; use one for all hosts, in one event loop."""

    _known: dict[_Place, Fetched] = field(default_factory=dict)
    _gates: dict[_Place, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def fetch(self, url: str, allowed: frozenset[Reach]) -> Fetched:
        """Fetch the list at a raw URL within the bounds of law 7, 8 MiB; a failure is remembered as well."""
        place = url, allowed
        async with self._gates[place]:
            if place not in self._known:
                self._known[place] = await _fetched(url, allowed)
        return self._known[place]


async def _fetched(url: str, allowed: frozenset[Reach]) -> Fetched:
    try:
        answer = await fetch(url, allowed=allowed, limit=MAX_CRL)
    except FetchRefusedError as refused:
        return safe_text(str(refused))
    if answer.status != 200:
        return f"HTTP status {answer.status}"
    # a list of some MiB takes 0.1 s to read: not on the event loop
    found = await asyncio.to_thread(find_crls, answer.body)
    return found[0][1] if found else "what came is no CRL"
