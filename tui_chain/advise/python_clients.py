"""Python's clients and the settings that each of them reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui_chain.advise.advice import EXTENDS, REPLACES, Advice, Setting
from tui_chain.net.target import Target
from tui_chain.paths.codes import WITHOUT_STRICT
from tui_chain.repair.output_kinds import OutputKind

FROM_3_13 = (
    "From Python 3.13 on create_default_context also wants certificates to keep RFC 5280 to the letter "
    "(VERIFY_X509_STRICT) and takes an intermediate of the file for an anchor (VERIFY_X509_PARTIAL_CHAIN); up to "
    "3.12 the root has to be in the file as well, as it is in this one."
)
ADAPTER = """
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
"""The lines that make a session of requests use `context`."""
AIOHTTP = """
async def main():
    async with aiohttp.ClientSession() as session, session.get({url}, ssl=context) as answer:
        print(answer.status)


asyncio.run(main())"""
"""The lines that make aiohttp use `context`, with the URL as a Python literal in `url`."""


def python_advice(at: Setting) -> Iterator[Advice]:
    """Say for each Python client how it uses the file."""
    yield from _requests(at)
    yield from _httpx(at)
    yield from _contexts(at)
    yield from _installers(at)


def strict_advice(target: Target, bundle: Path | None, store: str | None = None) -> Advice:
    """Say how Python 3.13 and later reach a host whose certificates break a rule of form, which no bundle helps.

    `bundle` is the file that is needed besides, `store` a trust file in place of certifi's, or None.
    """
    cafile = "certifi.where()" if store is None else repr(store)
    more = "" if bundle is None else f"context.load_verify_locations({str(bundle)!r})\n"
    code = (
        f"import ssl\nimport certifi\ncontext = ssl.create_default_context(cafile={cafile})\n{more}{WITHOUT_STRICT}\n"
        f"import urllib.request\nprint(urllib.request.urlopen({target.url!r}, context=context).status)"
    )
    note = (
        "For this one context: it still verifies the chain, the dates and the host name, and gives up the checks of "
        "form that RFC 5280 asks for (key identifiers, criticality, keyUsage). requests, httpx and aiohttp take the "
        "context as in their own snippets. The remedy without loss is a certificate issued anew."
    )
    return Advice("Python ≥ 3.13, without strict checks", code, note, "", "python", OutputKind.CLIENT, bundle)


def _context(at: Setting) -> str:
    return (
        "import ssl\nimport certifi\n"
        "context = ssl.create_default_context(cafile=certifi.where())\n"
        f"context.load_verify_locations({at.python()})\n"
    )


def _python(client: str, code: str, note: str, effect: str, at: Setting) -> Advice:
    return Advice(client, code, note, effect, "python", OutputKind.CLIENT, at.path(OutputKind.CLIENT))


def _shell(client: str, name: str, note: str, effect: str, kind: OutputKind, at: Setting) -> Advice:
    return Advice(client, f"export {name}={at.shell(kind)}", note, effect, "sh", kind, at.path(kind))


def _requests(at: Setting) -> Iterator[Advice]:
    code = f"import requests\nprint(requests.get({at.url!r}, verify={at.python()}).status_code)"
    note = "The file replaces certifi for this call. REQUESTS_CA_BUNDLE set to the file would do so for every host."
    yield _python("requests", code, note, REPLACES, at)
    note = (
        "For every host that requests calls. It wins over session.verify and CURL_CA_BUNDLE, and loses to verify= of "
        "a call; SSL_CERT_FILE means nothing to requests."
    )
    yield _shell("requests, every host", "REQUESTS_CA_BUNDLE", note, REPLACES, OutputKind.CLIENT_STORE, at)
    mounted = f"session.mount({at.url!r}, ContextAdapter(context))\nprint(session.get({at.url!r}).status_code)"
    code = f"{_context(at)}import requests\nfrom requests.adapters import HTTPAdapter\n\n{ADAPTER}{mounted}"
    note = (
        "verify= takes no context (TypeError); an adapter does. cert_verify is overridden because requests would "
        "load all of certifi into the context again."
    )
    yield _python("requests with a context", code, note, EXTENDS, at)


def _httpx(at: Setting) -> Iterator[Advice]:
    code = f"{_context(at)}import httpx\nprint(httpx.get({at.url!r}, verify=context).status_code)"
    note = (
        "The context trusts certifi's roots and the file, so it also serves other hosts. A str for verify= is "
        "deprecated from httpx 0.28 on, a Path fails."
    )
    yield _python("httpx", code, note, EXTENDS, at)
    note = "For every host; it wins over SSL_CERT_DIR, and trust_env=False turns it off."
    yield _shell("httpx, every host", "SSL_CERT_FILE", note, REPLACES, OutputKind.CLIENT_STORE, at)


def _contexts(at: Setting) -> Iterator[Advice]:
    context = _context(at)
    code = f"{context}import urllib.request\nprint(urllib.request.urlopen({at.url!r}, context=context).status)"
    yield _python("Python ssl, urllib", code, FROM_3_13, EXTENDS, at)
    code = f"{context}import asyncio\nimport aiohttp\n\n{AIOHTTP.format(url=repr(at.url))}"
    yield _python("aiohttp", code, FROM_3_13, EXTENDS, at)
    code = (
        f"{context}import urllib3\nprint(urllib3.PoolManager(ssl_context=context).request('GET', {at.url!r}).status)"
    )
    note = f"urllib3 has its own context, which follows Python's from urllib3 2.4 on. {FROM_3_13}"
    yield _python("urllib3", code, note, EXTENDS, at)


def _installers(at: Setting) -> Iterator[Advice]:
    note = (
        "pip since 24.2 uses the system's store and this file; --cert FILE does the same for one call. "
        "REQUESTS_CA_BUNDLE wins over both."
    )
    yield _shell("pip", "PIP_CERT", note, EXTENDS, OutputKind.CLIENT, at)
    note = "SSL_CERT_DIR does the same with a folder."
    yield _shell("uv", "SSL_CERT_FILE", note, REPLACES, OutputKind.CLIENT_STORE, at)
    note = "--ca-bundle wins over it, and it wins over REQUESTS_CA_BUNDLE."
    yield _shell("aws, boto3", "AWS_CA_BUNDLE", note, REPLACES, OutputKind.CLIENT_STORE, at)
