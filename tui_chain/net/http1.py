"""HTTP/1.1 by httpcore and h11, with bounds on what comes before an answer and on its body."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import h11
import httpcore

from tui_chain.net.errors import AnswerTooLarge, BrokenHTTP
from tui_chain.net.streams import CHUNK, BoundedStream


class Bounds(NamedTuple):
    """What a peer may send: bytes of one head or line, interim answers, bytes in all before its answer, of its body.

    `interim` answers are those of RFC 9110 section 15.2; None is any number within `total`. A body of any length is
    for who does not read it.
    """

    head: int = 32 * 1024
    interim: int | None = 20
    total: int = 128 * 1024
    body: int | None = None

    @property
    def around_body(self) -> int | None:
        """Bytes that may come for a body, with what HTTP puts around it: chunks of one byte are six."""
        return None if self.body is None else 8 * self.body + self.total


UNKNOWN_HTTPCORE = "this version of httpcore is not known; install one below 1.1"
SERVER = "the server"
"""Who answers, where it is no proxy."""
USUAL = Bounds()
"""The bounds of a server's answer whose body is not read."""


class Tally:
    """Counts what a peer sends of an answer; raises BrokenHTTP and AnswerTooLarge where it leaves its bounds."""

    def __init__(self, bounds: Bounds, peer: str) -> None:
        self._bounds, self._peer = bounds, peer
        self._interim = self._body = 0

    def count_interim(self) -> None:
        """Take one more interim answer."""
        self._interim += 1
        if self._bounds.interim is not None and self._interim > self._bounds.interim:
            raise BrokenHTTP(f"{self._peer} sent over {self._bounds.interim} interim answers and no answer")

    def count_body(self, size: int) -> None:
        """Take so many more bytes of the body."""
        self._body += size
        if self._bounds.body is not None and self._body > self._bounds.body:
            raise AnswerTooLarge


class _BoundedParser(h11.Connection):
    """h11's state of a client, which counts what comes."""

    def __init__(self, bounds: Bounds, peer: str) -> None:
        super().__init__(h11.CLIENT, max_incomplete_event_size=bounds.head)
        self._tally = Tally(bounds, peer)

    def next_event(self) -> Any:
        """The next whole event of the peer's."""
        event = super().next_event()
        if isinstance(event, h11.InformationalResponse):
            self._tally.count_interim()
        elif isinstance(event, h11.Data):
            self._tally.count_body(len(event.data))
        return event


class HTTP1Connection(httpcore.AsyncHTTP11Connection):
    """One request to one peer over a stream, within `bounds`; `peer` is who answers, in words."""

    READ_NUM_BYTES = CHUNK * 16

    def __init__(
        self, origin: httpcore.Origin, stream: httpcore.AsyncNetworkStream, bounds: Bounds, peer: str = SERVER
    ) -> None:
        self._bounds = bounds
        self._bounded = BoundedStream(stream, peer, bounds.total)
        super().__init__(origin, self._bounded)
        # a private name of httpcore 1.0; where it has another by now, nothing is sent, since nothing would be bounded
        if not isinstance(getattr(self, "_h11_state", None), h11.Connection):
            raise TypeError(UNKNOWN_HTTPCORE)
        self._h11_state = _BoundedParser(bounds, peer)
        # httpcore's own lock loads anyio's event loops, 20 ms; where it has another name by now, that is all it does
        self._state_lock = asyncio.Lock()  # type: ignore[assignment]

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and read the head of its answer."""
        response = await super().handle_async_request(request)
        self._bounded.answered(self._bounds.around_body)
        return response
