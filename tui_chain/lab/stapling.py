"""A TLS server that staples an OCSP response, which Python's ssl cannot: pyOpenSSL's, in memory."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from cryptography import x509

from tui_chain.lab.listener import Handler
from tui_chain.lab.servers import Credentials, http_answer
from tui_chain.lab.stream import CHUNK, Stream

if TYPE_CHECKING:
    from OpenSSL import SSL


def stapling_handler(credentials: Credentials, staple: bytes) -> Handler:
    """Return a handler that does a handshake with a staple, answers one HTTP request, and closes."""
    context = _context(credentials, staple)

    async def handle(stream: Stream) -> None:
        from OpenSSL import SSL

        connection = SSL.Connection(context, None)
        connection.set_accept_state()
        with contextlib.suppress(SSL.Error):
            await _serve(stream, connection)
        await stream.finish()

    return handle


def _context(credentials: Credentials, staple: bytes) -> SSL.Context:
    from OpenSSL import SSL

    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    leaf, *others = (x509.load_der_x509_certificate(der) for der in credentials.chain)
    context.use_certificate(leaf)
    for other in others:
        context.add_extra_chain_cert(other)
    context.use_privatekey(credentials.key)  # type: ignore[arg-type]
    context.set_ocsp_server_callback(lambda _connection, _data: staple)
    return context


async def _serve(stream: Stream, connection: SSL.Connection) -> None:
    from OpenSSL import SSL

    shaken = False
    while True:
        try:
            if shaken:
                connection.recv(CHUNK)
                connection.send(http_answer("200 OK", b"You reached the lab.\n"))
                connection.shutdown()
                await _flush(stream, connection)
                return
            connection.do_handshake()
            shaken = True
        except SSL.WantReadError:
            await _flush(stream, connection)
            data = await stream.receive()
            if not data:
                return
            connection.bio_write(data)


async def _flush(stream: Stream, connection: SSL.Connection) -> None:
    from OpenSSL import SSL

    with contextlib.suppress(SSL.WantReadError):
        while True:
            await stream.send(connection.bio_read(CHUNK))
