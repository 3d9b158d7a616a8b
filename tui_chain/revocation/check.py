"""Asking the issuers of a path: the staple first, then OCSP, then CRLs, within the bounds of AIA."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from tui_chain.core.text import safe_text
from tui_chain.net.addresses import Reach
from tui_chain.net.fetch import FetchRefusedError, fetch
from tui_chain.resolve.aia import MAX_URLS
from tui_chain.revocation.crl import MAX_CRL, read_crl
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.ocsp import read_response, request_url
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, RevocationCheck

TOTAL_SECONDS = 25.0
"""Seconds for all questions about one host."""
_DECIDED = (Revocation.GOOD, Revocation.REVOKED)


@dataclass(frozen=True)
class RevocationClient:
    """Asks at the time `at`; addresses whose reach is not `allowed` are refused, and nothing is fetched `offline`."""

    at: datetime
    allowed: frozenset[Reach]
    offline: bool = False

    async def check(self, path: Sequence[Certificate], staple: bytes | None = None) -> tuple[RevocationCheck, ...]:
        """Ask about every certificate of `path`, leaf first, that has its issuer there; the last one is not asked.

        All are asked at once. After 25 seconds what has come counts, the rest is `unreachable`.
        """
        found: list[list[RevocationAnswer]] = [[] for _ in path[:-1]]
        tasks = [
            asyncio.create_task(self._gather(child, issuer, staple if depth == 0 else None, found[depth]))
            for depth, (child, issuer) in enumerate(pairwise(path))
        ]
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                await asyncio.gather(*tasks)
        except TimeoutError:
            for answers in found:
                answers.append(
                    RevocationAnswer(Means.NONE, Revocation.UNREACHABLE, f"stopped after {TOTAL_SECONDS:g} s in all")
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
        body = await self._body(Means.OCSP, url, request)
        if isinstance(body, RevocationAnswer):
            return body
        return read_response(body, child, issuer, at=self.at, means=Means.OCSP, url=safe_text(url))

    async def _crl(self, url: str, child: Certificate, issuer: Certificate) -> RevocationAnswer:
        body = await self._body(Means.CRL, url, url, limit=MAX_CRL)
        if isinstance(body, RevocationAnswer):
            return body
        # a list of some MiB takes 0.1 s to read: not on the event loop
        return await asyncio.to_thread(read_crl, body, child, issuer, at=self.at, url=safe_text(url))

    async def _body(self, means: Means, url: str, request: str, limit: int = 64 * 1024) -> bytes | RevocationAnswer:
        try:
            answer = await fetch(request, allowed=self.allowed, limit=limit)
        except FetchRefusedError as refused:
            return RevocationAnswer(means, Revocation.UNREACHABLE, str(refused), safe_text(url))
        if answer.status != 200:
            return RevocationAnswer(means, Revocation.UNREACHABLE, f"HTTP status {answer.status}", safe_text(url))
        return answer.body
