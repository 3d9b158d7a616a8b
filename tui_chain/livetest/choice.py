"""What the user chose for the request of a live test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text

METHODS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing on a server (RFC 9110 section 9.2.1)."""

_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class RequestChoice:
    """How the request of a live test is made: method, path with its query, further headers as (name, value).

    `proxy` is whether it goes through the proxy that the environment names for the host.
    """

    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    proxy: bool = False


USUAL = RequestChoice()
"""The request where nobody has chosen."""


def read_choice(method: str, path: str, lines: Iterable[str], *, proxy: bool = False) -> RequestChoice | Failure:
    """Read a choice as a person writes it: a path that begins with a slash, a header on each line."""
    if method not in METHODS:
        return Failure(
            "usage", f"{safe_text(method, 20)!r} is no method of the live test.", f"There are {', '.join(METHODS)}."
        )
    bare = path.partition("#")[0]
    if not bare.startswith("/") or not bare.isascii() or not bare.isprintable() or " " in bare:
        return Failure("usage", "A path begins with a slash and is ASCII without blanks.", "Write it as /index.html.")
    headers = [read_header_line(line) for line in lines if line.strip()]
    wrong = next((each for each in headers if isinstance(each, Failure)), None)
    if wrong is not None:
        return wrong
    good = tuple(each for each in headers if not isinstance(each, Failure))
    return RequestChoice(method, bare, good, proxy)


def read_header_line(line: str) -> tuple[str, str] | Failure:
    """Read `Name: value`; what carries credentials or belongs to the connection is refused (law 6)."""
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    token = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    if not colon or not token or not (value.isascii() and value.isprintable()):
        return Failure("usage", f"{safe_text(line, 60)!r} is no header.", "Write it as Name: value.")
    if name.lower() in _SECRET:
        return Failure("usage", f"The live test carries no credentials; {name} is not sent.", "Leave it out.")
    if name.lower() in _OURS:
        return Failure("usage", f"{name} is set by the test itself.", "Leave it out.")
    return name, value
