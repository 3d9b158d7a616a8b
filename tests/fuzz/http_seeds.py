"""Seeds of what answers over HTTP: heads and bodies of HTTP/1.1, frames of HTTP/2, and what proxies say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes


def made() -> Mapping[str, Mapping[str, bytes]]:
    """The seeds of each reader by their titles."""
    return {
        "http1": _HTTP1,
        "http2": {title: _frames(answer) for title, answer in _HTTP2.items()},
        "proxy-answer": _PROXY,
    }


_HTTP1 = {
    "sized": b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-End: 1\r\n\r\n",
    "hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
    "redirect": b"HTTP/1.1 301 Moved\r\nLocation: https://other.test/a\r\nContent-Length: 0\r\n\r\n",
    "old": b"HTTP/1.0 404 Nowhere\r\n\r\nto the end",
    "upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
}
_PROXY = {
    "open": b"HTTP/1.1 200 Connection established\r\n\r\n\x16\x03\x01\0\x02hi",
    "login": b'HTTP/1.1 407 Log in\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
    "socks": bytes.fromhex("0500050000017f00000101bb") + b"hello",
    "socks-name": bytes.fromhex("05000500000309") + b"host.test" + bytes.fromhex("01bb"),
    "socks-ipv6": bytes.fromhex("050005000004") + bytes(16) + bytes.fromhex("01bb"),
    "socks-login": bytes.fromhex("05020100050000017f00000101bb") + b"hello",
    "socks-refused": bytes.fromhex("050005050001000000000000"),
    "socks-none": bytes.fromhex("05ff"),
}
Answer = Callable[[H2Connection], None]


def _frames(answer: Answer) -> bytes:
    """What a server sends that took the client's only request."""
    client = H2Connection()
    server = H2Connection(H2Configuration(client_side=False, validate_outbound_headers=False))
    client.initiate_connection()
    asked = [(":method", "GET"), (":scheme", "https"), (":authority", "host.test"), (":path", "/")]
    client.send_headers(1, asked, end_stream=True)
    server.initiate_connection()
    server.receive_data(client.data_to_send())
    answer(server)
    return server.data_to_send()


def _whole(server: H2Connection) -> None:
    server.send_headers(1, [(":status", "200"), ("server", "x"), ("content-length", "5")])
    server.send_data(1, b"hello", end_stream=True)


def _hints(server: H2Connection) -> None:
    server.send_headers(1, [(":status", "103"), ("link", "</a>")])
    server.send_headers(1, [(":status", "301"), ("location", "https://other.test/a")], end_stream=True)


def _pieces(server: H2Connection) -> None:
    server.send_headers(1, [(":status", "200")])
    for piece in (b"a" * 300, b"b" * 10, b""):
        server.send_data(1, piece, pad_length=3)
    server.ping(b"12345678")
    server.send_headers(1, [("x-end", "1")], end_stream=True)


def _without_status(server: H2Connection) -> None:
    server.send_headers(1, [("server", "x")], end_stream=True)


def _reset(server: H2Connection) -> None:
    server.reset_stream(1, ErrorCodes.REFUSED_STREAM)


def _goodbye(server: H2Connection) -> None:
    server.close_connection(ErrorCodes.ENHANCE_YOUR_CALM, b"not now")


_HTTP2: Mapping[str, Answer] = {
    "whole": _whole,
    "hints": _hints,
    "pieces": _pieces,
    "without-status": _without_status,
    "reset": _reset,
    "goodbye": _goodbye,
}
