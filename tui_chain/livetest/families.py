"""A real handshake for each client family, with one trust file as its only store."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tui_chain.clients.engines.openssl.hostnames import curl_refusal
from tui_chain.clients.families import FAMILIES, Family, FamilyId
from tui_chain.clients.handshake import HandshakeCode
from tui_chain.clients.judge import OPENSSL_SETTINGS, Judge, engine_name
from tui_chain.clients.verdict import Code, Verdict
from tui_chain.core.text import safe_text
from tui_chain.livetest.attempt import Stopwatch, Times, failure_words, timed_out
from tui_chain.livetest.crl_context import without_crls
from tui_chain.livetest.family_handshake import (
    HANDSHAKE_ERRORS,
    Shake,
    checks_crls,
    exceeds_offer,
    family_shake,
    handshake_refusal,
    not_emulated,
    offer_refusal,
    server_name,
    widest_offer,
    widest_shake,
)
from tui_chain.livetest.line import open_line
from tui_chain.livetest.tunnel import ProxyTrouble
from tui_chain.net.starttls import StartTLSRefused, start_tls
from tui_chain.net.target import Target
from tui_chain.probe.handshake import Handshake, HandshakeTooLong, is_refusal
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope

_NETWORK_ERRORS = (OSError, ProxyTrouble, StartTLSRefused, HandshakeTooLong, ValueError)
_HANDSHAKE_CODES = frozenset(HandshakeCode)
_NOTHING, _NO_TIMES = Handshake(()), Times()


@dataclass(frozen=True)
class FamilyTest:
    """What a client family gets from the server now: accepted or refused, in words, and the facts of the handshake.

    `code` is OpenSSL's verify code, a model's own code or a `HandshakeCode`. `emulated` says whether the handshake
    stands for the family's; where it does not, `ok` is None.
    """

    id: FamilyId
    name: str
    ok: bool | None
    words: str
    code: Code | None = None
    tls_version: str | None = None
    cipher: str | None = None
    times: Times = _NO_TIMES
    emulated: bool = True


@dataclass(eq=False)
class FamilyTester:
    """Shakes hands with `target` as each family does; `trust` are the bytes of the trust file as its owner has it.

    `address` is the IP that was probed, or None, `timeout` in seconds for each handshake, `proxy` the URL of an HTTP
    proxy to go through. A model judges what its own handshake brought, at the time `at` (aware); OpenSSL judges by
    the clock. With `crl` the families that can look into the CRLs of `trust` do so; the others say that they did not.
    """

    target: Target
    trust: bytes = field(repr=False)
    at: datetime
    address: str | None = None
    timeout: float = 10.0
    proxy: str | None = field(default=None, repr=False)
    crl: CrlScope | None = None
    _answer: Handshake | Exception | None = field(default=None, init=False, repr=False)

    async def run(self) -> tuple[FamilyTest, ...]:
        """Test every family, one after the other, so that their times can be compared.

        Where the server is not reached, the others are tested at once: nine waits would be long.
        """
        rows: list[FamilyTest] = []
        for place, family in enumerate(FAMILIES, start=1):
            rows.append(await self._test(family))
            if rows[-1].times.tls is None:
                rows += await asyncio.gather(*map(self._test, FAMILIES[place:]))
                break
        return tuple(rows)

    async def _test(self, family: Family) -> FamilyTest:
        watch = Stopwatch()
        try:
            shake = await asyncio.to_thread(family_shake, family, self.trust, self.crl)
        except ssl.SSLError as error:
            reason = safe_text(str(error.reason or error))
            return _row(family, False, f"OpenSSL cannot read the trust file ({reason})", "ca-file")
        try:
            shaken = await self._shake(shake, server_name(family, self.target), watch)
        except TimeoutError:
            return _row(family, False, timed_out(watch, self.timeout), times=watch.times)
        except _NETWORK_ERRORS as error:
            return _row(family, False, *failure_words(error), times=watch.times)
        return await self._judged(family, shaken, watch.times)

    async def _shake(self, shake: Shake, name: str | None, watch: Stopwatch) -> Handshake:
        """Connect and shake hands within the time; an error of TLS is in the result, one of the network is raised."""
        async with asyncio.timeout(self.timeout), open_line(self.target, self.address, self.proxy, watch) as line:
            if self.target.starttls is not None:
                await start_tls(line.sock, self.target.starttls)
            watch.begin("tls")
            try:
                shaken = await shake(line.sock, name)
            except HANDSHAKE_ERRORS as error:
                shaken = Handshake((), error=error)
            watch.end("tls")
        return shaken

    async def _judged(self, family: Family, shaken: Handshake, times: Times) -> FamilyTest:
        error = shaken.error
        if isinstance(error, ssl.SSLCertVerificationError):
            return _row(family, False, *failure_words(error), shaken=shaken, times=times)
        if shaken.chain:
            refusal = handshake_refusal(family, shaken)
            if refusal is not None:
                return _refused(family, refusal, shaken, times)
        if error is not None:
            return await self._failed(family, error, times)
        exceeding = exceeds_offer(family, shaken)
        if exceeding:
            return _unsaid(family, exceeding, times)
        return self._accepted(family, shaken, times)

    async def _failed(self, family: Family, error: Exception, times: Times) -> FamilyTest:
        """A handshake that did not come about: say which limit of the family the server does not meet."""
        widest = error if isinstance(error, HandshakeTooLong) else await self._widest()
        unsaid = not_emulated(family, error, widest)
        if unsaid:
            return _unsaid(family, unsaid, times)
        if isinstance(widest, Handshake):
            refusal = offer_refusal(family, widest)
            if is_refusal(error) or refusal.code is not HandshakeCode.HANDSHAKE_FAILURE:
                return _refused(family, refusal, _NOTHING, times)
            if family.model:
                return _unsaid(family, f"pyOpenSSL broke the handshake off ({failure_words(error)[0]})", times)
        code = HandshakeCode.HANDSHAKE_FAILURE if isinstance(error, ssl.SSLError) else None
        return _row(family, False, failure_words(error)[0], code, times=times)

    def _accepted(self, family: Family, shaken: Handshake, times: Times) -> FamilyTest:
        """A handshake that came about, with the verdict on its chain where OpenSSL did not give it already."""
        if not shaken.chain:
            return _row(family, False, "the server sent no certificate", shaken=shaken, times=times)
        if family.model:
            verdict = self._judge.verdict(family, shaken.chain, host=self.target.host, at=self.at)
            if not verdict.ok:
                return _refused(family, verdict, shaken, times)
        elif OPENSSL_SETTINGS[family.id].own_host_check:
            refusal = curl_refusal(Certificate(shaken.chain[0]), server_name(family, self.target) or "")
            if refusal is not None:
                return _refused(family, refusal, shaken, times)
        words = f"handshake verified{_by(family)}"
        if self.crl is not None and not checks_crls(family, self.crl):
            words += ", its CRLs not looked into"
        return _row(family, True, words, shaken=shaken, times=times)

    @cached_property
    def _judge(self) -> Judge:
        """What judges for the models; where CRLs are looked into, a file for those that do not has none."""
        return Judge(self.trust if self.crl is None else without_crls(self.trust))

    async def _widest(self) -> Handshake | Exception:
        """What the server answers to all that there is, asked once for all families that it refuses."""
        if self._answer is None:
            first = await self._again(widest_shake)
            second = first if isinstance(first, Handshake) else await self._again(widest_offer)
            self._answer = second if isinstance(second, Handshake) else first
        return self._answer

    async def _again(self, shake: Shake) -> Handshake | Exception:
        name = None if self.target.is_ip else self.target.host
        try:
            shaken = await self._shake(shake, name, Stopwatch())
        except _NETWORK_ERRORS as error:
            return error
        return shaken if shaken.chain or shaken.error is None else shaken.error


def _by(family: Family) -> str:
    return f" ({engine_name(family)})" if family.model else ""


def _row(
    family: Family,
    ok: bool | None,
    words: str,
    code: Code | None = None,
    *,
    shaken: Handshake = _NOTHING,
    times: Times = _NO_TIMES,
) -> FamilyTest:
    return FamilyTest(family.id, family.name, ok, words, code, shaken.tls_version, shaken.cipher, times)


def _refused(family: Family, verdict: Verdict, shaken: Handshake, times: Times) -> FamilyTest:
    """A refusal; a model is named where it is the model that refuses, and not the handshake."""
    by = "" if verdict.code in _HANDSHAKE_CODES else _by(family)
    return _row(family, False, f"refused: {verdict.error}{by}", verdict.code, shaken=shaken, times=times)


def _unsaid(family: Family, why: str, times: Times) -> FamilyTest:
    return FamilyTest(family.id, family.name, None, f"not emulated: {why}", times=times, emulated=False)
