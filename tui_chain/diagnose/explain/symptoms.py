"""What error texts say, and why: each symptom with its causes, the likeliest first."""

from __future__ import annotations

from dataclasses import dataclass

from tui_chain.core.command import command_line
from tui_chain.core.finding_codes import FindingCode


@dataclass(frozen=True)
class Cause:
    """A likely cause: the finding it is (or None), one sentence, and the command that decides.

    In a command `{host}` stands for the host of the text and `{store}` for the client's own look at its settings.
    """

    code: FindingCode | None
    message: str
    command: str


@dataclass(frozen=True)
class Symptom:
    """What an error text says, whatever the client: its name, one sentence, and its causes, the likeliest first."""

    name: str
    message: str
    causes: tuple[Cause, ...]


def _on_host(*words: str) -> str:
    """A command of this tool on the host of the text."""
    return f"{command_line(*words)} {{host}}"


CHECK, FIX = _on_host("check"), _on_host("fix")

NOT_SENT = Cause(FindingCode.MISSING_ISSUER, "The server does not send its intermediate certificate.", FIX)
NOT_SENT_HIGHER = Cause(FindingCode.ISSUER_UNKNOWN, "A certificate above the served ones is missing.", FIX)
PRIVATE_ROOT = Cause(
    FindingCode.UNTRUSTED_ROOT, "The server's root is a private one that this client's trust store lacks.", CHECK
)
OTHER_STORE = Cause(
    FindingCode.ROOT_ONLY_IN_SYSTEM,
    "This client reads another trust store than the programs that accept the server.",
    _on_host("check", "--trust", "system"),
)
SETTINGS = Cause(
    None, "A setting or environment variable gives this client another trust store than you think.", "{store}"
)
PROXY = Cause(
    FindingCode.INTERCEPTION_LIKELY,
    "A company proxy or virus scanner reads the traffic and shows a certificate of its own.",
    CHECK,
)
OLD_STORE = Cause(
    FindingCode.ROOT_ONLY_IN_CERTIFI,
    "This client's trust store is out of date and lacks the root.",
    "python -m pip install --upgrade certifi",
)
ONE_OF_MANY = Cause(
    FindingCode.BACKEND_BROKEN,
    "Only one of several servers behind the name is broken, or only one key type.",
    _on_host("check", "--all-addresses", "--key-types"),
)
SELF_SIGNED_CAUSE = Cause(
    FindingCode.SELF_SIGNED, "The server has a self-signed certificate: a device, a test, a default.", CHECK
)
NO_ROOT_IN_BUNDLE = Cause(FindingCode.ISSUER_UNKNOWN, "The CA bundle holds the intermediate but not its root.", FIX)
EXPIRED_LEAF = Cause(FindingCode.EXPIRED, "The server's certificate has expired and was not renewed.", CHECK)
EXPIRED_ABOVE = Cause(
    FindingCode.EXPIRED,
    "An intermediate, the root, or an old cross-sign in the client's store or bundle has expired.",
    CHECK,
)
CLOCK = Cause(FindingCode.NOT_YET_VALID, "The clock of this machine is wrong.", "date -u")
STARTS_LATER = Cause(FindingCode.NOT_YET_VALID, "The certificate is new and its validity has not begun.", CHECK)
RELOAD = Cause(
    FindingCode.SERVERS_DIFFER,
    "The certificate was renewed, but the server, or one of them, still serves the old one.",
    _on_host("check", "--all-addresses"),
)
OTHER_NAME = Cause(
    FindingCode.HOST_MISMATCH, "The certificate is for other names than the one that was asked for.", CHECK
)
NO_SNI = Cause(
    FindingCode.SNI_NEEDED,
    "The client sends no name (SNI), and the server answers with its default certificate.",
    _on_host("check", "--no-sni"),
)
REDIRECTED = Cause(
    FindingCode.HOST_MISMATCH, "A redirect led to another host than the one you named.", "curl -sIL https://{host}/"
)
COMMON_NAME = Cause(FindingCode.NO_SAN, "The certificate has its name in the common name only.", CHECK)
IP_NAME = Cause(
    FindingCode.IP_AS_DNS_NAME, "The host was named by its IP address, which the certificate does not list.", CHECK
)
PLAIN = Cause(FindingCode.NO_TLS, "The server speaks plain HTTP, or another protocol, on that port.", CHECK)
STARTTLS = Cause(
    FindingCode.NO_TLS,
    "The port begins in clear text and switches by STARTTLS.",
    f"{command_line('check')} smtp+starttls://{{host}}",
)
PROXY_SCHEME = Cause(None, "The proxy is configured as https:// where it speaks plain HTTP.", "env | grep -i _proxy")
VERSIONS = Cause(
    FindingCode.ALERT_PROTOCOL_VERSION, "The server and this client have no TLS version in common.", CHECK
)
CIPHERS = Cause(
    FindingCode.ALERT_HANDSHAKE_FAILURE,
    "The server and this client have no cipher or key type in common.",
    _on_host("check", "--key-types"),
)
WANTS_CLIENT = Cause(FindingCode.CLIENT_CERTIFICATE, "The server demands a client certificate.", CHECK)
WRONG_SNI = Cause(FindingCode.ALERT_UNRECOGNIZED_NAME, "The server has no certificate for this name.", CHECK)
CUT = Cause(FindingCode.RESET, "A firewall, a load balancer or the server itself cut the connection.", CHECK)
NO_SUCH_NAME = Cause(
    FindingCode.NAME, "The name is misspelt, or only a VPN's resolver knows it.", "getent hosts {host}"
)
RESOLVER = Cause(FindingCode.NAME, "The resolver itself does not answer.", "cat /etc/resolv.conf")
NOT_LISTENING = Cause(FindingCode.REFUSED, "Nothing listens on that port.", CHECK)
DROPPED = Cause(
    FindingCode.TIMEOUT, "A firewall drops it, or the host is down.", _on_host("check", "--timeout", "15")
)
REVOKED_CAUSE = Cause(
    FindingCode.REVOKED, "The certificate was revoked by its issuer.", _on_host("check", "--revocation")
)
RESPONDER = Cause(
    FindingCode.REVOCATION_UNREACHABLE,
    "The revocation server could not be reached.",
    _on_host("check", "--revocation"),
)


UNKNOWN_ISSUER = Symptom(
    "unknown-issuer",
    "The client could not build a path from the server's certificate to a root that it trusts.",
    (NOT_SENT, PRIVATE_ROOT, PROXY, SETTINGS, OTHER_STORE, ONE_OF_MANY, OLD_STORE),
)
ROOT_IN_CHAIN = Symptom(
    "untrusted-root-in-chain",
    "The server sent its root as well, and the client does not trust that root.",
    (PROXY, PRIVATE_ROOT, SETTINGS, OLD_STORE),
)
SELF_SIGNED = Symptom(
    "self-signed",
    "The server's certificate is signed by itself.",
    (SELF_SIGNED_CAUSE, NO_SNI, PROXY),
)
HALF_BUNDLE = Symptom(
    "root-missing-in-bundle",
    "An issuer was found in the trust store, but not the root above it.",
    (NO_ROOT_IN_BUNDLE, NOT_SENT_HIGHER, SETTINGS),
)
EXPIRED = Symptom("expired", "A certificate of the path has expired.", (EXPIRED_LEAF, EXPIRED_ABOVE, RELOAD, CLOCK))
NOT_YET = Symptom("not-yet-valid", "A certificate of the path is not valid yet.", (CLOCK, STARTS_LATER))
TIME = Symptom(
    "wrong-time",
    "A certificate has expired or is not valid yet.",
    (EXPIRED_LEAF, EXPIRED_ABOVE, CLOCK, RELOAD),
)
HOST = Symptom(
    "host-mismatch",
    "The certificate does not cover the host name that the client asked for.",
    (OTHER_NAME, NO_SNI, REDIRECTED, COMMON_NAME, ONE_OF_MANY),
)
IP = Symptom("ip-mismatch", "The certificate does not cover the IP address.", (IP_NAME, OTHER_NAME))
NO_SAN = Symptom(
    "no-san", "The certificate has no subjectAltName, and clients no longer read the common name.", (COMMON_NAME,)
)
NOT_TLS = Symptom("no-tls", "What answered was not TLS.", (PLAIN, PROXY_SCHEME, STARTTLS))
NAME_ALERT = Symptom("alert-unrecognized-name", "The server refused the name.", (WRONG_SNI, ONE_OF_MANY))
VERSION = Symptom("protocol-version", "The client and the server have no TLS version in common.", (VERSIONS, PLAIN))
HANDSHAKE = Symptom("handshake-failure", "The server ended the handshake.", (CIPHERS, WANTS_CLIENT, WRONG_SNI))
CLIENT_CERTIFICATE = Symptom("client-certificate", "The server wants a client certificate.", (WANTS_CLIENT,))
ENDED = Symptom(
    "connection-cut",
    "The connection ended in the middle of the handshake.",
    (CUT, PLAIN, WRONG_SNI, WANTS_CLIENT),
)
LEGACY = Symptom(
    "legacy-renegotiation",
    "The server does not know secure renegotiation, which OpenSSL 3 insists on.",
    (Cause(FindingCode.TLS, "The server, or a proxy in between, is very old.", CHECK), PROXY),
)
WEAK = Symptom(
    "weak-crypto",
    "A key or signature of the server is weaker than this client's OpenSSL allows.",
    (
        Cause(FindingCode.WEAK_KEY, "A key of the path is too small.", CHECK),
        Cause(FindingCode.WEAK_SIGNATURE, "A certificate of the path is signed with SHA-1 or MD5.", CHECK),
        Cause(
            FindingCode.TLS,
            "The server's key exchange (Diffie-Hellman) is too small.",
            "openssl s_client -connect {host}:443",
        ),
    ),
)


def _strict(code: FindingCode, text: str) -> Symptom:
    causes = (Cause(code, text, CHECK), PROXY, PRIVATE_ROOT)
    return Symptom(code, "Python from 3.13 on insists on a form that a certificate of the path breaks.", causes)


NO_AKI = _strict(FindingCode.STRICT_AKI, "A certificate lacks the authority key identifier.")
NO_SKI = _strict(FindingCode.STRICT_SKI, "A CA certificate lacks the subject key identifier.")
NOT_CRITICAL = _strict(FindingCode.STRICT_CRITICALITY, "The basic constraints of a CA are not marked critical.")
NO_USAGE = _strict(FindingCode.STRICT_KEY_USAGE, "A CA certificate says nothing of its key usage.")

PURPOSE = Symptom(
    "purpose",
    "A certificate of the path is not for TLS servers.",
    (Cause(FindingCode.PURPOSE, "A client or e-mail certificate is installed at the server.", CHECK),),
)
BAD_CA = Symptom(
    "invalid-ca",
    "A certificate of the path may not sign others.",
    (
        Cause(FindingCode.NOT_A_CA, "An issuer is no CA, or does not say so.", CHECK),
        Cause(FindingCode.LEAF_AS_ISSUER, "A server's certificate was used to sign another.", CHECK),
        Cause(FindingCode.PATH_LENGTH, "There are more CAs below one than it allows.", CHECK),
    ),
)
CONSTRAINED = Symptom(
    "name-constraints",
    "A CA of the path may not issue for this name.",
    (Cause(FindingCode.NAME_CONSTRAINTS, "The CA is limited to other domains.", CHECK),),
)
CRITICAL = Symptom(
    "critical-extension",
    "A certificate has a critical extension that the client does not know.",
    (Cause(FindingCode.CRITICAL_EXTENSION, "The authority put a rare extension in and marked it critical.", CHECK),),
)
REVOKED = Symptom("revoked", "The client found that the certificate is revoked.", (REVOKED_CAUSE,))
STAPLE = Symptom(
    "revocation-unknown",
    "The client wants to know whether the certificate is revoked and gets no good answer.",
    (
        Cause(
            FindingCode.MUST_STAPLE_MISSING,
            "The server does not staple, or staples an old answer.",
            _on_host("check", "--revocation"),
        ),
        RESPONDER,
    ),
)
CRL = Symptom(
    "crl",
    "The client looks into CRLs, and has none in force for a certificate of the chain.",
    (
        Cause(
            None, "A CRL of its file has ended, or the file has none for this host.", command_line("audit", "FILE")
        ),
        Cause(None, "Newer CRLs are to be had.", command_line("refresh", "--write", "FILE")),
        Cause(
            None,
            "Python 3.13 checks no chain as long as PARTIAL_CHAIN is set.",
            command_line("advise", "--bundle", "FILE"),
        ),
    ),
)
BAD_BUNDLE = Symptom(
    "bundle-unusable",
    "The client could not read its own file of trusted certificates; the server has no part in this.",
    (
        Cause(None, "The path in a setting or environment variable is wrong, or the file is gone.", "{store}"),
        Cause(None, "The file is not PEM, or a block in it is broken.", "openssl storeutl -noout -certs FILE"),
        Cause(None, "The package of CA certificates is not installed.", "ls -l /etc/ssl/certs/ca-certificates.crt"),
    ),
)
NAME = Symptom("name", "The name could not be looked up.", (NO_SUCH_NAME, RESOLVER))
REFUSED = Symptom("refused", "The connection was refused.", (NOT_LISTENING, PROXY_SCHEME))
TIMEOUT = Symptom("timeout", "No answer came in time.", (DROPPED, PLAIN))
TUNNEL = Symptom(
    "proxy-refuses",
    "The proxy did not let the connection through; the server was not reached.",
    (Cause(None, "The proxy asks for a login, or forbids the host.", "env | grep -i _proxy"),),
)
CONTEXT_AS_VERIFY = Symptom(
    "context-as-verify",
    "requests takes a file name or a boolean for verify=, not an SSLContext.",
    (
        Cause(
            None,
            "Mount an HTTPAdapter that passes ssl_context to its pool manager.",
            _on_host("fix", "-o", "bundle.pem"),
        ),
    ),
)
NO_SSL_MODULE = Symptom(
    "no-ssl-module",
    "This Python was built without its ssl module, so that no HTTPS works at all.",
    (
        Cause(
            None,
            "OpenSSL's headers were missing when Python was built.",
            "python -c 'import ssl; print(ssl.OPENSSL_VERSION)'",
        ),
    ),
)
TOO_LARGE = Symptom(
    "chain-too-large",
    "The server sends more certificates than the client takes.",
    (Cause(FindingCode.CHAIN_TOO_LARGE, "A whole CA bundle is installed as the server's chain.", CHECK),),
)
GENERAL = Symptom(
    "verify-failed",
    "The client did not accept the server's certificate and does not say ",
    (NOT_SENT, PROXY, PRIVATE_ROOT, OTHER_NAME, EXPIRED_LEAF, SETTINGS),
)
