"""HTTP/2 servers that misbehave: frames as they go over the wire, after a good TLS handshake."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    ExtensionFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from tests.support.servers import fresh_chain, server_context
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream

HTTP_1_1_REQUIRED = 0xD
_SETTINGS = SettingsFrame(0).serialize()


def headers(*pairs: tuple[str, str], last: bool = True, ends: bool = False) -> bytes:
    """A HEADERS frame of stream 1; `last` closes the header block, `ends` the answer."""
    flags = [flag for flag, wanted in (("END_HEADERS", last), ("END_STREAM", ends)) if wanted]
    return bytes(HeadersFrame(1, Encoder().encode(pairs), flags=flags).serialize())


def answer(status: str) -> bytes:
    """A whole answer without a body."""
    return headers((":status", status), ends=True)


def _raw(*frames: Frame) -> bytes:
    return b"".join(frame.serialize() for frame in frames)


def _bomb() -> bytes:
    """One long header in the table, and then named by its index again and again (CVE-2016-6581)."""
    first = Encoder().encode([(":status", "200"), ("x", "y" * 3900)])
    return bytes(HeadersFrame(1, first + b"\xbe" * 12_000, flags=["END_HEADERS"]).serialize())


def _many(frame: Frame) -> Iterator[bytes]:
    data = _raw(frame)
    return itertools.repeat(data * max(16_000 // len(data), 1))


def attacks() -> dict[str, Iterable[bytes]]:
    """What a hostile server sends once it was asked, by name; some have no end."""
    begun, block = headers((":status", "200"), last=False), ContinuationFrame(1, b"\x00" * 16_000)
    padded = headers(*((f"x-{number}", "y" * 400) for number in range(600)))
    return {
        "continuation": itertools.chain([begun], _many(block)),
        "empty continuation": itertools.chain([begun], _many(ContinuationFrame(1))),
        "hpack bomb": [_bomb()],
        "huge header list": [padded],
        "hpack nonsense": [_raw(HeadersFrame(1, b"\xff" * 400, flags=["END_HEADERS"]))],
        "pings": _many(PingFrame(0, b"12345678")),
        "settings": _many(SettingsFrame(0)),
        "settings that change": _many(SettingsFrame(0, {3: 1, 4: 2**31 - 1, 1: 0, 6: 1, 5: 16_384})),
        "priorities": _many(PriorityFrame(1, depends_on=3, stream_weight=7)),
        "unknown frames": _many(ExtensionFrame(0xBE, 0, 0, b"z" * 100)),
        "interim answers": itertools.repeat(headers((":status", "103")) * 100),
        "data before headers": _many(DataFrame(1, b"x" * 10_000)),
        "empty data": _many(DataFrame(1, b"")),
        "goaway": [_raw(GoAwayFrame(0, 0, 0xB, b"\x1b[31mgo\x00" * 500))],
        "goaway of an unknown code": [_raw(GoAwayFrame(0, 0, 0xDEAD))],
        "reset": [_raw(RstStreamFrame(1, 2))],
        "push": [_raw(PushPromiseFrame(1, 2, Encoder().encode([(":path", "/")]), flags=["END_HEADERS"]))],
        "window overflow": [_raw(WindowUpdateFrame(0, 2**31 - 1), WindowUpdateFrame(0, 2**31 - 1))],
        "no window": [_raw(WindowUpdateFrame(1, 0))],
        "status of letters": [headers((":status", "\x1b[31m"), ends=True)],
        "status 0": [headers((":status", "0"), ends=True)],
        "status minus": [headers((":status", "-5"), ends=True)],
        "endless status": [headers((":status", "2" * 5000), ends=True)],
        "another stream": [_raw(HeadersFrame(3, Encoder().encode([(":status", "200")]), flags=["END_HEADERS"]))],
        "overlong frame": [b"\xff\xff\xff\x00\x00\x00\x00\x00\x01" + b"x" * 70_000],
        "another protocol": [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
        "nothing": [],
    }


class Http2Server:
    """A good TLS server that takes `protocols` and sends `pieces` to who speaks HTTP/2, `plain` to others.

    `chosen` are the protocols that clients got, `heard` what came first from each.
    """

    def __init__(
        self, lab: Lab, pieces: Iterable[bytes], *, protocols: Iterable[str] = ("h2",), plain: bytes = b""
    ) -> None:
        self._context = server_context(lab, fresh_chain(lab))
        self._context.set_alpn_protocols(list(protocols))
        self._pieces, self._plain = pieces, plain
        self.chosen: list[str | None] = []
        self.heard: list[bytes] = []

    async def __call__(self, stream: Stream) -> None:
        await stream.start_tls(self._context)
        assert stream._tls is not None
        chosen = stream._tls.selected_alpn_protocol()
        self.chosen.append(chosen)
        self.heard.append(await stream.receive())
        if chosen == "h2":
            await stream.send(_SETTINGS)
            for piece in self._pieces:
                await stream.send(piece)
        else:
            await stream.send(self._plain)
        await stream.finish()
