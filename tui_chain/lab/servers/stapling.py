"""A TLS server that staples an OCSP response, which Python's ssl cannot."""

from __future__ import annotations

from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.pyopenssl import pyopenssl_handler, server_context
from tui_chain.lab.servers.tls import Credentials


def stapling_handler(credentials: Credentials, staple: bytes) -> Handler:
    """Return a handler that does a handshake with a staple, answers one HTTP request, and closes."""
    context = server_context(credentials)
    context.set_ocsp_server_callback(lambda _connection, _data: staple)
    return pyopenssl_handler(context)
