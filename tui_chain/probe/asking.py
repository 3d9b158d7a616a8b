"""A handshake by pyOpenSSL, for what Python's ssl cannot ask: one kind of key, and an OCSP staple.

It verifies nothing and sends nothing after it, as the probing handshake.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_chain.probe.handshake import CHUNK, Handshake, more

if TYPE_CHECKING:
    from OpenSSL import SSL


class KeyType(StrEnum):
    """The kind of key that a server is asked to show; `any` leaves it the choice."""

    ANY = "any"
    RSA = "RSA"
    ECDSA = "ECDSA"


TLS_1_2, TLS_1_3 = "TLSv1.2", "TLSv1.3"

_SIGNATURES = {
    KeyType.RSA: "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA1",
    KeyType.ECDSA: "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ECDSA+SHA1",
}
"""Signature algorithms of RFC 8446 section 4.2.3: in both versions a server that obeys them has no other choice."""
_CIPHERS = {KeyType.ANY: "DEFAULT", KeyType.RSA: "aRSA", KeyType.ECDSA: "aECDSA"}


@dataclass(frozen=True)
class Question:
    """What is asked of a server: one kind of key, one version of TLS (None: any), its staple."""

    key_type: KeyType = KeyType.ANY
    tls: str | None = None
    staple: bool = False


def can_choose_keys() -> bool:
    """Whether this pyOpenSSL's binding can set signature algorithms; without it TLS 1.3 cannot be asked by key."""
    from OpenSSL._util import lib

    return hasattr(lib, "SSL_CTX_set1_sigalgs_list")


async def ask(sock: socket.socket, question: Question, server_name: str | None) -> Handshake:
    """Shake hands over a connected, non-blocking socket; raises ssl.SSLError, OSError or HandshakeTooLong.

    There is no deadline here: the caller has it.
    """
    from OpenSSL import SSL

    staples: list[bytes] = []
    connection = SSL.Connection(_context(question, staples), None)
    if server_name is not None:
        connection.set_tlsext_host_name(server_name.encode("ascii"))
    if question.staple:
        connection.request_ocsp()
    connection.set_connect_state()
    try:
        await _pump(sock, connection)
    except SSL.Error as error:
        raise _as_ssl_error(error) from None
    staple = b"".join(staples) if question.staple else None
    version, cipher = connection.get_protocol_version_name(), connection.get_cipher_name()
    return Handshake(_chain(connection), version, cipher, staple=staple)


def _context(question: Question, staples: list[bytes]) -> SSL.Context:
    from OpenSSL import SSL
    from OpenSSL._util import lib

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE, None)
    context.set_cipher_list(f"{_CIPHERS[question.key_type]}:@SECLEVEL=0".encode())
    versions = {TLS_1_2: SSL.TLS1_2_VERSION, TLS_1_3: SSL.TLS1_3_VERSION}
    context.set_min_proto_version(versions.get(question.tls or "", SSL.TLS1_VERSION))
    if question.tls is not None:
        context.set_max_proto_version(versions[question.tls])
    names = _SIGNATURES.get(question.key_type)
    if names is not None and can_choose_keys():
        # pyOpenSSL has no public call for it; without one the ciphers of TLS 1.2 still choose the key
        lib.SSL_CTX_set1_sigalgs_list(context._context, names.encode())  # noqa: SLF001
    if question.staple:
        context.set_ocsp_client_callback(lambda _connection, staple, _data: _take(staples, staple))
    return context


def _take(staples: list[bytes], staple: bytes) -> bool:
    staples[:] = [staple]
    return True


def _chain(connection: SSL.Connection) -> tuple[bytes, ...]:
    from OpenSSL import crypto

    served = connection.get_peer_cert_chain() or []
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in served)


def _as_ssl_error(error: SSL.Error) -> ssl.SSLError:
    """The same error as Python's ssl would give it, with OpenSSL's reason, so that both are explained alike."""
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
    words = str(entries[0][-1]) if entries else "the connection was closed"
    found = ssl.SSLError(1, words)
    # the alerts of SSL 3 have three names: "sslv3 alert" in OpenSSL 3.0, "ssl/tls alert" from 3.2, "tls alert" in 4.0
    found.reason = re.sub(r"^(?:ssl/)?tls alert", "sslv3 alert", words).upper().replace(" ", "_")
    return found


async def _pump(sock: socket.socket, connection: SSL.Connection) -> None:
    from OpenSSL import SSL

    loop = asyncio.get_running_loop()
    received = 0
    while True:
        try:
            connection.do_handshake()
            finished = True
        except SSL.WantReadError:
            finished = False
        finally:
            await _flush(loop, sock, connection)
        if finished:
            return
        data = await more(sock, received)
        received += len(data)
        connection.bio_write(data)


async def _flush(loop: asyncio.AbstractEventLoop, sock: socket.socket, connection: SSL.Connection) -> None:
    from OpenSSL import SSL

    while True:
        try:
            pending = connection.bio_read(CHUNK)
        except SSL.WantReadError:
            return
        await loop.sock_sendall(sock, pending)
