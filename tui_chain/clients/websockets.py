"""websockets: a default context of Python's, or the one that it is given."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.python_code import TRUST_COMMAND, with_context
from tui_chain.clients.python_library import PythonLibrary


def _call(at: Deployment) -> str:
    url = at.url.replace("https:", "wss:", 1)
    return (
        f"from websockets.sync.client import connect\nwith connect({url!r}, ssl=context) as socket:\n"
        "    print(socket.response.status_code)"
    )


def _advice(at: Deployment) -> Iterator[Advice]:
    yield with_context(at, "websockets", _call(at))


CLIENT = Client(
    "websockets",
    place=96,
    settings=(Setting("ssl=", SettingForm.ARGUMENT, ADDS),),
    library=PythonLibrary(
        ("websockets",),
        "from websockets.sync.client import connect\nconnect(url.replace('https:', 'wss:'), open_timeout=5)",
        "SSL_CERT_FILE",
    ),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.PROXY_REFUSES, "proxy rejected connection"),
            spelled(Kind.PROXY_LOGIN, "proxy rejected connection: HTTP 407"),
        ),
        signs=r"\bwebsockets[./]",
        trust_command=TRUST_COMMAND,
        layer=Layer.LIBRARY,
    ),
)
