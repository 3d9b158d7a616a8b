"""From an error text, as a user has it, to its likely causes and the command that decides."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.errors import ISSUER_KINDS, TRUST_KINDS, CauseSign, HostKind, Speaker
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.quick_pattern import QuickPattern
from tui_chain.clients.registry import cause_signs
from tui_chain.core.command import MAX_WORD, command_line, hinted, operand
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import safe_text
from tui_chain.diagnose.explain.causes import CAUSES, CAUSES_OF_CLIENTS, CAUSES_WITHOUT_FILE, Cause
from tui_chain.diagnose.explain.places import is_host_kind, is_system_file, starttls_of
from tui_chain.diagnose.explain.reading import ErrorReading, read
from tui_chain.diagnose.explain.symptoms import SYMPTOMS, Symptom
from tui_chain.diagnose.findings.finding import FindingKind
from tui_chain.net.target import Target

DEFAULT_STORE = "env | grep -iE 'SSL_CERT|CA_BUNDLE|CAINFO|EXTRA_CA'"
"""Shows trust settings where the client is not known."""
MAX_SHOWN = 400
"""Characters that are shown of the line with the error, and of what else a text names."""
SPEAKERS: Mapping[Speaker, str] = {
    Speaker.OWN: "the client's own verdict",
    Speaker.ALERT: "the peer's answer",
    Speaker.SERVER_LOG: "a server's log, about a client",
    Speaker.PROXY: "a proxy is in between",
    Speaker.FILE: "the client's own files and settings",
    Speaker.NAME: "the lookup of the name",
    Speaker.CONNECT: "the connection",
}
"""Whose error it is, for people."""


@dataclass(frozen=True)
class Explanation:
    """The answer to a text: the line with the error, who printed it, of which host, and why. All is safe text.

    What is None is not shown by the text.
    The commands of `causes` are ready to run; where the text names no host they say HOST.
    """

    line: str
    client: str | None
    version: str | None
    host: str | None
    port: int | None
    url: str | None
    trust_file: str | None
    openssl_code: int | None
    symptom: Symptom
    causes: tuple[Cause, ...]


def explain_code(text: str) -> FindingKind | None:
    """The kind of finding with this code, or None."""
    wanted = text.strip().lower() if len(text) <= _LONGEST_CODE else ""
    code = next((code for code in FindingCode if code == wanted), None)
    if code is None:
        return None
    from tui_chain.diagnose.findings.catalogue import CATALOGUE  # the rules come along, which an error text needs not

    return CATALOGUE[code]


_LONGEST_CODE = 80


def explain(text: str) -> Explanation | Failure:
    """Say what an error text of any client means and why it may have come; never raises.

    A bare number is OpenSSL's verify code. A text that is not known gives a failure that says what to do.
    """
    reading = read(text)
    if reading is not None:
        return _explanation(reading)
    return Failure(
        "unknown-text",
        "That is no error text of TLS that is known here."
        if text and not text.isspace()
        else "There is no text to explain.",
        f"Give the line with the error itself, or look at the host with {hinted('check', 'HOST')}.",
    )


def _explanation(reading: ErrorReading) -> Explanation:
    host = reading.host
    return Explanation(
        line=safe_text(reading.shown.strip(), MAX_SHOWN),
        client=reading.client,
        version=None if reading.version is None else safe_text(reading.version),
        host=None if host is None else host.host,
        port=None if host is None else host.port,
        url=None if reading.url is None else safe_text(reading.url, MAX_SHOWN),
        trust_file=None if reading.trust_file is None else safe_text(reading.trust_file, MAX_SHOWN),
        openssl_code=reading.openssl_code,
        symptom=symptom_of(reading),
        causes=tuple(_with_commands(reading)),
    )


def _with_commands(reading: ErrorReading) -> Iterator[Cause]:
    """The causes with their commands filled in; a host's form was checked, a file's name is quoted."""
    places = _places(reading)
    causes = _causes(reading)
    for code in ordered_causes(reading):
        cause = causes[code]
        # in one pass: what stands in braces in a file's name is no place to fill
        yield replace(cause, command=_PLACE.sub(lambda found: places[found[1]], cause.command))


_PLACE = re.compile(r"\{(store|roots|host|address|url|starttls|trust|file)\}")


def _causes(reading: ErrorReading) -> Mapping[Code, Cause]:
    if symptom_of(reading).name == _SERVER_REFUSES:
        return {**CAUSES, **CAUSES_OF_CLIENTS}
    return CAUSES if _own_file(reading) is not None else {**CAUSES, **CAUSES_WITHOUT_FILE}


def _places(reading: ErrorReading) -> dict[str, str]:
    host, source, file = reading.host, reading.source, _own_file(reading)
    store = source.output.trust_command if source is not None else ""
    return {
        "store": store or DEFAULT_STORE,
        "roots": _roots(reading),
        "host": "HOST" if host is None else shlex.quote(_target(host)),
        "address": "HOST:443" if host is None else shlex.quote(str(host)),
        "url": "https://HOST/" if host is None else shlex.quote(f"https://{str(host).removesuffix(':443')}/"),
        "starttls": "smtp+starttls://HOST" if host is None else shlex.quote(_starttls(host)),
        "trust": _trust(reading),
        "file": "FILE" if file is None else shlex.quote(operand(file)),
    }


def _file(reading: ErrorReading) -> str | None:
    """The trust file of a text, where a command can name it."""
    file = reading.trust_file
    return file if file is not None and safe_text(file, MAX_WORD) == file else None


def _own_file(reading: ErrorReading) -> str | None:
    """The trust file of a text that somebody has set, and that is none of a system's or package's."""
    file = _file(reading)
    return None if file is None or is_system_file(file) else file


def _roots(reading: ErrorReading) -> str:
    """Looks at the roots that come with a system or package: at their file where the text names it."""
    file = _file(reading)
    if file is not None and is_system_file(file):
        return command_line("audit", operand(file))
    host = "HOST" if reading.host is None else _target(reading.host)
    return command_line("check", "--trust", "system", host)


def _trust(reading: ErrorReading) -> str:
    """Judges with the client's trust file, and with the folder that it reads beside it."""
    file = _own_file(reading)
    if file is None:
        return ""
    beside = " --trust system" if _FOLDER_BESIDE.search(reading.text) else ""
    return f" --trust {shlex.quote(operand(file))}{beside}"


_FOLDER_BESIDE = re.compile(r"(?i)\bCApath: ?/etc/")
"""Printed by clients that read the system's folder although they are given a file."""


def _target(host: Target) -> str:
    """The host as this tool takes it: with STARTTLS where its port asks for it."""
    return str(host).removesuffix(":443") if starttls_of(host.port) is None else _starttls(host)


def _starttls(host: Target) -> str:
    return f"{starttls_of(host.port) or 'smtp'}+starttls://{host}"


# the order of causes


_REFUSED_HERE = "A client refused the certificate of this server."
_SERVER_REFUSES = "server-refuses-client"
_REFUSED_CLIENT = "This server refused the certificate of a client."
_REFUSED_HERE_FACT = "What this server sends decides, and which roots the client has."
_REFUSED_HERE_CAUSES = (Code.UNTRUSTED_ROOT, Code.MISSING_ISSUER, Code.SELF_SIGNED, Code.HOST_MISMATCH, Code.EXPIRED)

_SERVER_SYMPTOMS: Mapping[Kind, Symptom] = {
    kind: Symptom(name, message, causes, fact, Speaker.SERVER_LOG)
    for kind, name, message, causes, fact in (
        *(
            (kind, "client-refuses-server", _REFUSED_HERE, _REFUSED_HERE_CAUSES, _REFUSED_HERE_FACT)
            for kind in (Kind.CLIENT_CERTIFICATE, Kind.VAGUE, Kind.GENERAL)
        ),
        *(
            (kind, _SERVER_REFUSES, _REFUSED_CLIENT, (Code.CLIENT_CERTIFICATE, cause), "")
            for kind, cause in (
                (Kind.UNKNOWN_ISSUER, Code.CA_FILE),
                (Kind.FIRST_UNVERIFIED, Code.MISSING_ISSUER),
                (Kind.ROOT_IN_CHAIN, Code.UNTRUSTED_ROOT),
                (Kind.SELF_SIGNED, Code.SELF_SIGNED),
                (Kind.EXPIRED, Code.EXPIRED),
                (Kind.PURPOSE, Code.PURPOSE),
            )
        ),
        (
            Kind.PLAIN_HTTP,
            "plain-client",
            "A client spoke plain HTTP, or no TLS, to this server's TLS port.",
            (Code.NO_TLS, Code.PROXY_SCHEME),
            "",
        ),
        (
            Kind.ENDED,
            "client-left",
            "A client cut the connection in the handshake: a health check, a scan, or one that does not trust.",
            (Code.RESET, Code.UNTRUSTED_ROOT),
            "Whether it is always the same address decides.",
        ),
        (
            Kind.HANDSHAKE,
            "handshake-failure",
            "A client and this server have nothing in common.",
            (Code.ALERT_HANDSHAKE_FAILURE, Code.ALERT_PROTOCOL_VERSION),
            "",
        ),
        (
            Kind.VERSION,
            "protocol-version",
            "A client and this server have no TLS version in common.",
            (Code.ALERT_PROTOCOL_VERSION,),
            "",
        ),
    )
}
"""What errors mean in a server's log, which speaks of a client."""


def symptom_of(reading: ErrorReading) -> Symptom:
    """What an error means: in a server's log it is the client that speaks."""
    if not reading.server_log or reading.kind not in _SERVER_SYMPTOMS:
        return SYMPTOMS[reading.kind]
    own = reading.alert is None and (reading.kind is not Kind.GENERAL or "verify failed" in reading.shown)
    verdict = own and reading.kind in {Kind.CLIENT_CERTIFICATE, Kind.GENERAL}
    return _SERVER_SYMPTOMS[Kind.UNKNOWN_ISSUER if verdict else reading.kind]


def ordered_causes(reading: ErrorReading) -> tuple[Code, ...]:
    """Return the causes of what was read, the likeliest first."""
    symptom = symptom_of(reading)
    first: tuple[Code, ...]
    if symptom.speaker is Speaker.SERVER_LOG:
        first = (Code.EXPIRED,) if reading.alert == "certificate_expired" else ()
    else:
        sign = deciding_sign(reading)
        first = sign.causes if sign is not None else ()
    return tuple(dict.fromkeys((*first, *symptom.causes)))


def deciding_sign(reading: ErrorReading) -> CauseSign | None:
    """Return the most telling sign that a text has, whose causes come first; None where it has none."""
    return next((one.sign for one in _signs() if one.shows(reading)), None)


@dataclass(frozen=True)
class _Sign:
    """A sign of causes with its patterns compiled."""

    sign: CauseSign
    pattern: QuickPattern
    absent: QuickPattern

    def shows(self, reading: ErrorReading) -> bool:
        """Whether a text has it."""
        sign = self.sign
        return (
            reading.kind in sign.kinds
            and is_host_kind(reading.host, sign.host)
            and (sign.also is None or sign.also in reading.also)
            and self.pattern.matches(reading.text)
            and not (sign.absent and self.absent.matches(reading.text))
        )


def all_signs() -> tuple[CauseSign, ...]:
    """All signs, the most telling first: who intercepts, what a client's text tells, what a host is."""
    return (*_FIRST_SIGNS, *cause_signs(), *_LAST_SIGNS)


@cache
def _signs() -> tuple[_Sign, ...]:
    return tuple(_Sign(sign, QuickPattern(sign.pattern), QuickPattern(sign.absent)) for sign in all_signs())


def _kinds(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


_PRODUCTS = (
    r"(?i)\b(?:zscaler|netskope|forcepoint|blue ?coat|fortinet|fortigate|palo ?alto|umbrella|sophos|mcafee|kaspersky"
    r"|avast|bitdefender|mitm|mitmproxy|charles proxy|fiddler|portswigger|burp suite|check ?point|websense|proxyman"
    r"|selenium wire|cloudflare gateway|MITM_DETECTED)"
)
_PUBLIC_CAS = (
    r"(?i)issue[rd][\s\S]{0,200}\b(?:let's encrypt|digicert|sectigo|globalsign|godaddy|comodo|entrust|geotrust|thawte"
    r"|rapidssl|verisign|amazon rsa|google trust services|usertrust|gts ca|isrg root|startcom|quovadis|certum|buypass"
    r"|harica|ssl\.com)\b"
)
_FIRST_SIGNS = (
    CauseSign(TRUST_KINDS | {Kind.SELF_SIGNED}, _PRODUCTS, (Code.INTERCEPTION_LIKELY,)),
    CauseSign(TRUST_KINDS, "", (Code.CA_FILE,), also=Kind.BAD_BUNDLE),
)
_LAST_SIGNS = (
    # devices and a company's own servers: a root, or a certificate, of their own
    CauseSign(
        _kinds(Kind.GENERAL, Kind.VAGUE),
        "",
        (Code.UNTRUSTED_ROOT, Code.SELF_SIGNED, Code.MISSING_ISSUER),
        host=HostKind.INTERNAL,
    ),
    # an issuer that every store has the root of: the server does not send it, or the store is old
    CauseSign(ISSUER_KINDS, _PUBLIC_CAS, (Code.MISSING_ISSUER, Code.OLD_STORE, Code.NO_CA_STORE)),
    CauseSign(
        _kinds(Kind.GENERAL, Kind.VAGUE),
        "",
        (Code.INTERCEPTION_LIKELY, Code.NO_CA_STORE, Code.UNTRUSTED_ROOT, Code.OLD_STORE),
        host=HostKind.WELL_KNOWN,
    ),
    CauseSign(
        TRUST_KINDS, "", (Code.INTERCEPTION_LIKELY, Code.NO_CA_STORE, Code.OLD_STORE), host=HostKind.WELL_KNOWN
    ),
    CauseSign(_kinds(Kind.SELF_SIGNED), "", (Code.INTERCEPTION_LIKELY,), host=HostKind.WELL_KNOWN),
    CauseSign(_kinds(Kind.EXPIRED), "", (Code.CA_EXPIRED, Code.CLOCK_WRONG), host=HostKind.WELL_KNOWN),
    CauseSign(_kinds(Kind.NOT_YET), "", (Code.CLOCK_WRONG,), host=HostKind.OTHER),
    CauseSign(_kinds(Kind.TIME), "", (Code.CLOCK_WRONG,), host=HostKind.WELL_KNOWN),
    # a name that nobody can look up was connected to: by way of a proxy
    CauseSign(_kinds(Kind.NOT_TLS, Kind.PLAIN_HTTP), "", (Code.PROXY_SCHEME,), host=HostKind.UNRESOLVABLE),
    CauseSign(_kinds(Kind.REFUSED, Kind.TIMEOUT), "", (Code.PROXY_UNREACHABLE,), host=HostKind.UNRESOLVABLE),
    CauseSign(
        _kinds(Kind.NOT_TLS),
        "",
        (Code.STARTTLS_PORT,),
        absent="does not support SSL",
        host=HostKind.CLEAR_TEXT,
    ),
    CauseSign(_kinds(Kind.NOT_TLS), r"(?i)proxy", (Code.PROXY_SCHEME,)),
    CauseSign(
        _kinds(Kind.REFUSED, Kind.TIMEOUT, Kind.NAME, Kind.ENDED),
        r"(?i)proxyerror|proxyconnect|via proxy",
        (Code.PROXY_UNREACHABLE,),
    ),
)
