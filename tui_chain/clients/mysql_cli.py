"""The command line clients of MariaDB and MySQL: OpenSSL's default store, which --ssl-ca replaces."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, speaks
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText


def _advice(at: Deployment) -> Iterator[Advice]:
    host, port = shlex.quote(at.endpoint.host), at.endpoint.port
    code = f"mariadb -h {host} -P {port} --ssl-ca={at.shell()} --ssl-verify-server-cert -e status"
    note = (
        "--ssl-ca alone checks the chain and not the host name. MySQL's own program, mysql, takes "
        "--ssl-mode=VERIFY_IDENTITY in place of --ssl-verify-server-cert (MySQL manual, section 6.2.3). ssl-ca under "
        "[client] in ~/.my.cnf does the same for every server."
    )
    yield at.command("mariadb, mysql", code, note, REPLACES)


CLIENT = Client(
    "mysql client",
    place=340,
    settings=(
        Setting("--ssl-ca", SettingForm.OPTION, REPLACES),
        Setting("ssl-ca", SettingForm.CONFIG, REPLACES),
    ),
    advice=_advice,
    reaches=speaks("mysql"),
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.BAD_BUNDLE, r"TLS/SSL error: No such file"),
            ErrorText(ErrorKind.HOST, r"Validation of SSL server certificate failed"),
        ),
        signs=r"ERROR 20\d\d \(HY000\)",
        trust_command="mariadb --print-defaults",
    ),
)
