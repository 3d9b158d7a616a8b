"""Haskell: the tls package, as stack, cabal and pandoc print it."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled

CLIENT = Client(
    "Haskell",
    296,
    errors=ErrorOutput(
        (
            spelled(Kind.UNKNOWN_ISSUER, "certificate has unknown CA"),
            spelled(Kind.HOST, "certificate rejected: [NameMismatch"),
            spelled(Kind.EXPIRED, "certificate rejected: [Expired"),
            spelled(Kind.SELF_SIGNED, "certificate rejected: [SelfSigned"),
            spelled(Kind.GENERAL, "certificate rejected: ["),
            spelled(Kind.VERSION, pattern=r"version tls1\d ?is not supported"),
            spelled(Kind.NAME_ALERT, "AlertLevel_Warning,UnrecognizedName"),
            spelled(Kind.NO_CA_STORE, "unexpected packet: Handshake [ServerHelloDone]"),
        ),
        signs=r"\b(?:HandshakeFailed|TlsException|Error_Protocol)\b|\bstack (?:new|setup|build)\b|\bcabal\b",
        layer=Layer.RUNTIME,
    ),
)
