"""Why clients fail: every cause with its code, one sentence, and the command whose output decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui_chain.clients.cause_codes import CauseCode
from tui_chain.core.command import command_line


@dataclass(frozen=True)
class Cause:
    """A likely cause: its code, one sentence, the command that decides, and what its output has if it is this one.

    Any one of `shows` does; without one the reader has to judge. In a command `{host}` stands for the host of the
    text, `{address}` for it as `openssl` takes it, `{url}` for its address on the web, `{starttls}` for it with
    STARTTLS; `{file}` for the trust file of the text, `{trust}` for the options that name it; `{store}` for the
    client's own look at its settings, `{roots}` for a look at the roots that come with a system or package.
    """

    code: CauseCode
    message: str
    command: str
    shows: tuple[str, ...] = ()


def _on_host(*words: str) -> str:
    """A command of this tool on the host of the text, with the trust file of the text."""
    return f"{command_line(*words)} {{host}}{{trust}}"


CHECK: Final = _on_host("check")
_FIX: Final = _on_host("fix")
_SERVERS: Final = _on_host("check", "--all-addresses", "--repeat", "4")
_SERVERS_AND_KEYS: Final = _on_host("check", "--all-addresses", "--key-types", "--repeat", "4")
_REVOCATION: Final = _on_host("check", "--revocation")
_PUBLIC: Final = f"{command_line('check')} {{host}}"
_PROXIES: Final = "env | grep -i _proxy"
_CONNECT: Final = "curl -sS -o /dev/null -w 'proxy: %{http_connect}\\n' {url}"
_AUDIT: Final = f"{command_line('audit')} {{file}}"
_NOTHING_LOADED: Final = ("cannot be read", "loads 0", "no certificate file")
"""What `audit` prints of a file that gives a client nothing."""


def _cause(code: CauseCode, message: str, command: str = CHECK, *shows: str) -> Cause:
    """A cause that `check` shows as the finding of its own name, unless it says otherwise."""
    by_default = (code.value,) if command.startswith(command_line("check")) else ()
    return Cause(code, message, command, shows or by_default)


_C = CauseCode
_BROKEN_ONE: Final = ("backend-broken", "key-type-broken", "answers-vary")
_BAD_FILE: Final = "The client's CA file or folder is missing, empty, unreadable or broken."
_ALL_CAUSES: Final = (
    _cause(_C.MISSING_ISSUER, "The server does not send its intermediate certificate.", _FIX, "repairable"),
    _cause(
        _C.UNTRUSTED_ROOT,
        "The chain ends at a root that this client's trust store lacks: a private one, or one newer than the store.",
        _FIX,
        "fault: client store",
        "accepted by all",
    ),
    _cause(
        _C.INTERCEPTION_LIKELY,
        "A company proxy or virus scanner reads the traffic and presents certificates of its own.",
    ),
    _cause(
        _C.SELF_SIGNED,
        "The server's certificate is signed by itself: a device, a test, a default.",
        CHECK,
        "signed by itself",
    ),
    _cause(
        _C.INCOMPLETE_BUNDLE,
        "The client's trust file holds the intermediate, but not the root above it.",
        _AUDIT,
        "no-root",
    ),
    _cause(
        _C.CA_FILE,
        _BAD_FILE,
        f"{_AUDIT}; {{store}}",
        *_NOTHING_LOADED,
    ),
    _cause(
        _C.NO_CA_STORE,
        "No CA certificates are installed for this program: a package, a file of its settings, or a step is missing.",
        "{roots}",
        "is empty",
        *_NOTHING_LOADED,
    ),
    _cause(
        _C.OTHER_STORE,
        "This client reads another trust store than the programs that accept the server.",
        CHECK,
        "root-only-in-system",
    ),
    _cause(
        _C.OLD_STORE,
        "This client's trust store is out of date and lacks the root.",
        _PUBLIC,
        "accepted by all",
    ),
    _cause(
        _C.ONE_OF_MANY,
        "Only one of several servers behind the name is broken, or only one key type.",
        _SERVERS_AND_KEYS,
        *_BROKEN_ONE,
    ),
    _cause(_C.HOST_MISMATCH, "The certificate is for other names than the one that was asked for."),
    _cause(
        _C.IP_NOT_COVERED,
        "The host was named by its IP address, which the certificate does not list.",
        CHECK,
        "host-mismatch",
        "ip-as-dns-name",
    ),
    _cause(_C.NO_SAN, "The certificate has its name in the common name only, which clients do not read."),
    _cause(
        _C.NO_SNI,
        "The client sends no name (SNI), and the server answers with its default certificate.",
        _on_host("check", "--no-sni"),
    ),
    _cause(
        _C.EXPIRED,
        "The server's certificate has expired and was not renewed.",
        CHECK,
        "The server's own certificate expired",
    ),
    _cause(
        _C.CA_EXPIRED,
        "An intermediate, the root, or an old cross-sign in the client's store or bundle has expired.",
        CHECK,
        "The CA certificate",
        "expired-unneeded",
    ),
    _cause(_C.NOT_YET_VALID, "The certificate is new and its validity has not begun."),
    _cause(_C.CLOCK_WRONG, "The clock of this machine is wrong.", "date -u"),
    _cause(
        _C.OLD_ONE_SERVED,
        "The certificate was renewed, but the server, or one of several, still serves the old one.",
        _SERVERS,
        "backend-broken",
        "servers-differ",
        "answers-vary",
    ),
    _cause(_C.WEAK_SIGNATURE, "A certificate of the path is signed with SHA-1 or MD5."),
    _cause(_C.WEAK_KEY, "A key of the path is too small, or of a kind that this client does not accept."),
    _cause(
        _C.WEAK_DH,
        "The server's Diffie-Hellman parameters are too small for this client.",
        CHECK,
        "DH key has",
    ),
    _cause(_C.PATH_LENGTH, "There are more CA certificates below one than it allows."),
    _cause(_C.NOT_A_CA, "An issuer of the path is no CA, or does not say so.", CHECK, "not-a-ca", "no-cert-sign"),
    _cause(_C.LEAF_AS_ISSUER, "A server's certificate was used to sign another."),
    _cause(_C.NAME_CONSTRAINTS, "A CA of the path is limited to other domains."),
    _cause(_C.CRITICAL_EXTENSION, "A certificate has a critical extension that this client does not know."),
    _cause(_C.PURPOSE, "The certificate is not for TLS servers: a client or e-mail certificate, or another use."),
    _cause(
        _C.MALFORMED,
        "A certificate of the chain breaks a rule of form, and this client insists on it.",
        CHECK,
        "unreadable",
        "odd-serial",
    ),
    _cause(_C.CHAIN_TOO_LARGE, "A whole CA bundle is installed as the server's chain."),
    _cause(
        _C.NAMESAKE,
        "Another CA of the same name, with another key, is served or trusted.",
        CHECK,
        "namesake",
        "has another key",
    ),
    _cause(_C.STRICT_AKI, "A certificate lacks the authority key identifier, on which Python insists from 3.13 on."),
    _cause(_C.STRICT_SKI, "A CA lacks the subject key identifier, on which Python insists from 3.13 on."),
    _cause(
        _C.STRICT_CRITICALITY,
        "The basic constraints of a CA are not marked critical, on which Python insists from 3.13 on.",
    ),
    _cause(_C.STRICT_KEY_USAGE, "A CA says nothing of its key usage, on which Python insists from 3.13 on."),
    _cause(_C.STRICT_FORM, "A certificate breaks a rule of form on which Python insists from 3.13 on."),
    _cause(_C.REJECTED, "The owner of the trust store has marked a CA of the path as rejected."),
    _cause(
        _C.PINNED,
        "The client knows the certificate or key it wants, and this is another one.",
        "openssl s_client -connect {address} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256",
    ),
    _cause(_C.REVOKED, "The certificate was revoked by its issuer.", _REVOCATION, "was revoked"),
    _cause(
        _C.REVOCATION_UNREACHABLE,
        "The client cannot reach the revocation server (OCSP or CRL) that the certificate names.",
        _REVOCATION,
    ),
    _cause(
        _C.STAPLE_MISSING,
        "The server does not staple an OCSP answer, or staples an old one.",
        _REVOCATION,
        "must-staple-missing",
        "staple-bad",
    ),
    _cause(
        _C.CRL_MISSING,
        "The client looks into CRLs, and has none in force for a certificate of the chain.",
        _on_host("fix", "--crl"),
        "BEGIN X509 CRL",
    ),
    _cause(
        _C.CLIENT_CERTIFICATE,
        "The server wants a certificate of the client, or does not accept the one it got.",
        CHECK,
        "client-certificate",
        "alert-certificate-required",
    ),
    _cause(
        _C.OWN_CERTIFICATE_WEAK,
        "The program's own certificate or key is refused by its own TLS library: too weak, unreadable, or no pair.",
        "openssl x509 -noout -text -in CERTIFICATE; openssl pkey -pubout -in KEY",
    ),
    _cause(
        _C.WINDOWS_STORE,
        "A certificate in the Windows store cannot be loaded by this Python.",
        "python -c \"import ssl; print([len(c[0]) for c in ssl.enum_certificates('ROOT')])\"",
    ),
    _cause(
        _C.RUNTIME_FAULT,
        "The program's TLS library, or its binding to it, is broken, missing or has a known bug.",
        "python -c 'import ssl; print(ssl.OPENSSL_VERSION)'",
    ),
    _cause(
        _C.WRONG_ARGUMENT,
        "requests takes a file name or a boolean for verify=; a context goes into an HTTPAdapter.",
        _on_host("advise"),
    ),
    _cause(_C.NO_TLS, "The server speaks plain HTTP, or another protocol without TLS, on that port."),
    _cause(
        _C.STARTTLS_PORT,
        "The port begins in clear text and changes to TLS by STARTTLS.",
        f"{command_line('check')} {{starttls}}{{trust}}",
        " over TLS",
    ),
    _cause(_C.RESET, "A firewall, a load balancer or the server itself cut the connection in the handshake."),
    _cause(_C.TIMEOUT, "No answer came in time: a firewall drops it, or the host is down or slow."),
    _cause(_C.REFUSED, "Nothing listens on that port.", CHECK, "Nothing listens"),
    _cause(
        _C.NAME,
        "The name is misspelt, only a VPN's resolver knows it, or the resolver does not answer.",
        CHECK,
        "step: name",
    ),
    _cause(_C.UNREACHABLE, "There is no route to the host.", CHECK, "no route"),
    _cause(
        _C.ALERT_PROTOCOL_VERSION,
        "The server and this client have no TLS version in common.",
        CHECK,
        "alert-protocol-version",
        "old-tls",
    ),
    _cause(
        _C.ALERT_HANDSHAKE_FAILURE,
        "The server and this client have no cipher, group or signature algorithm in common.",
        CHECK,
        "alert-handshake-failure",
        "old-cipher",
        "unsupported-group",
        "unsupported-algorithm",
    ),
    _cause(_C.ALERT_UNRECOGNIZED_NAME, "The server has no certificate for this name (SNI)."),
    _cause(
        _C.ALERT_INTERNAL_ERROR,
        "The server failed in the handshake: its own settings, an overload, or a rule of the service.",
        CHECK,
        "'internal error'",
    ),
    _cause(
        _C.ALERT_ACCESS_DENIED,
        "An access list of the service does not hold this client's address.",
        CHECK,
        "access denied",
    ),
    _cause(
        _C.ALERT_NO_ALPN,
        "The server knows none of the protocols (ALPN) that the client offers.",
        "openssl s_client -connect {address} -alpn h2 </dev/null",
        "no application protocol",
    ),
    _cause(_C.ALERT, "The server ended the handshake with an alert.", CHECK, "with the alert"),
    _cause(
        _C.LEGACY_RENEGOTIATION,
        "The server, or a proxy in between, does not know secure renegotiation (RFC 5746).",
        CHECK,
        "no-secure-renegotiation",
    ),
    _cause(_C.PROXY_AUTH, "The proxy asks for a login.", _CONNECT, "proxy: 407"),
    _cause(
        _C.PROXY_REFUSED,
        "The proxy does not let this connection through.",
        _CONNECT,
        "proxy: 403",
        "proxy: 405",
        "proxy: 502",
        "proxy: 503",
    ),
    _cause(
        _C.PROXY_UNREACHABLE,
        "The proxy of the settings does not answer.",
        "curl -sS -o /dev/null --noproxy '*' \"${HTTPS_PROXY:-$https_proxy}\"",
        "Failed to connect",
        "Could not resolve",
        "timed out",
    ),
    _cause(_C.PROXY_SCHEME, "The proxy is configured as https:// where it speaks plain HTTP.", _PROXIES, "=https://"),
)
CAUSES: Final[Mapping[CauseCode, Cause]] = {cause.code: cause for cause in _ALL_CAUSES}
"""Every cause, in the order of docs/causes.md."""

CAUSES_WITHOUT_FILE: Final[Mapping[CauseCode, Cause]] = {
    _C.CA_FILE: Cause(
        _C.CA_FILE,
        _BAD_FILE,
        f"{command_line('doctor')}; {{store}}",
        (
            *("missing-file", "leftover-variable", "unreadable-file", "no-certificates", "broken-file"),
            *("folder-not-file", "quoted-value", "tilde-not-expanded"),
        ),
    )
}
"""Causes in texts that name no trust file of the client's: its settings have to be looked through."""

_VERIFY: Final = "openssl verify -purpose sslclient -CAfile CA_FILE -untrusted CERTIFICATE CERTIFICATE"
_REFUSED_CLIENTS: Final = (
    Cause(_C.CLIENT_CERTIFICATE, "The client's certificate is not accepted.", _VERIFY, ("verification failed",)),
    Cause(
        _C.CA_FILE,
        "The server's file of CAs for clients lacks the root of the client's certificate, or is another one.",
        _VERIFY,
        ("error 20", "error 2 ", "Error loading file"),
    ),
    Cause(_C.MISSING_ISSUER, "The client does not send its intermediate certificate.", _VERIFY, ("error 20 at 0",)),
    Cause(
        _C.UNTRUSTED_ROOT,
        "The client's chain ends at a root that the server's file of CAs for clients lacks.",
        _VERIFY,
        ("error 19", "error 20 at 1"),
    ),
    Cause(_C.SELF_SIGNED, "The client's certificate is signed by itself.", _VERIFY, ("error 18",)),
    Cause(_C.EXPIRED, "The client's certificate has expired.", _VERIFY, ("error 10 at 0",)),
    Cause(_C.PURPOSE, "The client's certificate is not for TLS clients.", _VERIFY, ("error 26",)),
)
CAUSES_OF_CLIENTS: Final[Mapping[CauseCode, Cause]] = {cause.code: cause for cause in _REFUSED_CLIENTS}
"""Why a server refuses the certificate of a client, as the server's log has it.

`CA_FILE` is the server's file of CAs for clients; `CERTIFICATE` is what the client sends: its certificate, and the
intermediates below it in the same file.
"""
