"""A server that says of itself what MongoDB says, and answers every other command with success: OP_MSG, OP_QUERY."""

from __future__ import annotations

import contextlib
import itertools
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator

import bson

_HEADER = struct.Struct("<iiii")
"""Length of the whole message, its number, that of the message it answers, the kind."""
_OP_REPLY, _OP_QUERY, _OP_MSG = 1, 2004, 2013
_NUMBERS = itertools.count(1)
_ANSWER = {"ok": 1.0, "isWritablePrimary": True, "ismaster": True, "minWireVersion": 0, "maxWireVersion": 21}


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        """A client that refuses the certificate hangs up in the handshake."""
        with (
            contextlib.suppress(OSError, struct.error),
            self.server.context.wrap_socket(self.request, server_side=True) as sock,
            sock.makefile("rb") as messages,
        ):
            while True:
                size, number, _, kind = _HEADER.unpack(messages.read(_HEADER.size))
                messages.read(size - _HEADER.size)
                sock.sendall(_answer(number, kind))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__(("127.0.0.1", 0), _Handler)


def _answer(number: int, kind: int) -> bytes:
    document = bson.encode(_ANSWER)
    if kind == _OP_QUERY:
        body, answered = struct.pack("<iqii", 8, 0, 0, 1) + document, _OP_REPLY
    else:
        body, answered = struct.pack("<iB", 0, 0) + document, _OP_MSG
    return _HEADER.pack(_HEADER.size + len(body), next(_NUMBERS), number, answered) + body


@contextlib.contextmanager
def mongo(context: ssl.SSLContext) -> Iterator[int]:
    """Serve on loopback; yields the port."""
    with _Server(context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
