"""What clients print where TLS fails: the kinds of error, and the texts by which each client says them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ErrorKind(StrEnum):
    """What an error text says, whatever the client; in the order in which they are tried, the most telling first."""

    CONTEXT_AS_VERIFY = "context-as-verify"
    NO_SSL_MODULE = "no-ssl-module"
    TUNNEL = "proxy-refuses"
    BAD_BUNDLE = "bundle-unusable"
    NO_AKI = "strict-aki"
    NO_SKI = "strict-ski"
    NOT_CRITICAL = "strict-criticality"
    NO_USAGE = "strict-key-usage"
    REVOKED = "revoked"
    STAPLE = "revocation-unknown"
    CRL = "crl"
    TIME = "wrong-time"
    EXPIRED = "expired"
    NOT_YET = "not-yet-valid"
    NO_SAN = "no-san"
    IP = "ip-mismatch"
    HOST = "host-mismatch"
    ROOT_IN_CHAIN = "untrusted-root-in-chain"
    SELF_SIGNED = "self-signed"
    HALF_BUNDLE = "root-missing-in-bundle"
    WEAK = "weak-crypto"
    PURPOSE = "purpose"
    CONSTRAINED = "name-constraints"
    CRITICAL = "critical-extension"
    BAD_CA = "invalid-ca"
    UNKNOWN_ISSUER = "unknown-issuer"
    TOO_LARGE = "chain-too-large"
    LEGACY = "legacy-renegotiation"
    CLIENT_CERTIFICATE = "client-certificate"
    NAME_ALERT = "alert-unrecognized-name"
    VERSION = "protocol-version"
    NOT_TLS = "no-tls"
    HANDSHAKE = "handshake-failure"
    NAME = "name"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    ENDED = "connection-cut"
    GENERAL = "verify-failed"


class Layer(IntEnum):
    """How far above the TLS library a client is: its texts have those of what it is made of in them."""

    PROGRAM = 1
    LIBRARY = 2
    RUNTIME = 3
    TLS_LIBRARY = 4


@dataclass(frozen=True)
class ErrorText:
    """A regular expression for what a client prints of one kind of error, upper and lower case alike.

    `first` says that it is tried before all kinds: a text of another kind is a part of it.
    """

    kind: ErrorKind
    pattern: str
    first: bool = False


@dataclass(frozen=True)
class ErrorOutput:
    """The error texts of a client: `signs`, a regular expression, says that a text is one of its.

    `trust_command` is the command that shows where it takes its trust from. `name` is what it is called where its
    texts are those of several. Without `signs` its texts are known, but not recognised as its. `help_hosts` are named
    in its own advice, and are not the host that failed.
    """

    texts: tuple[ErrorText, ...] = ()
    signs: str = ""
    trust_command: str = ""
    layer: Layer = Layer.PROGRAM
    name: str = ""
    help_hosts: tuple[str, ...] = ()
