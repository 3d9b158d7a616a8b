"""The probing handshake: it verifies nothing and therefore sends nothing after it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import warnings
from dataclasses import dataclass
from typing import Any

CHUNK = 16_384
MAX_HANDSHAKE = 1 << 20
"""Bytes that a server may send during a handshake."""


class HandshakeTooLong(Exception):
    """A server sent more than a handshake can need; the text says so in words."""


@dataclass(frozen=True)
class Handshake:
    """What a handshake brought: raw DER in the order served, and the error that ended it, if one did.

    Protocol and cipher are known of a finished handshake only.
    """

    chain: tuple[bytes, ...]
    tls_version: str | None
    cipher: str | None
    error: ssl.SSLError | ConnectionError | HandshakeTooLong | None = None
    staple: bytes | None = None


def probing_context() -> ssl.SSLContext:
    """A context that accepts whatever a server sends, old protocols and weak keys too, without verification."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0)
    _allow_old_protocols(context)
    return context


def _allow_old_protocols(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        # asking for TLS 1.0 is the point here: a server that has nothing newer is to be seen, not refused
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1


def unverified_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """Return the certificates that the peer sent, raw DER in their order; empty where it sent none.

    `SSLObject.get_unverified_chain` is public from Python 3.13; before, the private object has it and its
    items give DER by `public_bytes(2)` (`_ssl.ENCODING_DER`).
    """
    if sys.version_info >= (3, 13):
        return tuple(tls.get_unverified_chain())
    private: Any = tls._sslobj  # type: ignore[attr-defined]  # noqa: SLF001
    return tuple(item.public_bytes(2) for item in private.get_unverified_chain() or ())


async def shake_hands(sock: socket.socket, context: ssl.SSLContext, server_name: str | None) -> Handshake:
    """Do a TLS handshake over a connected, non-blocking socket and record what the server sent.

    An error after the server's certificates came (a client certificate is asked for, say) is in the result;
    one before raises ssl.SSLError, OSError or HandshakeTooLong. There is no deadline here: the caller has it.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    try:
        await _pump(sock, tls, incoming, outgoing)
    except (ssl.SSLError, ConnectionError, HandshakeTooLong) as error:
        chain = unverified_chain(tls)
        if not chain:
            raise
        return Handshake(chain, None, None, error)
    cipher = tls.cipher()
    return Handshake(unverified_chain(tls), tls.version(), cipher[0] if cipher else None)


async def _pump(sock: socket.socket, tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
    loop = asyncio.get_running_loop()
    received = 0
    while True:
        try:
            tls.do_handshake()
            finished = True
        except ssl.SSLWantReadError:
            finished = False
        finally:
            pending = outgoing.read()
        if pending:
            await loop.sock_sendall(sock, pending)
        if finished:
            return
        data = await more(sock, received)
        received += len(data)
        incoming.write(data)


async def more(sock: socket.socket, received: int) -> bytes:
    """Return what a server sends next in a handshake, after `received` bytes; raises for its end and for too much."""
    data = await asyncio.get_running_loop().sock_recv(sock, CHUNK)
    if not data:
        raise ConnectionResetError("the server closed the connection during the handshake")
    if received + len(data) > MAX_HANDSHAKE:
        raise HandshakeTooLong("The server sent over 1 MiB and no end of the handshake")
    return data
