"""Chromium and Firefox, and programs that are made of them, known by their error codes."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled

CLIENT = Client(
    "browsers",
    place=320,
    errors=ErrorOutput(
        (
            spelled(Kind.RUNTIME, "SSL received a malformed Change Cipher Spec record"),
            spelled(Kind.ROOT_IN_CHAIN, "MOZILLA_PKIX_ERROR_MITM_DETECTED"),
            spelled(Kind.UNKNOWN_ISSUER, "ERROR: No matching issuer found", "net_error -202"),
            spelled(Kind.HOST, "net_error -200"),
            spelled(Kind.TIME, "net_error -201"),
            spelled(Kind.ENDED, "net_error -101", "net_error -100"),
            spelled(Kind.VERSION, "net_error -113"),
            spelled(Kind.NOT_TLS, "net_error -107"),
            spelled(Kind.REVOKED, "ERR_CERT_REVOKED", "SEC_ERROR_REVOKED_CERTIFICATE"),
            spelled(
                Kind.REVOCATION_UNREACHABLE,
                "ERR_CERT_UNABLE_TO_CHECK_REVOCATION",
                "SEC_ERROR_OCSP_SERVER_ERROR",
                "ERR_CERT_NO_REVOCATION_MECHANISM",
            ),
            spelled(
                Kind.STAPLE, "MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING", "SEC_ERROR_OCSP_INVALID_SIGNING_CERT"
            ),
            spelled(Kind.TIME, "ERR_CERT_DATE_INVALID"),
            spelled(Kind.EXPIRED, "SEC_ERROR_EXPIRED_CERTIFICATE", "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE"),
            spelled(
                Kind.NOT_YET,
                "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE",
                "MOZILLA_PKIX_ERROR_NOT_YET_VALID_ISSUER_CERTIFICATE",
            ),
            spelled(Kind.HOST, "ERR_CERT_COMMON_NAME_INVALID", "SSL_ERROR_BAD_CERT_DOMAIN"),
            spelled(
                Kind.WEAK_SIGNATURE,
                "ERR_CERT_WEAK_SIGNATURE_ALGORITHM",
                "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED",
            ),
            spelled(Kind.WEAK_KEY, "ERR_CERT_WEAK_KEY", "MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE"),
            spelled(Kind.WEAK_DH, "ERR_SSL_WEAK_SERVER_EPHEMERAL_DH_KEY", "SSL_ERROR_WEAK_SERVER_EPHEMERAL_DH_KEY"),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "ERR_CERT_AUTHORITY_INVALID",
                "SEC_ERROR_UNKNOWN_ISSUER",
                "Peer's Certificate issuer is not recognized",
            ),
            spelled(Kind.SELF_SIGNED, "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT"),
            spelled(
                Kind.ROOT_IN_CHAIN,
                "SEC_ERROR_UNTRUSTED_ISSUER",
                "Peer's certificate issuer has been marked as not trusted by the user",
            ),
            spelled(Kind.BAD_CA, "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY", "SEC_ERROR_CA_CERT_INVALID"),
            spelled(Kind.CONSTRAINED, "SEC_ERROR_CERT_NOT_IN_NAME_SPACE", "ERR_CERT_NAME_CONSTRAINT_VIOLATION"),
            spelled(Kind.CRITICAL, "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION"),
            spelled(Kind.PURPOSE, "SEC_ERROR_INADEQUATE_CERT_TYPE", "SEC_ERROR_INADEQUATE_KEY_USAGE"),
            spelled(Kind.BAD_SIGNATURE, "SEC_ERROR_BAD_SIGNATURE"),
            spelled(Kind.MALFORMED, "SEC_ERROR_BAD_DER", "ERR_CERT_INVALID", "SEC_ERROR_REUSED_ISSUER_AND_SERIAL"),
            spelled(
                Kind.PINNED,
                "ERR_SSL_PINNED_KEY_NOT_IN_CERT_CHAIN",
                "ERR_CERTIFICATE_TRANSPARENCY_REQUIRED",
                "MOZILLA_PKIX_ERROR_KEY_PINNING_FAILURE",
            ),
            spelled(
                Kind.NOT_TLS,
                "SSL_ERROR_RX_RECORD_TOO_LONG",
                "ERR_SSL_PROTOCOL_ERROR",
                "SSL received a record that exceeded the maximum permissible length",
            ),
            spelled(
                Kind.VERSION,
                "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
                "SSL_ERROR_UNSUPPORTED_VERSION",
                "ERR_SSL_OBSOLETE_VERSION",
                "Peer using unsupported version of security protocol",
            ),
            spelled(
                Kind.HANDSHAKE,
                "SSL_ERROR_NO_CYPHER_OVERLAP",
                "Cannot communicate securely with peer: no common encryption algorithm(s)",
            ),
            spelled(
                Kind.CLIENT_CERTIFICATE,
                "ERR_BAD_SSL_CLIENT_AUTH_CERT",
                "SSL_ERROR_BAD_CERT_ALERT",
                "SSL peer cannot verify your certificate",
                "ERR_SSL_CLIENT_AUTH_CERT_NEEDED",
            ),
            spelled(
                Kind.ENDED,
                "ERR_CONNECTION_RESET",
                "ERR_CONNECTION_CLOSED",
                "PR_END_OF_FILE_ERROR",
                "PR_CONNECT_RESET_ERROR",
            ),
            spelled(Kind.REFUSED, "ERR_CONNECTION_REFUSED"),
            spelled(Kind.NAME, "ERR_NAME_NOT_RESOLVED", "DNS_PROBE_FINISHED_NXDOMAIN"),
            spelled(Kind.PROXY_UNREACHABLE, "ERR_PROXY_CONNECTION_FAILED"),
            spelled(Kind.PROXY_REFUSES, "ERR_TUNNEL_CONNECTION_FAILED"),
            spelled(Kind.LEGACY, "SSL_ERROR_UNSAFE_NEGOTIATION", "ERR_SSL_UNSAFE_NEGOTIATION"),
        ),
        signs=r"\b(?:net::|NET::)?ERR_(?:CERT|SSL)_|\bSEC_ERROR_|MOZILLA_PKIX|\bSSL_ERROR_(?:BAD_CERT|RX|UNSUPP|NO_CYPHER|UNSAFE|WEAK)"
        r"|\bPR_(?:END_OF|CONNECT_RESET)",
        layer=Layer.TLS_LIBRARY,
    ),
)
