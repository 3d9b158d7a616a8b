"""How Go compares host names and name constraints (crypto/x509 `verify.go`, net/url `url.go`), as in Go 1.19."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

IPNetwork = tuple[bytes, bytes]
"""An address and a mask of the same length, 4 or 16 octets."""

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*)")
_PRINTABLE = re.compile("[!-~]*")
_ATOM = re.compile(r"""(?:[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]|\\.)+""", re.DOTALL)
_QUOTED = re.compile(
    r'"((?:[\x01-\x08\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*)"', re.DOTALL
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PORT = re.compile(r"(?::[0-9]*)?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"""(?:[A-Za-z0-9!$&'()*+,;=:\[\]<>"\-_.~]|[^\x00-\x7f]|%25|%[89A-Fa-f][0-9A-Fa-f])*""")


@dataclass(frozen=True)
class GoSubtrees:
    """The permitted or the excluded subtrees of a nameConstraints extension that Go reads."""

    dns: tuple[str, ...] = ()
    ips: tuple[IPNetwork, ...] = ()
    emails: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoAlternativeNames:
    """The names of a subjectAltName extension that Go reads; `uris` are the hosts of the URIs with their ports.

    `entries` are all of them in their order, each with its number in GeneralName (RFC 5280 section 4.2.1.6).
    """

    entries: tuple[tuple[int, bytes], ...] = ()
    dns: tuple[str, ...] = ()
    ips: tuple[bytes, ...] = ()


NO_NAMES = GoAlternativeNames()
EMAIL, DNS, URI, IP = 1, 2, 6, 7
"""Numbers of the kinds of GeneralName that Go reads."""


def parse_ip(text: str) -> bytes | None:
    """Return the 16 octets of an address as Go's `net.ParseIP` reads it, IPv4 mapped, or None."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return None if address.scope_id is not None else address.packed
    return _mapped(address.packed)


def _mapped(packed: bytes) -> bytes:
    return bytes(10) + b"\xff\xff" + packed if len(packed) == 4 else packed


def covers(names: GoAlternativeNames, host: str) -> bool:
    """Tell whether a certificate with these names is for `host` (`Certificate.VerifyHostname`).

    Addresses count only as iPAddress. A name that is no host name is compared as text; a wildcard stands for the
    whole left label, in 1.19 also where it is the only one (1.23: not).
    """
    bracketed = len(host) >= 3 and host[0] == "[" and host[-1] == "]"
    address = parse_ip(host[1:-1] if bracketed else host)
    if address is not None:
        return any(_mapped(ip) == address for ip in names.ips)
    wanted = host.lower()
    sound = _is_host(wanted.removesuffix("."))
    return any(_covers_name(name.lower(), wanted, sound) for name in names.dns)


def _covers_name(pattern: str, host: str, sound: bool) -> bool:
    if not (sound and _is_host(pattern, pattern=True)):
        return pattern == host and host not in ("", ".")
    labels, wanted = pattern.split("."), host.removesuffix(".").split(".")
    same = labels[1:] == wanted[1:] if labels[0] == "*" else labels == wanted
    return len(labels) == len(wanted) and same


def _is_host(text: str, *, pattern: bool = False) -> bool:
    labels = text.split(".")
    if pattern and labels[0] == "*":
        labels = labels[1:]
    return bool(text) and all(map(_LABEL.fullmatch, labels))


def reverse_labels(domain: str) -> list[str] | None:
    """Return the labels of a domain from the last to the first, or None (`domainToReverseLabels`).

    A dot before the first label is passed over.
    """
    labels = domain.split(".") if domain else []
    labels = labels[1:] if len(labels) > 1 and domain != "." and not labels[0] else labels
    return labels[::-1] if all(labels) and _PRINTABLE.fullmatch(domain) else None


def mailbox(text: str) -> tuple[str, str] | None:
    """Return local part and domain of a mail address, or None (`parseRFC2821Mailbox`)."""
    quoted = _QUOTED.match(text) if text.startswith('"') else None
    atom = None if text.startswith('"') else _ATOM.match(text)
    found = quoted or atom
    if found is None or not text.startswith("@", found.end()):
        return None
    local = re.sub(r"\\(.)", r"\1", quoted[1] if quoted else found[0], flags=re.DOTALL)
    domain = text[found.end() + 1 :]
    misplaced = atom is not None and (local[0] == "." or local[-1] == "." or ".." in local)
    return None if misplaced or reverse_labels(domain) is None else (local, domain)


def domain_of_uri(host: str) -> str | None:
    """Return the DNS name of a URI's host, or None where it has none (`matchURIConstraint`)."""
    if not host:
        return None
    if ":" in host and not host.endswith("]"):
        host = host.rpartition(":")[0]
        host = host[1:-1] if host.startswith("[") else host
        if set(host) & set(":[]"):
            return None
    return None if host.startswith("[") or parse_ip(host) is not None else host


def uri_host(text: str) -> str | None:
    """Return the host, with its port, of a URI ("" if it has none), or None where it is no URI (`url.Parse`)."""
    address, _, fragment = text.partition("#")
    if any(char < " " or char == "\x7f" for char in address) or _BAD_ESCAPE.search(fragment):
        return None
    if address == "*":
        return ""
    scheme = _SCHEME.match(address)
    rest = (address[scheme.end() :] if scheme else address).partition("?")[0]
    if scheme and not rest.startswith("/"):
        return ""
    if ":" in rest.partition("/")[0]:
        return None
    return _authority(rest, absolute=scheme is not None)


def _authority(rest: str, *, absolute: bool) -> str | None:
    authority, path = "", rest
    if rest.startswith("//") and (absolute or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        path = slash + path
    user, _, host = authority.rpartition("@")
    sound = _USER.fullmatch(user) and not _BAD_ESCAPE.search(user) and not _BAD_ESCAPE.search(path)
    return host_text(host) if sound else None


def host_text(host: str) -> str | None:
    """Return the host of an authority, its escapes resolved, or None (`parseHost`)."""
    port = host[host.rfind("]") + 1 :] if host.startswith("[") else host[host.rfind(":") :] if ":" in host else ""
    if not _PORT.fullmatch(port) or not _HOST.fullmatch(host) or (host.startswith("[") and "]" not in host):
        return None
    octets = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), host.encode())
    return octets.decode("latin-1")
