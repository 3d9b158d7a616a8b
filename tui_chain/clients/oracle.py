"""Oracle's database and its clients, which trust what their wallet holds."""

from __future__ import annotations

from tui_chain.clients.client import Client, any_endpoint
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled

CLIENT = Client(
    "Oracle",
    346,
    errors=ErrorOutput(
        (
            spelled(Kind.UNKNOWN_ISSUER, "ORA-29024", "ORA-29024: Certificate validation failure"),
            spelled(Kind.BAD_BUNDLE, "ORA-28759", "ORA-28759: failure to open file"),
            spelled(Kind.HOST, "ORA-24263"),
            spelled(Kind.ENDED, "ORA-28864"),
            spelled(Kind.HANDSHAKE, "ORA-28860"),
        ),
        signs=r"\bORA-\d{5}\b",
        trust_command="orapki wallet display -wallet WALLET",
    ),
    reaches=any_endpoint,
)
