"""Erlang and Elixir: the ssl application, as RabbitMQ, CouchDB and mix print it."""

from __future__ import annotations

from tui_chain.clients.client import Client, any_endpoint
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled

CLIENT = Client(
    "Erlang",
    290,
    errors=ErrorOutput(
        (
            spelled(Kind.CRL, "bad_crls"),
            spelled(
                Kind.CLIENT_CERTIFICATE,
                "received SERVER ALERT: Fatal - Unknown CA",
                "received CLIENT ALERT: Fatal - Certificate Unknown",
                "received CLIENT ALERT: Fatal - Unknown CA",
                "received CLIENT ALERT: Fatal - Bad Certificate",
                "generated SERVER ALERT: Fatal - Unknown CA",
            ),
            spelled(Kind.UNKNOWN_ISSUER, "Fatal error: unknown ca", '{tls_alert,"unknown ca"}'),
            spelled(Kind.BAD_BUNDLE, "operating system CA bundle could not be located", "Failed to load cacerts"),
            spelled(Kind.RUNTIME, "malformed_handshake_data"),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "generated CLIENT ALERT: Fatal - Unknown CA",
                "selfsigned_peer",
                pattern=r"\{bad cert, ?unknown ca\}|bad cert,unknown ca",
            ),
            spelled(
                Kind.HOST,
                pattern=r"hostname check failed|generated client alert: fatal handshake failure .{0,80}hostname",
            ),
            spelled(
                Kind.EXPIRED,
                "generated CLIENT ALERT: Fatal - Certificate Expired",
                pattern=r"\{bad cert, ?cert expired\}",
            ),
            spelled(Kind.GENERAL, "generated CLIENT ALERT: Fatal - Bad Certificate"),
            spelled(Kind.HANDSHAKE, "generated CLIENT ALERT: Fatal - Handshake Failure"),
            spelled(Kind.NO_CA_STORE, "no_cacerts_found", "cacerts_get"),
            spelled(Kind.BAD_BUNDLE, pattern=r"\{options, ?\{?cacertfile"),
            spelled(Kind.OWN_UNUSABLE, pattern=r"\{options, ?\{?(?:keyfile|certfile)"),
        ),
        signs=r"\{tls_alert|\bssl_handshake\.erl|TLS (?:client|server): In state|\*\* \(Mix\)|\bhex\.pm\b|:hackney\b",
        layer=Layer.RUNTIME,
        server_signs=r"TLS server: In state|TLS server generated",
    ),
    reaches=any_endpoint,
)
