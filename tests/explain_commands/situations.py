"""The servers and machines of loopback that stand for causes, and what of a cause no command there can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui_chain.clients.cause_codes import CauseCode as Code


@dataclass(frozen=True)
class Situation:
    """A cause as it is on loopback: what the host does, by a scenario of the lab or a server of `bench`.

    `file` is the client's trust file that a text names, `bundle` the one that REQUESTS_CA_BUNDLE names, `system` the
    system's store, `proxy` the proxy of the environment; each is a label of `bench`.
    """

    cause: Code
    host: str
    file: str = ""
    system: str = "public"
    proxy: str = ""
    bundle: str = ""

    @property
    def environment(self) -> tuple[str, str, str]:
        """What differs in the environment of its commands."""
        return self.system, self.proxy, self.bundle

    def __str__(self) -> str:
        bundle = f"{self.bundle} by a variable" if self.bundle else ""
        return "-".join(filter(None, (self.cause, self.host, self.file, self.proxy, bundle)))


SITUATIONS: Final = (
    Situation(Code.MISSING_ISSUER, "leaf-only"),
    Situation(Code.MISSING_ISSUER, "two-links-one-served"),
    Situation(Code.MISSING_ISSUER, "leaf-only", file="public"),
    Situation(Code.UNTRUSTED_ROOT, "unknown-root"),
    Situation(Code.UNTRUSTED_ROOT, "unknown-root-served"),
    Situation(Code.INTERCEPTION_LIKELY, "interception-likely"),
    Situation(Code.INTERCEPTION_LIKELY, "interception-root-served"),
    Situation(Code.SELF_SIGNED, "self-signed"),
    Situation(Code.INCOMPLETE_BUNDLE, "complete", file="intermediate"),
    Situation(Code.CA_FILE, "complete", file="missing"),
    Situation(Code.CA_FILE, "complete", file="empty"),
    Situation(Code.CA_FILE, "complete", bundle="missing"),
    Situation(Code.CA_FILE, "complete", bundle="empty"),
    Situation(Code.NO_CA_STORE, "complete", system="empty"),
    Situation(Code.OTHER_STORE, "unknown-root", system="private"),
    Situation(Code.OLD_STORE, "complete", file="old"),
    Situation(Code.OLD_STORE, "complete"),
    Situation(Code.ONE_OF_MANY, "answers-vary"),
    Situation(Code.ONE_OF_MANY, "rsa-broken"),
    Situation(Code.HOST_MISMATCH, "wrong-host-name"),
    Situation(Code.IP_NOT_COVERED, "ip-as-dns-name"),
    Situation(Code.IP_NOT_COVERED, "names-alone"),
    Situation(Code.NO_SAN, "no-san"),
    Situation(Code.NO_SNI, "sni-needed"),
    Situation(Code.EXPIRED, "expired-leaf"),
    Situation(Code.CA_EXPIRED, "expired-intermediate"),
    Situation(Code.CA_EXPIRED, "anchor-expired"),
    Situation(Code.CA_EXPIRED, "expired-cross-sign"),
    Situation(Code.OLD_ONE_SERVED, "one-not-reloaded"),
    Situation(Code.NOT_YET_VALID, "not-yet-valid"),
    Situation(Code.WEAK_SIGNATURE, "weak-signature"),
    Situation(Code.WEAK_KEY, "weak-key"),
    Situation(Code.WEAK_DH, "small-dh"),
    Situation(Code.PATH_LENGTH, "path-length"),
    Situation(Code.NOT_A_CA, "not-a-ca"),
    Situation(Code.NOT_A_CA, "no-cert-sign"),
    Situation(Code.LEAF_AS_ISSUER, "leaf-as-issuer"),
    Situation(Code.NAME_CONSTRAINTS, "name-constraints"),
    Situation(Code.CRITICAL_EXTENSION, "critical-extension"),
    Situation(Code.PURPOSE, "purpose"),
    Situation(Code.MALFORMED, "unreadable"),
    Situation(Code.MALFORMED, "negative-serial"),
    Situation(Code.CHAIN_TOO_LARGE, "chain-too-large"),
    Situation(Code.NAMESAKE, "namesake-sent"),
    Situation(Code.NAMESAKE, "store-has-namesake-beside"),
    Situation(Code.STRICT_AKI, "strict-aki"),
    Situation(Code.STRICT_SKI, "strict-ski"),
    Situation(Code.STRICT_CRITICALITY, "strict-criticality"),
    Situation(Code.STRICT_KEY_USAGE, "strict-key-usage"),
    Situation(Code.STRICT_FORM, "strict-form"),
    Situation(Code.REJECTED, "complete", file="rejecting"),
    Situation(Code.REVOKED, "ocsp-revoked"),
    Situation(Code.REVOCATION_UNREACHABLE, "revocation-dead"),
    Situation(Code.STAPLE_MISSING, "must-staple-missing"),
    Situation(Code.STAPLE_MISSING, "staple-bad"),
    Situation(Code.CRL_MISSING, "crl-chain-complete"),
    Situation(Code.CLIENT_CERTIFICATE, "client-certificate-required-1.2"),
    Situation(Code.CLIENT_CERTIFICATE, "client-certificate-required-1.3"),
    Situation(Code.CLIENT_CERTIFICATE, "alert-certificate-required"),
    Situation(Code.NO_TLS, "no-tls"),
    Situation(Code.STARTTLS_PORT, "mail"),
    Situation(Code.RESET, "reset"),
    Situation(Code.TIMEOUT, "silent"),
    Situation(Code.REFUSED, "refused"),
    Situation(Code.NAME, "no-such-name"),
    Situation(Code.ALERT_PROTOCOL_VERSION, "alert-protocol-version"),
    Situation(Code.ALERT_PROTOCOL_VERSION, "tls-1.0-only"),
    Situation(Code.ALERT_HANDSHAKE_FAILURE, "alert-handshake-failure"),
    Situation(Code.ALERT_HANDSHAKE_FAILURE, "cbc-sha1-only"),
    Situation(Code.ALERT_UNRECOGNIZED_NAME, "alert-unrecognized-name"),
    Situation(Code.ALERT_INTERNAL_ERROR, "internal-error"),
    Situation(Code.ALERT_ACCESS_DENIED, "alert"),
    Situation(Code.ALERT_NO_ALPN, "no-alpn"),
    Situation(Code.ALERT, "decrypt-error"),
    Situation(Code.LEGACY_RENEGOTIATION, "no-secure-renegotiation"),
    Situation(Code.PROXY_AUTH, "complete", proxy="wants a login"),
    Situation(Code.PROXY_REFUSED, "complete", proxy="refuses"),
    Situation(Code.PROXY_UNREACHABLE, "complete", proxy="is not there"),
    Situation(Code.PROXY_SCHEME, "complete", proxy="is named as https"),
)

NOT_MADE: Final[Mapping[Code, str]] = {
    Code.CLOCK_WRONG: "the clock is the machine's: the reader compares what is printed with another clock",
    Code.PINNED: "the client alone knows what it expects: the reader compares fingerprints",
    Code.OWN_CERTIFICATE_WEAK: "the reader looks at a file of the client's own, which no text names for certain",
    Code.WINDOWS_STORE: "there is a Windows store on Windows alone",
    Code.RUNTIME_FAULT: "which version has which bug is for the reader",
    Code.WRONG_ARGUMENT: "the text says it all: the command shows how it is done",
    Code.UNREACHABLE: "loopback is always reached",
}
"""Causes whose commands are for the reader to judge, or that cannot be on loopback, and why."""

TOGETHER: Final[Mapping[tuple[Code, Code], str]] = {
    (Code.INCOMPLETE_BUNDLE, Code.OLD_STORE): "the server is well, and the file alone is at fault",
    (Code.NO_CA_STORE, Code.CA_FILE): "a variable puts the system's file away here, which the doctor sees",
    (Code.CA_FILE, Code.UNTRUSTED_ROOT): "a client without its file lacks all roots, and the server is well",
    (Code.OLD_ONE_SERVED, Code.EXPIRED): "whoever meets the server with the old certificate sees that",
    (Code.OTHER_STORE, Code.UNTRUSTED_ROOT): "a root that the system alone has was added to it: a private one",
    (Code.OLD_STORE, Code.UNTRUSTED_ROOT): "a root that is newer than the store is one that it lacks",
    (Code.REJECTED, Code.UNTRUSTED_ROOT): "what its owner rejects is not trusted",
    (Code.NAMESAKE, Code.UNTRUSTED_ROOT): "the namesake stands in the client's store, which is at fault",
    (Code.HOST_MISMATCH, Code.IP_NOT_COVERED): "a certificate for other names lists no address either",
    (Code.IP_NOT_COVERED, Code.HOST_MISMATCH): "an address that is not listed is a name that is not covered",
    (Code.ALERT_HANDSHAKE_FAILURE, Code.ALERT): "it is said by an alert",
    (Code.STARTTLS_PORT, Code.NO_TLS): "before STARTTLS the port speaks no TLS",
}
"""What else shows where a cause is the true one, and why: both are true, or one is the other's effect."""
