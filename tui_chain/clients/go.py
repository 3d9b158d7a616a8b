"""Go programs: the system's store, whose file SSL_CERT_FILE names."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Takes, variable
from tui_chain.clients.config_file import Switch
from tui_chain.clients.errors import ISSUER_KINDS, CauseSign, ErrorOutput, HostKind, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.families import FamilyId
from tui_chain.clients.readers import GO
from tui_chain.clients.trust_file import Reads


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.export("Go", "SSL_CERT_FILE", FOLDER_ON_DEBIAN, ADDS)


CLIENT = Client(
    "Go",
    place=230,
    families={FamilyId.GO: "Go programs: docker, kubectl, terraform, gh"},
    settings=(variable("SSL_CERT_FILE", ADDS), variable("SSL_CERT_DIR", ADDS, Takes.ALL_FILES)),
    switches=(Switch("GOINSECURE"),),
    reads=(Reads(GO, "SSL_CERT_FILE"),),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.ENDED, pattern=r"\bget https?://.{1,300}?: (?:unexpected )?eof(?: |$)"),
            # with TLS 1.3 the client ends before the server can read why
            spelled(Kind.GENERAL, pattern=r"handshake error from .{1,253}?: local error: tls: bad record mac"),
            spelled(Kind.ENDED, pattern=r"handshake error from .{1,253}?: eof"),
            spelled(
                Kind.BAD_BUNDLE,
                pattern=r"\bopen [^'\"]{1,200}?\.(?:pem|crt|cer): (?:no such file or directory|permission denied)",
            ),
            spelled(Kind.RUNTIME, "x509: cannot verify signature: algorithm unimplemented"),
            spelled(Kind.NOT_YET, "the certificate is not valid yet"),
            # both stand behind "certificate has expired or is not yet valid"
            spelled(
                Kind.EXPIRED,
                pattern=r"certificate has expired or is not yet valid: (?:current time .{1,40}? is after"
                r"|\"[^\"]{1,99}\" certificate is expired)",
            ),
            spelled(
                Kind.NOT_YET, pattern=r"certificate has expired or is not yet valid: current time .{1,40}? is before"
            ),
            spelled(Kind.TIME, "certificate has expired or is not yet valid"),
            spelled(Kind.EXPIRED, "certificate is expired"),
            spelled(
                Kind.NO_SAN,
                "certificate relies on legacy Common Name field, use SANs instead",
                "certificate relies on legacy Common Name field",
                "certificate is not valid for any names",
            ),
            spelled(
                Kind.IP,
                "doesn't contain any IP SANs",
                pattern=r"certificate is valid for .{1,400}, not [\d.]{7,15}(?![\w.])",
            ),
            spelled(Kind.HOST, pattern=r"certificate is valid for .{1,4000}?, not "),
            spelled(Kind.HOST, pattern=r"x509: .{1,253}? certificate name does not match input"),
            spelled(
                Kind.WEAK_SIGNATURE,
                "cannot verify signature: insecure algorithm",
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify '
                "signature: insecure algorithm",
            ),
            spelled(Kind.WEAK_KEY, "server sent certificate containing RSA key larger than", "RSA key too small"),
            spelled(Kind.PURPOSE, "certificate specifies an incompatible key usage", "incompatible key usage"),
            spelled(
                Kind.CONSTRAINED,
                "is not permitted by any constraint",
                "a root or intermediate certificate is not authorized to sign for this name",
                "has name constraints",
            ),
            spelled(Kind.CONSTRAINED, pattern=r"is not authorized to sign for this name|is excluded by constraint"),
            spelled(
                Kind.BAD_CA,
                "certificate is not authorized to sign other certificates",
                'x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: '
                "parent certificate cannot sign this kind of certificate",
                "parent certificate cannot sign this kind of certificate",
            ),
            spelled(Kind.PATH_LENGTH, "too many intermediates for path length constraint"),
            spelled(Kind.CRITICAL, "x509: unhandled critical extension"),
            spelled(
                Kind.MALFORMED,
                "x509: negative serial number",
                "x509: malformed",
                "tls: failed to parse certificate from server",
            ),
            spelled(
                Kind.BAD_SIGNATURE,
                "crypto/rsa: verification error",
                'certificate signed by unknown authority (possibly because of "crypto/rsa: verification error',
                "x509: ECDSA verification failure",
            ),
            spelled(
                Kind.NO_CA_STORE,
                "x509: failed to load system roots and no roots provided",
                "system root pool is not available",
            ),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "certificate signed by unknown authority",
            ),
            spelled(Kind.SELF_SIGNED, "certificate is self-signed"),
            spelled(
                Kind.VERSION,
                "tls: server selected unsupported protocol version",
                "tls: no supported versions satisfy MinVersion and MaxVersion",
            ),
            spelled(
                Kind.NOT_TLS,
                "first record does not look like a TLS handshake",
                "tls: oversized record received",
            ),
            spelled(Kind.PLAIN_HTTP, "server gave HTTP response to HTTPS client"),
            spelled(
                Kind.PROXY_SCHEME, pattern=r"proxyconnect tcp: tls: first record does not look like a tls handshake"
            ),
            spelled(
                Kind.PROXY_UNREACHABLE,
                pattern=r"proxyconnect tcp: dial tcp .{0,80}(?:refused|timeout|no such host|unreachable)",
            ),
            spelled(
                Kind.PROXY_REFUSES,
                pattern=r"^get \"https.{1,300}?\": (?:forbidden|bad gateway|service unavailable)"
                r"|\": (?:forbidden|bad gateway|service unavailable)(?: |$|\")",
            ),
            spelled(Kind.OWN_WEAK, "private key does not match public key"),
            spelled(
                Kind.OWN_UNUSABLE,
                "tls: failed to find any PEM data in certificate input",
            ),
            spelled(Kind.NAME, "no such host", "server misbehaving"),
            spelled(
                Kind.TIMEOUT,
                "i/o timeout",
                "net/http: TLS handshake timeout",
                "Client.Timeout exceeded while awaiting headers",
            ),
            spelled(Kind.ENDED, pattern=r"\": (?:unexpected )?eof(?: |$)"),
            spelled(Kind.HANDSHAKE, "tls: no cipher suite supported by both client and server"),
            spelled(Kind.CLIENT_CERTIFICATE, "tls: client didn't provide a certificate", "tls: client's certificate"),
            spelled(Kind.GENERAL, "tls: failed to verify certificate", "tls: failed to verify client certificate"),
        ),
        signs=r"\bx509: |\btls: (?!.{0,30}alert)|\bdial tcp\b|\bnet/http: |^Get \"https|: Get \"?https?://"
        r"|proxyconnect tcp|^go: |remote error: tls",
        version=r"\bgo(?: version go)?(1\.\d+(?:\.\d+)?)",
        trust_command="env | grep -E 'SSL_CERT_(FILE|DIR)'",
        layer=Layer.RUNTIME,
        server_signs=r"rejected connection|TLS handshake error from"
        r"|tls: client (?:didn't|offered)",
        cause_signs=(
            # one sentence for a missing intermediate and an unknown root; a private host has a root of its own
            CauseSign(
                ISSUER_KINDS,
                r"unknown authority",
                (Code.UNTRUSTED_ROOT, Code.MISSING_ISSUER, Code.CA_FILE),
                host=HostKind.PRIVATE,
            ),
        ),
    ),
)
