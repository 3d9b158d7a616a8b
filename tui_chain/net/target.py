"""What the user names: a host and a port, however it is written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from tui_chain.core.failure import Failure
from tui_chain.core.ip import parse_ip
from tui_chain.core.text import safe_text
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions

_TLS_PORTS = {
    "https": 443,
    "wss": 443,
    "ldaps": 636,
    "imaps": 993,
    "pop3s": 995,
    "smtps": 465,
    "submissions": 465,
    "ftps": 990,
    "nntps": 563,
    "xmpps": 5223,
    "ircs": 6697,
    "sips": 5061,
    "mqtts": 8883,
    "amqps": 5671,
    "rediss": 6379,
    "tls": 443,
}
"""Schemes of TLS from the first byte, and their usual ports."""
TLS_PORTS = frozenset(_TLS_PORTS.values()) - {6379}
"""Ports where TLS begins with the first byte; Redis has both at one."""
AUTO = "auto"
"""In the place of a protocol with STARTTLS: it is to be found out."""
_SWITCHES = ("starttls", "")
"""What stands behind a protocol's name and a plus sign in a scheme that means STARTTLS; nothing means it as well."""
_HTTPS = 443
MAX_NAME = 253
"""Characters of a host name (RFC 1035 section 2.3.4)."""
MAX_LABEL = 63
"""Characters of a label of a host name."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_ZONE = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_BRACKETED = re.compile(r"\[([^]]*)\](?:(:)(.*))?")
_PATH = re.compile(r"[/?#]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_PASSWORD = re.compile(r"(://|^[^/]*:).*@")
_PREFIX_LENGTH = re.compile(r"/[0-9]{1,3}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label that makes a name an IP address (WHATWG URL, "ends in a number"; RFC 1123 section 2.1)."""
_QUOTES = "\"'`<>()[]{}*,;!?"
_PREFIX = "xn--"
_SCRIPTS = (
    {"LATIN"},
    {"CYRILLIC"},
    {"GREEK"},
    {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"},
    {"CJK", "HANGUL"},
    {"CJK", "BOPOMOFO"},
    *({name} for name in ("ARMENIAN", "BENGALI", "DEVANAGARI", "GEORGIAN", "GUJARATI", "GURMUKHI", "KANNADA")),
    *({name} for name in ("KHMER", "LAO", "MALAYALAM", "SINHALA", "TAMIL", "TELUGU", "THAI")),
)
"""Scripts that one label may be of, as the names of their characters begin: UTS 39 section 5.2, "highly restrictive",
without Latin beside others, and without the scripts that are written from right to left, which a terminal may
reorder together with the port."""
_LOOKALIKES = {
    "CYRILLIC": frozenset("асԁеһіјӏорԛѕԝхуъьвзнкмтгпѵѡҽ"),
    "GREEK": frozenset("αβγεικνορτυχωη"),
    "ARMENIAN": frozenset("ագզէլհյնոպռսւօց"),
    "GEORGIAN": frozenset("იოყძხჽჿ"),
}
"""Letters that can be taken for Latin ones: a label of nothing else can be taken for another name."""
_LATIN = frozenset(map(chr, (*range(0x61, 0x7B), *range(0xDF, 0x180), *range(0x1EA0, 0x1EFA)))) - set("ıĸŀŉſ") | set(
    "ơư"
)
"""Letters of the languages of Europe and of Vietnamese, without those that look like a letter without an accent."""
_USAGE = "Write it as host, host:port, [v6]:port, a URL, or smtp+starttls://host."


@dataclass(frozen=True)
class Target:
    """A server to look at: `host` is an ASCII name (IDNA A-labels) or IP literal without brackets.

    `starttls` is the protocol that is asked to switch to TLS first, None for TLS from the first byte, or `AUTO`.
    `connection` is how it is reached where host and port alone do not say it; two targets that differ there are two.
    """

    host: str
    port: int = 443
    starttls: str | None = None
    connection: ConnectionOptions = USUAL_CONNECTION

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = f"{self.starttls}+starttls://" if self.starttls else ""
        return f"{scheme}{host}:{self.port}"

    @property
    def display(self) -> str:
        """The target as people write it: labels in Unicode, but those that can be taken for others.

        What tells two targets of one name apart follows it.
        """
        return str(replace(self, host=_shown_host(self.host))) + self.connection.suffix

    @property
    def spellings(self) -> str:
        """The target in every spelling of its name, in lower case, a line each: what a search looks through."""
        decoded = _to_unicode(self.host)
        own = f"{self}{self.connection.suffix}"
        return own if decoded == self.host else f"{own}\n{replace(self, host=decoded)}"

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IP literal, which has no SNI (RFC 6066 section 3)."""
        return parse_ip(self.host) is not None

    @property
    def server_name(self) -> str | None:
        """The name in the SNI extension; None where there is none to send."""
        return self.connection.sni or (None if self.is_ip else self.host)

    @property
    def verified_name(self) -> str:
        """The name, or the IP address, that the certificate has to cover."""
        return self.connection.verify_name or self.host

    @property
    def has_two_names(self) -> bool:
        """Whether another name is sent than the certificate is judged by; an address that is judged sends none."""
        return self.server_name != (None if parse_ip(self.verified_name) is not None else self.verified_name)

    @property
    def connect_host(self) -> str:
        """The name or IP address that is connected to."""
        return self.connection.connect_host or self.host

    @property
    def connect_port(self) -> int:
        """The port that is connected to."""
        return self.connection.connect_port or self.port

    def over(self, usual: ConnectionOptions) -> Target:
        """The target with what its own options leave open from `usual`."""
        connection = self.connection.over(usual)
        return self if connection is self.connection else replace(self, connection=connection)

    def is_same_server(self, other: Target) -> bool:
        """Whether two targets are written alike, however each is reached."""
        return replace(self, connection=USUAL_CONNECTION) == replace(other, connection=USUAL_CONNECTION)

    @property
    def url(self) -> str:
        """The HTTPS URL of the host's root."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}/" if self.port == 443 else f"https://{host}:{self.port}/"


def parse_target(text: str, starttls: str | None = None) -> Target | Failure:
    """Read a target as a person writes it; a text that is none gives a failure that says why.

    `starttls` is the protocol, by a name of its scheme, or `AUTO`, for a target that is written without a scheme.
    """
    given = text.strip()
    if not given:
        return _bad(given, "It is empty.")
    if given.startswith("-----"):
        return _bad(given, "It is a line of a PEM file; name the host that serves the certificate.")
    if len(given.split()) > 1:
        return _bad(given, "There is white space in it.")
    if _SCHEME.fullmatch(given.partition("://")[0]) and "://" in given:
        return _parse_url(given)
    authority = _PATH.split(given, maxsplit=1)[0]
    other = _other_than_host(authority, given[len(authority) :])
    if other:
        return _bad(given, other)
    protocol, port = _protocol(starttls) if starttls is not None else (None, _HTTPS)
    if authority.count(":") <= 1 or authority.startswith("["):
        return _parse_authority(authority, port, protocol, given)
    address = _ip_literal(authority)
    if address is None:
        return _bad(given, "It has several colons but is no IPv6 address.")
    return Target(address, port, protocol)


def _protocol(name: str) -> tuple[str, int]:
    """The protocol of a scheme's name with its usual port; raises KeyError for one that is not known."""
    if name == AUTO:
        return AUTO, _HTTPS
    from tui_chain.net.starttls.registry import protocol_names  # no module of a protocol for a target that needs none

    protocol = protocol_names()[name]
    return protocol.name, protocol.port


def _other_than_host(authority: str, rest: str) -> str:
    """What a text without a scheme is that is no host; empty where it may be one. `rest` is what follows `/ ? #`."""
    if "@" in authority:
        host = authority.rpartition("@")[2]
        known = safe_text(host, 80) if isinstance(parse_target(host), Target) else "the host"
        return f"A user name stands before the @; write {known} alone."
    if _PREFIX_LENGTH.fullmatch(rest) and parse_ip(authority) is not None:
        return "It is a network; write one address of it."
    if rest not in {"", "/"} and authority not in {"", "localhost"} and not set(".:[") & set(authority):
        return "It could be the path of a file or a word; write https:// before it if it is a URL."
    return "It is a number; write the host before it, as in example.org:443." if authority.isdecimal() else ""


def _parse_url(given: str) -> Target | Failure:
    try:
        parts = urlsplit(given)
    except ValueError:
        return _bad(given, "It is not a URL.")
    scheme, _, switch = parts.scheme.partition("+")
    authority = parts.netloc.rpartition("@")[2].replace("%25", "%")  # RFC 6874: the zone of an address
    if not switch and scheme in _TLS_PORTS:
        return _parse_authority(authority, _TLS_PORTS[scheme], None, given)
    if scheme == "http" and not switch:
        return _bad(given, "http:// has no TLS; write https:// if the server has it.")
    try:
        protocol, port = _protocol(scheme)
    except KeyError:
        protocol, port = "", 0
    if protocol and switch in _SWITCHES[: 1 if protocol == AUTO else 2]:
        return _parse_authority(authority, port, protocol, given)
    from tui_chain.net.starttls.registry import protocols

    shown = safe_text(given.partition("://")[0], 40)
    return _bad(given, f"{shown}:// is not known here; there are https, {', '.join(protocols())}.")


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
        try:
            name = _to_ascii(name)
        except UnicodeError as error:
            why = safe_text(str(error).rstrip("."), 80)
            return Failure("target", f"The name is not a valid internationalised name: {why}.")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return Failure("target", f"{shown} is not an IP address.")
    fault = _fault(name)
    if fault is None:
        return name
    return Failure("target", f"{shown} is not a host name: {fault}.")


def _fault(name: str) -> str | None:
    """Why an ASCII text is no host name (RFC 1123 section 2.1), or None; servers have underscores in theirs."""
    labels = name.split(".")
    longest = max(map(len, labels))
    if len(name) <= MAX_NAME and all(map(_LABEL.fullmatch, labels)) and any(char.isalnum() for char in name):
        return None
    if len(name) > MAX_NAME:
        return f"it has {len(name)} characters, and {MAX_NAME} are the most"
    if longest > MAX_LABEL:
        return f"a part of it has {longest} characters, and {MAX_LABEL} are the most between two dots"
    if "" in labels:
        return "it has two dots in a row, or begins with one"
    if "*" in labels:
        return "it is a wildcard; write a name that it stands for"
    bare = name.strip(_QUOTES)
    if bare != name and "." in bare and _fault(bare) is None:
        return f"write {bare}"
    if "," in name:
        return "write one host a line"
    return "a host name has letters, digits and dots, and hyphens inside"


def _bad(given: str, why: str) -> Failure:
    """Say that `given` is no target, without the password that a pasted URL may hold."""
    shown = safe_text(_PASSWORD.sub(_hidden, given[:1000]), 80)
    named = f"{safe_text(given, 60)!r} "
    why = f"It {why.removeprefix(named)}" if why.startswith(named) else why
    return Failure("target", f"{shown!r} is not a target. {why}", _USAGE)


def _hidden(match: re.Match[str]) -> str:
    return f"{match[1]}…@" if match[1] == "://" else "…@"


# internationalised names


def _to_ascii(name: str) -> str:
    """The A-labels of a name that has other characters (IDNA 2008 with UTS 46); raises UnicodeError."""
    import idna  # its tables cost 5 ms, which only such names are worth

    return idna.encode(name, uts46=True).decode("ascii").rstrip(".")


@lru_cache(maxsize=4096)
def _to_unicode(host: str) -> str:
    """An ASCII host name with every A-label decoded that is valid, however it looks: to be searched, not shown."""
    return ".".join(map(_decoded, host.split("."))) if _PREFIX in host else host


@lru_cache(maxsize=4096)
def _shown_host(host: str) -> str:
    """An ASCII host name as people write it.

    A label is decoded only where its letters are of one script (UTS 39), and where it cannot be taken for a Latin
    name; the others stay `xn--…`.
    """
    if _PREFIX not in host:
        return host
    pairs = ((label, _decoded(label)) for label in host.split("."))
    return ".".join(decoded if _is_plain(decoded) else label for label, decoded in pairs)


def _decoded(label: str) -> str:
    if not label.startswith(_PREFIX):
        return label
    import idna

    try:
        decoded = idna.ulabel(label)
        # a label that is written in two ways could be taken for another
        return decoded if idna.alabel(decoded).decode("ascii") == label else label
    except UnicodeError:
        return label


def _is_plain(label: str) -> bool:
    """Whether nothing of a label can be taken for something else."""
    letters = [char for char in label if not (char.isascii() and (char.isdigit() or char == "-"))]
    if any(unicodedata.category(char)[0] not in "LM" for char in letters):
        return False
    scripts = {unicodedata.name(char, "").split(" ")[0] for char in letters}
    if scripts == {"LATIN"}:
        return _LATIN.issuperset(letters)
    if any(scripts <= known for known in _SCRIPTS):
        return not any(letters and _LOOKALIKES.get(script, set()).issuperset(letters) for script in scripts)
    return False
