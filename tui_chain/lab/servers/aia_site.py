"""The lab's AIA site: an HTTP server whose every path answers, delays, redirects or lies as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import read_request

DER_TYPE = "application/pkix-cert"
"""Media type of one DER certificate (RFC 5280 section 4.2.2.1, RFC 2585)."""


@dataclass(frozen=True)
class AiaAnswer:
    """An HTTP answer, byte for byte what is declared.

    A `body` may be a function that yields pieces without end, with `pause` seconds after each; `delay` seconds pass
    before the status line. Without a Content-Length of its own a body of bytes gets the true one.
    """

    body: bytes | Callable[[], Iterable[bytes]] = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", DER_TYPE),)
    delay: float = 0.0
    pause: float = 0.0


AnswerSource = AiaAnswer | Callable[[str], AiaAnswer]
"""An answer, or a function from the requested path to one."""


NOT_FOUND = AiaAnswer(b"no such certificate\n", 404, (("Content-Type", "text/plain"),))


def redirect(url: str, status: int = 302) -> AiaAnswer:
    """Return an answer that leads to another URL."""
    return AiaAnswer(status=status, headers=(("Location", url),))


class AiaSite:
    """Answers by path and the log of what was asked; `port` is where it is served, on `dead_port` nobody listens."""

    def __init__(self, port: int, dead_port: int) -> None:
        self.port = port
        self.dead_port = dead_port
        self._answers: dict[str, AnswerSource] = {}
        self._log: list[str] = []

    @property
    def log(self) -> tuple[str, ...]:
        """The paths that were asked for, oldest first."""
        return tuple(self._log)

    def publish(self, path: str, answer: AnswerSource) -> str:
        """Give a path, or with a slash at its end all below it, its answer, and return its URL."""
        self._answers[path] = answer
        return self.url(path)

    def url(self, path: str) -> str:
        """Return the URL of a path that starts with a slash."""
        return f"http://127.0.0.1:{self.port}{path}"

    def dead_url(self, path: str) -> str:
        """Return a URL that refuses the connection."""
        return f"http://127.0.0.1:{self.dead_port}{path}"

    async def handle(self, stream: Stream) -> None:
        """Answer one request of a connection, then close it."""
        request = await read_request(stream)
        if request.method:
            self._log.append(request.path)
            source = self._source(request.path)
            answer = source if isinstance(source, AiaAnswer) else source(request.path)
            await _send(stream, answer, with_body=request.method != "HEAD")
        await stream.finish()

    def _source(self, path: str) -> AnswerSource:
        if path in self._answers:
            return self._answers[path]
        above = [known for known in self._answers if known.endswith("/") and path.startswith(known)]
        return self._answers[max(above, key=len)] if above else NOT_FOUND


async def _send(stream: Stream, answer: AiaAnswer, *, with_body: bool) -> None:
    await asyncio.sleep(answer.delay)
    await stream.send(_head(answer))
    if not with_body:
        return
    for piece in (answer.body,) if isinstance(answer.body, bytes) else answer.body():
        await stream.send(piece)
        await asyncio.sleep(answer.pause)


def _head(answer: AiaAnswer) -> bytes:
    headers = [*answer.headers, ("Connection", "close")]
    named = {name.lower() for name, _ in answer.headers}
    if isinstance(answer.body, bytes) and not named & {"content-length", "transfer-encoding"}:
        headers.append(("Content-Length", str(len(answer.body))))
    lines = [f"HTTP/1.1 {answer.status} Lab", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
