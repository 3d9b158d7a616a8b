"""One HTTP request over a socket that is connected already: HTTP/2 where the server takes it, else HTTP/1.1.

h2 and h11 speak it here directly: the connection is one of our own, to the address that was judged or through a
tunnel, and what a server sends is bounded, and judged before it is believed. (httpx takes an HTTP/2 answer without a
status for one with status 200.)
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import NamedTuple, TypeVar

import h11
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, Event, ResponseReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes, Settings

from tui_chain.core.text import safe_text
from tui_chain.livetest.attempt import InvalidReply, Stopwatch

MAX_HEAD = 128 * 1024
"""Bytes that a server may send before the head of its answer is whole."""
CHUNK = 4 * 1024
"""Bytes that are read at once: frames of nine bytes are, and nothing else runs while they are taken apart."""

_STATUS = re.compile(rb"[1-9][0-9]{2}")
_SETTINGS = {
    SettingCodes.ENABLE_PUSH: 0,
    SettingCodes.MAX_CONCURRENT_STREAMS: 1,
    SettingCodes.MAX_HEADER_LIST_SIZE: 64 * 1024,
}
T = TypeVar("T")
Headers = list[tuple[bytes, bytes]]


class HttpRequest(NamedTuple):
    """What is sent: `host` is the name that is verified, `headers` begin with Host."""

    host: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]


class HttpReply(NamedTuple):
    """The head of an answer: its status in numbers and words, and the headers as they came."""

    status: int
    reason: str
    http_version: str
    headers: Headers

    def header(self, name: bytes) -> str:
        """The first header of this lower-case name, or nothing."""
        return next((value.decode("latin-1") for known, value in self.headers if known.lower() == name), "")


class HttpConnection:
    """TLS over a connected socket, whose closing is the caller's; `tls` is there once the handshake was done.

    `protocols` are offered by ALPN (RFC 7301), the preferred one first.
    """

    def __init__(self, sock: socket.socket, protocols: tuple[str, ...], watch: Stopwatch) -> None:
        self.tls: ssl.SSLObject | None = None
        self._sock = sock
        self._protocols = protocols
        self._watch = watch
        self._received = 0
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    @property
    def http2(self) -> bool | None:
        """Whether the server took HTTP/2; None where it was not offered, or before the handshake is done."""
        if self.tls is None or "h2" not in self._protocols:
            return None
        return self.tls.selected_alpn_protocol() == "h2"

    async def send(self, context: ssl.SSLContext, request: HttpRequest) -> HttpReply:
        """Shake hands, send the request and read the head of the answer; raises OSError and InvalidReply.

        There is no deadline here: the caller has it. Whatever a server sends, it is read in small pieces and bounded.
        """
        try:
            await self._shake_hands(context, request.host)
            self._watch.begin("first_byte")
            reply = await (self._http2(request) if self.http2 else self._http11(request))
            self._watch.end("first_byte")
            return reply
        finally:
            await self._cut()

    async def _shake_hands(self, context: ssl.SSLContext, host: str) -> None:
        context.set_alpn_protocols(list(self._protocols))
        self._watch.begin("tls")
        # a descriptor of its own, since asyncio closes what it was given
        own = self._sock.dup()
        try:
            streams = await asyncio.open_connection(sock=own, ssl=context, server_hostname=host)
        except BaseException:
            own.close()
            raise
        self._reader, self._writer = streams
        self.tls = self._writer.get_extra_info("ssl_object")
        self._watch.end("tls")

    async def _http2(self, request: HttpRequest) -> HttpReply:
        speech = H2Connection(H2Configuration(validate_inbound_headers=False, header_encoding=None))
        speech.local_settings = Settings(client=True, initial_values=_SETTINGS)
        host, *headers = request.headers
        pseudo = ((":method", request.method), (":scheme", "https"), (":authority", host[1]), (":path", request.path))
        _made(speech.initiate_connection)
        stream = speech.get_next_available_stream_id()
        lowered = [*pseudo, *((name.lower(), value) for name, value in headers)]
        _made(partial(speech.send_headers, stream, lowered, end_stream=True))
        while True:
            await self._write(speech.data_to_send())
            data = await self._read()
            for event in _made(partial(speech.receive_data, data)):
                if isinstance(event, ResponseReceived):
                    return _reply(event.headers or [])
                _judge(event)

    async def _http11(self, request: HttpRequest) -> HttpReply:
        speech = h11.Connection(h11.CLIENT)
        head = _made(partial(h11.Request, method=request.method, target=request.path, headers=list(request.headers)))
        await self._write((speech.send(head) or b"") + (speech.send(h11.EndOfMessage()) or b""))
        while True:
            event = _made(speech.next_event)
            if event is h11.NEED_DATA:
                speech.receive_data(await self._read())
            elif isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == HTTPStatus.SWITCHING_PROTOCOLS
            ):
                version = f"HTTP/{bytes(event.http_version).decode('ascii')}"
                reason = bytes(event.reason).decode("ascii", "ignore")
                return HttpReply(event.status_code, reason, version, list(event.headers))

    async def _read(self) -> bytes:
        """What comes next; raises OSError, and InvalidReply at the end and beyond `MAX_HEAD`."""
        data = await self._reader.read(CHUNK)
        self._received += len(data)
        if not data:
            raise InvalidReply("the server closed the connection without an answer")
        if self._received > MAX_HEAD:
            raise InvalidReply(f"the server sent over {MAX_HEAD // 1024} KiB and no answer")
        await asyncio.sleep(0)  # what has come already is read without a wait: let others have their turn
        return data

    async def _write(self, data: bytes) -> None:
        """Send; a server may answer and close before it has read all; `_read` raises what went wrong."""
        with suppress(OSError):
            self._writer.write(data)
            await self._writer.drain()

    async def _cut(self) -> None:
        """End the connection: what was wanted is read, and a peer's goodbye is not waited for."""
        if self.tls is not None:
            self._writer.transport.abort()
            await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)


def _made(step: Callable[[], T]) -> T:
    """Do a step of h11 or h2; what they raise at a hostile server's bytes is not all of one kind."""
    try:
        return step()
    except Exception as error:
        text = str(error).partition(": <")[0]  # what follows is an object's place in memory
        raise InvalidReply(safe_text(text or type(error).__name__, 120)) from error


def _reply(given: Headers) -> HttpReply:
    """An HTTP/2 answer; its status is believed where it is one, and one alone (RFC 9113 section 8.3.2)."""
    status = [value for name, value in given if name == b":status"]
    if len(status) != 1 or not _STATUS.fullmatch(status[0]):
        raise InvalidReply("the answer has no status of HTTP")
    number = int(status[0])
    return HttpReply(number, _phrase(number), "HTTP/2", [pair for pair in given if not pair[0].startswith(b":")])


def _phrase(status: int) -> str:
    """The usual words of a status, which HTTP/2 does not send."""
    with suppress(ValueError):
        return HTTPStatus(status).phrase
    return ""


def _judge(event: Event) -> None:
    """Raise InvalidReply where no answer can come after this."""
    if isinstance(event, StreamReset):
        raise InvalidReply(f"the server reset the request ({_code(event.error_code)})")
    if isinstance(event, ConnectionTerminated):
        raise InvalidReply(f"the server ended the connection ({_code(event.error_code)})")
    if isinstance(event, StreamEnded):
        raise InvalidReply("the server ended its answer before it began")


def _code(code: object) -> str:
    """An error code of HTTP/2 by its name (RFC 9113 section 7), one that has none by its number."""
    return str(getattr(code, "name", code))
