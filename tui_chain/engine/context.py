"""What one run judges and searches by, as one value: every stage gets it, and nothing of it changes on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_chain.engine.host_state import Clock, utc_now
from tui_chain.net.lookup import NameLookup, lookup
from tui_chain.resolve.files import FileCertificates
from tui_chain.trust.public_stores import PublicStores
from tui_chain.trust.store import TrustStore
from tui_chain.x509.signatures import SignatureProver


@dataclass(frozen=True, eq=False)
class Context:
    """The frozen circumstances of a run, the same for all its hosts.

    `trust` is the chosen trust store, `pinned` the SHA-256 (lower-case hex) of the roots that the user confirmed at
    the start. `clock` gives the aware time to judge at, `timeout` the seconds of each step. `files` are the
    certificates and CRLs of the user's own files. `offline` fetches nothing; `allow_private_aia` is consent to every
    private address that AIA names. `name_lookup` gives the addresses of a name. `prover` remembers which signatures
    hold.
    """

    trust: TrustStore
    clock: Clock = utc_now
    timeout: float = 5.0
    files: FileCertificates = FileCertificates()  # noqa: RUF009 - frozen
    allow_private_aia: bool = False
    offline: bool = False
    name_lookup: NameLookup = lookup
    pinned: frozenset[str] = frozenset()
    prover: SignatureProver = field(default_factory=SignatureProver)

    @property
    def public_stores(self) -> PublicStores:
        """The public stores of this machine beside the chosen one."""
        return PublicStores(self.trust.name)
