"""HTTP/2 by httpcore and h2, with what a server sends judged before it is believed.

httpcore by itself takes an answer without a status for one with status 200, and lets h2 judge nothing.
"""

from __future__ import annotations

import re
from typing import Any

import httpcore
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    InformationalResponseReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)

from tui_chain.net.errors import BrokenHTTP, broken
from tui_chain.net.http1 import SERVER, UNKNOWN_HTTPCORE, Bounds, Tally
from tui_chain.net.streams import CHUNK, BoundedStream

_STATUS = re.compile(rb"[1-9][0-9]{2}")


class _JudgingParser(H2Connection):
    """h2's state of a client with one request, which raises BrokenHTTP where no sound answer can come any more."""

    def __init__(self, config: H2Configuration, bounds: Bounds) -> None:
        super().__init__(config)
        self._tally = Tally(bounds, SERVER)
        self._answered = False

    def receive_data(self, data: Any) -> list[Event]:
        """Take frames apart; what h2, hpack and hyperframe raise at a hostile server's is not all of one kind."""
        try:
            events = super().receive_data(data)
        except Exception as error:
            raise broken(error) from error
        for event in events:
            if isinstance(event, DataReceived):
                self._tally.count_body(len(event.data or b""))
            elif not self._answered:
                self._judge(event)
        return events

    def _judge(self, event: Event) -> None:
        if isinstance(event, InformationalResponseReceived):
            self._tally.count_interim()
        elif isinstance(event, ResponseReceived):
            _judge_status([bytes(value) for name, value in event.headers or [] if name == b":status"])
            self._answered = True
        elif isinstance(event, StreamReset):
            raise BrokenHTTP(f"the server reset the request ({_code(event.error_code)})")
        elif isinstance(event, ConnectionTerminated):
            raise BrokenHTTP(f"the server ended the connection ({_code(event.error_code)})")
        elif isinstance(event, StreamEnded):
            raise BrokenHTTP("the server ended its answer before it began")


class HTTP2Connection(httpcore.AsyncHTTP2Connection):
    """One request to a server over a stream, within `bounds`."""

    READ_NUM_BYTES = CHUNK * 16
    CONFIG = H2Configuration(validate_inbound_headers=True, header_encoding=None)

    def __init__(self, origin: httpcore.Origin, stream: httpcore.AsyncNetworkStream, bounds: Bounds) -> None:
        self._bounds = bounds
        self._bounded = BoundedStream(stream, SERVER, bounds.total)
        super().__init__(origin, self._bounded)
        # as with HTTP/1.1: what cannot be judged is not asked for
        if not isinstance(getattr(self, "_h2_state", None), H2Connection):
            raise TypeError(UNKNOWN_HTTPCORE)
        self._h2_state = _JudgingParser(self.CONFIG, bounds)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and read the head of its answer."""
        response = await super().handle_async_request(request)
        self._bounded.answered(self._bounds.around_body)
        return response


def _judge_status(found: list[bytes]) -> None:
    """A status is believed where it is one, and one alone (RFC 9113 section 8.3.2)."""
    if len(found) != 1 or not _STATUS.fullmatch(found[0]):
        raise BrokenHTTP("the answer has no status of HTTP")


def _code(code: object) -> str:
    """An error code of HTTP/2 by its name (RFC 9113 section 7), one that has none by its number."""
    return str(getattr(code, "name", code))
