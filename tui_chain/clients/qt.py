"""Qt: QSslSocket's errors, as desktop programs show them."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled

CLIENT = Client(
    "Qt",
    298,
    errors=ErrorOutput(
        (
            spelled(
                Kind.UNKNOWN_ISSUER,
                "The issuer certificate of a locally looked up certificate could not be found",
                "The issuer certificate could not be found",
                "No certificates could be verified",
            ),
            spelled(Kind.ROOT_IN_CHAIN, "The root CA certificate is not trusted for this purpose"),
            spelled(
                Kind.ROOT_IN_CHAIN,
                "The root certificate of the certificate chain is self-signed, and untrusted",
            ),
            spelled(Kind.SELF_SIGNED, "The certificate is self-signed, and untrusted"),
            spelled(Kind.EXPIRED, "The certificate has expired"),
            spelled(Kind.HOST, "The host name did not match any of the valid hosts for this certificate"),
            spelled(Kind.RUNTIME, "TLS initialization failed", "cannot call unresolved function SSL"),
        ),
        signs=r"\bqt\.network\.ssl\b|QSslSocket|QNetworkReply|locally looked up certificate",
        layer=Layer.RUNTIME,
    ),
)
