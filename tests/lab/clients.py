"""Clients that see a server as programs do: a lax one that reads its chain, a strict one, curl and openssl."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

SECONDS = 10.0


def lax_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def strict_context(trust_pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=trust_pem.decode("ascii"))
    return context


def dial(port: int, address: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection((address, port), timeout=SECONDS)


def served_chain(
    port: int,
    *,
    address: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
    name: str | None = "localhost",
) -> tuple[bytes, ...]:
    context = context or lax_context()
    with dial(port, address) as sock, context.wrap_socket(sock, server_hostname=name) as tls:
        if sys.version_info >= (3, 13):
            return tuple(tls.get_unverified_chain())
        return tuple(each.public_bytes(2) for each in tls._sslobj.get_unverified_chain())  # type: ignore[attr-defined]


def talk(port: int, data: bytes, address: str = "127.0.0.1") -> bytes:
    """Send bytes in clear text and return everything that comes back until the end."""
    with dial(port, address) as sock:
        sock.sendall(data)
        return read_all(sock)


def read_all(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(65536), b""))


def run(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words, input=stdin, capture_output=True, timeout=SECONDS * 3, check=False)


def openssl_verify(
    folder: Path, trust_pem: bytes, chain_pem: bytes, *options: str
) -> subprocess.CompletedProcess[bytes]:
    """Verify the first certificate of a PEM chain with OpenSSL's program and nothing of the system's store."""
    trust, chain = folder / "trust.pem", folder / "chain.pem"
    trust.write_bytes(trust_pem)
    chain.write_bytes(chain_pem)
    own = ("-no-CApath", "-no-CAstore", "-CAfile", str(trust), "-untrusted", str(chain))
    return run("openssl", "verify", *own, *options, str(chain))


def pem(chain: Iterable[bytes]) -> bytes:
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in chain).encode("ascii")
