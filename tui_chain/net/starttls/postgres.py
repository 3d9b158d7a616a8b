"""PostgreSQL: the SSLRequest message of its frontend/backend protocol."""

from __future__ import annotations

from tui_chain.net.starttls.conversation import CHECK_PROTOCOL, Conversation, StartTLSProtocol, need

TLS_OFF = "PostgreSQL has TLS turned off: set ssl = on, ssl_cert_file and ssl_key_file in postgresql.conf."
SSL_REQUEST = bytes.fromhex("0000000804d2162f")


async def _ask(server: Conversation) -> None:
    await server.send(SSL_REQUEST)
    answer = (await server.exactly(1)).decode("latin-1")
    need(answer, "S", TLS_OFF if answer == "N" else CHECK_PROTOCOL)


PROTOCOL = StartTLSProtocol("postgres", 5432, _ask)
