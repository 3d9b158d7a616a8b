"""A handshake by pyOpenSSL, for what Python's ssl cannot ask: one kind of key, and an OCSP staple.

It verifies nothing and sends nothing after it, as the probing handshake.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.probe.handshake import Handshake
from tui_chain.probe.pyopenssl import chain_of, choose, shake_hands
from tui_chain.probe.tls import TLSFacts

if TYPE_CHECKING:
    from OpenSSL import SSL


class KeyType(StrEnum):
    """The kind of key that a server is asked to show; `any` leaves it the choice."""

    ANY = "any"
    RSA = "RSA"
    ECDSA = "ECDSA"


TLS_1_2, TLS_1_3 = "TLSv1.2", "TLSv1.3"

_SIGNATURES = {
    KeyType.RSA: "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA1",
    KeyType.ECDSA: "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ECDSA+SHA1",
}
"""Signature algorithms of RFC 8446 section 4.2.3: in both versions a server that obeys them has no other choice."""
_CIPHERS = {KeyType.ANY: "DEFAULT", KeyType.RSA: "aRSA", KeyType.ECDSA: "aECDSA"}


@dataclass(frozen=True)
class KeyOffer:
    """What is asked of a server: one kind of key, one version of TLS (None: any), its staple."""

    key_type: KeyType = KeyType.ANY
    tls: str | None = None
    staple: bool = False


def can_choose_keys() -> bool:
    """Whether this pyOpenSSL's binding can set signature algorithms; without it TLS 1.3 cannot be asked by key."""
    from OpenSSL._util import lib

    return hasattr(lib, "SSL_CTX_set1_sigalgs_list")


async def ask(
    sock: socket.socket,
    question: KeyOffer,
    server_name: str | None,
    options: ConnectionOptions = USUAL_CONNECTION,
) -> Handshake:
    """Shake hands over a connected, non-blocking socket; raises ssl.SSLError, OSError or HandshakeTooLong.

    There is no deadline here: the caller has it.
    """
    from OpenSSL import SSL

    staples: list[bytes] = []
    context = _context(question, staples)
    choose(context, replace(options, tls=question.tls or options.tls))
    connection = SSL.Connection(context, None)
    if server_name is not None:
        connection.set_tlsext_host_name(server_name.encode("ascii"))
    if question.staple:
        connection.request_ocsp()
    connection.set_connect_state()
    await shake_hands(sock, connection)
    staple = b"".join(staples) if question.staple else None
    facts = TLSFacts(connection.get_protocol_version_name(), connection.get_cipher_name())
    return Handshake(chain_of(connection), facts, staple=staple)


def _context(question: KeyOffer, staples: list[bytes]) -> SSL.Context:
    from OpenSSL import SSL
    from OpenSSL._util import lib

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE, None)
    context.set_cipher_list(f"{_CIPHERS[question.key_type]}:@SECLEVEL=0".encode())
    context.set_min_proto_version(SSL.TLS1_VERSION)
    names = _SIGNATURES.get(question.key_type)
    if names is not None and can_choose_keys():
        # pyOpenSSL has no public call for it; without one the ciphers of TLS 1.2 still choose the key
        lib.SSL_CTX_set1_sigalgs_list(context._context, names.encode())  # noqa: SLF001
    if question.staple:
        context.set_ocsp_client_callback(lambda _connection, staple, _data: _take(staples, staple))
    return context


def _take(staples: list[bytes], staple: bytes) -> bool:
    staples[:] = [staple]
    return True
