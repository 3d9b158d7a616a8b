"""redis-py: a default context of Python's, to which ssl_ca_certs adds."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, speaks_tls
from tui_chain.clients.errors import ErrorOutput, Layer
from tui_chain.clients.python_code import FROM_3_13, TRUST_COMMAND, python
from tui_chain.clients.python_library import PythonLibrary

_CALL = """import redis
with redis.Redis(
    {host!r}, {port}, ssl=True, ssl_check_hostname=True, ssl_ca_certs={file}
) as client:
    print(client.ping())"""


def _advice(at: Deployment) -> Iterator[Advice]:
    code = _CALL.format(host=at.endpoint.host, port=at.endpoint.port, file=at.python())
    note = f"Before redis-py 6 the host name is compared only with ssl_check_hostname=True. {FROM_3_13}"
    yield python(at, "redis-py", code, note, ADDS)


CLIENT = Client(
    "redis-py",
    place=362,
    settings=(Setting("ssl_ca_certs=", SettingForm.ARGUMENT, ADDS),),
    library=PythonLibrary(("redis",)),
    advice=_advice,
    reaches=speaks_tls(6379, 6380),
    errors=ErrorOutput(
        signs=r"\bredis\.(?:exceptions|connection|client|asyncio)\b|redis/connection\.py",
        version=r"\bredis[-/ ](?:py )?(\d+\.\d+\.\d+)",
        trust_command=TRUST_COMMAND,
        layer=Layer.FRAMEWORK,
    ),
)
