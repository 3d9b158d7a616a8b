"""The lab's odd hosts: one for every finding that a server can show. They are served when they are named."""

from __future__ import annotations

from tui_chain.lab.scenarios.catalogue import Scenario
from tui_chain.lab.scenarios.client_differences import CLIENT_DIFFERENCES, NEWER_DIFFERENCES
from tui_chain.lab.scenarios.crl_chains import CRL_CHAINS
from tui_chain.lab.scenarios.handshakes import HANDSHAKES, NEWER_HANDSHAKES
from tui_chain.lab.scenarios.odd_certificates import CAS, LEAVES
from tui_chain.lab.scenarios.odd_chains import CHAINS
from tui_chain.lab.scenarios.odd_network import NETWORK_ODDITIES
from tui_chain.lab.scenarios.odd_revocation import REVOCATION
from tui_chain.lab.scenarios.odd_servers import MISNAMED, SERVERS

ODDITIES: tuple[Scenario, ...] = (
    *LEAVES,
    *CAS,
    *CHAINS,
    *CLIENT_DIFFERENCES,
    *HANDSHAKES,
    *NETWORK_ODDITIES,
    *SERVERS,
    *MISNAMED,
    *REVOCATION,
    *CRL_CHAINS,
)
"""All that every OpenSSL can serve, in the order in which they are listed."""

POST_QUANTUM: tuple[Scenario, ...] = (*NEWER_DIFFERENCES, *NEWER_HANDSHAKES)
"""Those that need a cryptography and pyOpenSSL on OpenSSL 3.5; to serve them elsewhere raises an error."""
