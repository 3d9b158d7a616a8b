"""rustls: the TLS library of uv, deno, reqwest and many programs in Rust."""

from __future__ import annotations

from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, any_endpoint
from tui_chain.clients.errors import ISSUER_KINDS, CauseSign, ErrorOutput, HostKind, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind

CLIENT = Client(
    "Rust programs",
    282,
    errors=ErrorOutput(
        (
            spelled(Kind.GENERAL, "BadServerCertificate"),
            spelled(
                Kind.PROXY_SCHEME,
                pattern=r"tunnel error: failed to create underlying connection.{0,60}received corrupt message",
            ),
            spelled(Kind.MALFORMED, "invalid certificate: BadDER"),
            spelled(
                Kind.HANDSHAKE,
                pattern=r"tls alert received: alertmessagepayload \{ level: fatal, description: handshakefailure",
            ),
            spelled(Kind.RUNTIME, "DecryptError", "InvalidData, error: DecryptError"),
            spelled(Kind.NO_CA_STORE, "no native root CA certificates found", "no trust anchors"),
            spelled(
                Kind.EXPIRED,
                "invalid peer certificate: Expired",
                "peer certificate: certificate expired",
                "CertExpired",
                "InvalidCertificateData: CertExpired",
            ),
            spelled(
                Kind.NOT_YET, "invalid peer certificate: NotValidYet", "certificate not valid yet", "CertNotValidYet"
            ),
            spelled(Kind.NO_SAN, "NoSubjectAltName", "MissingOrMalformedExtensions"),
            spelled(Kind.HOST, "certificate not valid for name", "NotValidForName", "CertNotValidForName"),
            spelled(Kind.IP, pattern=r"certificate not valid for name \"[\d.]{7,15}\""),
            spelled(
                Kind.WEAK_KEY,
                "invalid peer certificate: BadSignature",
                "UnsupportedSignatureAlgorithmForPublicKey",
                "UnsupportedSignatureAlgorithmForPublicKeyContext",
            ),
            spelled(
                Kind.WEAK_SIGNATURE,
                "UnsupportedSignatureAlgorithm",
                "UnsupportedCertSignatureAlgorithm",
                "UnsupportedSignatureAlgorithmContext",
            ),
            spelled(
                Kind.PURPOSE,
                "InvalidPurpose",
                "RequiredEkuNotFound",
                "RequiredEkuNotFoundContext",
                "certificate does not allow extended key usage for",
            ),
            spelled(Kind.CONSTRAINED, "NameConstraintViolation"),
            spelled(Kind.CRITICAL, "UnsupportedCriticalExtension", "UnhandledCriticalExtension"),
            spelled(Kind.PATH_LENGTH, "PathLenConstraintViolated"),
            spelled(Kind.LEAF_AS_ISSUER, "EndEntityUsedAsCa"),
            spelled(Kind.SELF_SIGNED, "CaUsedAsEndEntity"),
            spelled(Kind.MALFORMED, "UnsupportedCertVersion", "BadEncoding", "invalid peer certificate: BadDer"),
            spelled(Kind.REVOKED, "invalid peer certificate: Revoked"),
            spelled(Kind.CRL, "UnknownRevocationStatus", "ExpiredRevocationList"),
            spelled(Kind.UNKNOWN_ISSUER, "UnknownIssuer"),
            spelled(Kind.NOT_TLS, "received corrupt message of type InvalidContentType", "InvalidContentType"),
            spelled(Kind.VERSION, "peer is incompatible", "SupportedVersionsExtensionRequired"),
            spelled(Kind.ENDED, "peer closed connection without sending TLS close_notify", "tls handshake eof"),
            spelled(Kind.PROXY_LOGIN, "tunnel error: proxy authorization required"),
            spelled(Kind.PROXY_UNREACHABLE, "tunnel error: failed to create underlying connection"),
            spelled(Kind.PROXY_REFUSES, "tunnel error: unsuccessful", "unsuccessful tunnel"),
            spelled(Kind.GENERAL, "invalid peer certificate"),
        ),
        signs=r"invalid peer certificate|\brustls\b|\breqwest::|\bhyper::Error|InvalidCertificate\(",
        trust_command="env | grep SSL_CERT",
        layer=Layer.RUNTIME,
        # many are built with roots of their own, which a company's is not among
        cause_signs=(
            CauseSign(
                ISSUER_KINDS,
                r"UnknownIssuer",
                (Code.INTERCEPTION_LIKELY, Code.UNTRUSTED_ROOT, Code.OTHER_STORE),
                host=HostKind.WELL_KNOWN,
            ),
            CauseSign(
                ISSUER_KINDS,
                r"UnknownIssuer",
                (Code.UNTRUSTED_ROOT, Code.INTERCEPTION_LIKELY, Code.OTHER_STORE),
                host=HostKind.OTHER,
            ),
        ),
    ),
    reaches=any_endpoint,
)
