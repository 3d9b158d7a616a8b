"""From an error text, as a user has it, to its likely causes and the command that decides."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tui_chain.clients.errors import ErrorKind, ErrorText
from tui_chain.clients.registry import TextSource, error_texts, help_hosts, text_sources
from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import safe_text
from tui_chain.diagnose.explain import symptoms
from tui_chain.diagnose.explain.symptoms import Cause, Symptom
from tui_chain.diagnose.findings.finding import FindingKind
from tui_chain.net.target import Target, parse_target
from tui_chain.paths.codes import MEANINGS

_COMMON = (
    ErrorText(ErrorKind.TUNNEL, r"407 Proxy"),
    ErrorText(ErrorKind.CLIENT_CERTIFICATE, r"No required SSL certificate was sent"),
    ErrorText(
        ErrorKind.NAME,
        r"Name or service not known|nodename nor servname|Temporary failure in name resolution"
        r"|No address associated with hostname",
    ),
    ErrorText(ErrorKind.REFUSED, r"Connection refused"),
    ErrorText(ErrorKind.TIMEOUT, r"timed out"),
    ErrorText(ErrorKind.ENDED, r"Connection reset"),
)
"""Texts of the system, of proxies and of servers, which clients repeat."""
_SYMPTOMS: Mapping[ErrorKind, Symptom] = {
    ErrorKind(one.name): one for one in vars(symptoms).values() if isinstance(one, Symptom)
}


def _patterns(texts: tuple[ErrorText, ...]) -> Iterator[tuple[Symptom, re.Pattern[str]]]:
    for first in (True, False):
        for kind in ErrorKind:
            alike = [text.pattern for text in texts if text.kind is kind and text.first is first]
            if alike:
                yield _SYMPTOMS[kind], re.compile("|".join(alike), re.IGNORECASE | re.MULTILINE)


PATTERNS: tuple[tuple[Symptom, re.Pattern[str]], ...] = tuple(_patterns((*_COMMON, *error_texts())))
"""Every symptom with the error texts of all clients; 0.1 ms are enough for a text of some lines."""

DEFAULT_STORE = "env | grep -iE 'SSL_CERT|CA_BUNDLE|CAINFO|EXTRA_CA'"
"""Shows trust settings where the client is not known."""

_HOSTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"host='(?P<host>[^'\s]{1,253})', port='?(?P<port>\d{1,5})",
        r"https://(?P<host>[A-Za-z0-9_.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::(?P<port>\d{1,5}))?",
        r"connection to (?P<host>[A-Za-z0-9_.-]{1,253}):(?P<port>\d{1,5})",
        r"connect to (?:host )?(?P<host>[A-Za-z0-9_.-]{1,253})(?: port |:)(?P<port>\d{1,5})",
        r"(?:not valid for|host name|hostname|certificate of) ['‘\"](?P<host>[A-Za-z0-9_.-]{1,253})['’\"]",
        r"(?:resolve host:?|ENOTFOUND|EAI_AGAIN|lookup|UnknownHostException:)"
        r" ['‘\"]?(?P<host>[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20})",
        r"(?:name matching|Host:) (?P<host>[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20})\.? (?:found|is not)",
        r"is valid for .{1,400}, not (?P<host>[A-Za-z0-9_.-]{1,253})",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """The answer to a text: the line that told it, who wrote it (or None), of which host (or None), and why.

    The commands of `causes` are ready to run; where the text names no host they say HOST. All is safe text.
    """

    line: str
    client: str | None
    host: str | None
    symptom: Symptom
    causes: tuple[Cause, ...]


MAX_TEXT = 64 * 1024
"""Characters of a text that are read; a traceback's end, where its error stands, comes first."""
MAX_LINE = 2000
"""Characters of one line that are looked at."""
MAX_SHOWN = 400
"""Characters of the line that told it."""


def explain_code(text: str) -> FindingKind | None:
    """The kind of finding with this code, or None."""
    wanted = text.strip().lower()
    code = next((code for code in FindingCode if code == wanted), None)
    if code is None:
        return None
    from tui_chain.diagnose.findings.catalogue import CATALOGUE  # the rules come along, which an error text needs not

    return CATALOGUE[code]


def explain(text: str) -> Explanation | Failure:
    """Say what an error text of any client means and why it may have come; never raises.

    A bare number is OpenSSL's verify code. A text that is not known gives a failure that says what to do.
    """
    given = _with_code(text.strip())
    lines = [line[:MAX_LINE] for line in given[-MAX_TEXT:].splitlines() if line.strip()]
    whole = "\n".join(lines)
    for kind, pattern in PATTERNS:
        found = pattern.search(whole)
        if found is not None:
            line = whole[whole.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
            return _explanation(whole, line, kind)
    return Failure(
        "unknown-text",
        "That is no error text of TLS that is known here." if lines else "There is no text to explain.",
        f"Give the line with the error itself, or look at the host with {hinted('check', 'HOST')}.",
    )


def _with_code(text: str) -> str:
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        return text
    meaning = MEANINGS.get(int(text))
    return f"verify error:num={text}:{meaning.error}" if meaning is not None else text


def _explanation(text: str, line: str, symptom: Symptom) -> Explanation:
    source, host = source_of(text), host_of(text)
    command = source.output.trust_command if source is not None else DEFAULT_STORE
    causes = tuple(_ready(symptom.causes, command, host))
    name = source.name if source is not None else None
    shown, named = safe_text(line.strip(), MAX_SHOWN), None if host is None else _shown(host)
    return Explanation(shown, name, named, symptom, causes)


def _ready(causes: tuple[Cause, ...], store: str, host: Target | None) -> Iterator[Cause]:
    """The causes with their commands filled in; a host's form was checked, so that no shell reads more into it."""
    named = "HOST" if host is None else shlex.quote(_shown(host))
    for cause in causes:
        yield replace(cause, command=cause.command.replace("{store}", store).replace("{host}", named))


def _shown(host: Target) -> str:
    return str(host).removesuffix(":443")


def source_of(text: str) -> TextSource | None:
    """Who printed a text, or None."""
    return next((source for source in text_sources() if source.signs.search(text)), None)


def host_of(text: str) -> Target | None:
    """The host that a text names, or None; what is no host name in form is none."""
    for pattern in _HOSTS:
        for found in pattern.finditer(text):
            groups = found.groupdict()
            host, port = groups["host"].rstrip("."), groups.get("port")
            target = parse_target(f"{host}:{port}" if port else host)
            if isinstance(target, Target) and target.host not in help_hosts():
                return target
    return None
