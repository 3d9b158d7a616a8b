from __future__ import annotations

from tests.advise.calls.call import PYTHON, SHELL, Call, CodeCall

_USER = {"PGUSER": "postgres"}
_PLACE = "host={host} port={port} sslmode=verify-full"
_BARE = "import psycopg; print(psycopg.connect(host='{host}', port={port}, sslmode='verify-full').pgconn.ssl_in_use)"
_TLS = "SSL connection (protocol: TLSv1.3"
CALLS = (
    CodeCall(
        "psql", SHELL, _TLS, "psql", bare=f"psql '{_PLACE}' -c '\\conninfo'", protocol="postgres", variables=_USER
    ),
    Call("psql", "psql, every host", ("psql", _PLACE, "-c", "\\conninfo"), _TLS, _USER, protocol="postgres"),
    CodeCall("psycopg", PYTHON, "True\n", bare=_BARE, protocol="postgres", variables=_USER),
)
