"""The ClientHello of a program, read from its connection."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_chain.probe.handshake import ALL_CIPHERS

SECONDS = 20.0
_GROUPS, _SIGNATURES, _VERSIONS = 10, 13, 43
_SIGNALLING = frozenset({0x00FF, 0x5600})
_OTHER_SUITES = {0x000A: "DES-CBC3-SHA", 0xC012: "ECDHE-RSA-DES-CBC3-SHA", 0x1304: "TLS_AES_128_CCM_SHA256"}


@dataclass(frozen=True)
class Hello:
    """What a client offers: suites by OpenSSL's names, and the numbers of groups, signatures and versions."""

    suites: tuple[str, ...]
    groups: tuple[int, ...]
    signatures: tuple[int, ...]
    versions: tuple[int, ...]

    @classmethod
    def read(cls, record: bytes) -> Hello:
        """Read one record with a whole ClientHello (RFC 8446 section 4.1.2)."""
        at = 5 + 4 + 34
        at += 1 + record[at]
        size = int.from_bytes(record[at : at + 2], "big")
        suites = [number for number in _numbers(record[at + 2 : at + 2 + size]) if number not in _SIGNALLING]
        at += 2 + size
        at += 1 + record[at] + 2
        table = dict(_extensions(record[at:]))
        names = _suite_names()
        return cls(
            tuple(names.get(number, hex(number)) for number in suites),
            _numbers(table.get(_GROUPS, b"")[2:]),
            _numbers(table.get(_SIGNATURES, b"")[2:]),
            _numbers(table.get(_VERSIONS, b"")[1:]),
        )


class HelloCatcher:
    """Listens on loopback, keeps the first connection's ClientHello and closes without an answer."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self._socket.settimeout(SECONDS)
        self._record = b""
        self._thread = threading.Thread(target=self._catch, daemon=True)

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def __enter__(self) -> HelloCatcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def hello(self) -> Hello:
        self._thread.join(SECONDS)
        return Hello.read(self._record)

    def _catch(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.settimeout(SECONDS)
            while len(self._record) < 5 or len(self._record) < 5 + int.from_bytes(self._record[3:5], "big"):
                data = connection.recv(65536)
                if not data:
                    return
                self._record += data


def hello_of(context: ssl.SSLContext) -> Hello:
    """What a context of this Python offers."""
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return Hello.read(outgoing.read())
    raise AssertionError("a handshake without a server")


def _suite_names() -> dict[int, str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers(f"{ALL_CIPHERS}:@SECLEVEL=0")
    return _OTHER_SUITES | {one["id"] & 0xFFFF: one["name"] for one in context.get_ciphers()}


def _numbers(data: Sequence[int]) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def _extensions(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 4:
        size = int.from_bytes(data[2:4], "big")
        yield int.from_bytes(data[:2], "big"), data[4 : 4 + size]
        data = data[4 + size :]
