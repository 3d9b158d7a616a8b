"""TLS servers that Python's ssl cannot make: pyOpenSSL's, in memory over a connection of the lab."""

from __future__ import annotations

import contextlib
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from cryptography import x509

from tui_chain.lab.authority import key_to_pem
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.stream import CHUNK, Stream
from tui_chain.lab.servers.tls import Credentials, http_answer

if TYPE_CHECKING:
    from OpenSSL import SSL


def stapling_handler(credentials: Credentials, staple: bytes) -> Handler:
    """Return a handler that does a handshake with a staple, answers one HTTP request, and closes."""
    context = server_context(credentials)
    context.set_ocsp_server_callback(lambda _connection, _data: staple)
    return pyopenssl_handler(context)


ANSWER = b"You reached the lab.\n"


def server_context(credentials: Credentials) -> SSL.Context:
    """Return a context that serves a chain with the key of its first certificate; raises for what does not parse."""
    from OpenSSL import SSL

    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    leaf, *others = (x509.load_der_x509_certificate(der) for der in credentials.chain)
    context.use_certificate(leaf)
    for other in others:
        context.add_extra_chain_cert(other)
    with NamedTemporaryFile(suffix=".pem") as file:
        # pyOpenSSL takes keys of more kinds from files than as objects
        file.write(key_to_pem(credentials.key))
        file.flush()
        context.use_privatekey_file(file.name)
    return context


def pyopenssl_handler(context: SSL.Context) -> Handler:
    """Return a handler that does a handshake, answers one HTTP request with 200, and closes."""

    async def handle(stream: Stream) -> None:
        from OpenSSL import SSL

        connection = SSL.Connection(context, None)
        connection.set_accept_state()
        with contextlib.suppress(SSL.Error):
            await _serve(stream, connection)
        await _flush(stream, connection)
        await stream.finish()

    return handle


async def _serve(stream: Stream, connection: SSL.Connection) -> None:
    from OpenSSL import SSL

    shaken = False
    while True:
        try:
            if shaken:
                connection.recv(CHUNK)
                connection.send(http_answer("200 OK", ANSWER))
                connection.shutdown()
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
