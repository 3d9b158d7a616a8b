"""IRC: the STARTTLS command of the IRCv3 extension `tls`, with the numerics 670 and 691."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import CHECK_PROTOCOL, Conversation, StartTLSProtocol, answered

NO_STARTTLS = "Most IRC servers have TLS from the first byte alone: try the port 6697, as ircs://HOST."
_READY, _FAILED = "670", "691"
_REFUSALS = frozenset({_FAILED, "421", "451", "462", "ERROR"})
"""Cannot start TLS; and of servers without it: unknown command, not registered, may not register again, the end."""


async def _ask(server: Conversation) -> None:
    await server.send(b"STARTTLS\r\n")
    line = await _numeric(server, _REFUSALS | {_READY})
    if _command(line) != _READY:
        raise answered(line, CHECK_PROTOCOL if _command(line) == _FAILED else NO_STARTTLS)


async def _greet(server: Conversation) -> str:
    """Ask for the capabilities, which needs no nickname; a server without them knows no such command."""
    await server.send(b"CAP LS 302\r\n")
    line = await _numeric(server, _REFUSALS | {"CAP"})
    await server.send(b"QUIT\r\n")
    return line


async def _numeric(server: Conversation, awaited: frozenset[str]) -> str:
    """Return the first line with one of these commands; servers tell of their lookups in between (RFC 1459)."""
    return (await server.lines_until(lambda line: _command(line) in awaited))[-1]


def _command(line: str) -> str:
    """The command or numeric of a message, which its sender may precede (RFC 1459 section 2.3)."""
    words = line.split(maxsplit=2) if line.startswith(":") else ["", *line.split(maxsplit=1)]
    return words[1].upper() if len(words) > 1 else ""


PROTOCOL = StartTLSProtocol(
    "irc",
    6667,
    _ask,
    _greet,
    "IRC",
    re.compile(rb"(?i)(?::\S{1,253} )?(?:NOTICE \S{1,99} :|ERROR :)|:\S{1,253} (?:020|421|439|451) "),
    speaks_first=False,
    tls_ports=(6697,),
    more_ports=(6660, 6661, 6662, 6663, 6664, 6665, 6666, 6668, 6669),
)
