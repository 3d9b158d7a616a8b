"""A TLS server on loopback in a thread, for clients that need a socket."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[int]:
    """Serve one answer a connection at an ephemeral port, until the block is left."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_accept, args=(listener, context), daemon=True)
    thread.start()
    port: int = listener.getsockname()[1]
    try:
        yield port
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)


def _accept(listener: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            connection.settimeout(5)
            with connection, suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(4096)
                tls.sendall(ANSWER)
