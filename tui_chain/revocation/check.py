"""Asking the issuers of a path: the staple first, then OCSP, then CRLs, within the bounds of AIA."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from tui_chain.core.text import safe_text
from tui_chain.net.addresses import FetchRefusedError
from tui_chain.net.fetch import fetch
from tui_chain.resolve.aia import MAX_URLS, HostFetches
from tui_chain.revocation.crl import NO_CRL, CrlFetches, crl_at, judge_crl
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.ocsp import read_response, request_url
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, RevocationCheck

_DECIDED = (Revocation.GOOD, Revocation.REVOKED)


@dataclass(frozen=True)
class RevocationClient:
    """Asks at the time `at`, within the bounds of the host's `fetches`; nothing is fetched `offline`.

    A CRL that several certificates name is fetched once.
    """

    at: datetime
    fetches: HostFetches
    offline: bool = False
    crls: CrlFetches = field(default_factory=CrlFetches)

    async def check(self, path: Sequence[Certificate], staple: bytes | None = None) -> tuple[RevocationCheck, ...]:
        """Ask about every certificate of `path`, leaf first, that has its issuer there; the last one is not asked.

        All are asked at once. What the bounds keep from being asked is `unreachable`.
        """
        found: list[list[RevocationAnswer]] = [[] for _ in path[:-1]]
        await asyncio.gather(
            *(
                self._gather(child, issuer, staple if depth == 0 else None, found[depth])
                for depth, (child, issuer) in enumerate(pairwise(path))
            )
        )
        return tuple(RevocationCheck(c.sha256, c.label, tuple(a)) for c, a in zip(path, found, strict=False))

    async def _gather(
        self, child: Certificate, issuer: Certificate, staple: bytes | None, answers: list[RevocationAnswer]
    ) -> None:
        if staple:
            answers.append(read_response(staple, child, issuer, at=self.at, means=Means.STAPLE))
        async for answer in self._fetched(child, issuer):
            answers.append(answer)
            if answer.status in _DECIDED:
                return
        if not answers:
            answers.append(RevocationAnswer(Means.NONE, Revocation.UNKNOWN, "the certificate names nobody to ask"))

    async def _fetched(self, child: Certificate, issuer: Certificate) -> AsyncIterator[RevocationAnswer]:
        if self.offline:
            return
        for url in dict.fromkeys(child.ocsp_urls[:MAX_URLS]):
            yield await self._ocsp(url, child, issuer)
        for url in dict.fromkeys(child.crl_urls[:MAX_URLS]):
            yield await self._crl(url, child, issuer)

    async def _ocsp(self, url: str, child: Certificate, issuer: Certificate) -> RevocationAnswer:
        request = request_url(url, child, issuer)
        if request is None:
            return RevocationAnswer(
                Means.OCSP, Revocation.UNKNOWN, "the certificate cannot be asked about", safe_text(url)
            )
        body = await self._body(url, request, child)
        if isinstance(body, str):
            return RevocationAnswer(Means.OCSP, Revocation.UNREACHABLE, body, safe_text(url))
        return read_response(body, child, issuer, at=self.at, means=Means.OCSP, url=safe_text(url))

    async def _crl(self, url: str, child: Certificate, issuer: Certificate) -> RevocationAnswer:
        came = await crl_at(url, child, self.fetches, self.crls)
        shown = safe_text(url)
        if isinstance(came, str):
            status = Revocation.UNKNOWN if came == NO_CRL else Revocation.UNREACHABLE
            return RevocationAnswer(Means.CRL, status, came, shown)
        # a list of some MiB takes 0.1 s to check: not on the event loop
        return await asyncio.to_thread(judge_crl, came, child, issuer, at=self.at, url=shown)

    async def _body(self, url: str, request: str, child: Certificate) -> bytes | str:
        """What an OCSP responder answers, or why there is nothing."""
        try:
            answer = await self.fetches.get(url, child, lambda permission: fetch(request, allowed=permission))
        except (FetchRefusedError, TimeoutError) as stopped:
            return str(stopped)
        return answer.body if answer.status == 200 else f"HTTP status {answer.status}"
