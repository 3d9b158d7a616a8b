"""mbedTLS and wolfSSL: the libraries of small devices."""

from __future__ import annotations

from tui_chain.clients.client import Client, any_endpoint
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled

CLIENT = Client(
    "mbedTLS",
    314,
    errors=ErrorOutput(
        (
            spelled(Kind.UNKNOWN_ISSUER, "No matching trusted root certificate found", "return value = -188"),
            # -0x2700, where it is printed as a decimal number
            spelled(Kind.GENERAL, "0x3000", pattern=r"\b(?:mbed|tls|ssl|x509).{0,120}[ (\[]9984\b"),
            spelled(Kind.ENDED, "ERROR -308"),
            # include/mbedtls/ssl.h, include/mbedtls/x509.h; without its minus, as texts are compared
            spelled(
                Kind.GENERAL,
                "0x2700",
                "X509 - Certificate verification failed",
                "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED",
            ),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "The certificate is not correctly signed by the trusted CA",
                "ASN no signer error to confirm failure",
            ),
            spelled(Kind.EXPIRED, "The certificate validity has expired", "ASN date error, current date after"),
            spelled(
                Kind.NOT_YET, "The certificate validity starts in the future", "ASN date error, current date before"
            ),
            spelled(
                Kind.HOST,
                "The certificate Common Name (CN) does not match with the expected CN",
                "peer subject name mismatch",
            ),
            spelled(Kind.WEAK_SIGNATURE, "The certificate is signed with an unacceptable hash"),
            spelled(Kind.WEAK_KEY, "The certificate is signed with an unacceptable key"),
            spelled(Kind.REVOKED, "The certificate has been revoked (is on a CRL)"),
            spelled(Kind.OTHER_ALERT, "0x7780", "A fatal alert message was received from our peer"),
            spelled(Kind.NO_CA_STORE, "0x7680", "No CA Chain is set, but required to operate"),
            spelled(
                Kind.ENDED, "0x7280", "The connection indicated an EOF", "0x0050", "Connection was reset by peer"
            ),
            spelled(Kind.NOT_TLS, "0x7200", "An invalid SSL record was received"),
            spelled(Kind.VERSION, "0x6E80", "Handshake protocol not within min/max boundaries"),
            spelled(Kind.HANDSHAKE, "0x7380", "The server has no ciphersuites in common with the client"),
            spelled(Kind.BAD_BUNDLE, "0x2180", "0x3B00", "X509 - The CRT/CRL/CSR format is invalid"),
            spelled(Kind.MALFORMED, "0x2562", "0x262E"),
            spelled(
                Kind.RUNTIME, "ASN parsing error, invalid input", "0x7F00", "SSL - Memory allocation failed", "0x4290"
            ),
        ),
        signs=r"\bmbed(?:tls|TLS|_)|\bMBEDTLS|-0x[27][0-9A-Fa-f]{3}\b|\besp-tls\b|\bwolfSSL|\bssl_client\.cpp",
        layer=Layer.TLS_LIBRARY,
    ),
    reaches=any_endpoint,
)
