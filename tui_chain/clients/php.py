"""PHP: its streams judge as OpenSSL does, its curl as curl."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.families import FamilyId
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads

CLIENT = Client(
    "PHP",
    place=250,
    families={FamilyId.PYTHON: "PHP streams", FamilyId.CURL: "PHP-curl"},
    reads=(Reads(OPENSSL, "PHP"),),
)
