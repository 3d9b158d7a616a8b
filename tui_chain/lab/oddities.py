"""The lab's odd hosts: one for every finding that a server can show. They are served when they are named."""

from __future__ import annotations

from tui_chain.lab.crl_chains import CRL_CHAINS
from tui_chain.lab.odd_certificates import CAS, LEAVES
from tui_chain.lab.odd_chains import CHAINS
from tui_chain.lab.odd_network import NETWORK_ODDITIES
from tui_chain.lab.odd_revocation import REVOCATION
from tui_chain.lab.odd_servers import SERVERS
from tui_chain.lab.scenarios import Scenario

ODDITIES: tuple[Scenario, ...] = (*LEAVES, *CAS, *CHAINS, *NETWORK_ODDITIES, *SERVERS, *REVOCATION, *CRL_CHAINS)
"""All of them, in the order in which they are listed."""
