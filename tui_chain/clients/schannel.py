"""Windows' own clients (Schannel), known by their error texts."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled

CLIENT = Client(
    "Windows",
    place=310,
    errors=ErrorOutput(
        (
            # WinINet and WinHTTP (winerror.h: 0x80070000 and the number)
            spelled(Kind.TIME, "0x80072F05"),
            spelled(Kind.HOST, "0x80072F06"),
            spelled(Kind.UNKNOWN_ISSUER, "0x80072F0D"),
            spelled(Kind.CLIENT_CERTIFICATE, "0x80072F0C"),
            spelled(Kind.REVOCATION_UNREACHABLE, "0x80072F19"),
            spelled(Kind.GENERAL, "0x80072F8F"),
            spelled(Kind.HANDSHAKE, "0x80072F7D", "80072F7D"),
            spelled(Kind.REFUSED, "0x80072EFD"),
            spelled(Kind.NAME, "0x80072EE7"),
            spelled(Kind.TIMEOUT, "0x80072EE2"),
            spelled(Kind.ENDED, "0x80072EFE"),
            spelled(Kind.REVOKED, "CRYPT_E_REVOKED", "0x80092010"),
            spelled(
                Kind.REVOCATION_UNREACHABLE,
                "CRYPT_E_NO_REVOCATION_CHECK",
                "CRYPT_E_REVOCATION_OFFLINE",
                "0x80092012",
                "0x80092013",
                "The revocation function was unable to check revocation",
                "CERT_TRUST_REVOCATION_STATUS_UNKNOWN",
                "CERT_TRUST_IS_OFFLINE_REVOCATION",
            ),
            spelled(
                Kind.TIME,
                "SEC_E_CERT_EXPIRED",
                "0x80090328",
                "CERT_E_EXPIRED",
                "0x800B0101",
                "CERT_TRUST_IS_NOT_TIME_VALID",
                "The received certificate has expired",
            ),
            spelled(
                Kind.HOST,
                "SEC_E_WRONG_PRINCIPAL",
                "0x80090322",
                "CERT_E_CN_NO_MATCH",
                "0x800B010F",
                "The target principal name is incorrect",
            ),
            spelled(
                Kind.ROOT_IN_CHAIN,
                "SEC_E_UNTRUSTED_ROOT",
                "0x80090325",
                "CERT_E_UNTRUSTEDROOT",
                "0x800B0109",
                "CERT_TRUST_IS_UNTRUSTED_ROOT",
                "terminated in a root certificate which is not trusted by the trust provider",
            ),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "CERT_E_CHAINING",
                "0x800B010A",
                "CERT_TRUST_IS_PARTIAL_CHAIN",
                "schannel: SNI or certificate check failed",
                "The certificate chain was issued by an authority that is not trusted",
            ),
            spelled(
                Kind.NOT_TLS, "SEC_E_INVALID_TOKEN", "0x80090308", "The token supplied to the function is invalid"
            ),
            spelled(
                Kind.HANDSHAKE,
                "SEC_E_ILLEGAL_MESSAGE",
                "0x80090326",
                "SEC_E_ALGORITHM_MISMATCH",
                "0x80090331",
                "This error usually occurs when a fatal SSL/TLS alert is received",
            ),
            spelled(Kind.WEAK_SIGNATURE, "CERT_TRUST_HAS_WEAK_SIGNATURE"),
            spelled(
                Kind.CLIENT_CERTIFICATE,
                "SEC_I_INCOMPLETE_CREDENTIALS",
                "0x00090320",
                "SEC_E_NO_CREDENTIALS",
                "0x8009030E",
            ),
            spelled(
                Kind.ENDED,
                "schannel: failed to receive handshake, SSL/TLS connection failed",
                "schannel: server closed the connection",
                "schannel: failed to receive handshake",
            ),
            spelled(
                Kind.BAD_BUNDLE,
                "schannel: failed to import cert file",
                "schannel: CA cert file",
                "schannel: failed to open CA file",
                "schannel: invalid CA cert",
            ),
            spelled(Kind.PURPOSE, "CERT_E_WRONG_USAGE", "0x800B0110"),
            spelled(
                Kind.GENERAL, "schannel: CertGetCertificateChain trust error", "SEC_E_CERT_UNKNOWN", "0x80090327"
            ),
        ),
        signs=r"SEC_[EI]_|CRYPT_E_|CERT_[ET]_|\bschannel\b|0x8009[0-9A-Fa-f]{4}|0x80072[EeFf]|0x800B01",
        trust_command="certutil -store root",
        layer=Layer.TLS_LIBRARY,
    ),
)
