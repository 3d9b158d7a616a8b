"""What a probe records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui_chain.net.target import Target
from tui_chain.probe.tls import NO_HANDSHAKE, TLSFacts
from tui_chain.x509.certificate import Certificate


@dataclass(frozen=True)
class Timings:
    """Milliseconds that each step took."""

    lookup: float
    connect: float
    tls: float


@dataclass(frozen=True)
class ServedChain:
    """Exactly what a server sent: its certificates in their order, duplicates and unrelated ones kept.

    `address` is the IP address that answered, None through a proxy, whose URL without its login is `proxy`. `at` is
    the aware time of the probe, `tls` what was negotiated. `note` says how the handshake ended after the
    certificates, where it did not succeed. A chain that came from a file has neither an address nor facts of a
    handshake. `staple` is the DER of the OCSP response that the server stapled, empty where it was asked for one and
    sent none, None where it was not asked.
    `earlier_address` is the address in saved results: it is shown and compared, and opens nothing.
    """

    target: Target
    certificates: tuple[Certificate, ...]
    at: datetime
    address: str | None = None
    tls: TLSFacts = NO_HANDSHAKE
    timings: Timings | None = None
    note: str = ""
    staple: bytes | None = None
    earlier_address: str | None = None
    proxy: str | None = None

    @property
    def host(self) -> str:
        """The name that the leaf has to cover."""
        return self.target.verified_name

    @property
    def place(self) -> str:
        """Where it came from, in short: the IP address, or the proxy; empty for a chain from a file."""
        return self.address or ("" if self.proxy is None else f"by proxy {self.proxy}")

    @property
    def origin(self) -> str:
        """Where it came from and what is unusual about the connection, as it follows in a sentence; may be empty."""
        place = f"from {self.address}" if self.address else self.place
        return ", ".join(filter(None, (place, *(self.remarks if place else ()))))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is unusual about the connection, in words."""
        return self.target.connection.remarks_on(by_proxy=self.proxy is not None)

    @property
    def tls_version(self) -> str | None:
        """The version of TLS as OpenSSL names it, such as `TLSv1.3`."""
        return self.tls.version

    @property
    def cipher(self) -> str | None:
        """The cipher suite as OpenSSL names it."""
        return self.tls.cipher
