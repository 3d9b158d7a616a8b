"""A handshake as a client family makes it: its versions, cipher suites and checks, and why a server refuses them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.clients.engines.openssl.verifier import TRUSTED_FIRST
from tui_chain.clients.families import Family
from tui_chain.clients.handshake import OFFERS, HandshakeCode, Offer, handshake_refusals, key_kind, version_words
from tui_chain.clients.judge import CRL_FAMILIES, OPENSSL_SETTINGS
from tui_chain.clients.verdict import Verdict, refused
from tui_chain.livetest.crl_context import check_crls
from tui_chain.net.target import Target
from tui_chain.probe.handshake import (
    ClientSide,
    Handshake,
    HandshakeTooLong,
    is_refusal,
    offering_context,
    probing_context,
)
from tui_chain.probe.offers import make_offer
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


def family_shake(family: Family, trust: bytes, crl: CrlScope | None) -> Shake:
    """Return how a family shakes hands with `trust`, the bytes of a trust file, as its only store; blocks.

    A family of OpenSSL verifies in the handshake. For a model nothing is verified: its verdict comes afterwards.
    Raises ssl.SSLError for a file that OpenSSL cannot read.
    """
    if family.model:
        return partial(_offered, OFFERS[family.id])
    return partial(_verified, verifying_context(family, trust, crl))


def verifying_context(family: Family, trust: bytes, crl: CrlScope | None = None) -> ssl.SSLContext:
    """Return a context that offers and verifies as an OpenSSL family does; raises ssl.SSLError as `family_shake`."""
    offer, settings = OFFERS[family.id], OPENSSL_SETTINGS[family.id]
    context = offering_context(_suites(offer), old=offer.oldest == _OLD)
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = not settings.own_host_check
    context.hostname_checks_common_name = settings.common_name
    context.verify_flags = ssl.VerifyFlags(TRUSTED_FIRST | settings.flags)
    if crl is not None and checks_crls(family, crl):
        check_crls(context, crl)
    with as_path(trust) as path:
        context.load_verify_locations(cafile=path)
    return context


def server_name(family: Family, target: Target) -> str | None:
    """Return the name that a family asks for; a model asks without one for an address (RFC 6066 section 3)."""
    if family.model:
        return None if target.is_ip else target.host.removesuffix(".")
    return target.host.rstrip(".") if OPENSSL_SETTINGS[family.id].drops_dot else target.host


async def widest_shake(sock: socket.socket, name: str | None) -> Handshake:
    """Shake hands with all that Python's ssl has, old versions too; nothing is verified."""
    return await ClientSide(sock, probing_context(), name).shake_hands()


async def widest_offer(sock: socket.socket, name: str | None) -> Handshake:
    """Shake hands with all that pyOpenSSL's newer OpenSSL has; nothing is verified."""
    return await make_offer(sock, None, name)


async def _verified(context: ssl.SSLContext, sock: socket.socket, name: str | None) -> Handshake:
    side = ClientSide(sock, context, name)
    return await side.after_request(await side.shake_hands(), READ_ON)


async def _offered(offer: Offer, sock: socket.socket, name: str | None) -> Handshake:
    return await make_offer(sock, offer, name, read_on=READ_ON)


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
    needed = version_words("TLSv1.2" if offer.openssl else offer.oldest)
    words = f"the server has only {version_words(facts.version)}, and {offer.library} takes {needed} or newer"
    return refused(verdict.code, words)


def _leaf_key(shaken: Handshake) -> str:
    return key_kind(shaken.chain[0]) if shaken.chain else ""


def not_emulated(family: Family, error: Exception, widest: Handshake | Exception) -> str:
    """Why a failed handshake says nothing of a family, in words; empty where the family would fail as well.

    `error` ended the handshake, `widest` is what came of one with all that OpenSSL has.
    """
    if family.model and isinstance(widest, Exception) and _UNPARSED in str(widest):
        return "OpenSSL cannot read a certificate that the server sent"
    lacking = _lacking(family, error) if isinstance(widest, Exception) and is_refusal(error) else ()
    return f"{', '.join(lacking)} cannot be offered from Python" if lacking else ""


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
    return tuple(suite for suite in offer.suites if suite not in known)[:3]


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
