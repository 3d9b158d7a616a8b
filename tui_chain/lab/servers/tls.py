"""What the lab's ports say: HTTP after a TLS handshake, HTTP without one, nothing at all."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from tui_chain.lab.authority import PrivateKey, key_to_pem, to_pem
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.stream import Stream

HEAD_BYTES = 16 * 1024
"""Longest request head that is read."""


@dataclass(frozen=True)
class Credentials:
    """A chain of DER certificates, served exactly as it stands, with the key of its first."""

    chain: Sequence[bytes]
    key: PrivateKey = field(repr=False)


@dataclass(frozen=True)
class TlsOptions:
    """How a TLS server differs from the usual.

    `client_ca` is PEM: a client certificate from there is required. `sni_alert` is sent to every client that names
    a host. `also` are chains for other key types. `configure` has the last word on the context. `text` is the body
    of every answer. `weak` lets it serve keys and signatures that OpenSSL's default security level forbids.
    """

    minimum: ssl.TLSVersion | None = None
    maximum: ssl.TLSVersion | None = None
    client_ca: bytes | None = None
    sni_alert: ssl.AlertDescription | None = None
    also: tuple[Credentials, ...] = ()
    configure: Callable[[ssl.SSLContext], None] | None = None
    text: str = "You reached the lab.\n"
    weak: bool = False


DEFAULT_TLS = TlsOptions()


@dataclass(frozen=True)
class HTTPRequest:
    """The first line of an HTTP request; both are empty when it was none."""

    method: str
    path: str


def make_context(folder: Path, credentials: Credentials, options: TlsOptions = DEFAULT_TLS) -> ssl.SSLContext:
    """Make a server's TLS context; `folder` holds the key for a moment, since OpenSSL loads from files only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if options.weak:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    for each in (credentials, *options.also):
        _load(context, folder, each)
    if options.minimum is not None:
        context.minimum_version = options.minimum
    if options.maximum is not None:
        context.maximum_version = options.maximum
    if options.client_ca is not None:
        context.load_verify_locations(cadata=options.client_ca.decode("ascii"))
        context.verify_mode = ssl.CERT_REQUIRED
    if options.sni_alert is not None:
        context.sni_callback = _refuse_names(options.sni_alert)
    if options.configure is not None:
        options.configure(context)
    return context


def tls_handler(context: ssl.SSLContext, text: str) -> Handler:
    """Return a handler that does a handshake and answers one HTTP request with 200 and a text."""

    async def handle(stream: Stream) -> None:
        await stream.start_tls(context)
        request = await read_request(stream)
        if request.method:
            await stream.send(http_answer("200 OK", text.encode(), with_body=request.method != "HEAD"))
        await stream.finish()

    return handle


async def plain_http(stream: Stream) -> None:
    """Answer the first bytes, whatever they are, with an HTTP 400 in clear text."""
    if await stream.receive():
        await stream.send(http_answer("400 Bad Request", b"This port speaks plain HTTP, no TLS.\n"))
    await stream.finish()


async def stay_silent(stream: Stream) -> None:
    """Read until the client gives up, and never answer."""
    while await stream.receive():
        pass


def http_answer(status: str, body: bytes, *, with_body: bool = True) -> bytes:
    """Return an HTTP/1.1 answer in plain text that closes the connection (RFC 9112)."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    return head.encode("ascii") + b"Connection: close\r\n\r\n" + (body if with_body else b"")


async def read_request(stream: Stream) -> HTTPRequest:
    """Read a request's head; a connection that ends earlier or exceeds the bound gives an empty request."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = await stream.receive()
        head += data
        if not data or len(head) > HEAD_BYTES:
            return HTTPRequest("", "")
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    return HTTPRequest(words[0], words[1]) if len(words) == 3 else HTTPRequest("", "")


def _load(context: ssl.SSLContext, folder: Path, credentials: Credentials) -> None:
    with NamedTemporaryFile(dir=folder, suffix=".pem") as file:
        file.write(to_pem(credentials.chain) + key_to_pem(credentials.key))
        file.flush()
        context.load_cert_chain(file.name)


def _refuse_names(
    alert: ssl.AlertDescription,
) -> Callable[[ssl.SSLObject, str | None, ssl.SSLContext], int | None]:
    def refuse(_connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        return alert if name is not None else None

    return refuse
