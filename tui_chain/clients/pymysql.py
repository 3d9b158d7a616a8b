"""PyMySQL: a context of Python's, whose store ssl_ca replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, speaks
from tui_chain.clients.errors import ErrorOutput, Layer
from tui_chain.clients.python_code import TRUST_COMMAND, python

_CALL = """import pymysql
with pymysql.connect(
    host={host!r}, port={port}, ssl_ca={file},
    ssl_verify_cert=True, ssl_verify_identity=True,
) as connection:
    print(connection.get_server_info())"""


def _advice(at: Deployment) -> Iterator[Advice]:
    code = _CALL.format(host=at.endpoint.host, port=at.endpoint.port, file=at.python())
    note = "ssl_ca= alone verifies nothing: both ssl_verify arguments have to be there."
    yield python(at, "PyMySQL", code, note, REPLACES)


CLIENT = Client(
    "PyMySQL",
    place=342,
    settings=(Setting("ssl_ca=", SettingForm.ARGUMENT, REPLACES),),
    advice=_advice,
    reaches=speaks("mysql"),
    errors=ErrorOutput(signs=r"\bpymysql\b|mysql\.connector", trust_command=TRUST_COMMAND, layer=Layer.FRAMEWORK),
)
