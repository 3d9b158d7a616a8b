"""What came of one request, and the sentences for its failures."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass, field

from tui_chain.net.errors import failure_text


@dataclass(frozen=True)
class Times:
    """Milliseconds of each step of a request; None for a step that was not reached or not needed."""

    lookup: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None


@dataclass(frozen=True)
class Attempt:
    """One request: whether the connection was verified, and what came back or what went wrong, in plain text.

    `status` is the HTTP status (None for a protocol that is not HTTP), `milliseconds` the time to the headers,
    `code` OpenSSL's verify code. An HTTP error status is still a verified connection. `location` is where a
    redirect leads, raw and absolute, `address` the IP that was asked. `http2` is whether the server took HTTP/2
    (RFC 9113 section 3.2), None where it was not offered or TLS did not come about. `tls_error` is whether TLS
    with the server failed: its certificate was refused, or there was no handshake. `proxy_error` is whether the
    proxy did not lead there.
    """

    trust: str
    ok: bool
    text: str
    status: int | None = None
    tls_version: str | None = None
    http_version: str | None = None
    milliseconds: float = 0.0
    code: int | None = None
    cipher: str | None = None
    times: Times = Times()
    location: str | None = None
    address: str | None = None
    http2: bool | None = None
    tls_error: bool = False
    proxy_error: bool = False


@dataclass
class Stopwatch:
    """Takes the time of each step.

    `waits_for` is who is to answer in the step that runs, where that is not the server.
    """

    started: float = field(default_factory=time.perf_counter)
    waits_for: str = ""
    _begun: dict[str, float] = field(default_factory=dict)
    _took: dict[str, float] = field(default_factory=dict)

    def begin(self, step: str, *, of: str = "") -> None:
        """A step begins, that waits for somebody other than the server."""
        self.waits_for = of
        self._begun[step] = time.perf_counter()

    def end(self, step: str) -> None:
        """The step that began last under this name is over."""
        self.waits_for = ""
        self._took[step] = since(self._begun.get(step, self.started))

    @property
    def times(self) -> Times:
        """What has been measured so far."""
        return Times(*(self._took.get(step) for step in ("lookup", "connect", "tls", "first_byte")))

    @property
    def total(self) -> float:
        """Milliseconds since the start."""
        return since(self.started)


def since(started: float) -> float:
    """Milliseconds since a reading of `time.perf_counter`."""
    return 1000 * (time.perf_counter() - started)


def failed(trust: str, error: BaseException, watch: Stopwatch, address: str | None = None) -> Attempt:
    """Say in plain text what went wrong."""
    text, code = failure_text(error)
    return Attempt(
        trust,
        ok=False,
        text=text,
        milliseconds=watch.total,
        code=code,
        times=watch.times,
        address=address,
        tls_error=isinstance(error, ssl.SSLError),
    )


def timed_out(watch: Stopwatch, seconds: float) -> str:
    """Say that there was no answer in time, and from whom."""
    of = f" of {watch.waits_for}" if watch.waits_for else ""
    return f"no answer{of} within {seconds:g} s"
