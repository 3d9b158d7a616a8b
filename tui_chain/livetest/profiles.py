"""A real handshake for each client profile, with one set of trust anchors and nothing else."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import datetime

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.crls import CrlScope
from tui_chain.livetest.attempt import Stopwatch, Times, failure_words, timed_out
from tui_chain.livetest.crl_context import crl_context
from tui_chain.livetest.line import open_line
from tui_chain.livetest.request import bundle_context
from tui_chain.livetest.tunnel import ProxyTrouble
from tui_chain.paths.openssl import CRL_LEAF
from tui_chain.paths.profiles import CRL_PROFILES, PROFILES, Judge, Profile
from tui_chain.probe.handshake import Handshake, HandshakeTooLong, probing_context, shake_hands
from tui_chain.probe.starttls import StartTLSRefused, start_tls
from tui_chain.probe.target import Target


def _checks(profile: Profile) -> bool:
    return profile.flags is not None and bool(profile.flags & CRL_LEAF)


_VERIFY_FLAGS = ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN


@dataclass(frozen=True)
class ProfileTest:
    """What a client of one profile gets from the server now: verified or not, in words, and the TLS facts.

    `code` is OpenSSL's verify code.
    """

    profile: str
    ok: bool
    words: str
    code: int | None = None
    tls_version: str | None = None
    cipher: str | None = None
    times: Times = Times()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class ProfileTester:
    """Shakes hands with `target` as each profile does; `pem` are the anchors, `timeout` in seconds for each.

    `address` is the IP that was probed, or None, `proxy` the URL of an HTTP proxy to go through. The Web PKI's
    verifier is cryptography's: it gets what this very handshake brought, at the time `at` (aware). With `crl` the
    profiles that can look into the CRLs of `pem` do so; the others say that they did not.
    """

    target: Target
    pem: bytes
    anchors: tuple[Certificate, ...]
    at: datetime
    address: str | None = None
    timeout: float = 10.0
    proxy: str | None = field(default=None, repr=False)
    crl: CrlScope | None = None

    async def run(self) -> tuple[ProfileTest, ...]:
        """Test every profile, one after the other, so that their times can be compared."""
        checking = {profile.name: profile for profile in CRL_PROFILES[self.crl]} if self.crl is not None else {}
        return tuple([await self._profile(checking.get(profile.name, profile)) for profile in PROFILES])

    async def _profile(self, profile: Profile) -> ProfileTest:
        watch = Stopwatch()
        try:
            async with asyncio.timeout(self.timeout):
                shaken = await self._shake(await asyncio.to_thread(self._context, profile), watch)
        except TimeoutError:
            return ProfileTest(profile.name, False, timed_out(watch, self.timeout), times=watch.times)
        except (OSError, ProxyTrouble, StartTLSRefused, HandshakeTooLong, ValueError) as error:
            words, code = failure_words(error)
            return ProfileTest(profile.name, False, words, code, times=watch.times)
        if shaken.error is not None:
            words, code = failure_words(shaken.error)
            return ProfileTest(profile.name, False, words, code, times=watch.times)
        return self._finished(profile, shaken, watch)

    def _finished(self, profile: Profile, shaken: Handshake, watch: Stopwatch) -> ProfileTest:
        ok, words = True, "handshake verified"
        if self.crl is not None and not _checks(profile):
            words += ", its CRLs not looked into"
        if profile.flags is None:
            served = tuple(Certificate(der) for der in shaken.chain)
            verdict = Judge(self.anchors).verdict(profile, served, host=self.target.host, at=self.at)
            ok, words = verdict.ok, words if verdict.ok else f"refused: {verdict.error}"
        return ProfileTest(profile.name, ok, words, None, shaken.tls_version, shaken.cipher, watch.times)

    def _context(self, profile: Profile) -> ssl.SSLContext:
        if profile.flags is None:
            return probing_context()
        crl = self.crl if _checks(profile) else None
        context = bundle_context(self.pem) if crl is None else crl_context(self.pem, crl)
        # the numbers of X509_V_FLAG_* are the same in the module ssl and in pyOpenSSL
        context.verify_flags = ssl.VerifyFlags(context.verify_flags & ~_VERIFY_FLAGS | profile.flags)
        return context

    async def _shake(self, context: ssl.SSLContext, watch: Stopwatch) -> Handshake:
        async with open_line(self.target, self.address, self.proxy, watch) as line:
            if self.target.starttls is not None:
                await start_tls(line.sock, self.target.starttls)
            watch.begin("tls")
            name = None if self.target.is_ip and not context.check_hostname else self.target.host
            shaken = await shake_hands(line.sock, context, name)
            watch.end("tls")
        return shaken
