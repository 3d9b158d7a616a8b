"""httplib2: certifi's roots, which a variable and ca_certs= replace."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.errors import ErrorOutput, Layer
from tui_chain.clients.python_code import python
from tui_chain.clients.python_library import PythonLibrary

_CALL = """import httplib2
client = httplib2.Http(ca_certs={file})
print(client.request({url!r})[0].status)
client.close()"""


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "HTTPLIB2_CA_CERTS set to a file with certifi's roots as well does so for every host."
    yield python(at, "httplib2", _CALL.format(file=at.python(), url=at.url), note, REPLACES)


CLIENT = Client(
    "httplib2",
    place=94,
    settings=(
        Setting("ca_certs=", SettingForm.ARGUMENT, REPLACES),
        variable("HTTPLIB2_CA_CERTS", REPLACES),
    ),
    library=PythonLibrary(("httplib2",), variable="HTTPLIB2_CA_CERTS"),
    advice=_advice,
    errors=ErrorOutput(signs=r"\bhttplib2\b", trust_command="env | grep HTTPLIB2_CA_CERTS", layer=Layer.LIBRARY),
)
