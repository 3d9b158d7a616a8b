"""niquests: the system's store, which variables and verify= replace."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorOutput, Layer
from tui_chain.clients.python_code import REQUESTS_SETTINGS, python
from tui_chain.clients.python_library import PythonLibrary


def _advice(at: Deployment) -> Iterator[Advice]:
    code = f"import niquests\nprint(niquests.get({at.url!r}, verify={at.python()}).status_code)"
    note = (
        "The file replaces the system's store for this call, REQUESTS_CA_BUNDLE does so for every host. What is in "
        "the system's store needs no setting; SSL_CERT_FILE means nothing to niquests."
    )
    yield python(at, "niquests", code, note, REPLACES)


CLIENT = Client(
    "niquests",
    place=92,
    settings=REQUESTS_SETTINGS,
    library=PythonLibrary(("niquests", "urllib3-future", "wassima"), variable="REQUESTS_CA_BUNDLE"),
    advice=_advice,
    errors=ErrorOutput(
        signs=r"\bniquests\b",
        trust_command="env | grep -E 'REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE'",
        layer=Layer.FRAMEWORK,
    ),
)
