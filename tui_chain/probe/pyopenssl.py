"""Handshakes by pyOpenSSL, in memory over a socket of ours: the pump, its errors, and the chain."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from typing import TYPE_CHECKING

from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.probe.handshake import CHUNK, more

if TYPE_CHECKING:
    from OpenSSL import SSL


def choose(context: SSL.Context, options: ConnectionOptions) -> None:
    """Set the one version and the client certificate of a target's options; raises ssl.SSLError."""
    from OpenSSL import SSL

    if options.tls is not None:
        version = {"TLSv1.2": SSL.TLS1_2_VERSION, "TLSv1.3": SSL.TLS1_3_VERSION}[options.tls]
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
    if options.identity is not None:
        options.identity.show_in(context)


async def shake_hands(sock: socket.socket, connection: SSL.Connection) -> None:
    """Do a handshake over a connected, non-blocking socket; raises ssl.SSLError, OSError or HandshakeTooLong.

    There is no deadline here: the caller has it.
    """
    from OpenSSL import SSL

    try:
        await _pump(sock, connection)
    except SSL.Error as error:
        raise as_ssl_error(error) from None


def chain_of(connection: SSL.Connection) -> tuple[bytes, ...]:
    """Return the certificates that the peer sent, DER in their order."""
    from OpenSSL import crypto

    served = connection.get_peer_cert_chain() or []
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in served)


def as_ssl_error(error: SSL.Error) -> ssl.SSLError:
    """The same error as Python's ssl would give it, with OpenSSL's reason, so that both are explained alike."""
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
    reason = str(entries[0][-1]) if entries else "the connection was closed"
    found = ssl.SSLError(1, reason)
    # the alerts of SSL 3 have three names: "sslv3 alert" in OpenSSL 3.0, "ssl/tls alert" from 3.2, "tls alert" in 4.0
    found.reason = re.sub(r"^(?:ssl/)?tls alert", "sslv3 alert", reason).upper().replace(" ", "_")
    return found


async def _pump(sock: socket.socket, connection: SSL.Connection) -> None:
    from OpenSSL import SSL

    loop = asyncio.get_running_loop()
    received = 0
    while True:
        try:
            connection.do_handshake()
            finished = True
        except SSL.WantReadError:
            finished = False
        finally:
            await _flush(loop, sock, connection)
        if finished:
            return
        data = await more(sock, received)
        received += len(data)
        connection.bio_write(data)


async def _flush(loop: asyncio.AbstractEventLoop, sock: socket.socket, connection: SSL.Connection) -> None:
    from OpenSSL import SSL

    while True:
        try:
            pending = connection.bio_read(CHUNK)
        except SSL.WantReadError:
            return
        await loop.sock_sendall(sock, pending)
