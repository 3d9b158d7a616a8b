"""Proxies: what their URLs say, and which of them the environment names for a URL or a host."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.net.addresses import FetchRefusedError
from tui_chain.net.target import Target
from tui_chain.x509.names import IPAddress, parse_ip


@dataclass(frozen=True)
class Proxy:
    """A proxy of HTTP or SOCKS 5: its URL without credentials, and those."""

    url: str
    credentials: tuple[bytes, bytes] | None = field(default=None, repr=False)

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS 5."""
        return self.url.startswith("socks5")

    @property
    def looks_up_here(self) -> bool:
        """Whether names are looked up here and not by the proxy: socks5, as against socks5h."""
        return self.url.startswith("socks5:")

    @property
    def label(self) -> str:
        """The proxy for a trace, without its credentials."""
        return f"by proxy {safe_text(urlsplit(self.url).netloc, 60)}"


def proxy_for(parts: SplitResult, proxies: Mapping[str, str] | None = None, usual: str | None = None) -> Proxy | None:
    """Return the proxy for a URL: http_proxy, https_proxy, all_proxy, unless no_proxy names the host.

    `proxies` is the environment's, by scheme, where None; `usual` is the URL of one where those name none. A CGI
    request's HTTP_PROXY is not taken (httpoxy). Raises FetchRefusedError for a kind of proxy that is not supported.
    """
    known = dict(_environment() if proxies is None else proxies)
    if usual is not None and not (known.get(parts.scheme) or known.get("all")):
        known["all"] = usual
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


_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""The kinds of proxies that are spoken to, and the usual port of each."""


def _proxy(address: str) -> Proxy:
    if not _is_text(address):
        raise FetchRefusedError(
            "the environment names a proxy whose URL has bytes that are no UTF-8 text",
            "Write them as %XX in the URL of http_proxy, https_proxy or all_proxy, or add the host to no_proxy.",
        )
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in _PORTS or not _is_host(parts.hostname):
        raise FetchRefusedError(
            f"the environment names a proxy that is not supported ({safe_text(parts.scheme, 20) or 'no URL'})",
            "Name an http://, https://, socks5:// or socks5h:// proxy in http_proxy, or add the host to no_proxy.",
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    login = None
    if parts.username is not None:
        login = (_octets(parts.username), _octets(parts.password or ""))
    return Proxy(f"{parts.scheme}://{host}:{port}", login)


def _octets(text: str) -> bytes:
    """A user name or password as it is sent: `%FF` is that byte, whatever it means in UTF-8."""
    return unquote(text, errors="surrogateescape").encode("utf-8", "surrogateescape")


def _is_text(address: str) -> bool:
    """Whether a variable was UTF-8: Python keeps other bytes of the environment as lone surrogates (PEP 383)."""
    try:
        address.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_host(host: str | None) -> bool:
    """Whether a host can be looked up, as far as its form goes."""
    try:
        return bool(host and host.encode("idna"))
    except UnicodeError:
        return False


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_WITH_PORT = re.compile(r"(\[[^]]*\]|[^:]*):([0-9]{1,5})")
_AUTHORITY = re.compile(r"[^/?#]*")
_PLACE = re.compile(r"(\[[^]@]*\]|[^:@]+)(:[0-9]{0,5})?")
_FORM = "Write it as http://proxy.example:3128, with user:password@ before the name where it wants them"
_ESCAPES = "/ ? # @ in a password are %2F %3F %23 %40"


def environment_proxy(environment: Mapping[str, str], target: Target) -> str | None:
    """Return the URL of the proxy for a host, with its credentials: HTTPS_PROXY, else ALL_PROXY, unless NO_PROXY.

    Names in lower case win, and an empty one takes the other back. The URL may be of a kind that is not spoken here:
    `read_proxy` says so.
    """
    known = _named(environment)
    address = known.get("https") or known.get("all")
    return None if not address or is_excepted(environment, target) else address


def is_excepted(environment: Mapping[str, str], target: Target) -> bool:
    """Whether NO_PROXY names a host."""
    exceptions = _without_ports(_named(environment).get("no", ""), target.port)
    return proxy_for(urlsplit(target.url), {"https": "http://any.invalid", "no": exceptions}) is None


def _named(environment: Mapping[str, str]) -> dict[str, str]:
    """Proxies by scheme, and `no`; sorted, names in lower case come last."""
    names = sorted(name for name in environment if name.lower().endswith("_proxy"))
    return {name.lower().removesuffix("_proxy"): environment[name].strip() for name in names}


def _without_ports(exceptions: str, port: int) -> str:
    """Entries of NO_PROXY for this port without it, and those for others left out."""
    kept = []
    for entry in exceptions.split(","):
        with_port = _WITH_PORT.fullmatch(entry.strip())
        if with_port is None:
            kept.append(entry)
        elif int(with_port[2]) == port:
            kept.append(with_port[1])
    return ",".join(kept)


def read_proxy(url: str, named: str = "The environment's proxy") -> Proxy | Failure:
    """Read a proxy's URL; one that names no proxy of HTTP or SOCKS 5 is a failure of the kind `proxy`.

    `named` begins the sentence that says so. Nothing but a slash may stand behind host and port: most often it is the
    rest of a password, whose beginning would be taken for a port, and the user for the proxy.
    """
    if not _is_text(url):
        message = f"{named} has a URL with bytes that are no UTF-8 text: {shown_proxy(url)}."
        return Failure("proxy", message, "Write them as %XX.")
    address = url if "://" in url else f"http://{url}"
    scheme, _, rest = address.partition("://")
    scheme = scheme.lower()
    if scheme.startswith("socks") and scheme not in _PORTS:
        return Failure(
            "proxy",
            f"{named} speaks SOCKS 4, which is not spoken here.",
            "Name an http://, https://, socks5:// or socks5h:// proxy in HTTPS_PROXY, or do without the proxy.",
        )
    if _behind(rest) not in {"", "/"}:
        message = "Something stands behind host and port in the proxy's URL."
        return Failure("proxy", message, f"{_FORM}; {_ESCAPES}.")
    try:
        proxy = proxy_for(urlsplit("https://any.invalid/"), {"https": address})
    except FetchRefusedError:
        proxy = None
    if proxy is None:
        message = f"{named} is no URL of one: {shown_proxy(url)}."
        return Failure("proxy", message, f"{_FORM}; {_ESCAPES}.")
    return proxy


def _behind(rest: str) -> str:
    """What stands behind the authority (RFC 3986 section 3.2): path, query and fragment."""
    return _AUTHORITY.sub("", rest, count=1)


def shown_proxy(url: str) -> str:
    """A proxy's host and port for people to see: without user and password, and safe for a terminal.

    Where it is not clear which part is the host, because of a password that is not escaped, `…` stands for it.
    """
    scheme, mark, rest = url.partition("://")
    if not _SCHEME.fullmatch(scheme):
        scheme, mark, rest = "", "", url
    behind = _behind(rest)
    place = rest.removesuffix(behind).rpartition("@")[2]
    known = "@" not in behind and _PLACE.fullmatch(place)
    return safe_text(f"{scheme}{mark}{place if known else '…'}", 100)
