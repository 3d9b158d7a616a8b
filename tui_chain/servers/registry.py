"""All servers: every module of this folder that declares one is found, so that a new one is one new file."""

from __future__ import annotations

from functools import cache

from tui_chain.core.endpoint import Endpoint, bracketed
from tui_chain.core.found import declared
from tui_chain.servers.server import Installation, Server, ServerLines

NO_SERVERS = frozenset({"registry", "server"})
"""Modules of this folder that declare no server."""
CHAIN = "/etc/ssl/{name}-chain.pem"
KEY = "/etc/ssl/private/{name}.key"


@cache
def servers() -> tuple[Server, ...]:
    """Every server, in the order in which they are shown."""
    return tuple(sorted(declared("tui_chain.servers", "SERVER", Server, NO_SERVERS), key=lambda server: server.place))


def server_lines(
    name: str, chain: str = "", key: str = "", endpoint: Endpoint | None = None
) -> tuple[ServerLines, ...]:
    """Say for each server program how `chain` is installed.

    `name` is the host's, safe for a path; without `chain` and `key` their usual places are named. `endpoint` says
    the host and port that the server has: programs for such an endpoint come first.
    """
    installation = Installation(
        name,
        chain or CHAIN.format(name=name),
        key or KEY.format(name=name),
        name if endpoint is None else bracketed(endpoint.host),
        443 if endpoint is None else endpoint.port,
    )
    return tuple(server.lines(installation) for server in _for(endpoint))


def _for(endpoint: Endpoint | None) -> tuple[Server, ...]:
    """The programs that are likely there, then the others; a protocol with STARTTLS is spoken by its own alone."""
    own = tuple(server for server in servers() if endpoint is not None and server.owns(endpoint))
    if own and endpoint is not None and endpoint.starttls is not None:
        return own
    return (*own, *(server for server in servers() if not server.only and server not in own))
