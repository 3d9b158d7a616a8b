"""Python's own ssl and urllib: OpenSSL's default store, to which a context may add."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, variable
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer
from tui_chain.clients.families import FamilyId
from tui_chain.clients.python_code import TRUST_COMMAND, with_context, with_crl_context
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads
from tui_chain.core.endpoint import Endpoint
from tui_chain.core.output_kind import OutputKind
from tui_chain.paths.codes import WITHOUT_STRICT

_NAME = "Python ssl, urllib"


def _call(url: str) -> str:
    return f"import urllib.request\nprint(urllib.request.urlopen({url!r}, context=context).status)"


def _advice(at: Deployment) -> Iterator[Advice]:
    yield with_context(at, _NAME, _call(at.url))


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    yield with_crl_context(at, use, _NAME, _call(at.url))


def _lenient_advice(endpoint: Endpoint, bundle: Path | None, store: str | None) -> Advice:
    cafile = "certifi.where()" if store is None else repr(store)
    more = "" if bundle is None else f"context.load_verify_locations({str(bundle)!r})\n"
    code = (
        f"import ssl\nimport certifi\ncontext = ssl.create_default_context(cafile={cafile})\n{more}{WITHOUT_STRICT}\n"
        f"{_call(endpoint.url)}"
    )
    note = (
        "For this one context: it still verifies the chain, the dates and the host name, and gives up the checks of "
        "form that RFC 5280 asks for (key identifiers, criticality, keyUsage). requests, httpx and aiohttp take the "
        "context as in their own snippets. The remedy without loss is a certificate issued anew."
    )
    return Advice("Python ≥ 3.13, without strict checks", code, note, None, "python", OutputKind.CLIENT, bundle)


CLIENT = Client(
    "Python ssl",
    place=30,
    families={FamilyId.PYTHON: "ssl, urllib", FamilyId.PYTHON_313: "ssl, urllib"},
    settings=(
        Setting("load_verify_locations", SettingForm.ARGUMENT, ADDS, Takes.EITHER),
        variable("SSL_CERT_FILE", ADDS),
        variable("SSL_CERT_DIR", ADDS, Takes.FOLDER),
    ),
    reads=(Reads(OPENSSL, "Python ssl"),),
    advice=_advice,
    crl_advice=_crl_advice,
    lenient_advice=_lenient_advice,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.NO_SSL_MODULE, r"ssl module (?:in Python )?is not available|No module named '_ssl'"),
            ErrorText(ErrorKind.TUNNEL, r"Tunnel connection failed"),
            ErrorText(ErrorKind.BAD_BUNDLE, r"load_verify_locations"),
            ErrorText(ErrorKind.NAME, r"getaddrinfo failed"),
            ErrorText(ErrorKind.REFUSED, r"ConnectionRefusedError"),
            ErrorText(ErrorKind.ENDED, r"UNEXPECTED_EOF_WHILE_READING|EOF occurred in violation"),
            ErrorText(ErrorKind.GENERAL, r"CERTIFICATE_VERIFY_FAILED"),
        ),
        signs=r"_ssl\.c:\d+|urlopen error|(?<!net\.)\bssl\.SSL|SSLCertVerificationError|Traceback \(most",
        trust_command=TRUST_COMMAND,
        layer=Layer.RUNTIME,
        name="Python",
    ),
)
