"""Which certificate OpenSSL refuses, and its verdict at another time: what Python's `ssl` does not say.

The same handshake over memory, in the OpenSSL that pyOpenSSL brings, which is newer than most clients': it is
believed only where it meets the code that libssl gave.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from OpenSSL import SSL, crypto

from tui_chain.clients.engines.openssl.handshake import flight, uses_rsa
from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.paths.codes import meaning

_CIPHERS = b"DEFAULT@SECLEVEL=2"


class VerificationError(NamedTuple):
    """An error that verification met: OpenSSL's code, the certificate's SHA-256, text."""

    code: int
    certificate: str
    error: str


@dataclass(eq=False)
class Locator:
    """Verifies chains with one trust file as the only store, and says what it met on which certificate."""

    trust: bytes = field(repr=False)
    _contexts: dict[int, SSL.Context | None] = field(default_factory=dict, init=False, repr=False)
    _at: datetime | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _last: tuple[object, tuple[VerificationError, ...]] | None = field(default=None, init=False, repr=False)

    def locate(
        self, served: Sequence[bytes], flags: int, at: datetime | None, code: int | None = None
    ) -> VerificationError | None:
        """Return the first error that verification with these X509_V_FLAGs meets, or the first of this `code`.

        `at` None is now. No host is looked at. None where there is no such error.
        """
        met = self.errors(served, flags, at)
        return next((one for one in met if code is None or one.code == code), None)

    def errors(self, served: Sequence[bytes], flags: int, at: datetime | None) -> tuple[VerificationError, ...]:
        """Return every error in the order in which OpenSSL meets them, each passed over to come to the next."""
        inputs = tuple(served), flags, at
        with self._lock:
            if self._last is None or self._last[0] != inputs:
                context = self._context(flags, None if at is None else at.astimezone(UTC).replace(microsecond=0))
                self._last = inputs, () if context is None else tuple(_handshake(context, served).get_app_data())
            return self._last[1]

    def chain(self, served: Sequence[bytes], flags: int, at: datetime | None) -> tuple[bytes, ...]:
        """Return the chain that verification builds, leaf first, as far as it comes; empty where none is built."""
        with self._lock:
            context = self._context(flags, None if at is None else at.astimezone(UTC).replace(microsecond=0))
            built = None if context is None else _handshake(context, served).get_verified_chain()
        return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in built or ())

    def _context(self, flags: int, at: datetime | None) -> SSL.Context | None:
        """The context of these flags and this time; both are set once and for all. None: no file was read."""
        if self._at != at:
            self._at = at
            self._contexts.clear()
        if flags not in self._contexts:
            self._contexts[flags] = self._loaded(flags, at)
        return self._contexts[flags]

    def _loaded(self, flags: int, at: datetime | None) -> SSL.Context | None:
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(_CIPHERS)
        context.set_verify(SSL.VERIFY_PEER, _note)
        try:
            with as_path(self.trust) as path:
                context.load_verify_locations(path)
        except SSL.Error:
            return None
        store = context.get_cert_store()
        if store is not None:
            store.set_flags(flags)
            if at is not None:
                store.set_time(at)
        return context


def _note(connection: SSL.Connection, certificate: crypto.X509, code: int, _depth: int, ok: int) -> bool:
    """Keep an error with the connection that met it, and let verification go on."""
    if not ok:
        der = crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
        connection.get_app_data().append(VerificationError(code, sha256(der).hexdigest(), meaning(code).error))
    return True


def _handshake(context: SSL.Context, served: Sequence[bytes]) -> SSL.Connection:
    """Give the server's flight to a client and return it; its data are the errors that verification met."""
    client = SSL.Connection(context, None)
    client.set_app_data([])
    client.set_connect_state()
    for data in (b"", flight(served, rsa=uses_rsa(served[0]))):
        if data:
            client.bio_write(data)
        with suppress(SSL.Error):
            client.do_handshake()
    return client
