"""A program for test_internet: clients that refuse, abort, reset and vanish; then one that behaves."""

from __future__ import annotations

import contextlib
import gc
import socket
import ssl
import struct
import sys

from tests.lab.clients import dial, served_chain, strict_context
from tui_chain.lab.internet import open_lab


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def client_hello() -> bytes:
    outgoing = ssl.MemoryBIO()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def be_rude(port: int) -> None:
    hello = client_hello()
    for data in (b"", hello[:20], hello, b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05nonsense"):
        with dial(port) as sock:
            sock.sendall(data)
        sock = dial(port)
        sock.sendall(data)
        reset(sock)
    with contextlib.suppress(ssl.SSLCertVerificationError):
        served_chain(port, context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    served_chain(port)


def main() -> None:
    with open_lab() as lab:
        for host in lab.hosts:
            if host.served_der:
                be_rude(host.port)
            else:
                reset(dial(host.port))
        host = lab.host("complete")
        assert served_chain(host.port, context=strict_context(lab.trust_pem)) == host.served_der
    gc.collect()
    sys.stdout.write("served on\n")


if __name__ == "__main__":
    main()
