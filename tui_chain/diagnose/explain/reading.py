"""What an error text tells: the innermost TLS error, who speaks, the client, the host, the trust file, the code."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate
from typing import Final

from tui_chain.clients.errors import ErrorKind, fold
from tui_chain.clients.quick_pattern import QuickPattern
from tui_chain.clients.registry import TextSource, help_hosts, server_signs, text_sources
from tui_chain.clients.spellings import Spelled, code_of, spelled_errors
from tui_chain.clients.verify_errors import VERIFY_ERRORS, kind_of_code
from tui_chain.diagnose.explain.places import host_of, trust_file_of, url_of
from tui_chain.net.target import Target

_RANKS: Final = {kind: rank for rank, kind in enumerate(ErrorKind)}
_VAGUE: Final = _RANKS[ErrorKind.GENERAL]
"""Kinds from here on say less than a verdict with its reason: a better one is looked for in wrapped lines too."""
_CODES: Final = re.compile(
    r"(?:\bnum=|verify return code: |verify error:? ?\(?|verify_result[=: ]+|\berror |\()(?P<code>[1-9]\d{0,2})"
    r"(?=:[a-z]| at \d+ depth| \([a-z])"
)


@dataclass(frozen=True)
class ErrorReading:
    """What a text tells. `lines` are those that were read, `line` the number of the one with the error.

    `also` are the other kinds of error that it spells, the most telling first.
    """

    lines: tuple[str, ...]
    line: int
    kind: ErrorKind
    also: tuple[ErrorKind, ...]
    alert: str | None
    openssl_code: int | None
    source: TextSource | None
    server_log: bool
    host: Target | None
    url: str | None
    trust_file: str | None

    @cached_property
    def text(self) -> str:
        """The lines that were read."""
        return "\n".join(self.lines)

    @property
    def shown(self) -> str:
        """The line with the error, without what follows the question mark of a URL."""
        return _QUERY.sub("?…", self.lines[self.line])

    @property
    def client(self) -> str | None:
        """Who printed it, as it is shown, or None."""
        return None if self.source is None else self.source.name

    @cached_property
    def version(self) -> str | None:
        """The client's version, or None."""
        if self.source is None or self.source.version is None:
            return None
        found = self.source.version.search(self.text)
        return None if found is None else found[1]


def read(text: str) -> ErrorReading | None:
    """Read an error text; None where no error of TLS, or of the connection for it, is known in it."""
    code = _code_alone(text)
    if code is not None:
        return code
    lines = readable_lines(text)
    reading = _read(lines)
    whole = unwrapped(lines) if reading is None or _RANKS[reading.kind] >= _VAGUE else None
    if whole is not None:
        joined = _read(tuple(whole.splitlines()))
        if joined is not None and (reading is None or _RANKS[joined.kind] < _RANKS[reading.kind]):
            return joined
    return reading


def _code_alone(text: str) -> ErrorReading | None:
    """A bare number is OpenSSL's verify code, and its words are the line with the error."""
    given = text.strip() if len(text) <= _LONGEST_CODE else ""
    code = int(given) if given.isascii() and given.isdigit() else 0
    kind, spellings = VERIFY_ERRORS.get(code, (None, ()))
    if kind is None:
        return None
    line = f"{code} ({spellings[0]})" if spellings else given
    return ErrorReading(
        lines=(line,),
        line=0,
        kind=kind,
        also=(),
        alert=None,
        openssl_code=code,
        source=None,
        server_log=False,
        host=None,
        url=None,
        trust_file=None,
    )


_LONGEST_CODE: Final = 8
"""Characters of a text that may be a code alone, white space included."""


def _read(lines: Sequence[str]) -> ErrorReading | None:
    folded = [fold(line) for line in lines]
    starts = list(accumulate((len(line) + 1 for line in folded), initial=0))
    whole = " ".join(folded)
    found = [*spelled_errors(whole), *_coded(whole)] or _vague(whole)
    if not found:
        return None
    best = min(_of_last_incident(found, lines, starts), key=lambda one: (_RANKS[one.kind], one.start))
    kinds = sorted({one.kind for one in found} - {best.kind}, key=_RANKS.__getitem__)
    number = bisect_right(starts, best.end - 1) - 1
    text = "\n".join(lines)
    source = next((source for source in text_sources() if source.signs.matches(text)), None)
    server_log = is_server_log(text)
    # the address in the log of a server is the client's
    host = None if server_log else host_of(lines, number, help_hosts())
    return ErrorReading(
        lines=tuple(lines),
        line=min(number, len(lines) - 1),
        kind=best.kind,
        also=tuple(kinds),
        alert=best.alert,
        openssl_code=_code_of([one for one in found if one.kind is best.kind], whole),
        source=source,
        server_log=server_log,
        host=host,
        url=None if host is None else url_of(lines, host.host),
        trust_file=trust_file_of(lines),
    )


_TIME: Final = re.compile(r"^.{0,40}?\b([01]\d|2[0-3]):([0-5]\d):([0-5]\d)\b")
_APART: Final = 2
"""Seconds between two lines of a log that are of different incidents."""


def _of_last_incident(found: Sequence[Spelled], lines: Sequence[str], starts: Sequence[int]) -> Sequence[Spelled]:
    """Of a log with several incidents those errors that belong to the last one that tells a reason."""
    bounds, before = [0], None
    for start, line in zip(starts, lines, strict=False):
        stamp = _TIME.match(line)
        if stamp is not None:
            seconds = int(stamp[1]) * 3600 + int(stamp[2]) * 60 + int(stamp[3])
            if before is not None and not 0 <= seconds - before <= _APART:
                bounds.append(start)
            before = seconds
    reasons = [one.start for one in found if _RANKS[one.kind] < _VAGUE]
    if not reasons:
        return found
    last = bounds[bisect_right(bounds, max(reasons)) - 1]
    after = next((bound for bound in bounds if bound > last), starts[-1] + 1)
    return [one for one in found if last <= one.start < after]


_TLS_WORD: Final = re.compile(r"\b(?:ssl|tls|x\.?509|certificates?)\b")
_FAILURE: Final = re.compile(r"\b(?:error|fail\w*|fatal|invalid|cannot|could not|unable|refused|rejected|denied)\b")


def _vague(whole: str) -> list[Spelled]:
    """What is certainly an error of TLS, whatever it is."""
    word, failure = _TLS_WORD.search(whole), _FAILURE.search(whole)
    if word is None or failure is None:
        return []
    return [Spelled(ErrorKind.VAGUE, min(word.start(), failure.start()), max(word.end(), failure.end()))]


def _coded(whole: str) -> list[Spelled]:
    """Verify codes that stand as numbers."""
    coded = ((found, kind_of_code(int(found["code"]))) for found in _CODES.finditer(whole))
    return [Spelled(kind, found.start(), found.end()) for found, kind in coded if kind is not None]


def _code_of(alike: Sequence[Spelled], whole: str) -> int | None:
    """The verify code of an error, which a text may spell several times: as a number, or by its words."""
    for found in _CODES.finditer(whole):
        if kind_of_code(int(found["code"])) is alike[0].kind:
            return int(found["code"])
    return next(filter(None, (code_of(whole[one.start : one.end]) for one in alike)), None)


# the text


MAX_READ: Final = 24 * 1024
"""Characters of a text that are looked at in whole; of a longer one the ends and what stands about its errors."""
_HEAD, _TAIL, _ABOUT = 2 * 1024, 8 * 1024, 1536
_MARKS: Final = ("ertificate", "SSL", "x509", "PKIX", "SEC_E_", "tls: ")
"""Plain letters of most errors, by which a place in a long log is found: a search for them costs next to nothing."""
MAX_LINE: Final = 4000
"""Characters of one line that are looked at."""

_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[ -/]?[@-~]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|\r(?=\n)")
_ESCAPES = re.compile(r"(?<!\\)\\++(?:[nrt\"'/]|u00[0-7][0-9a-fA-F]|x1b\[[0-9;]{0,20}m)")
_BYTES = re.compile(r"(?:\\x[89a-fA-F][0-9a-fA-F]){2,8}")
_LOGIN = re.compile(r"(?<=://)(?:[^\s/@\"':?#]{0,100}:[^\s/\"?#,]{1,200}|[^\s/@\"'?#]{1,200})@")
"""The login of a URL: its password may have an apostrophe in it."""
_QUERY = re.compile(r"\?[\w.%+~-]{1,100}=[^\s'\"<>)]*")
_QUOTING = re.compile(r"^(?:[>|] ?)+|^E {3}|^[\w.-]{1,40} +\| ")
"""What stands before the lines of a quotation, of pytest's errors, of a container in a joint log."""
_BREAKS: Final = {"n": "\n", "r": "\n", "t": " "}


def readable_lines(text: str) -> tuple[str, ...]:
    """Return the lines of `text` in which errors are looked for, without what a log or a terminal put around them.

    JSON and bytes escapes, HTML entities and colours are resolved, logins of URLs left out. Of a text above 24 KiB
    its beginning and its end, and where they have no error what stands about its last ones.
    """
    chosen = text if len(text) <= MAX_READ else "\n".join(_about_errors(text))
    plain = _unescaped(chosen)
    return tuple(line for line in (_QUOTING.sub("", one).rstrip()[:MAX_LINE] for one in plain.splitlines()) if line)


def unwrapped(lines: tuple[str, ...]) -> str | None:
    """Return lines joined as they were before a terminal cut them at its width, in the middle of words too.

    None where none look so.
    """
    lines = tuple(line.strip() for line in lines)
    widths = Counter(len(line) for line in lines if len(line) >= _NARROWEST)
    edges = {width for width, count in widths.items() if count > 1} | {max(widths, default=0)}
    if len(lines) < _PAIR or not widths:
        return None
    return "".join(line if len(line) in edges else f"{line}\n" for line in lines)


_PAIR: Final = 2
_NARROWEST: Final = 40
"""Columns of the narrowest terminal whose wrapped lines are put together."""


def _about_errors(text: str) -> Iterator[str]:
    """The parts of a long text that are looked at, in its order."""
    head, tail = text[:_HEAD], text[-_TAIL:]
    yield head
    if not any(mark in tail or mark in head for mark in _MARKS):
        places = sorted(place for mark in _MARKS for place in _last_places(text, mark))
        for place in places[-_PLACES:]:
            yield text[max(0, place - _ABOUT) : place + _ABOUT]
    yield tail


def _last_places(text: str, mark: str) -> Iterator[int]:
    """The last places of a mark, each far from the next."""
    end = len(text)
    for _ in range(_PLACES):
        place = text.rfind(mark, 0, end)
        if place < 0:
            return
        yield place
        end = max(0, place - _ABOUT)


_PLACES: Final = 4
"""Errors in the middle of a long text that are looked at."""


def _unescaped(text: str) -> str:
    plain = _ANSI.sub("", text)
    if "\\" in plain:
        plain = _BYTES.sub(_decoded, plain)
        plain = _ESCAPES.sub(_resolved, plain)
    plain = html.unescape(plain) if "&" in plain else plain
    return _LOGIN.sub("", plain) if "@" in plain else plain


def _decoded(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("\\x", "")).decode("utf-8", "replace")


def _resolved(found: re.Match[str]) -> str:
    escape = found[0].lstrip("\\")
    if escape.startswith("u00"):
        return chr(int(escape[1:], 16))
    return "" if escape.startswith("x1b") else _BREAKS.get(escape, escape)


# whose text it is


_LOGS: Final = "|".join(
    (
        r"SSL_do_handshake\(\) failed .{0,300}while SSL handshaking, client:",
        r"client SSL certificate verify error",
        r"client (?:closed connection|sent no required|sent plain HTTP).{0,120}, client: ",
        r"peer closed connection in SSL handshake .{0,100}while SSL handshaking, client",
        r"\bSSL_accept(?:\(\))?(?:: | error| failed|\b)",
        r"\bssl3_read_bytes\b.{0,200}\bclient: [\d.]{7,15}",
        r"could not accept SSL connection",
        # Apache, but for what mod_proxy says of the servers behind it
        r"^(?!.*(?:\[remote |\[proxy|SSL Proxy)).*AH0\d{4}: ",
        # HAProxy, behind the name of a front end and a bind line
        r"SSL handshake failure \(|/\w+: SSL handshake failure",
        r"Error accepting a client connection",
        r"\bsmtpd\[\d+\]: |imap-login: |pop3-login: |\bslapd\[\d+\]: conn=",
        r"Client connection from \S+ failed: error:",
        r"bad client certificate",
        r"TLS_accept:|rlm_eap|eap_tls",
        r"OpenSSL Error\[\d\]: error:|OpenSSL Error: error:.{0,200}alert",
        r"warning: TLS library problem: ",
        r"tls_process_client_certificate",
        r"\[Envoy|external/envoy/|TLS error: 2684\d{5}:",
        # proxies that intercept, of the programs that they present their own certificates to
        r"\bstripssl\.|\bTrafficInterceptor error: ",
        r"ctx\":\"conn\d+|\[conn\d+\]",
    )
)
"""What stands in servers' logs when a client's handshake fails."""


@cache
def _server_signs() -> QuickPattern:
    return QuickPattern("|".join((_LOGS, *server_signs())))


def is_server_log(text: str) -> bool:
    """Whether a text is a server's about a client, not a client's own."""
    return _server_signs().matches(text)
