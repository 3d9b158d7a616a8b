"""httpx: certifi's roots, which SSL_CERT_FILE and SSL_CERT_DIR replace."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, variable
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.clients.python_code import TRUST_COMMAND, with_context, with_crl_context
from tui_chain.clients.python_library import PythonLibrary
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads
from tui_chain.core.output_kind import OutputKind


def _call(at: Deployment) -> str:
    return f"import httpx\nprint(httpx.get({at.url!r}, verify=context).status_code)"


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "The context trusts certifi's roots and the file, so it also serves other hosts. A str for verify= is "
        "deprecated from httpx 0.28 on, a Path fails."
    )
    yield with_context(at, "httpx", _call(at), note)
    note = "For every host; it wins over SSL_CERT_DIR, and trust_env=False turns it off."
    yield at.export("httpx, every host", "SSL_CERT_FILE", note, REPLACES, kind=OutputKind.CLIENT_STORE)


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    yield with_crl_context(at, use, "httpx", _call(at))


CLIENT = Client(
    "httpx",
    place=20,
    families={FamilyId.PYTHON: "httpx", FamilyId.PYTHON_313: "httpx"},
    settings=(
        Setting("verify=", SettingForm.ARGUMENT, REPLACES, wins_over=("SSL_CERT_FILE", "SSL_CERT_DIR")),
        variable("SSL_CERT_FILE", REPLACES, wins_over=("SSL_CERT_DIR",)),
        variable("SSL_CERT_DIR", REPLACES, Takes.FOLDER),
    ),
    library=PythonLibrary(
        ("httpx", "httpcore", "certifi"), "import httpx\nhttpx.get(url, timeout=5)", "SSL_CERT_FILE"
    ),
    reads=(Reads(OPENSSL, "httpx"),),
    advice=_advice,
    crl_advice=_crl_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.PROXY_REFUSES, pattern=r"proxyerror .{0,300}: (?:403|50\d) "),
            spelled(Kind.PROXY_LOGIN, "ProxyError: 407"),
            spelled(Kind.PROXY_REFUSES, pattern=r"proxyerror: (?!407)\d{3}"),
            spelled(Kind.TIMEOUT, "httpx.ConnectTimeout", "httpx.ReadTimeout"),
        ),
        signs=r"\bhttpx\b|\bhttpcore\b",
        version=r"\b(?:python-)?httpx[/ ]v?(\d+\.\d+(?:\.\d+)?)",
        trust_command=TRUST_COMMAND,
        layer=Layer.LIBRARY,
    ),
)
