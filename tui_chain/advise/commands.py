"""For each client, the command or code that uses the bundle; facts in CONTRIBUTING, "What clients do"."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from tui_chain.probe.target import Target


@dataclass(frozen=True)
class Advice:
    """How one client is told of the bundle: `code` to copy as it stands, `note` what else there is to know."""

    client: str
    code: str
    note: str = ""


def client_advice(target: Target, bundle: Path) -> tuple[Advice, ...]:
    """Say for each client how it uses the bundle at `bundle` for `target`; STARTTLS hosts get OpenSSL's alone."""
    if target.starttls is not None:
        return (_openssl(target, bundle),)
    return (*_python(target, bundle), *_programs(target, bundle), _openssl(target, bundle))


def _python(target: Target, bundle: Path) -> tuple[Advice, ...]:
    file, url = repr(str(bundle)), repr(target.url)
    context = (
        "import ssl, certifi\n"
        "context = ssl.create_default_context(cafile=certifi.where())\n"
        f"context.load_verify_locations({file})"
    )
    return (
        Advice(
            "requests",
            f"import requests\nprint(requests.get({url}, verify={file}).status_code)",
            "The file replaces certifi for this call. REQUESTS_CA_BUNDLE set to the file would do so for every host.",
        ),
        Advice(
            "httpx",
            f"{context}\nimport httpx\nprint(httpx.get({url}, verify=context).status_code)",
            "The context trusts certifi's roots and the file, so it also serves other hosts.",
        ),
        Advice(
            "Python ssl, urllib, aiohttp, urllib3",
            f"{context}\nimport urllib.request\nprint(urllib.request.urlopen({url}, context=context).status)",
            "aiohttp takes the context as ssl=context, urllib3 as ssl_context=context.",
        ),
    )


def _programs(target: Target, bundle: Path) -> tuple[Advice, ...]:
    file, url = shlex.quote(str(bundle)), target.url
    return (
        Advice("curl", f"curl --cacert {file} {url}"),
        Advice("wget", f"wget --ca-certificate={file} -O - {url}"),
        Advice("git", f"git config --global http.{url}.sslCAInfo {file}", "For this server alone."),
        Advice(
            "Node",
            f"export NODE_EXTRA_CA_CERTS={file}",
            "Extends Node's own roots; it is read when the process starts.",
        ),
        Advice("pip", f"pip install --cert {file} --index-url {url} NAME"),
    )


def _openssl(target: Target, bundle: Path) -> Advice:
    switch = f" -starttls {target.starttls}" if target.starttls else ""
    host = f"[{target.host}]" if ":" in target.host else target.host
    check = (
        f"-verify_ip {target.host}" if target.is_ip else f"-servername {target.host} -verify_hostname {target.host}"
    )
    return Advice(
        "openssl",
        f"openssl s_client -connect {host}:{target.port}{switch} {check} "
        f"-CAfile {shlex.quote(str(bundle))} -no-CApath -no-CAstore -verify_return_error < /dev/null",
    )
