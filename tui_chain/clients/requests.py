"""requests: its own file of roots (certifi), which variables and verify= replace."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramRun
from tui_chain.clients.python_code import NO_ADDRESS, REQUESTS_SETTINGS, python, with_context, with_crl_context
from tui_chain.clients.python_library import PythonLibrary
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads
from tui_chain.core.output_kind import OutputKind

_WITH_CONTEXT = "requests with a context"
_ADAPTER = """import requests
from requests.adapters import HTTPAdapter


class ContextAdapter(HTTPAdapter):
    def __init__(self, context):
        self.context = context
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, ssl_context=self.context, **kwargs)

    def proxy_manager_for(self, proxy, **kwargs):
        return super().proxy_manager_for(proxy, ssl_context=self.context, **kwargs)

    def cert_verify(self, conn, url, verify, cert):
        super().cert_verify(conn, url, verify, cert)
        conn.ca_certs = conn.ca_cert_dir = None


session = requests.Session()
"""
"""The lines that make a session use `context`."""
_PROGRAM = (
    "import sys, requests\n"
    "try: print('HTTP', requests.get(sys.argv[1], verify=sys.argv[2], timeout=15,\n"
    " allow_redirects=False).status_code)\n"
    "except requests.RequestException as error: sys.exit(str(error))"
)


def _advice(at: Deployment) -> Iterator[Advice]:
    code = f"import requests\nprint(requests.get({at.url!r}, verify={at.python()}).status_code)"
    note = "The file replaces certifi for this call. REQUESTS_CA_BUNDLE set to the file would do so for every host."
    yield python(at, "requests", code, note, REPLACES)
    note = (
        "For every host that requests calls. It wins over session.verify and CURL_CA_BUNDLE, and loses to verify= of "
        "a call; SSL_CERT_FILE means nothing to requests."
    )
    yield at.export("requests, every host", "REQUESTS_CA_BUNDLE", note, REPLACES, kind=OutputKind.CLIENT_STORE)
    note = (
        "verify= takes no context (TypeError); an adapter does. cert_verify is overridden because requests would "
        "load all of certifi into the context again."
    )
    if at.endpoint.is_ip:
        note += f" {NO_ADDRESS}: verify= a file does."
    yield with_context(at, _WITH_CONTEXT, _session(at), note)


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    yield with_crl_context(at, use, _WITH_CONTEXT, _session(at))


def _session(at: Deployment) -> str:
    mounted = f"session.mount({at.url!r}, ContextAdapter(context))\nprint(session.get({at.url!r}).status_code)"
    return f"{_ADAPTER}{mounted}"


def _program(run: ProgramRun) -> Program | None:
    if run.endpoint.starttls is not None:
        return None
    return Program(
        "python requests",
        "python3",
        ("-I", "-c", _PROGRAM, run.endpoint.url, str(run.bundle)),
        run.proxy_variables,
        missing="No module named",
        left_out=run.cannot_check(),
    )


CLIENT = Client(
    "requests",
    place=10,
    families={FamilyId.REQUESTS: "requests", FamilyId.REQUESTS_313: "requests"},
    settings=REQUESTS_SETTINGS,
    library=PythonLibrary(
        ("requests", "urllib3", "certifi"),
        "import requests\nrequests.get(url, timeout=5)",
        "REQUESTS_CA_BUNDLE",
    ),
    reads=(Reads(OPENSSL, "requests"),),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    errors=ErrorOutput(
        (
            spelled(Kind.CONTEXT_AS_VERIFY, "path should be string, bytes, os.PathLike or integer, not SSLContext"),
            spelled(
                Kind.BAD_BUNDLE,
                "Could not find a suitable TLS CA certificate bundle",
                "Could not find the TLS certificate file",
                "Could not find the TLS key file",
            ),
            spelled(Kind.TIMEOUT, "exceptions.ConnectTimeout", "exceptions.ReadTimeout"),
        ),
        signs=r"\brequests[./](?:exceptions|adapters|sessions|api)|HTTPS?ConnectionPool\(|TLS CA certificate bundle",
        version=r"\brequests[/ ]v?(\d+\.\d+(?:\.\d+)?)",
        trust_command="env | grep -E 'REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE'; python -m certifi",
        layer=Layer.LIBRARY,
    ),
)
