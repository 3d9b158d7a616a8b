"""What a probe records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui_chain.certs.certificate import Certificate
from tui_chain.probe.target import Target


@dataclass(frozen=True)
class Timings:
    """Milliseconds that each step took."""

    lookup: float
    connect: float
    tls: float


@dataclass(frozen=True)
class ServedChain:
    """Exactly what a server sent: its certificates in their order, duplicates and strangers kept.

    `address` is the IP address that answered, `at` the aware time of the probe. `tls_version` and `cipher`
    are as OpenSSL names them. `note` says what else the server did, for example ask for a client certificate.
    A chain that came from a file has no address, TLS version or cipher. `staple` is the DER of the OCSP response
    that the server stapled, empty where it was asked for one and sent none, None where it was not asked.
    """

    target: Target
    certificates: tuple[Certificate, ...]
    at: datetime
    address: str | None = None
    tls_version: str | None = None
    cipher: str | None = None
    timings: Timings | None = None
    note: str = ""
    staple: bytes | None = None

    @property
    def host(self) -> str:
        """The name that the leaf has to cover."""
        return self.target.host
