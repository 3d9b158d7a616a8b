"""What clients print where TLS fails: the kinds of error, and the spellings by which each client says them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from tui_chain.clients.cause_codes import CauseCode


class ErrorKind(StrEnum):
    """What an error text says, whatever the client; the most telling first, which wins where a text says several."""

    # the client's own side
    CONTEXT_AS_VERIFY = "context-as-verify"
    NO_SSL_MODULE = "no-ssl-module"
    RUNTIME = "runtime-fault"
    WINDOWS_STORE = "windows-store"
    OWN_WEAK = "own-certificate-weak"
    OWN_UNUSABLE = "own-certificate-unusable"
    # a proxy
    PROXY_LOGIN = "proxy-login"
    PROXY_UNREACHABLE = "proxy-unreachable"
    PROXY_SCHEME = "proxy-scheme"
    PROXY_REFUSES = "proxy-refuses"
    # the client's trust file
    NO_CA_STORE = "no-ca-store"
    BAD_BUNDLE = "bundle-unusable"
    # its verdict on a certificate
    NO_AKI = "strict-aki"
    NO_SKI = "strict-ski"
    NOT_CRITICAL = "strict-criticality"
    NO_USAGE = "strict-key-usage"
    STRICT_FORM = "strict-form"
    REVOKED = "revoked"
    REVOCATION_UNREACHABLE = "revocation-unreachable"
    STAPLE = "staple-missing"
    CRL = "crl"
    WEAK_DH = "weak-dh"
    WEAK_KEY = "weak-key"
    WEAK_SIGNATURE = "weak-signature"
    WEAK = "weak-crypto"
    PATH_LENGTH = "path-length"
    LEAF_AS_ISSUER = "leaf-as-issuer"
    BAD_CA = "invalid-ca"
    CONSTRAINED = "name-constraints"
    CRITICAL = "critical-extension"
    PURPOSE = "purpose"
    EXPIRED = "expired"
    NOT_YET = "not-yet-valid"
    TIME = "wrong-time"
    NO_SAN = "no-san"
    IP = "ip-mismatch"
    HOST = "host-mismatch"
    REJECTED = "rejected"
    ROOT_IN_CHAIN = "untrusted-root-in-chain"
    SELF_SIGNED = "self-signed"
    HALF_BUNDLE = "root-missing-in-bundle"
    FIRST_UNVERIFIED = "first-certificate-unverified"
    ROOT_UNKNOWN = "root-unknown"
    UNKNOWN_ISSUER = "unknown-issuer"
    BAD_SIGNATURE = "bad-signature"
    MALFORMED = "malformed-certificate"
    PINNED = "pin-mismatch"
    TOO_LARGE = "chain-too-large"
    GENERAL = "verify-failed"
    # what the peer says
    CLIENT_CERTIFICATE = "client-certificate"
    ACCESS_DENIED = "alert-access-denied"
    NAME_ALERT = "alert-unrecognized-name"
    VERSION = "protocol-version"
    INTERNAL = "alert-internal-error"
    HANDSHAKE = "handshake-failure"
    NO_ALPN = "no-application-protocol"
    OTHER_ALERT = "alert"
    # no handshake
    LEGACY = "legacy-renegotiation"
    PLAIN_HTTP = "plain-http"
    NOT_TLS = "no-tls"
    # no connection
    NAME = "name"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    ENDED_AFTER = "cut-after-handshake"
    ENDED = "connection-cut"
    UNREACHABLE = "unreachable"
    VAGUE = "handshake-failed"


class Speaker(StrEnum):
    """Whose error it is that a text reports."""

    OWN = "own"
    """The client's own verdict."""
    ALERT = "alert"
    """The peer's, received as a TLS alert or an answer."""
    SERVER_LOG = "server-log"
    """A server's log, about a client."""
    PROXY = "proxy"
    FILE = "file"
    """The client's own files and settings: no server has a part in it."""
    NAME = "name"
    CONNECT = "connect"


class Layer(IntEnum):
    """How far above the TLS library a client is: its texts have those of what it is made of in them."""

    PROGRAM = 1
    FRAMEWORK = 2
    LIBRARY = 3
    BASE_LIBRARY = 4
    RUNTIME = 5
    TLS_LIBRARY = 6


@dataclass(frozen=True)
class ErrorText:
    """How a client spells one kind of error.

    `phrases` are whole words as they stand in the text. `pattern` is a regular expression for what varies inside; it
    looks at the folded text (`fold`), in which there is no upper case, underscore, hyphen or end of line.
    """

    kind: ErrorKind
    phrases: tuple[str, ...] = ()
    pattern: str = ""


def spelled(kind: ErrorKind, *phrases: str, pattern: str = "") -> ErrorText:
    """Return the spellings of one kind of error."""
    return ErrorText(kind, phrases, pattern)


ISSUER_KINDS = frozenset(
    {ErrorKind.UNKNOWN_ISSUER, ErrorKind.ROOT_UNKNOWN, ErrorKind.FIRST_UNVERIFIED, ErrorKind.GENERAL, ErrorKind.VAGUE}
)
"""Verdicts that do not tell whether an intermediate or a root is missing."""
TRUST_KINDS = ISSUER_KINDS | {ErrorKind.ROOT_IN_CHAIN}
"""Verdicts that may be the client's store's fault."""


class HostKind(StrEnum):
    """What a host is, by its name or address."""

    ANY = "any"
    PRIVATE = "private"
    """A name or address of no public network."""
    INTERNAL = "internal"
    """One of those that is not this machine itself."""
    OTHER = "other"
    """A public one, or one that the text does not name."""
    WELL_KNOWN = "well-known"
    """One of a big public service, which serves whole chains of public roots."""
    UNRESOLVABLE = "unresolvable"
    """A name that can never be looked up (RFC 6761, section 6.4): a connection for it went to a proxy."""
    CLEAR_TEXT = "clear-text"
    """At a port where a protocol begins in clear text, before STARTTLS."""


@dataclass(frozen=True)
class CauseSign:
    """What a client's text tells beside its error, and the causes that come first then.

    `pattern` is a regular expression for the text as it is, line by line. `absent` must not stand in it. `also` is
    another kind of error that the text has to spell.
    """

    kinds: frozenset[ErrorKind]
    pattern: str
    causes: tuple[CauseCode, ...]
    absent: str = ""
    host: HostKind = HostKind.ANY
    also: ErrorKind | None = None


@dataclass(frozen=True)
class ErrorOutput:
    """The error texts of a client: `signs`, a regular expression, says that a text is one of its.

    `version` is a regular expression whose first group is the client's version. `trust_command` is the command that
    shows where it takes its trust from. `name` is what it is called where its texts are those of several. Without
    `signs` its texts are known, but not recognised as its. `help_hosts` are named in its own advice, and are not the
    host that failed. `server_signs` says that a text is from a server written with it, about a client.
    `cause_signs` order causes.
    """

    texts: tuple[ErrorText, ...] = ()
    signs: str = ""
    trust_command: str = ""
    layer: Layer = Layer.PROGRAM
    name: str = ""
    help_hosts: tuple[str, ...] = ()
    version: str = ""
    server_signs: str = ""
    cause_signs: tuple[CauseSign, ...] = ()


_BLANKS = str.maketrans(dict.fromkeys("_-\t", " ") | dict.fromkeys("‘’`´", "'") | dict.fromkeys("“”", '"'))


def fold(text: str) -> str:
    """Return the form in which spellings and texts are compared.

    Lower case, with one blank for white space, hyphens and underscores, and straight quotation marks.
    """
    return " ".join(text.translate(_BLANKS).lower().split())
