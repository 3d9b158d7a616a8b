"""SOCKS 5 (RFC 1928), with user and password (RFC 1929), as socksio writes and reads it.

Answers are read by their length and not a byte further: what follows is the tunnel's.
"""

from __future__ import annotations

from typing import TypeVar

from httpcore import AsyncNetworkStream
from socksio import ProtocolError
from socksio.socks5 import (
    SOCKS5AuthMethod,
    SOCKS5AuthMethodsRequest,
    SOCKS5AuthReply,
    SOCKS5Command,
    SOCKS5CommandRequest,
    SOCKS5Connection,
    SOCKS5Reply,
    SOCKS5ReplyCode,
    SOCKS5UsernamePasswordReply,
    SOCKS5UsernamePasswordRequest,
)

from tui_chain.core.text import safe_text
from tui_chain.net.errors import ProxyTrouble, failure_text

_MOST = 255
"""Bytes of a name, a user or a password: their length is one byte."""
_ADDRESS = {1: 4, 4: 16}
"""Bytes of an address by its type; a name says its own length."""
_NAME = 3
Credentials = tuple[bytes, bytes]
T = TypeVar("T")


async def open_socks5(stream: AsyncNetworkStream, host: str, port: int, credentials: Credentials | None) -> None:
    """Ask a SOCKS 5 proxy to connect to `host`, a name or an IP; raises ProxyTrouble.

    Afterwards `stream` is the tunnel. User and password go out only where the proxy asks for them.
    """
    _judge_lengths(host, credentials)
    speech = _Speech(stream)
    try:
        await _log_in(speech, credentials)
        request = SOCKS5CommandRequest.from_address(SOCKS5Command.CONNECT, (host.partition("%")[0], port))
        await speech.send(request)
        answer = await speech.receive(await _whole_answer(speech), SOCKS5Reply)
    except ProtocolError:
        raise ProxyTrouble("the proxy's answer is no SOCKS 5") from None
    except OSError as error:
        raise ProxyTrouble(f"the proxy broke off: {failure_text(error)[0]}") from None
    if answer.reply_code is not SOCKS5ReplyCode.SUCCEEDED:
        raise ProxyTrouble(f"the proxy refused: {answer.reply_code.name.lower().replace('_', ' ')}")


def _judge_lengths(host: str, credentials: Credentials | None) -> None:
    if not host.isascii() or not 0 < len(host) <= _MOST:
        raise ProxyTrouble(f"a host name of {len(host)} characters cannot be asked of a SOCKS 5 proxy")
    if credentials is not None and not all(0 < len(part) <= _MOST for part in credentials):
        raise ProxyTrouble(f"a SOCKS 5 proxy takes a user and a password of 1 to {_MOST} bytes each")


async def _log_in(speech: _Speech, credentials: Credentials | None) -> None:
    methods = [SOCKS5AuthMethod.NO_AUTH_REQUIRED]
    if credentials is not None:
        methods.append(SOCKS5AuthMethod.USERNAME_PASSWORD)
    await speech.send(SOCKS5AuthMethodsRequest(methods))
    method = (await speech.receive(await speech.exactly(2), SOCKS5AuthReply)).method
    if method is SOCKS5AuthMethod.NO_ACCEPTABLE_METHODS:
        wants = "the login of its URL" if credentials is not None else "a connection without user and password"
        raise ProxyTrouble(f"the proxy refused: it does not take {wants}")
    if method not in methods:
        raise ProxyTrouble("the proxy chose a login that was not offered")
    if credentials is not None and method is SOCKS5AuthMethod.USERNAME_PASSWORD:
        await speech.send(SOCKS5UsernamePasswordRequest(*credentials))
        if not (await speech.receive(await speech.exactly(2), SOCKS5UsernamePasswordReply)).success:
            raise ProxyTrouble("the proxy refused: user or password is wrong")


class _Speech:
    """socksio's side of a conversation, and the stream that carries it."""

    def __init__(self, stream: AsyncNetworkStream) -> None:
        self._stream = stream
        self._speech = SOCKS5Connection()

    async def send(self, request: object) -> None:
        self._speech.send(request)
        await self._stream.write(self._speech.data_to_send())

    async def exactly(self, count: int) -> bytes:
        """So many bytes and no more; raises ProxyTrouble at an end before them."""
        data = b""
        while len(data) < count:
            piece = await self._stream.read(count - len(data))
            if not piece:
                raise ProxyTrouble("the proxy closed the connection without an answer")
            data += piece
        return data

    async def receive(self, data: bytes, kind: type[T]) -> T:
        answer = self._speech.receive_data(data)
        if not isinstance(answer, kind):
            raise ProxyTrouble(f"the proxy's answer is no SOCKS 5 ({safe_text(type(answer).__name__, 40)})")
        return answer


async def _whole_answer(speech: _Speech) -> bytes:
    """An answer with its address and port, of which nothing is used (RFC 1928 section 6)."""
    head = await speech.exactly(4)
    if head[3] == _NAME:
        length = await speech.exactly(1)
        return head + length + await speech.exactly(length[0] + 2)
    if head[3] not in _ADDRESS:
        raise ProxyTrouble("the proxy's answer is no SOCKS 5")
    return head + await speech.exactly(_ADDRESS[head[3]] + 2)
