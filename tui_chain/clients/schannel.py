"""Windows' own clients (Schannel), known by their error texts."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer

CLIENT = Client(
    "Windows",
    place=310,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.REVOKED, r"CRYPT_E_REVOKED"),
            ErrorText(
                ErrorKind.STAPLE,
                r"CRYPT_E_NO_REVOCATION_CHECK|CRYPT_E_REVOCATION_OFFLINE|0x80092012|0x80092013",
            ),
            ErrorText(ErrorKind.TIME, r"SEC_E_CERT_EXPIRED"),
            ErrorText(ErrorKind.HOST, r"SEC_E_WRONG_PRINCIPAL"),
            ErrorText(ErrorKind.ROOT_IN_CHAIN, r"SEC_E_UNTRUSTED_ROOT"),
            ErrorText(ErrorKind.UNKNOWN_ISSUER, r"CERT_E_UNTRUSTEDROOT"),
            ErrorText(ErrorKind.REFUSED, r"actively refused"),
        ),
        signs=r"SEC_E_|CRYPT_E_|schannel|0x8009",
        trust_command="certutil -store root",
        layer=Layer.TLS_LIBRARY,
    ),
)
