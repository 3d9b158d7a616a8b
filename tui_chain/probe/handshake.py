"""The probing handshake: it verifies nothing and therefore sends nothing after it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.probe.tls import (
    CERTIFICATE_REQUEST,
    CERTIFICATE_VERIFY,
    NO_HANDSHAKE,
    SERVER_HELLO,
    SERVER_KEY_EXCHANGE,
    SESSION_TICKET,
    ClientCertificate,
    TLSFacts,
    facts_of,
)

CHUNK = 16_384
MAX_HANDSHAKE = 1 << 20
"""Bytes that a server may send during a handshake."""
ALL_CIPHERS = "ALL:!aNULL:!eNULL:!PSK:!SRP"
"""Every cipher suite of an OpenSSL with which a server shows a certificate."""
LEGACY_SERVER_CONNECT = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT of OpenSSL; `ssl` names it from Python 3.12 on."""
_HANDSHAKE_RECORD = 22
_KEPT = frozenset({SERVER_HELLO, SESSION_TICKET, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY})


class HandshakeTooLong(Exception):
    """A server sent more than a handshake can need; the text says so in words."""


class PlainAnswer(ssl.SSLError):
    """A server answered with something else than TLS; `line` is the first of it where it is printable ASCII."""

    line: str = ""


@dataclass(frozen=True)
class Handshake:
    """What a handshake brought: raw DER in the order served, what was negotiated, and the error that ended it."""

    chain: tuple[bytes, ...]
    tls: TLSFacts = NO_HANDSHAKE
    error: ssl.SSLError | ConnectionError | HandshakeTooLong | None = None
    staple: bytes | None = None

    @property
    def tls_version(self) -> str | None:
        """The version, such as `TLSv1.3`."""
        return self.tls.version

    @property
    def cipher(self) -> str | None:
        """OpenSSL's name of the cipher suite."""
        return self.tls.cipher


class _Recording(ssl.SSLObject):
    """A TLS object that keeps the server's handshake messages that say more than `ssl` does."""

    messages: list[bytes]


def _record(connection: ssl.SSLObject, direction: str, _version: int, content: int, _kind: int, data: bytes) -> None:
    if direction == "read" and content == _HANDSHAKE_RECORD and data[:1] and data[0] in _KEPT:
        connection.__dict__.setdefault("messages", []).append(bytes(data))


def probing_context(options: ConnectionOptions = USUAL_CONNECTION) -> ssl.SSLContext:
    """A context that accepts whatever a server sends, old protocols and weak keys too, without verification."""
    context = _unverifying(f"{ALL_CIPHERS}:@SECLEVEL=0")
    context.options |= LEGACY_SERVER_CONNECT
    _allow_old_protocols(context)
    return as_chosen(context, options)


def common_context(options: ConnectionOptions = USUAL_CONNECTION) -> ssl.SSLContext:
    """A context that offers what every client family offers and little else, without verification.

    TLS 1.2 and 1.3, ECDHE with AES-GCM or ChaCha20, secure renegotiation, no SHA-1. Weak certificates pass: they are
    for the verdicts to judge.
    """
    return offering_context("ECDHE+AESGCM:ECDHE+CHACHA20", options=options)


def offering_context(
    ciphers: str, *, old: bool = False, options: ConnectionOptions = USUAL_CONNECTION
) -> ssl.SSLContext:
    """A context that offers `ciphers` (an OpenSSL cipher list) as OpenSSL does at security level 2, unverified.

    From TLS 1.2 on, or with `old` from TLS 1.0 on.
    """
    context = _unverifying(f"{ciphers}:@SECLEVEL=2")
    context.options &= ~LEGACY_SERVER_CONNECT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if old:
        _allow_old_protocols(context)
    return as_chosen(context, options)


def as_chosen(context: ssl.SSLContext, options: ConnectionOptions) -> ssl.SSLContext:
    """Return the context with the one version and the client certificate of a target's options.

    Raises ssl.SSLError for a certificate that OpenSSL does not take.
    """
    if options.tls is not None:
        # the order matters: a minimum above the maximum is refused
        context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
        context.minimum_version = context.maximum_version = _VERSIONS[options.tls]
    if options.identity is not None:
        options.identity.load_into(context)
    return context


_VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def _unverifying(ciphers: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(ciphers)
    context.sslobject_class = _Recording
    # the only place where Python's ssl shows a server's messages; without it the facts are fewer. Its Python property
    # would make enumeration members for every message, a fifth of the time of a handshake
    callback: Any = getattr(ssl.SSLContext.__base__, "_msg_callback", None)
    if callback is not None:
        callback.__set__(context, _record)
    return context


def _allow_old_protocols(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        # asking for TLS 1.0 is the point here: a server that has nothing newer is to be seen, not refused
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1


def unverified_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """Return the certificates that the peer sent, raw DER in their order; empty where it sent none.

    `SSLObject.get_unverified_chain` is public from Python 3.13; before, the private object has it and its
    items give DER by `public_bytes(2)` (`_ssl.ENCODING_DER`).
    """
    if sys.version_info >= (3, 13):
        return tuple(tls.get_unverified_chain())
    private: Any = tls._sslobj  # type: ignore[attr-defined]  # noqa: SLF001
    return tuple(item.public_bytes(2) for item in private.get_unverified_chain() or ())


class ClientSide:
    """The client's side of one TLS connection over a connected, non-blocking socket; it sends no data.

    `first` is the first piece of what the server sent.
    """

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, server_name: str | None) -> None:
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._received = 0
        self.first = b""

    async def shake_hands(self) -> Handshake:
        """Do the TLS handshake and record what the server sent.

        An error after the server's certificates came (a client certificate is asked for, say) is in the result;
        one before raises ssl.SSLError, OSError or HandshakeTooLong. There is no deadline here: the caller has it.
        """
        error: ssl.SSLError | ConnectionError | HandshakeTooLong | None = None
        try:
            await self._pump()
        except (ssl.SSLError, ConnectionError, HandshakeTooLong) as caught:
            error = caught
        chain = unverified_chain(self._tls)
        if error is not None and not chain:
            raise _with_answer(error, self.first)
        return Handshake(chain, self._facts(error), error)

    async def after_request(self, shaken: Handshake, seconds: float) -> Handshake:
        """Say of a server that asked for a client certificate whether it requires one, by reading on; never raises.

        In TLS 1.3 the client is done before the server refuses (RFC 8446 section 4.4.2.4); a server that goes on
        sends session tickets or data. One that says nothing within `seconds` only asked.
        """
        if shaken.error is not None or shaken.tls.client_certificate is None or shaken.tls.version != "TLSv1.3":
            return shaken
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if await self._refused():
                    return replace(shaken, tls=replace(shaken.tls, client_certificate=ClientCertificate.REQUIRED))
        return shaken

    async def _refused(self) -> bool:
        while True:
            try:
                return not self._tls.read(1)
            except ssl.SSLWantReadError:
                if any(one[0] == SESSION_TICKET for one in self.messages):
                    return False
            except ssl.SSLError:
                return True
            try:
                self._incoming.write(await self._more())
            except (OSError, HandshakeTooLong):
                return True

    @property
    def messages(self) -> list[bytes]:
        """The server's handshake messages that were kept, each with its header of four bytes."""
        messages: list[bytes] = getattr(self._tls, "messages", [])
        return messages

    def _facts(self, error: Exception | None) -> TLSFacts:
        cipher = self._tls.cipher()
        facts = facts_of(
            self.messages,
            cipher=cipher[0] if cipher else None,
            version=self._tls.version(),
            library=ssl.OPENSSL_VERSION,
        )
        if facts.client_certificate is None or not is_refusal(error):
            return facts
        # a flight with an empty certificate was the last that the client sent, and the server's answer is to that
        return replace(facts, client_certificate=ClientCertificate.REQUIRED)

    async def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                self._tls.do_handshake()
                finished = True
            except ssl.SSLWantReadError:
                finished = False
            finally:
                pending = self._outgoing.read()
            if pending:
                await loop.sock_sendall(self._sock, pending)
            if finished:
                return
            self._incoming.write(await self._more())

    async def _more(self) -> bytes:
        data = await more(self._sock, self._received)
        self.first = self.first or data
        self._received += len(data)
        return data


_LONGEST_LINE = 60


def _with_answer(error: Exception, answer: bytes) -> Exception:
    """An error of OpenSSL with the text that the server sent in place of a TLS record, if it is one."""
    line = answer[:_LONGEST_LINE].split(b"\n")[0].decode("latin-1").strip()
    if not isinstance(error, ssl.SSLError) or not line or not (line.isascii() and line.isprintable()):
        return error
    plain = PlainAnswer(*error.args)
    plain.reason, plain.line = error.reason, line
    return plain


def is_refusal(error: Exception | None) -> bool:
    """Whether it was the server that broke off: by an alert or by closing."""
    return isinstance(error, ConnectionError) or (isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or ""))


async def more(sock: socket.socket, received: int) -> bytes:
    """Return what a server sends next in a handshake, after `received` bytes; raises for its end and for too much."""
    data = await asyncio.get_running_loop().sock_recv(sock, CHUNK)
    if not data:
        raise ConnectionResetError("the server closed the connection during the handshake")
    if received + len(data) > MAX_HANDSHAKE:
        raise HandshakeTooLong("The server sent over 1 MiB and no end of the handshake")
    return data
