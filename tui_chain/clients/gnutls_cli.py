"""GnuTLS: gnutls-cli, and the texts of the library inside Debian's git, wget, curl and others."""

from __future__ import annotations

from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, any_endpoint
from tui_chain.clients.errors import ISSUER_KINDS, CauseSign, ErrorOutput, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind

CLIENT = Client(
    "gnutls-cli",
    305,
    errors=ErrorOutput(
        (
            spelled(Kind.BAD_BUNDLE, "Error setting the x509 trust file"),
            spelled(Kind.ENDED, "Peer has terminated the connection"),
            spelled(Kind.ENDED, "A TLS packet with unexpected length was received"),
            spelled(Kind.WEAK_SIGNATURE, "One of the involved algorithms has insufficient security level"),
            spelled(Kind.OWN_UNUSABLE, "Decryption has failed", "unexpected GnuTLS error -24"),
            spelled(Kind.HANDSHAKE, "A TLS fatal alert has been received"),
            # lib/x509/verify.c and lib/cert-cred.c: the status in words
            spelled(
                Kind.UNKNOWN_ISSUER, "The certificate issuer is unknown", "issuer is unknown", "signer not found"
            ),
            spelled(Kind.BAD_CA, "The certificate issuer is not a CA", "issuer is not a CA", "signer is not a CA"),
            spelled(
                Kind.EXPIRED,
                "The certificate chain uses expired certificate",
                "expired certificate",
            ),
            spelled(
                Kind.NOT_YET,
                "The certificate chain uses not yet valid certificate",
                "not yet valid certificate",
                "The certificate is not yet activated",
            ),
            spelled(
                Kind.HOST,
                "The name in the certificate does not match the expected",
                "certificate subject name does not match",
            ),
            spelled(
                Kind.WEAK_SIGNATURE,
                "The certificate chain uses insecure algorithm",
                "insecure algorithm",
            ),
            spelled(Kind.BAD_SIGNATURE, "The signature in the certificate is invalid"),
            spelled(Kind.CONSTRAINED, "The certificate chain violates the signer's constraints"),
            spelled(
                Kind.PURPOSE,
                "The certificate doesn't match the intended purpose",
                "does not match the intended purpose",
            ),
            spelled(Kind.PURPOSE, "Key usage violation in certificate has been detected"),
            spelled(Kind.CRITICAL, "The certificate contains an unknown critical extension"),
            spelled(Kind.REVOKED, "The certificate chain is revoked", "certificate has been revoked"),
            spelled(
                Kind.STAPLE,
                "The received OCSP status response is invalid",
                "but the OCSP status is missing",
                "The revocation or OCSP data are old and have been superseded",
                "The revocation or OCSP data are issued with a future date",
            ),
            # lib/errors.c
            spelled(
                Kind.NOT_TLS,
                "An unexpected TLS packet was received",
                "A packet with illegal or unsupported version was received",
                "Received record packet of unknown type",
                "A TLS record packet with invalid length was received",
            ),
            spelled(Kind.VERSION, "No supported protocol version", "The TLS version is not supported"),
            spelled(
                Kind.HANDSHAKE,
                "Could not negotiate a supported cipher suite",
                "No or insufficient priorities were set",
                "None of the requested KX was found",
            ),
            spelled(
                Kind.WEAK_DH,
                "The Diffie-Hellman prime sent by the server is not acceptable",
                pattern=r"dh prime .{0,40}not acceptable",
            ),
            spelled(Kind.LEGACY, "Unsafe renegotiation denied", "Safe renegotiation failed"),
            spelled(Kind.CLIENT_CERTIFICATE, "Certificate is required", "No certificate was found"),
            spelled(Kind.TIMEOUT, "The operation timed out"),
            spelled(
                Kind.ENDED,
                "The TLS connection was non-properly terminated",
                "Error in the pull function",
                "Error in the push function",
            ),
            spelled(Kind.BAD_BUNDLE, "Base64 unexpected header error", "Error while reading file"),
            spelled(
                Kind.GENERAL,
                "Error in the certificate",
                "The certificate is NOT trusted",
                "PKI verification of server certificate failed",
                "Certificate verification failed",
                "SSL certificate verification failed",
            ),
        ),
        signs=r"\bgnutls-cli\b|^- Status: The certificate is|\*\*\* (?:PKI|Fatal error)|Processed \d+ CA certificate",
        version=r"\bgnutls(?:-cli)?[ /](\d+\.\d+\.\d+)",
        trust_command="p11-kit list-modules; ls -l /etc/ssl/certs/ca-certificates.crt",
        layer=Layer.BASE_LIBRARY,
        cause_signs=(
            CauseSign(ISSUER_KINDS, r"subject `(?P<name>[^']{1,300})', issuer `(?P=name)'", (Code.SELF_SIGNED,)),
        ),
    ),
    reaches=any_endpoint,
)
