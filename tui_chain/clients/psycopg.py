"""psycopg and psycopg2: PostgreSQL from Python by libpq."""

from __future__ import annotations

from tui_chain.clients.client import Client, speaks
from tui_chain.clients.errors import ErrorOutput, Layer

CLIENT = Client(
    "psycopg",
    332,
    errors=ErrorOutput(
        signs=r"\bpsycopg2?\b",
        version=r"\bpsycopg2?[/ -](\d+\.\d+(?:\.\d+)?)",
        trust_command="env | grep PGSSL; ls -l ~/.postgresql",
        layer=Layer.FRAMEWORK,
    ),
    reaches=speaks("postgres"),
)
