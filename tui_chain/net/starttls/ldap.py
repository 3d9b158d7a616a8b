"""LDAP: RFC 4511 section 4.14, an extended request that is answered with the resultCode success."""

from __future__ import annotations

from tui_chain.net.starttls.conversation import MAX_LINE, Conversation, StartTLSProtocol, StartTLSRefused

REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
"""LDAPMessage with the messageID 1 and the ExtendedRequest of StartTLS."""
_SUCCESS = bytes.fromhex("0a0100")


async def _ask(server: Conversation) -> None:
    await server.send(REQUEST)
    head = await server.exactly(2)
    size = head[1] if head[1] < 0x80 else int.from_bytes(await server.exactly(head[1] & 0x7F), "big")
    if _SUCCESS not in await server.exactly(min(size, MAX_LINE)):
        raise StartTLSRefused("it answered with an LDAP result other than success")


PROTOCOL = StartTLSProtocol("ldap", 389, _ask)
