"""The protocols with STARTTLS: whatever module of this package has a `PROTOCOL`."""

from __future__ import annotations

import pkgutil
import socket
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from tui_chain.net import starttls
from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol


@cache
def protocols() -> Mapping[str, StartTLSProtocol]:
    """Return every protocol by its name, in the order of the names."""
    modules = sorted(module.name for module in pkgutil.iter_modules(starttls.__path__))
    found = (getattr(import_module(f"{starttls.__name__}.{name}"), "PROTOCOL", None) for name in modules)
    return MappingProxyType({one.name: one for one in found if isinstance(one, StartTLSProtocol)})


async def start_tls(sock: socket.socket, protocol: str) -> None:
    """Speak `protocol` until the server is ready for a TLS handshake; raises StartTLSRefused or OSError."""
    await protocols()[protocol].ask(Conversation(sock))
