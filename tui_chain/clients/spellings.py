"""Which errors a text spells: the spellings of all clients, and alerts; one inside a longer one does not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from tui_chain.clients.alerts import received_alerts
from tui_chain.clients.errors import ErrorKind, ErrorText, fold
from tui_chain.clients.quick_pattern import QuickPattern
from tui_chain.clients.registry import error_texts
from tui_chain.clients.verify_errors import VERIFY_ERRORS, verify_texts


@dataclass(frozen=True)
class Spelled:
    """An error that a folded text spells: its kind, where it stands, and the alert's name if it is one received."""

    kind: ErrorKind
    start: int
    end: int
    alert: str | None = None


_SYSTEM: Final = (
    ErrorText(
        ErrorKind.NAME,
        (
            "Name or service not known",
            "nodename nor servname provided",
            "Temporary failure in name resolution",
            "No address associated with hostname",
            "Name does not resolve",
            "No such host is known",
            "unknown host",
            "Name resolution failure",
            "could not resolve hostname",
            "failed to lookup address information",
        ),
    ),
    ErrorText(
        ErrorKind.REFUSED,
        (
            "Connection refused",
            "actively refused it",
            "No connection could be made because the target machine",
        ),
    ),
    ErrorText(
        ErrorKind.TIMEOUT,
        (
            "Connection timed out",
            "Operation timed out",
            "timed out",
            "A connection attempt failed because the connected party did not properly respond",
            "context deadline exceeded",
            "request timeout",
            "timeout was reached",
        ),
    ),
    ErrorText(
        ErrorKind.ENDED,
        (
            "Connection reset",
            "Connection reset by peer",
            "connection was reset",
            "forcibly closed by the remote host",
            "Broken pipe",
            "Connection closed by peer",
            "Software caused connection abort",
        ),
    ),
    ErrorText(
        ErrorKind.ENDED,
        (
            "SSL connect error",
            "peer closed connection in SSL handshake",
            "client closed connection while SSL handshaking",
        ),
        r"\(error \"eof\"|handshake: eof\b",
    ),
    # HAProxy, of a server behind it
    ErrorText(ErrorKind.HANDSHAKE, ('Layer6 invalid response, info: "SSL handshake failure"',)),
    ErrorText(
        ErrorKind.UNREACHABLE,
        ("No route to host", "Network is unreachable", "Host is unreachable", "network is down"),
    ),
    ErrorText(
        ErrorKind.BAD_BUNDLE,
        pattern=r"(?:filenotfounderror|permissionerror|isadirectoryerror|no such file or directory|permission denied)"
        r".{0,60}[/\\][^'\":]{1,200}?\.(?:pem|crt|cer|p12|jks|bundle)\b",
    ),
    ErrorText(
        ErrorKind.PROXY_LOGIN,
        ("407 Proxy Authentication Required", "Proxy Authentication Required", "proxy authorization required"),
    ),
    ErrorText(
        ErrorKind.CLIENT_CERTIFICATE,
        (
            "no SSL certificate provided by peer",
            "client sent no required SSL certificate",
            "No required SSL certificate was sent",
            "The SSL certificate error",
            "requires client certificate",
            "client certificate required",
        ),
    ),
    ErrorText(
        ErrorKind.PLAIN_HTTP,
        (
            "not an SSL/TLS record",
            "client sent plain HTTP request to HTTPS port",
            "received plaintext http traffic on an https channel",
            "TLS connections are not allowed",
            "The server is configured to only allow SSL connections",
            "The plain HTTP request was sent to HTTPS port",
            "Client sent an HTTP request to an HTTPS server",
        ),
    ),
)
"""Texts of systems, proxies and servers, which clients repeat."""


@cache
def _phrases() -> tuple[tuple[str, ErrorKind], ...]:
    texts = (*_SYSTEM, *verify_texts(), *error_texts())
    return tuple(dict.fromkeys((fold(phrase), text.kind) for text in texts for phrase in text.phrases))


@cache
def _patterns() -> tuple[tuple[QuickPattern, ErrorKind], ...]:
    return tuple((QuickPattern(text.pattern), text.kind) for text in (*_SYSTEM, *error_texts()) if text.pattern)


def spelled_errors(folded: str) -> tuple[Spelled, ...]:
    """Return the errors that a folded text spells, without those that stand inside a longer one."""
    found = sorted(_all(folded), key=lambda one: (one.start, -one.end))
    kept: list[Spelled] = []
    covered, last = 0, (0, 0)
    for one in found:
        if one.end > covered or (one.start, one.end) == last:
            kept.append(one)
            last = (one.start, one.end)
        if one.end - one.start <= _LONGEST:
            covered = max(covered, one.end)
    return tuple(kept)


_LONGEST: Final = 200
"""Characters of a spelling that covers what stands inside it; a longer pattern reaches over other errors."""


@cache
def _codes() -> Mapping[str, int]:
    return {fold(words): code for code, (_, spellings) in VERIFY_ERRORS.items() for words in spellings}


def code_of(folded: str) -> int | None:
    """The verify code of OpenSSL whose words these are, or None."""
    return _codes().get(folded)


def _all(folded: str) -> Iterator[Spelled]:
    for alert in received_alerts(folded):
        yield Spelled(alert.alert.kind, alert.start, alert.end, alert.alert.name)
    for phrase, kind in _phrases():
        for start in _places(folded, phrase):
            yield Spelled(kind, start, start + len(phrase))
    for pattern, kind in _patterns():
        for found in pattern.finditer(folded):
            yield Spelled(kind, found.start(), found.end())


_MOST: Final = 50
"""Places of one spelling that are looked at: a log repeats itself."""


def _places(folded: str, phrase: str) -> Iterable[int]:
    """Where a phrase stands as whole words."""
    start = folded.find(phrase)
    for _ in range(_MOST):
        if start < 0:
            return
        end = start + len(phrase)
        if not (_within_word(folded, start - 1, start) or _within_word(folded, end - 1, end)):
            yield start
        start = folded.find(phrase, end)


def _within_word(text: str, left: int, right: int) -> bool:
    return left >= 0 and right < len(text) and text[left].isalnum() and text[right].isalnum()
