"""Dart and Flutter: BoringSSL under HttpClient."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorOutput, Layer

CLIENT = Client(
    "Dart",
    292,
    errors=ErrorOutput(
        signs=r"\bHandshakeException:|\bdart:io\b|\(handshake\.cc:\d+\)|\bflutter\b", layer=Layer.RUNTIME
    ),
)
