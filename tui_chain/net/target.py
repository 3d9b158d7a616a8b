"""What the user names: a host and a port, however it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tui_chain.core.failure import Failure
from tui_chain.core.ip import parse_ip
from tui_chain.core.text import safe_text

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
MAX_NAME = 253
"""Characters of a host name (RFC 1035 section 2.3.4)."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_ZONE = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_BRACKETED = re.compile(r"\[([^]]*)\](?:(:)(.*))?")
_PATH = re.compile(r"[/?#]")
_CREDENTIALS = re.compile(r"://.*@")
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
    if len(given.split()) > 1:
        return _bad(given, "There is white space in it.")
    if "://" in given:
        return _parse_url(given)
    authority = _PATH.split(given, maxsplit=1)[0]
    if authority.count(":") <= 1 or authority.startswith("["):
        return _parse_authority(authority, 443, None, given)
    address = _ip_literal(authority)
    return _bad(given, "It has several colons but is no IPv6 address.") if address is None else Target(address)


def _parse_url(given: str) -> Target | Failure:
    try:
        parts = urlsplit(given)
    except ValueError:
        return _bad(given, "It is not a URL.")
    scheme, _, switch = parts.scheme.partition("+")
    authority = parts.netloc.rpartition("@")[2].replace("%25", "%")  # RFC 6874: the zone of an address
    if not switch and scheme in _TLS_PORTS:
        return _parse_authority(authority, _TLS_PORTS[scheme], None, given)
    from tui_chain.net.starttls.registry import protocols  # no module of a protocol for a target that needs none

    if switch == "starttls" and scheme in protocols():
        return _parse_authority(authority, protocols()[scheme].port, scheme, given)
    if scheme == "http":
        return _bad(given, "http:// has no TLS; write https:// if the server has it.")
    known = ", ".join(f"{name}+starttls" for name in protocols())
    return _bad(given, f"{safe_text(given.partition('://')[0], 40)}:// is not known here; there are https, {known}.")


def _parse_authority(authority: str, port: int, starttls: str | None, given: str) -> Target | Failure:
    bracketed = _BRACKETED.fullmatch(authority)
    if authority.startswith("[") and not bracketed:
        return _bad(given, "Its bracket has no closing bracket, or something other than a port follows it.")
    host, colon, port_text = bracketed.groups("") if bracketed else authority.partition(":")
    number = _port(port_text) if colon else port
    if number is None:
        return _bad(given, f"The port {safe_text(port_text, 20)!r} is not a number from 1 to 65535.")
    name = _ascii_host(host, v6=bracketed is not None)
    return _bad(given, name.message) if isinstance(name, Failure) else Target(name, number, starttls)


def _port(text: str) -> int | None:
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 5 or int(digits) > 65535:
        return None
    return int(digits)


def _ip_literal(text: str) -> str | None:
    """Write an IP address in its one short form, or None; only IPv6 has a zone (RFC 4007 section 11)."""
    digits, percent, zone = text.partition("%")
    address = parse_ip(digits)
    if address is None or (percent and (address.version == 4 or not _ZONE.fullmatch(zone))):
        return None
    return f"{address}{percent}{zone}"


def _ascii_host(host: str, *, v6: bool) -> str | Failure:
    name, shown = host.rstrip(".").lower(), repr(safe_text(host, 60))
    if not name:
        return Failure("target", "There is no host name in it.")
    address = _ip_literal(host)
    if v6 and (address is None or ":" not in address):
        return Failure("target", f"{shown} in brackets is no IPv6 address.")
    if address is not None:
        return address
    if not name.isascii() and len(name) <= MAX_NAME:
        import idna  # its tables cost 5 ms, which only such names are worth

        try:
            name = idna.encode(name, uts46=True).decode("ascii").rstrip(".")
        except (idna.IDNAError, UnicodeError) as error:
            why = safe_text(str(error).rstrip("."), 80)
            return Failure("target", f"The name is not a valid internationalised name: {why}.")
    if name.replace(".", "").isdigit():
        return Failure("target", f"{shown} is not an IP address.")
    if len(name) > MAX_NAME or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return Failure("target", f"{shown} is not a host name.")
    return name


def _bad(given: str, why: str) -> Failure:
    """Say that `given` is no target, without the password that a pasted URL may hold."""
    shown = safe_text(_CREDENTIALS.sub("://…@", given[:1000]), 80)
    return Failure("target", f"{shown!r} is not a target. {why}", _USAGE)
