"""Chromium and Firefox, and programs that are made of them, known by their error codes."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText

CLIENT = Client(
    "browsers",
    place=320,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.REVOKED, r"ERR_CERT_REVOKED"),
            ErrorText(ErrorKind.STAPLE, r"REQUIRED_TLS_FEATURE_MISSING"),
            ErrorText(ErrorKind.EXPIRED, r"ERR_CERT_DATE_INVALID"),
            ErrorText(ErrorKind.HOST, r"ERR_CERT_COMMON_NAME_INVALID"),
            ErrorText(ErrorKind.UNKNOWN_ISSUER, r"ERR_CERT_AUTHORITY_INVALID"),
        )
    ),
)
