"""The proxy that the environment names, and what may go through it."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from tui_chain.core.text import safe_text
from tui_chain.net.refusals import FetchRefusedError
from tui_chain.x509.names import IPAddress, parse_ip

_LOCAL_ENDINGS = ("localhost", "local", "internal", "intranet", "lan", "corp", "home", "private", "home.arpa")
"""Endings of names that are nobody's in the public DNS (RFC 6761, RFC 6762, RFC 8375, and ICANN's reserved ones)."""


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy: its URL without credentials, and those."""

    url: str
    credentials: tuple[bytes, bytes] | None = None

    @property
    def words(self) -> str:
        """The proxy for a trace, without its credentials."""
        return f"by proxy {safe_text(urlsplit(self.url).netloc, 60)}"


def proxy_for(parts: SplitResult, proxies: Mapping[str, str] | None = None) -> Proxy | None:
    """Return the proxy for a URL: http_proxy, https_proxy, all_proxy, unless no_proxy names the host.

    `proxies` is the environment's, by scheme, where None. A CGI request's HTTP_PROXY is not taken (httpoxy). Raises
    FetchRefusedError for a kind of proxy that is not supported.
    """
    known = dict(_environment() if proxies is None else proxies)
    address = known.get(parts.scheme) or known.get("all")
    if not address or _excepted(parts.hostname or "", known.get("no", "")):
        return None
    return _proxy(address if "://" in address else f"http://{address}")


def _environment() -> Mapping[str, str]:
    """What Python's own reading gives; it is loaded only where a variable could be one of those."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies_environment

    return getproxies_environment()


def _excepted(host: str, exceptions: str) -> bool:
    """Whether no_proxy names a host: `*`, a name with all below it, an address, or a network."""
    ip, name = parse_ip(host), host.rstrip(".").lower()
    for entry in filter(None, (each.strip().lower() for each in exceptions.split(","))):
        bare = entry.removeprefix("*").lstrip(".")
        if entry == "*" or name == bare or (ip is None and bare and name.endswith(f".{bare}")):
            return True
        if ip is not None and _in_network(ip, entry):
            return True
    return False


def _in_network(ip: IPAddress, entry: str) -> bool:
    try:
        return ip in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


def _proxy(address: str) -> Proxy:
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FetchRefusedError(
            f"the environment names a proxy that is not supported ({safe_text(parts.scheme, 20) or 'no URL'})",
            "Name an http:// or https:// proxy in http_proxy, or add the host to no_proxy.",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    login = None
    if parts.username is not None:
        login = (unquote(parts.username).encode(), unquote(parts.password or "").encode())
    return Proxy(f"{parts.scheme}://{host}:{port}", login)


def local_name(host: str) -> bool:
    """Whether a name, that is no address, can only mean a host inside: one label, or an ending of local use."""
    name = host.rstrip(".").lower()
    if parse_ip(name) is not None:
        return False
    return "." not in name or name.endswith(tuple(f".{ending}" for ending in _LOCAL_ENDINGS))
