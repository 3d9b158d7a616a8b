"""The options of a connection as text: read from `key=value` words, and written as a command line has them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_chain.core.failure import Failure
from tui_chain.core.ip import parse_ip
from tui_chain.core.text import safe_text
from tui_chain.net.connection_options import SHOWN_KEYS, ConnectionOptions
from tui_chain.net.proxy import read_proxy, shown_proxy
from tui_chain.net.target import AUTO, Target, parse_target

STARTTLS = "starttls"
"""The option of a protocol, which is no matter of the connection alone."""
NO_PROXY = "none"
"""The value of `proxy` that takes none, whatever the environment names."""
Fields = dict[str, Any]
Reader = Callable[[str], Fields | Failure]
_FILES = ("cert", "key", "cert-password-file")
_EHLO = re.compile(r"[A-Za-z0-9._-]{1,253}|\[(?:IPv6:)?[0-9A-Fa-f:.]{2,45}\]")
"""A domain or an address literal (RFC 5321 section 4.1.3)."""
_OPTION = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)=(.*)", re.DOTALL)


def read_connection(given: Mapping[str, str]) -> ConnectionOptions | Failure:
    """Read options by the names of `KEYS`; a failure of the kind `usage` names the first that is wrong."""
    fields: Fields = {}
    for name, value in given.items():
        if name in _FILES:
            continue
        reader = _READERS.get(name)
        if reader is None:
            return _wrong(name, value, f"there are {', '.join(KEYS)}")
        read = reader(value)
        if isinstance(read, Failure):
            return read
        fields |= read
    identity = _identity(given)
    return identity if isinstance(identity, Failure) else ConnectionOptions(**fields, **identity)


def split_options(text: str) -> tuple[dict[str, str], str] | Failure:
    """Split `key=value` words off the front of a text; return them and the rest, or why one is no option."""
    given: dict[str, str] = {}
    rest = text
    while (match := _OPTION.fullmatch(rest.split(maxsplit=1)[0] if rest.split() else "")) is not None:
        name, value = match[1], match[2]
        if name not in {*KEYS, STARTTLS}:
            if not is_like_option(name):
                break  # the label begins so
            return _wrong(name, value, f"there are {STARTTLS}, {', '.join(KEYS)}")
        if name in given:
            return _wrong(name, value, "it is there twice")
        given[name] = value
        rest = [*rest.split(maxsplit=1), ""][1]
    behind = _misplaced(rest)
    return (given, rest) if behind is None else behind


def is_like_option(name: str) -> bool:
    """Whether a word before `=` may be meant for the name of an option."""
    from difflib import get_close_matches  # few lines have a word like that

    plain = name.lower().replace("_", "-")
    return plain.endswith("-proxy") or bool(get_close_matches(plain, (*KEYS, STARTTLS), 1, 0.66))


def _misplaced(label: str) -> Failure | None:
    """Why a label is none: an option stands in it, or a login, which is not repeated."""
    for word in label.split():
        name, mark, value = word.partition("=")
        if mark and _NAME.fullmatch(name) and is_like_option(name):
            return _wrong(name, value, "options stand before the label")
        if _LOGIN.search(word):
            return Failure("usage", "A label holds what looks like a login.", _FORM)
    return None


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LOGIN = re.compile(r":[^/\s]\S*@|://\S*@")


def _wrong(name: str, value: str, why: str) -> Failure:
    shown = "…" if "proxy" in name.lower() or "@" in value else safe_text(value, 80)  # it may hold a password
    return Failure("usage", f"{safe_text(name, 40)}={shown} is no option of a connection: {why}.", _FORM)


_FORM = "Write it as example.org:443 sni=other.example connect-to=192.0.2.7."


def _host(text: str) -> Target | Failure:
    """A bare name or address, without a scheme or path."""
    if set("/@?#") & set(text):
        return Failure("target", "It is no host name.")
    return parse_target(text)


def _sni(value: str) -> Fields | Failure:
    host = _host(value)
    if isinstance(host, Failure) or ":" in value:
        return _wrong("sni", value, "it is no host name")
    if host.is_ip:
        return _wrong("sni", value, "an address is no name of SNI (RFC 6066)")
    return {"sni": host.host}


def _verify_name(value: str) -> Fields | Failure:
    address = parse_ip(value.strip("[]"))
    host = Target(str(address)) if address is not None else _host(value)
    if isinstance(host, Failure) or (address is None and ":" in value):
        return _wrong("verify-name", value, "it is no host name and no address")
    return {"verify_name": host.host}


def _connect_to(value: str) -> Fields | Failure:
    place = _host(value)
    if isinstance(place, Failure):
        return _wrong("connect-to", value, "it is no HOST, HOST:PORT or [V6]:PORT")
    named = re.search(r"\]:\d+$|^[^:]*:\d+$", value) is not None
    return {"connect_host": place.host, "connect_port": place.port if named else None}


def _proxy(value: str) -> Fields | Failure:
    if value == NO_PROXY:
        return {"direct": True}
    proxy = read_proxy(value, "The proxy")
    return Failure("usage", proxy.message, proxy.hint) if isinstance(proxy, Failure) else {"proxy": value}


def _ip_version(value: str) -> Fields | Failure:
    return {"ip_version": int(value)} if value in {"4", "6"} else _wrong("ip", value, "it is 4 or 6")


def _bind(value: str) -> Fields | Failure:
    address = None if "%" in value else parse_ip(value.strip("[]"))
    return _wrong("bind", value, "it is no IP address") if address is None else {"bind": str(address)}


def _ehlo(value: str) -> Fields | Failure:
    return {"ehlo": value} if _EHLO.fullmatch(value) else _wrong("ehlo", value, "it is no name, and no [ADDRESS]")


def _tls(value: str) -> Fields | Failure:
    return {"tls": f"TLSv{value}"} if value in {"1.2", "1.3"} else _wrong("tls", value, "it is 1.2 or 1.3")


_READERS: Mapping[str, Reader] = {
    "sni": _sni,
    "connect-to": _connect_to,
    "verify-name": _verify_name,
    "proxy": _proxy,
    "ip": _ip_version,
    "bind": _bind,
    "ehlo": _ehlo,
    "tls": _tls,
}
KEYS = (*_READERS, *_FILES)
"""The names of all options, as a host list has them."""
JUDGED_KEYS = frozenset({"sni", "verify-name", "connect-to"})
"""Those of them by which a chain is judged, or that say which server it is of."""


def _identity(given: Mapping[str, str]) -> Fields | Failure:
    # a user that is none is no reason to stop: then there is no such file
    files = {name: Path(os.path.expanduser(given[name])) for name in _FILES if name in given}  # noqa: PTH111
    if not files:
        return {}
    if "cert" not in files:
        return Failure(
            "usage",
            "A key, or a password, is given and no client certificate.",
            "Name the file of the certificate too.",
        )
    from tui_chain.net.client_identity import read_identity

    identity = read_identity(files["cert"], files.get("key"), files.get("cert-password-file"))
    return identity if isinstance(identity, Failure) else {"identity": identity}


def listed(target: Target) -> str:
    """A target as a host list has it, with the options that say which server it is and by which name it is judged."""
    shown = shown_connection(target.connection)
    return " ".join((str(target), *(f"{name}={value}" for name, value in shown.items() if name in JUDGED_KEYS)))


def parse_listed(text: str, starttls: str | None = None, keys: Collection[str] | None = None) -> Target | Failure:
    """Read a target as `listed` writes it, or as a person does, with any options of a connection.

    `starttls` is as `parse_target` takes it. With `keys` there may be these options alone: what a file of somebody
    else's says chooses no certificate and no proxy of the reader's.
    """
    first, rest = [*text.split(maxsplit=1), "", ""][:2]
    split = split_options(rest)
    if isinstance(split, Failure):
        return split
    given, label = split
    refused = next((name for name in given if keys is not None and name not in keys), None)
    if refused is not None:
        return _wrong(refused, given[refused], "a file does not choose it")
    return target_with(text if label else first, given, starttls)


def target_with(text: str, given: Mapping[str, str], starttls: str | None = None) -> Target | Failure:
    """Read a target and the options that were split off; an option `starttls` beats the argument."""
    own = given.get(STARTTLS)
    if own is not None:
        from tui_chain.net.starttls.registry import protocol_names  # few name one

        if own != AUTO and own not in protocol_names():
            return _wrong(STARTTLS, own, f"there are {', '.join(protocol_names())} and {AUTO}")
    target = parse_target(text, own or starttls)
    if isinstance(target, Failure):
        return target
    connection = read_connection({name: value for name, value in given.items() if name != STARTTLS})
    return connection if isinstance(connection, Failure) else replace(target, connection=connection)


def shown_connection(options: ConnectionOptions) -> dict[str, str]:
    """The options that may be kept and shown, by the names of `SHOWN_KEYS`: nothing of a login or a certificate."""
    proxy = None if options.proxy is None else shown_proxy(options.proxy)
    values = (
        options.sni,
        options.connect_place,
        options.verify_name,
        NO_PROXY if options.direct else proxy,
        None if options.ip_version is None else str(options.ip_version),
        options.bind,
        options.ehlo,
        None if options.tls is None else options.tls.removeprefix("TLSv"),
    )
    return {name: value for name, value in zip(SHOWN_KEYS, values, strict=True) if value is not None}


def without_secrets(target: Target) -> Target:
    """The target without the client certificate, its key and the login of a proxy: as it may be kept on a disk."""
    if not target.connection.has_secrets:
        return target
    proxy = None if target.connection.proxy is None else shown_proxy(target.connection.proxy)
    return replace(target, connection=replace(target.connection, identity=None, proxy=proxy))


def connection_words(options: ConnectionOptions) -> Iterator[str]:
    """The options as a command line has them, without the login of a proxy."""
    proxy = None if options.proxy is None else shown_proxy(options.proxy)
    valued = (
        ("--sni", options.sni),
        ("--connect-to", options.connect_place),
        ("--verify-name", options.verify_name),
        ("--proxy", proxy),
        ("--bind", options.bind),
        ("--ehlo", options.ehlo),
    )
    for flag, value in valued:
        if value is not None:
            yield from (flag, value)
    if options.direct:
        yield "--no-proxy"
    if options.ip_version is not None:
        yield f"-{options.ip_version}"
    if options.tls is not None:
        yield f"--tls{options.tls.removeprefix('TLSv')}"
    if options.identity is not None:
        yield from options.identity.words()
