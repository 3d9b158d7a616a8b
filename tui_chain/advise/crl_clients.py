"""For each client that can, the command or code that looks into the CRLs of a bundle.

Measured with real clients, which refuse a revoked certificate and take a good one: Python on OpenSSL 3.0, curl 7.88,
wget 1.21 on GnuTLS, Node 20, Java 17.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tui_chain.advise.advice import REPLACES, Advice, Setting
from tui_chain.advise.document import Code, Heading, Paragraph, Part
from tui_chain.advise.program_clients import openssl_advice
from tui_chain.advise.python_clients import ADAPTER, AIOHTTP
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.x509.crl import CrlScope

_ALONE = (
    "The context is for the hosts of this file alone: with the check on, a host whose CRLs are not in it is refused "
    "(code 3), and all of them are once a CRL has ended (code 12)."
)
_PARTIAL = (
    " PARTIAL_CHAIN, which Python 3.13 and later set, has to go: with it OpenSSL ends the chain at the intermediate "
    "of the file and cannot check the CRL that speaks of it (code 3)."
)
_CURL = "curl takes the CRLs out of the same file, and refuses where one is missing or has ended."
_WGET = (
    "With GnuTLS, as on Debian: it refuses what a CRL lists, but asks for none that is missing, and takes one that "
    "has ended."
)
_OPENSSL = "It finds the CRLs in the file of -CAfile."
_NODE = "Node takes one CRL of each text, so they are cut apart; it refuses where one is missing or has ended."
_JAVA = (
    "Java reads no CRLs out of a file: with these switches it fetches those that the certificates name, each time it "
    "starts. A CA of the trust store is an anchor, and is not looked up."
)
_BLIND = "It does not look into the CRLs of the file."
_NODE_CODE = """const fs = require('node:fs'), https = require('node:https');
const ca = fs.readFileSync({file}, 'utf8');
const crl = ca.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g);
https.get({url}, {{ ca, crl }}, (answer) => {{ console.log(answer.statusCode); answer.resume(); }});"""


@dataclass(frozen=True)
class CrlUse:
    """How the CRLs of a bundle are to be used.

    `extends` says that the file has the missing links alone, beside the client's own roots. `until` is when the
    first CRL ends (aware), where the file is at hand.
    """

    scope: CrlScope
    extends: bool = False
    until: datetime | None = None


def crl_advice(at: Setting, use: CrlUse) -> Iterator[Advice]:
    """Say for each client that can how it looks into the CRLs of the file."""
    yield from _python(at, use)
    if use.scope is CrlScope.CHAIN:
        yield _shell("curl", f"curl --cacert {at.shell()} --crlfile {at.shell()} {shlex.quote(at.url)}", _CURL, at)
        yield _node(at)
    code = f"wget --ca-certificate={at.shell()} --crl-file={at.shell()} -O - {shlex.quote(at.url)}"
    yield _shell("wget", code, _WGET, at)
    yield _java(at)


def openssl_crl_advice(at: Setting, use: CrlUse) -> Advice:
    """Say how OpenSSL's own client does so."""
    switch = "-crl_check_all" if use.scope is CrlScope.CHAIN else "-crl_check"
    plain = openssl_advice(at)
    return replace(plain, code=plain.code.replace(" -CAfile ", f" {switch} -CAfile ", 1), note=_OPENSSL)


def without_check(advice: Iterable[Advice], checking: Iterable[Advice]) -> Iterator[Advice]:
    """The advice for the other clients, each with the word that it does not look into the CRLs."""
    told = {one.client for one in checking}
    for one in advice:
        if one.client not in told and one.kind is OutputKind.CLIENT:
            yield replace(one, note=f"{_BLIND} {one.note}".rstrip())


def crl_parts(use: CrlUse, make: str, refresh: str) -> Iterator[Part]:
    """How the file is made and kept fresh: `make` and `refresh` are the commands."""
    yield Heading("The file and its CRLs")
    until = f" Those in it are good until {use.until:%Y-%m-%d %H:%M} UTC." if use.until is not None else ""
    yield Paragraph(f"The file has CRLs for clients that check ({use.scope.flag}).{until} It is written by:")
    yield Code(make, "sh")
    yield Paragraph("CRLs are for days. This, run by cron, fetches new ones before they end:")
    yield Code(refresh, "sh")


def _context(at: Setting, use: CrlUse) -> str:
    file = at.python()
    loaded = (
        f"import certifi\ncontext = ssl.create_default_context(cafile=certifi.where())\n"
        f"context.load_verify_locations({file})\n"
        if use.extends
        else f"context = ssl.create_default_context(cafile={file})\n"
    )
    return f"import ssl\n{loaded}{use.scope.python}\n"


def _python(at: Setting, use: CrlUse) -> Iterator[Advice]:
    context, url = _context(at, use), repr(at.url)
    note = _ALONE + (_PARTIAL if use.scope is CrlScope.CHAIN else "")
    codes = {
        "Python ssl, urllib": f"import urllib.request\nprint(urllib.request.urlopen({url}, context=context).status)",
        "requests with a context": f"import requests\nfrom requests.adapters import HTTPAdapter\n\n{ADAPTER}"
        f"session.mount({url}, ContextAdapter(context))\nprint(session.get({url}).status_code)",
        "httpx": f"import httpx\nprint(httpx.get({url}, verify=context).status_code)",
        "aiohttp": f"import asyncio\nimport aiohttp\n\n{AIOHTTP.format(url=url)}",
        "urllib3": f"import urllib3\nprint(urllib3.PoolManager(ssl_context=context).request('GET', {url}).status)",
    }
    for client, code in codes.items():
        yield Advice(client, context + code, note, REPLACES, "python", OutputKind.CLIENT, at.path(OutputKind.CLIENT))


def _shell(client: str, code: str, note: str, at: Setting) -> Advice:
    return Advice(client, code, note, "", "sh", OutputKind.CLIENT, at.path(OutputKind.CLIENT))


def _node(at: Setting) -> Advice:
    code = _NODE_CODE.format(file=at.script(), url=json.dumps(at.url))
    return Advice("Node, in code", code, _NODE, REPLACES, "js", OutputKind.CLIENT, at.path(OutputKind.CLIENT))


def _java(at: Setting) -> Advice:
    file = at.path(OutputKind.JAVA)
    switches = (
        f"-Djavax.net.ssl.trustStore={shlex.quote(str(file))}",
        "-Dcom.sun.net.ssl.checkRevocation=true",
        "-Dcom.sun.security.enableCRLDP=true",
    )
    code = f"export JAVA_TOOL_OPTIONS={shlex.quote(' '.join(switches))}"
    return Advice("Java", code, _JAVA, REPLACES, "sh", OutputKind.JAVA, file)
