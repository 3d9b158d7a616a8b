"""What the user names: a host and a port, however it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tui_chain.certs.names import parse_ip
from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure

STARTTLS_PORTS = {"smtp": 587, "imap": 143, "pop3": 110, "ftp": 21, "ldap": 389, "postgres": 5432}
"""Protocols of `scheme+starttls://`, with the port each has where none is named."""

_TLS_PORTS = {
    "https": 443,
    "wss": 443,
    "ldaps": 636,
    "imaps": 993,
    "pop3s": 995,
    "smtps": 465,
    "ftps": 990,
    "tls": 443,
}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_USAGE = "Write it as host, host:port, [v6]:port, a URL, or smtp+starttls://host."


@dataclass(frozen=True, order=True)
class Target:
    """A server to look at: `host` is an ASCII name (IDNA A-labels) or IP literal without brackets.

    `starttls` is the protocol that is asked to switch to TLS first, or None for TLS from the first byte.
    """

    host: str
    port: int = 443
    starttls: str | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = f"{self.starttls}+starttls://" if self.starttls else ""
        return f"{scheme}{host}:{self.port}"

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IP literal, which has no SNI (RFC 6066 section 3)."""
        return parse_ip(self.host) is not None

    @property
    def url(self) -> str:
        """The HTTPS URL of the host's root."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}/" if self.port == 443 else f"https://{host}:{self.port}/"


def parse_target(text: str) -> Target | Failure:
    """Read a target as a person writes it; a text that is none gives a failure that says why."""
    given = text.strip()
    if not given:
        return _bad(given, "It is empty.")
    if "://" in given:
        return _parse_url(given)
    if given.startswith("[") or given.count(":") <= 1:
        return _parse_authority(given.partition("/")[0], 443, None, given)
    if parse_ip(given) is not None:
        return Target(given.lower())
    return _bad(given, "It has several colons but is no IPv6 address.")


def _parse_url(given: str) -> Target | Failure:
    try:
        parts = urlsplit(given)
    except ValueError:
        return _bad(given, "It is not a URL.")
    scheme, _, switch = parts.scheme.partition("+")
    authority = parts.netloc.rpartition("@")[2]
    if switch == "starttls" and scheme in STARTTLS_PORTS:
        return _parse_authority(authority, STARTTLS_PORTS[scheme], scheme, given)
    if not switch and scheme in _TLS_PORTS:
        return _parse_authority(authority, _TLS_PORTS[scheme], None, given)
    if scheme == "http":
        return _bad(given, "http:// has no TLS; write https:// if the server has it.")
    known = ", ".join(f"{name}+starttls" for name in STARTTLS_PORTS)
    return _bad(given, f"{safe_text(parts.scheme, 40)}:// is not known here; there are https, {known}.")


def _parse_authority(authority: str, port: int, starttls: str | None, given: str) -> Target | Failure:
    host, port_text = _split(authority)
    if port_text is not None:
        if not (port_text.isascii() and port_text.isdigit() and 1 <= int(port_text[:9]) <= 65535):
            return _bad(given, f"The port {safe_text(port_text, 20)!r} is not a number from 1 to 65535.")
        port = int(port_text)
    name = _ascii_host(host)
    if isinstance(name, Failure):
        return _bad(given, name.message)
    return Target(name, port, starttls)


def _split(authority: str) -> tuple[str, str | None]:
    """Cut `host:port` or `[v6]:port` apart; a colon inside brackets belongs to the address."""
    if authority.startswith("["):
        host, _, rest = authority[1:].partition("]")
        return host, rest[1:] if rest.startswith(":") else (rest or None)
    host, colon, port = authority.partition(":")
    return host, port if colon else None


def _ascii_host(host: str) -> str | Failure:
    if parse_ip(host) is not None:
        return host.lower()
    name = host.rstrip(".").lower()
    if not name:
        return Failure("target", "There is no host name in it.")
    if not name.isascii():
        import idna  # its tables cost 5 ms, which only such names are worth

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            return Failure("target", f"The name is not a valid internationalised name: {safe_text(str(error), 80)}.")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return Failure("target", f"{safe_text(host, 60)!r} is not a host name.")
    if name.replace(".", "").isdigit():
        return Failure("target", f"{safe_text(host, 60)!r} is not an IP address.")
    return name


def _bad(given: str, why: str) -> Failure:
    return Failure("target", f"{safe_text(given, 80)!r} is not a target. {why}", _USAGE)
