"""redis-cli: OpenSSL's default store, which --cacert replaces."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, speaks_tls
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled


def _advice(at: Deployment) -> Iterator[Advice]:
    host = shlex.quote(at.endpoint.host)
    name = "" if at.endpoint.is_ip else f" --sni {host}"
    code = f"redis-cli --tls --cacert {at.shell()} -h {host} -p {at.endpoint.port}{name} PING"
    note = "It checks the chain and never the host name, and sends SNI only with --sni."
    yield at.command("redis-cli", code, note, REPLACES)


CLIENT = Client(
    "redis-cli",
    place=360,
    settings=(Setting("--cacert", SettingForm.OPTION, REPLACES),),
    advice=_advice,
    reaches=speaks_tls(6379, 6380),
    errors=ErrorOutput(
        (
            spelled(Kind.BAD_BUNDLE, "Invalid CA Certificate File", "Failed to set CA certificate"),
            spelled(Kind.VAGUE, "Could not negotiate a TLS connection"),
        ),
        signs=r"Could not connect to Redis|Could not negotiate a TLS connection|\bredis-cli\b",
        trust_command="env | grep SSL_CERT",
    ),
)
