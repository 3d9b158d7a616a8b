"""Handshakes that offer what one client family offers, and the widest there is, by pyOpenSSL.

Python's ssl can choose neither groups nor signature algorithms, and pyOpenSSL brings a newer OpenSSL. Nothing is
verified, and nothing is sent after the handshake.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tui_chain.clients.families import family_names
from tui_chain.clients.handshake import COMMON_GROUPS, COMMON_KEYS, OFFERS, Offer, is_too_old, key_kind
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.probe.handshake import (
    ALL_CIPHERS,
    LEGACY_SERVER_CONNECT,
    ClientSide,
    Handshake,
    is_refusal,
    more,
    offering_context,
    probing_context,
)
from tui_chain.probe.pyopenssl import chain_of, choose, shake_hands
from tui_chain.probe.tls import ClientCertificate, TLSFacts, ca_names, group_name

if TYPE_CHECKING:
    from OpenSSL import SSL

_WIDEST_TLS13 = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256"
_WIDEST_GROUPS = (
    *("X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "MLKEM768", "MLKEM1024", "MLKEM512"),
    *("x25519", "secp256r1", "secp384r1", "secp521r1", "x448", "ffdhe2048", "ffdhe3072", "ffdhe4096"),
    *("brainpoolP256r1tls13", "brainpoolP384r1tls13", "brainpoolP512r1tls13"),
    *("brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp224r1", "secp256k1", "secp192r1"),
)
_REQUEST = b"read server certificate request"
_REFUSED = frozenset({FindingCode.ALERT, FindingCode.TLS})
_BROKEN_OFF = _REFUSED | {FindingCode.RESET}
"""Kinds of a failure by which a server, or this side, refuses a handshake; old servers only close."""

Shake = Callable[[socket.socket, str | None], Awaitable[Handshake]]
"""Shakes hands over a connected socket, with this server name or none; raises as `make_offer` does."""
Again = Callable[[Shake, float], Awaitable[Handshake | Failure]]
"""Connects to the same server once more and shakes hands, with a deadline and so many seconds to read on."""


async def beyond_common(
    again: Again,
    first: Handshake | Failure,
    read_on: float,
    *,
    families: bool,
    options: ConnectionOptions = USUAL_CONNECTION,
) -> Handshake | Failure:
    """Complete the answer to the offer that all families make: `first` is that answer.

    A server that refused it is asked with all that Python's ssl has, old versions too, and then with all that
    pyOpenSSL's newer OpenSSL has. With `families`, where some family may be unable to shake hands, each family's own
    offer is made too: `refused_offers` holds those that the server refused, `unanswered_offers` those that it left
    without an answer twice. A usual server is not asked again.
    """
    if _is_usual(first) or (isinstance(first, Failure) and not _is_refused(first)):
        return first
    shaken = await _widest(again, first, read_on, options) if _is_refused(first) else first
    if isinstance(shaken, Failure) or not shaken.chain or not families:
        return shaken
    return replace(shaken, tls=await _with_offers_made(again, shaken.tls, options))


def _is_usual(first: Handshake | Failure) -> bool:
    """Whether the server took what all families offer, and shows a key that all take."""
    if isinstance(first, Failure) or _is_refused(first):
        return False
    return not first.chain or (key_kind(first.chain[0]) in COMMON_KEYS and first.tls.group in {None, *COMMON_GROUPS})


def _is_refused(made: Handshake | Failure) -> bool:
    """Whether an offer failed for another reason than a missing client certificate or the network."""
    if isinstance(made, Failure):
        return made.kind in _BROKEN_OFF
    return made.error is not None and made.tls.client_certificate is not ClientCertificate.REQUIRED


async def _widest(
    again: Again, first: Handshake | Failure, read_on: float, options: ConnectionOptions
) -> Handshake | Failure:
    """Return the first success with ever more on offer; without one, what `first` was or the refusal of the most."""
    old = await again(partial(widest_by_ssl, options), 0.0)
    if isinstance(old, Failure) and old.kind in _REFUSED:
        new = await again(partial(widest_by_pyopenssl, options, read_on=read_on), read_on)
        old = old if isinstance(new, Failure) else new
    return old if isinstance(old, Handshake) or (isinstance(first, Failure) and _is_refused(old)) else first


async def widest_by_ssl(options: ConnectionOptions, sock: socket.socket, server_name: str | None) -> Handshake:
    """Shake hands with all that Python's ssl has, old versions too; raises as `make_offer` does."""
    return await ClientSide(sock, probing_context(options), server_name).shake_hands()


async def widest_by_pyopenssl(
    options: ConnectionOptions, sock: socket.socket, server_name: str | None, *, read_on: float = 0.0
) -> Handshake:
    """Shake hands with all that pyOpenSSL's newer OpenSSL has; `read_on` and errors are those of `make_offer`."""
    return await make_offer(sock, None, server_name, read_on=read_on, options=options)


async def _with_offers_made(again: Again, tls: TLSFacts, options: ConnectionOptions) -> TLSFacts:
    """Make the offers one after the other, but for those that are too new for what the server chose.

    An offer that was not answered in time, a slow network or machine, is made once more. Without an answer again it
    is not called refused, and is named.
    """
    refused, unanswered = set(), set()
    for offer in {one.id: one for one in OFFERS.values()}.values():
        if is_too_old(offer, tls.version):
            continue
        made = await again(partial(_with_offer, offer, options), 0.0)
        if _is_unanswered(made):
            made = await again(partial(_with_offer, offer, options), 0.0)
        if _is_refused(made):
            refused.add(offer.id)
        elif _is_unanswered(made):
            unanswered.add(offer.id)
    return replace(tls, refused_offers=frozenset(refused), unanswered_offers=frozenset(unanswered))


def _is_unanswered(made: Handshake | Failure) -> bool:
    return isinstance(made, Failure) and made.kind == FindingCode.TIMEOUT


def unanswered_note(tls: TLSFacts) -> str:
    """Say which families' offers the server did not answer, so that nothing is known of them; or nothing."""
    if not tls.unanswered_offers:
        return ""
    names = family_names([family for family, offer in OFFERS.items() if offer.id in tls.unanswered_offers])
    return f"no answer in time to the handshake of {names}, which is taken as possible"


async def _with_offer(
    offer: Offer, options: ConnectionOptions, sock: socket.socket, server_name: str | None
) -> Handshake:
    if not offer.openssl:
        return await make_offer(sock, offer, server_name, options=options)
    # this Python's OpenSSL is what these families have, with its own groups, signatures and security level
    context = offering_context(_ciphers(offer), old=offer.oldest != "TLSv1.2", options=options)
    return await ClientSide(sock, context, server_name).shake_hands()


def _ciphers(offer: Offer) -> str:
    """The suites up to TLS 1.2 as an OpenSSL cipher list."""
    return ":".join(suite for suite in offer.suites if not suite.startswith("TLS_"))


def _tls13(offer: Offer) -> str:
    return ":".join(suite for suite in offer.suites if suite.startswith("TLS_"))


async def make_offer(
    sock: socket.socket,
    offer: Offer | None,
    server_name: str | None,
    *,
    read_on: float = 0.0,
    options: ConnectionOptions = USUAL_CONNECTION,
) -> Handshake:
    """Shake hands with `offer`, or with all that this OpenSSL has, over a connected, non-blocking socket.

    In TLS 1.3 a server that asked for a client certificate is read for `read_on` seconds, to see whether it requires
    one. Raises ssl.SSLError, OSError or HandshakeTooLong.
    """
    from OpenSSL import SSL

    states: list[bytes] = []
    context = _context(offer, states)
    choose(context, options)
    connection = SSL.Connection(context, None)
    if server_name is not None:
        connection.set_tlsext_host_name(server_name.encode("ascii"))
    connection.set_connect_state()
    try:
        await shake_hands(sock, connection)
    except (ssl.SSLError, ConnectionError) as error:
        chain = chain_of(connection)
        if not chain or not _is_requested(states) or not is_refusal(error):
            raise
        return Handshake(chain, _facts(connection, ClientCertificate.REQUIRED), error)
    requested = ClientCertificate.REQUESTED if _is_requested(states) else None
    shaken = Handshake(chain_of(connection), _facts(connection, requested))
    if requested is None or shaken.tls.version != "TLSv1.3" or not await _refuses(sock, connection, read_on):
        return shaken
    return replace(shaken, tls=replace(shaken.tls, client_certificate=ClientCertificate.REQUIRED))


def _context(offer: Offer | None, states: list[bytes]) -> SSL.Context:
    from OpenSSL import SSL
    from OpenSSL._util import lib

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE, None)
    context.set_cipher_list(f"{ALL_CIPHERS if offer is None else _ciphers(offer)}:@SECLEVEL=0".encode())
    context.set_tls13_ciphersuites((_WIDEST_TLS13 if offer is None else _tls13(offer)).encode())
    new = offer is not None and offer.oldest == "TLSv1.2"
    context.set_min_proto_version(SSL.TLS1_2_VERSION if new else SSL.TLS1_VERSION)
    context.set_options(LEGACY_SERVER_CONNECT)
    _choose(context, "SSL_CTX_set1_curves_list", _WIDEST_GROUPS if offer is None else offer.groups)
    if offer is not None:
        _choose(context, "SSL_CTX_set1_sigalgs_list", offer.signatures)
    context.set_info_callback(lambda connection, _where, _value: states.append(connection.get_state_string()))
    lib.ERR_clear_error()  # the names that this OpenSSL does not know leave errors behind
    return context


def _choose(context: SSL.Context, function: str, names: Iterable[str]) -> None:
    """Set the groups or signature algorithms that this OpenSSL knows; pyOpenSSL has no public call for either."""
    from OpenSSL._util import lib

    set_list = getattr(lib, function, None)
    if set_list is None:
        return
    inner = context._context  # noqa: SLF001
    known = [name for name in names if set_list(inner, name.encode()) == 1]
    set_list(inner, ":".join(known).encode())


def _is_requested(states: Iterable[bytes]) -> bool:
    return any(_REQUEST in state for state in states)


def _facts(connection: SSL.Connection, client_certificate: ClientCertificate | None) -> TLSFacts:
    from OpenSSL import SSL

    names = connection.get_client_ca_list() if client_certificate is not None else []
    return TLSFacts(
        connection.get_protocol_version_name(),
        connection.get_cipher_name(),
        _group(connection),
        client_certificate=client_certificate,
        client_cas=ca_names([name.der() for name in names]),
        library=SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode("ascii"),
    )


def _group(connection: SSL.Connection) -> str | None:
    """The group, where this pyOpenSSL (from 26.0 on) and its OpenSSL (from 3.2 on) can say it."""
    if not hasattr(connection, "get_group_name"):
        return None
    with suppress(NotImplementedError):
        return group_name(connection.get_group_name())
    return None


async def _refuses(sock: socket.socket, connection: SSL.Connection, seconds: float) -> bool:
    """Whether the server refuses a client without a certificate; one that sends tickets or nothing does not."""
    from OpenSSL import SSL

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            try:
                connection.bio_write(await more(sock, 0))
                connection.recv(1)
            except SSL.WantReadError:
                return False
            except (SSL.Error, OSError):
                return True
    return False
