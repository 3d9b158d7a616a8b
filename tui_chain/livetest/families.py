"""A real handshake for each client family, with one trust file as its only store."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial

from tui_chain.clients.engines.openssl.hostnames import curl_refusal
from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.clients.engines.openssl.verifier import TRUSTED_FIRST
from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES, Family, FamilyId
from tui_chain.clients.handshake import OFFERS, HandshakeCode, Offer, handshake_refusals, key_kind, version_text
from tui_chain.clients.judge import CRL_FAMILIES, OPENSSL_SETTINGS, Judge
from tui_chain.clients.verdict import Code, Verdict, refused
from tui_chain.core.text import first_few, safe_text
from tui_chain.livetest.attempt import Stopwatch, Times, timed_out
from tui_chain.livetest.contexts import check_crls, without_crls
from tui_chain.livetest.request import open_timed
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.errors import ProxyTrouble, failure_text
from tui_chain.net.starttls.conversation import EHLO, StartTLSRefused
from tui_chain.net.starttls.registry import start_tls
from tui_chain.net.target import Target
from tui_chain.probe.family_offers import make_offer, widest_by_pyopenssl, widest_by_ssl
from tui_chain.probe.handshake import ClientSide, Handshake, HandshakeTooLong, is_refusal, offering_context
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope

Shake = Callable[[socket.socket, str | None], Awaitable[Handshake]]
"""Shakes hands over a connected socket with this host; raises ssl.SSLError, OSError or HandshakeTooLong."""

READ_ON = 1.0
"""Seconds at most in which a server that asked for a client certificate is read on."""
_UNPARSED = "ASN1 lib"
"""How OpenSSL says that it cannot decode a certificate that a server sent (tls_process_server_certificate)."""
_OLD = "TLSv1"


def checks_crls(family: Family, crl: CrlScope | None) -> bool:
    """Whether the programs of a family look into the CRLs of a trust file, where that is asked for."""
    return crl is not None and family in CRL_FAMILIES[crl]


def family_shake(family: Family, target: Target, trust: bytes, crl: CrlScope | None) -> Shake:
    """Return how a family shakes hands with `trust`, the bytes of a trust file, as its only store; blocks.

    A family of OpenSSL verifies in the handshake. For a model nothing is verified: its verdict comes afterwards.
    Raises ssl.SSLError for a file that OpenSSL cannot read.
    """
    if family.model:
        return partial(_offered, OFFERS[family.id], target.connection)
    return partial(_verified, verifying_context(family, target, trust, crl))


def verifying_context(family: Family, target: Target, trust: bytes, crl: CrlScope | None = None) -> ssl.SSLContext:
    """Return a context that offers and verifies as an OpenSSL family does; raises ssl.SSLError as `family_shake`.

    Where another name is sent than verified, it leaves the name to its caller.
    """
    offer, settings = OFFERS[family.id], OPENSSL_SETTINGS[family.id]
    context = offering_context(_suites(offer), old=offer.oldest == _OLD, options=target.connection)
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = not (settings.own_host_check or target.has_two_names)
    context.hostname_checks_common_name = settings.common_name
    context.verify_flags = ssl.VerifyFlags(TRUSTED_FIRST | settings.flags)
    if crl is not None and checks_crls(family, crl):
        check_crls(context, crl)
    with as_path(trust) as path:
        context.load_verify_locations(cafile=path)
    return context


def server_name(family: Family, target: Target) -> str | None:
    """Return the name that a family asks for; a model asks without one for an address (RFC 6066 section 3)."""
    if target.has_two_names:
        return target.server_name
    name = target.verified_name
    if family.model:
        return None if target.server_name is None else name.removesuffix(".")
    return name.rstrip(".") if OPENSSL_SETTINGS[family.id].drops_dot else name


async def _verified(context: ssl.SSLContext, sock: socket.socket, name: str | None) -> Handshake:
    side = ClientSide(sock, context, name)
    return await side.after_request(await side.shake_hands(), READ_ON)


async def _offered(offer: Offer, options: ConnectionOptions, sock: socket.socket, name: str | None) -> Handshake:
    return await make_offer(sock, offer, name, read_on=READ_ON, options=options)


def _suites(offer: Offer) -> str:
    """The suites up to TLS 1.2 as an OpenSSL cipher list; those of TLS 1.3 are not for a list to choose."""
    return ":".join(suite for suite in offer.suites if not suite.startswith("TLS_"))


def handshake_refusal(family: Family, shaken: Handshake) -> Verdict | None:
    """Why a family cannot go on after its handshake: the key is weak, or a client certificate is required."""
    return handshake_refusals(shaken.tls, _leaf_key(shaken)).get(family.id)


def offer_refusal(family: Family, widest: Handshake) -> Verdict:
    """Why a server does not take what a family offers; `widest` is a handshake that came about with more."""
    offer = OFFERS[family.id]
    facts = replace(widest.tls, refused_offers=frozenset({offer.id}))
    verdict = handshake_refusals(facts, _leaf_key(widest))[family.id]
    if verdict.code is not HandshakeCode.PROTOCOL_VERSION:
        return verdict
    # OpenSSL's level 2 takes no signature of an older version
    needed = version_text("TLSv1.2" if offer.openssl else offer.oldest)
    text = f"the server has only {version_text(facts.version)}, and {offer.library} takes {needed} or newer"
    return refused(verdict.code, text)


def _leaf_key(shaken: Handshake) -> str:
    return key_kind(shaken.chain[0]) if shaken.chain else ""


def not_emulated(family: Family, error: Exception, widest: Handshake | Exception) -> str:
    """Why a failed handshake says nothing of a family, in text; empty where the family would fail as well.

    `error` ended the handshake, `widest` is what came of one with all that OpenSSL has.
    """
    if family.model and isinstance(widest, Exception) and _UNPARSED in str(widest):
        return "OpenSSL cannot read a certificate that the server sent"
    lacking = _lacking(family, error) if isinstance(widest, Exception) and is_refusal(error) else ()
    return f"{first_few(lacking, 3)} cannot be offered from Python" if lacking else ""


def exceeds_offer(family: Family, shaken: Handshake) -> str:
    """Why a handshake that came about says nothing of a family: it used a group that the family does not offer.

    A cryptography that cannot choose groups offers its own.
    """
    group = shaken.tls.group
    if not family.model or group is None or group in OFFERS[family.id].groups:
        return ""
    return f"the handshake used the group {group}, which {OFFERS[family.id].library} does not offer"


def _lacking(family: Family, error: Exception) -> tuple[str, ...]:
    """What a family offers and the OpenSSL here does not have, where that may be what the server's alert is about.

    Its alerts for versions and for suites are those of RFC 8446 section 6.2.
    """
    offer, alert = OFFERS[family.id], str(getattr(error, "reason", ""))
    if "PROTOCOL_VERSION" in alert:
        return ("TLS 1.0",) if offer.oldest == _OLD and not family.model and not ssl.HAS_TLSv1 else ()
    if "HANDSHAKE_FAILURE" not in alert and "INSUFFICIENT_SECURITY" not in alert:
        return ()
    known = _pyopenssl_suites(offer) if family.model else _ssl_suites(offer)
    return tuple(suite for suite in offer.suites if suite not in known)


def _ssl_suites(offer: Offer) -> frozenset[str]:
    return frozenset(cipher["name"] for cipher in offering_context(_suites(offer)).get_ciphers())


def _pyopenssl_suites(offer: Offer) -> frozenset[str]:
    from OpenSSL import SSL

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_cipher_list(f"{_suites(offer)}:@SECLEVEL=0".encode())
    context.set_tls13_ciphersuites(":".join(suite for suite in offer.suites if suite.startswith("TLS_")).encode())
    return frozenset(SSL.Connection(context, None).get_cipher_list())


HANDSHAKE_ERRORS = (ssl.SSLError, ConnectionError, HandshakeTooLong)
"""What ends a handshake after the connection was made."""


_NETWORK_ERRORS = (OSError, ProxyTrouble, StartTLSRefused, HandshakeTooLong, ValueError)
_HANDSHAKE_CODES = frozenset(HandshakeCode)
_NOTHING, _NO_TIMES = Handshake(()), Times()


@dataclass(frozen=True)
class FamilyTest:
    """What a client family gets from the server now: accepted or refused, in text, and the facts of the handshake.

    `code` is OpenSSL's verify code, a model's own code or a `HandshakeCode`. `emulated` says whether the handshake
    stands for the family's; where it does not, `ok` is None.
    """

    id: FamilyId
    name: str
    ok: bool | None
    text: str
    code: Code | None = None
    tls_version: str | None = None
    cipher: str | None = None
    times: Times = _NO_TIMES
    emulated: bool = True


@dataclass(eq=False)
class FamilyTester:
    """Shakes hands with `target` as each family does; `trust` are the bytes of the trust file as its owner has it.

    `address` is the IP that was probed, or None, `timeout` in seconds for each handshake, `proxy` the URL of a
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
            shake = await asyncio.to_thread(family_shake, family, self.target, self.trust, self.crl)
        except ssl.SSLError as error:
            reason = safe_text(str(error.reason or error))
            return _row(family, False, f"OpenSSL cannot read the trust file ({reason})", "ca-file")
        try:
            shaken = await self._shake(shake, server_name(family, self.target), watch)
        except TimeoutError:
            return _row(family, False, timed_out(watch, self.timeout), times=watch.times)
        except _NETWORK_ERRORS as error:
            return _row(family, False, *failure_text(error), times=watch.times)
        return await self._judged(family, shaken, watch.times)

    async def _shake(self, shake: Shake, name: str | None, watch: Stopwatch) -> Handshake:
        """Connect and shake hands within the time; an error of TLS is in the result, one of the network is raised."""
        async with (
            asyncio.timeout(self.timeout),
            open_timed(self.target, self.address, self.proxy, watch) as connection,
        ):
            if self.target.starttls is not None:
                await start_tls(connection.sock, self.target, self.target.connection.ehlo or EHLO)
            watch.begin("tls")
            try:
                shaken = await shake(connection.sock, name)
            except HANDSHAKE_ERRORS as error:
                shaken = Handshake((), error=error)
            watch.end("tls")
        return shaken

    async def _judged(self, family: Family, shaken: Handshake, times: Times) -> FamilyTest:
        error = shaken.error
        if isinstance(error, ssl.SSLCertVerificationError):
            return _row(family, False, *failure_text(error), shaken=shaken, times=times)
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
                return _unsaid(family, f"pyOpenSSL broke the handshake off ({failure_text(error)[0]})", times)
        code = HandshakeCode.HANDSHAKE_FAILURE if isinstance(error, ssl.SSLError) else None
        return _row(family, False, failure_text(error)[0], code, times=times)

    def _accepted(self, family: Family, shaken: Handshake, times: Times) -> FamilyTest:
        """A handshake that came about, with the verdict on its chain where OpenSSL did not give it already."""
        if not shaken.chain:
            return _row(family, False, "the server sent no certificate", shaken=shaken, times=times)
        verified = self.target.verified_name
        if family.model or self.target.has_two_names:
            verdict = self._judge.verdict(family, shaken.chain, host=verified, at=self.at)
            if not verdict.ok:
                return _refused(family, verdict, shaken, times)
        elif OPENSSL_SETTINGS[family.id].own_host_check:
            refusal = curl_refusal(Certificate(shaken.chain[0]), verified)
            if refusal is not None:
                return _refused(family, refusal, shaken, times)
        text = f"handshake verified{_by(family)}"
        if self.crl is not None and not checks_crls(family, self.crl):
            text += ", its CRLs not looked into"
        return _row(family, True, text, shaken=shaken, times=times)

    @cached_property
    def _judge(self) -> Judge:
        """What judges for the models; where CRLs are looked into, a file for those that do not has none."""
        return Judge(self.trust if self.crl is None else without_crls(self.trust))

    async def _widest(self) -> Handshake | Exception:
        """What the server answers to all that there is, asked once for all families that it refuses."""
        if self._answer is None:
            options = self.target.connection
            answer = await self._again(partial(widest_by_ssl, options))
            if not isinstance(answer, Handshake):
                newer = await self._again(partial(widest_by_pyopenssl, options))
                answer = newer if isinstance(newer, Handshake) else answer
            self._answer = answer
        return self._answer

    async def _again(self, shake: Shake) -> Handshake | Exception:
        try:
            shaken = await self._shake(shake, self.target.server_name, Stopwatch())
        except _NETWORK_ERRORS as error:
            return error
        return shaken if shaken.chain or shaken.error is None else shaken.error


def _by(family: Family) -> str:
    return f" ({engine_name(family)})" if family.model else ""


def _row(
    family: Family,
    ok: bool | None,
    text: str,
    code: Code | None = None,
    *,
    shaken: Handshake = _NOTHING,
    times: Times = _NO_TIMES,
) -> FamilyTest:
    return FamilyTest(family.id, family.name, ok, text, code, shaken.tls_version, shaken.cipher, times)


def _refused(family: Family, verdict: Verdict, shaken: Handshake, times: Times) -> FamilyTest:
    """A refusal; a model is named where it is the model that refuses, and not the handshake."""
    by = "" if verdict.code in _HANDSHAKE_CODES else _by(family)
    return _row(family, False, f"refused: {verdict.error}{by}", verdict.code, shaken=shaken, times=times)


def _unsaid(family: Family, why: str, times: Times) -> FamilyTest:
    return FamilyTest(family.id, family.name, None, f"not emulated: {why}", times=times, emulated=False)
