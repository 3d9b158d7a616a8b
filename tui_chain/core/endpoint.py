"""Where a connection goes, as far as the instructions for clients and servers need to know."""

from __future__ import annotations

from typing import Protocol


class Endpoint(Protocol):
    """A server that is connected to: `host` is an ASCII name or an IP literal without brackets."""

    @property
    def host(self) -> str:
        """The name or IP literal."""

    @property
    def port(self) -> int:
        """The TCP port."""

    @property
    def starttls(self) -> str | None:
        """The protocol that is asked to switch to TLS first, or None for TLS from the first byte."""

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IP literal, which has no SNI (RFC 6066 section 3)."""

    @property
    def url(self) -> str:
        """The HTTPS URL of the host's root."""


def bracketed(host: str) -> str:
    """Return a host as it stands before a port: an IPv6 address in brackets (RFC 3986 section 3.2.2)."""
    return f"[{host}]" if ":" in host else host
