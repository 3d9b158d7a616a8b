"""ManageSieve: RFC 5804 section 2.2."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol, StartTLSRefused, need

TLS_OFF = "The server has no TLS for ManageSieve: turn it on, in Dovecot by ssl = yes and ssl_cert."
_ENDS = re.compile(r"(?i)(?:OK|NO|BYE)(?:\s|$)")
_OFFER = re.compile(r'(?i)"STARTTLS"')


async def _ask(server: Conversation) -> None:
    greeting = await _response(server)
    need(greeting[-1], "OK")
    if not any(map(_OFFER.match, greeting)):
        raise StartTLSRefused("its greeting offers no TLS", TLS_OFF)
    await server.send(b"STARTTLS\r\n")
    need((await _response(server))[-1], "OK")


async def _greet(server: Conversation) -> str:
    """Read the capabilities, which the server sends again unasked (section 2.2)."""
    lines = await _response(server)
    await server.send(b"LOGOUT\r\n")
    return lines[0]


async def _response(server: Conversation) -> list[str]:
    """Read a response up to its OK, NO or BYE (section 1.3)."""
    return await server.lines_until(lambda line: _ENDS.match(line) is not None)


PROTOCOL = StartTLSProtocol("sieve", 4190, _ask, _greet, "ManageSieve", re.compile(rb'(?i)"IMPLEMENTATION"|"SIEVE" '))
