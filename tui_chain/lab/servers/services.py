"""What a scenario may run on its port; a new kind is a class with an `open` method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tui_chain.lab.authority import PrivateKey
from tui_chain.lab.hierarchy import DEFAULT_LEAF, Hierarchy, Leaf
from tui_chain.lab.servers.aia_site import AnswerSource
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.tls import DEFAULT_TLS, TlsOptions, plain_http, stay_silent

LEAF = "leaf"
"""The scenario's own server certificate, among the labels of a served chain."""

LOCALHOST = ("127.0.0.1", "::1")
"""Every address that the name localhost may have."""


class UnsupportedError(ValueError):
    """The TLS library of this machine lacks what a service needs; the message names it."""


Served = tuple[int, tuple[bytes, ...]]
"""A port, and the DER certificates that it serves, in order."""


class LabResources(Protocol):
    """What a service may use of the lab."""

    @property
    def hierarchy(self) -> Hierarchy:
        """The lab's CAs."""

    @property
    def dead_port(self) -> int:
        """A port on which nobody listens."""

    @property
    def folder(self) -> Path:
        """A folder that is gone when the lab closes."""

    def serve(
        self,
        chain: Sequence[bytes],
        key: PrivateKey,
        *,
        addresses: Sequence[str] = ...,
        port: int = ...,
        options: TlsOptions = ...,
    ) -> int:
        """Serve a chain over TLS; return the port."""

    def publish(self, path: str, answer: AnswerSource | bytes) -> str:
        """Let the AIA site answer a path; return the URL."""

    def listen(self, handler: Handler, *, addresses: Sequence[str] = ..., port: int = ...) -> int:
        """Serve connections with any handler; return the port."""


class Service(Protocol):
    """Something that a scenario runs on a port of its own."""

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Start to serve; return the port and what is served there."""


@dataclass(frozen=True)
class Tls:
    """A TLS server that sends the certificates of these labels, in this order and as often as they are named."""

    served: tuple[str, ...] = (LEAF,)
    leaf: Leaf = DEFAULT_LEAF
    options: TlsOptions = DEFAULT_TLS

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the leaf and serve the chain, with the key of whichever certificate comes first."""
        leaf = lab.hierarchy.issue_leaf(self.leaf, scenario)
        chain = tuple(leaf.der if label == LEAF else lab.hierarchy[label].der for label in self.served)
        key = leaf.key if self.served[0] == LEAF else lab.hierarchy[self.served[0]].key
        return lab.serve(chain, key, addresses=LOCALHOST, options=self.options), chain


@dataclass(frozen=True)
class NoTls:
    """A port that no certificate is served on."""

    handler: Handler

    def open(self, lab: LabResources, _scenario: str, /) -> Served:
        """Serve with the handler."""
        return lab.listen(self.handler, addresses=LOCALHOST), ()


@dataclass(frozen=True)
class Nobody:
    """A port that refuses every connection."""

    def open(self, lab: LabResources, _scenario: str, /) -> Served:
        """Serve nothing."""
        return lab.dead_port, ()


PLAIN_HTTP = NoTls(plain_http)
"""A web server that knows no TLS."""

SILENT = NoTls(stay_silent)
"""A server that accepts and never answers."""
