"""psql, psycopg and whatever connects with libpq: a file of roots in the home folder, which sslrootcert replaces."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, speaks, variable
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.python_code import python
from tui_chain.core.output_kind import OutputKind

_NOTE = (
    "Only verify-full checks the chain and the host name: prefer, the default, goes on without TLS where the chain "
    "is refused. Without sslrootcert libpq reads ~/.postgresql/root.crt, never the system's store; from version 16 "
    "on sslrootcert=system is OpenSSL's."
)
_PLAIN = re.compile(r"[^\s'\\]+")
_CALL = """import psycopg
with psycopg.connect(
    host={host!r}, port={port}, sslmode='verify-full', sslrootcert={file}
) as connection:
    print(connection.pgconn.ssl_in_use)"""


def _advice(at: Deployment) -> Iterator[Advice]:
    connection = f"host={at.endpoint.host} port={at.endpoint.port} sslmode=verify-full sslrootcert={_value(at)}"
    yield at.command("psql", f"psql {shlex.quote(connection)} -c '\\conninfo'", _NOTE, REPLACES)
    kind = OutputKind.CLIENT_STORE
    code = f"export PGSSLMODE=verify-full PGSSLROOTCERT={at.shell(kind)}"
    note = "For every program with libpq: psql, pg_dump, psycopg. sslrootcert= wins over it."
    undo = "unset PGSSLMODE PGSSLROOTCERT"
    yield at.command("psql, every host", code, note, REPLACES, kind=kind, undo=undo)
    code = _CALL.format(host=at.endpoint.host, port=at.endpoint.port, file=at.python())
    note = (
        "psycopg2 takes the same arguments; they are libpq's, as with psql. The OpenSSL in psycopg's wheel has no "
        "store for sslrootcert=system but what SSL_CERT_FILE names."
    )
    yield python(at, "psycopg", code, note, REPLACES)


def _value(at: Deployment) -> str:
    """The path as a value of a connection string (PostgreSQL documentation, section 34.1.1.1)."""
    path = str(at.path(OutputKind.CLIENT))
    if _PLAIN.fullmatch(path):
        return path
    escaped = path.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


CLIENT = Client(
    "psql",
    place=330,
    settings=(
        Setting("sslrootcert", SettingForm.OPTION, REPLACES, wins_over=("PGSSLROOTCERT",)),
        variable("PGSSLROOTCERT", REPLACES, words=("system",)),
    ),
    advice=_advice,
    reaches=speaks("postgres"),
    errors=ErrorOutput(
        (
            spelled(Kind.OWN_WEAK, "could not open certificate file"),
            spelled(Kind.RUNTIME, "invalid when SSL support is not compiled in"),
            spelled(
                Kind.BAD_BUNDLE,
                "could not read root certificate file",
                pattern=r"root certificate file \"[^\"]{0,300}\" does not exist",
            ),
            spelled(
                Kind.OWN_UNUSABLE,
                "could not read certificate file",
                "could not load private key file",
                pattern=r"private key file \"[^\"]{0,300}\" has (?:group or world|permissions)"
                r"|certificate present, but not private key",
            ),
            spelled(
                Kind.HOST,
                pattern=r"server certificate for \"[^\"]{0,253}\"(?: \(and \d+ other names?\))? does not match "
                r"host name",
            ),
            spelled(
                Kind.IP,
                pattern=r"server certificate for \"[^\"]{0,253}\"(?: \(and \d+ other names?\))? does not match "
                r"host name \"[\d.]{7,15}\"",
            ),
            # the server's access list, which may want TLS, or a client certificate, for this address
            spelled(Kind.ACCESS_DENIED, "no pg_hba.conf entry for host"),
            spelled(Kind.NAME, "could not translate host name"),
            spelled(
                Kind.NOT_TLS,
                "server does not support SSL, but SSL was required",
                "The server does not support SSL connections",
                "server does not support SSL",
            ),
            spelled(
                Kind.CLIENT_CERTIFICATE,
                "connection requires a valid client certificate",
                "certificate authentication failed for user",
            ),
            spelled(
                Kind.ENDED, "SSL connection has been closed unexpectedly", "server closed the connection unexpectedly"
            ),
            spelled(Kind.ENDED, "SSL SYSCALL error: EOF detected"),
        ),
        signs=r"\bpsql: |connection to server at \"|\blibpq\b|\bpg_(?:dump|restore|basebackup)\b"
        r"|\bsslrootcert\b|org\.postgresql",
        version=r"\bpsql \(PostgreSQL\) (\d+(?:\.\d+)?)",
        trust_command="env | grep PGSSL; ls -l ~/.postgresql",
        layer=Layer.TLS_LIBRARY,
    ),
)
