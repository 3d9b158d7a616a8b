"""LDAP: RFC 4511 section 4.14, an extended request that is answered with the resultCode success."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui_chain.core.text import safe_text
from tui_chain.net.starttls.conversation import (
    CHECK_PROTOCOL,
    MAX_MESSAGE,
    Conversation,
    StartTLSProtocol,
    StartTLSRefused,
)

REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
"""LDAPMessage with the messageID 1 and the ExtendedRequest of StartTLS."""
ROOT_DSE = bytes.fromhex("3025020102632004000a01000a0100020101020101010100870b") + b"objectClass" + b"\x30\x00"
"""LDAPMessage 2: a search for the root DSE alone, one entry and one second at most (RFC 4512 section 5.1)."""
UNBIND = bytes.fromhex("30050201034200")
TLS_OFF = "The LDAP server has no TLS: set its certificate and key, in OpenLDAP by olcTLSCertificateFile."
_EXTENDED, _ENTRY, _DONE = 0x78, 0x64, 0x65
"""Tags of the protocolOp of an answer (section 4.2, 4.5.2)."""
_SEQUENCE, _INTEGER, _ENUMERATED = 0x30, 0x02, 0x0A
_LONG_FORM = 0x80
"""A length from here on says how many bytes the length has that follow."""
_PROTOCOL_ERROR, _UNAVAILABLE = 2, 52
"""How a server says that it does not know StartTLS, and that it has no TLS (section 4.14.2)."""
_RESULTS = {
    1: "operationsError",
    _PROTOCOL_ERROR: "protocolError",
    13: "confidentialityRequired",
    50: "insufficientAccessRights",
    51: "busy",
    _UNAVAILABLE: "unavailable",
    53: "unwillingToPerform",
}
_NO_LDAP = "it did not answer as LDAP does"


@dataclass(frozen=True)
class _BERElement:
    """One BER element: its tag, its content, and what stands behind it."""

    tag: int
    content: bytes
    rest: bytes


async def _ask(server: Conversation) -> None:
    await server.send(REQUEST)
    operation = await _operation(server)
    if operation.tag != _EXTENDED:
        raise StartTLSRefused(_NO_LDAP)
    code, text = _result(operation.content)
    if code != 0:
        hint = TLS_OFF if code in {_PROTOCOL_ERROR, _UNAVAILABLE} else CHECK_PROTOCOL
        raise StartTLSRefused(f"it answered with the LDAP {_named(code, text)}", hint)


async def _greet(server: Conversation) -> str:
    """Read the root DSE, which describes the server and which most servers show to anybody."""
    await server.send(ROOT_DSE)
    operation = await _operation(server)
    await server.send(UNBIND)
    if operation.tag == _ENTRY:
        return "LDAP shows its root DSE"
    if operation.tag != _DONE:
        raise StartTLSRefused(_NO_LDAP)
    code, text = _result(operation.content)
    return "LDAP shows no root DSE" if code == 0 else f"LDAP {_named(code, text)}"


def _named(code: int, text: str) -> str:
    name = f"result {code} ({_RESULTS[code]})" if code in _RESULTS else f"result {code}"
    return f"{name}: {safe_text(text, 100)}" if text else name


async def _operation(server: Conversation) -> _BERElement:
    """Read an LDAPMessage: its protocolOp, behind the messageID."""
    tag, size = await server.exactly(2)
    if size >= _LONG_FORM:
        size = int.from_bytes(await server.exactly(min(size - _LONG_FORM, 8)), "big")
    if tag != _SEQUENCE or not 0 < size <= MAX_MESSAGE:
        raise StartTLSRefused(_NO_LDAP)
    number = _element(await server.exactly(size), _INTEGER)
    return _element(number.rest)


def _result(content: bytes) -> tuple[int, str]:
    """The resultCode and the diagnosticMessage of an LDAPResult, behind the matchedDN (section 4.1.9)."""
    code = _element(content, _ENUMERATED)
    matched = _element(code.rest)
    text = _element(matched.rest).content
    return int.from_bytes(code.content[:4], "big"), text.decode("utf-8", "replace")


def _element(data: bytes, tag: int | None = None) -> _BERElement:
    """The first BER element of `data`, with this tag if one is given (X.690 section 8.1, the definite form)."""
    if len(data) < 2 or (tag is not None and data[0] != tag):
        raise StartTLSRefused(_NO_LDAP)
    at, size = 2, data[1]
    if size >= _LONG_FORM:
        at += size - _LONG_FORM
        size = int.from_bytes(data[2:at], "big")
    if len(data) < at + size:
        raise StartTLSRefused(_NO_LDAP)
    return _BERElement(data[0], data[at : at + size], data[at + size :])


PROTOCOL = StartTLSProtocol(
    "ldap",
    389,
    _ask,
    _greet,
    "LDAP",
    re.compile(rb"\x30(?:[\x05-\x7f]|\x81.|\x82..|\x84....)\x02[\x01-\x04]", re.DOTALL),
    speaks_first=False,
    more_ports=(3268,),
    tls_ports=(636, 3269),
)
