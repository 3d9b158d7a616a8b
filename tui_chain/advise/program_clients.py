"""Programs and other languages, and the settings that each of them reads."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

from tui_chain.advise.advice import EXTENDS, REPLACES, Advice, Setting
from tui_chain.repair.output_kinds import OutputKind

_NODE = """const fs = require('node:fs'), https = require('node:https'), tls = require('node:tls');
const ca = [...tls.rootCertificates, fs.readFileSync({file}, 'utf8')];
https.get({url}, {{ ca }}, (answer) => {{ console.log(answer.statusCode); answer.resume(); }});"""


def program_advice(at: Setting) -> Iterator[Advice]:
    """Say for each program how it uses the file."""
    yield from _transfer(at)
    yield from _node(at)
    yield _npm(at)
    yield from _java(at)
    yield from _env(at)


def _transfer(at: Setting) -> Iterator[Advice]:
    file, url = at.shell(), shlex.quote(at.url)
    note = (
        "--cacert wins over CURL_CA_BUNDLE, and that over SSL_CERT_FILE; Debian's curl reads its folder of roots too."
    )
    yield _client("curl", f"curl --cacert {file} {url}", note, EXTENDS, at)
    yield _client("wget", f"wget --ca-certificate={file} -O - {url}", "", EXTENDS, at)
    code = f"git config --global {shlex.quote(f'http.{at.url}.sslCAInfo')} {file}"
    yield _client("git", code, "For this server alone. GIT_SSL_CAINFO wins over it.", EXTENDS, at)


def _client(client: str, code: str, note: str, effect: str, at: Setting) -> Advice:
    return Advice(client, code, note, effect, "sh", OutputKind.CLIENT, at.path(OutputKind.CLIENT))


def _node(at: Setting) -> Iterator[Advice]:
    file = at.shell()
    note = "Extends Node's own roots; it is read when the process starts. A ca: in the code turns it off."
    yield _client("Node", f"export NODE_EXTRA_CA_CERTS={file}", note, EXTENDS, at)
    code = _NODE.format(file=at.script(), url=json.dumps(at.url))
    note = "ca: replaces Node's roots, so they are given again."
    yield Advice("Node, in code", code, note, REPLACES, "js", OutputKind.CLIENT, at.path(OutputKind.CLIENT))


_NPM_VARIABLE = re.compile(r"\$\{[^${}?]+\??\}")
"""What npm replaces by a variable's value when it reads its file, unless a backslash stands before it."""
_NPM_MISREADS = re.compile(r"\\[\\;#]|\\\$\{|\s$")
"""What .npmrc loses: a backslash before another, a comment sign or a variable, and white space at the end."""


def _npm(at: Setting) -> Advice:
    file = at.path(OutputKind.CLIENT_STORE)
    path = _NPM_VARIABLE.sub(r"\\\g<0>", str(file))
    note = "cafile replaces the file of NODE_EXTRA_CA_CERTS."
    if _NPM_MISREADS.search(str(file)):
        note += " npm does not read this path back as it was written: give the file another name."
    code = f"npm config set cafile {shlex.quote(path)}"
    return Advice("npm", code, note, REPLACES, "sh", OutputKind.CLIENT_STORE, file)


def _java(at: Setting) -> Iterator[Advice]:
    file = at.path(OutputKind.JAVA)
    # the JVM takes the variable apart by white space and both kinds of quotes, without escapes, as shlex writes them
    option = f"-Djavax.net.ssl.trustStore={shlex.quote(str(file))}"
    note = (
        "Replaces Java's cacerts; the file has the roots and each missing certificate under an alias of its own. "
        "It needs no password. keytool -importcert would take the first certificate of a file only."
    )
    code = f"export JAVA_TOOL_OPTIONS={shlex.quote(option)}"
    yield Advice("Java", code, note, REPLACES, "sh", OutputKind.JAVA, file)
    code = f"keytool -list -keystore {at.shell(OutputKind.JAVA)} -storepass changeit"
    yield Advice("keytool", code, "Shows what is in the file.", "", "sh", OutputKind.JAVA, file)


def _env(at: Setting) -> Iterator[Advice]:
    note = (
        "On Debian the folder of roots is read as well; elsewhere it replaces them: take the kind client+store there."
    )
    code = f"export SSL_CERT_FILE={at.shell()}"
    for client in ("Go", "Ruby"):
        yield _client(client, code, note, EXTENDS, at)


def openssl_advice(at: Setting) -> Advice:
    """Say how OpenSSL's own client checks the host with the file and nothing else."""
    target = at.target
    switch = f" -starttls {target.starttls}" if target.starttls else ""
    host = f"[{target.host}]" if ":" in target.host else target.host
    check = (
        f"-verify_ip {target.host}" if target.is_ip else f"-servername {target.host} -verify_hostname {target.host}"
    )
    code = (
        f"openssl s_client -connect {shlex.quote(f'{host}:{target.port}')}{switch} {check} "
        f"-CAfile {at.shell()} -no-CApath -no-CAstore -verify_return_error < /dev/null"
    )
    return _client("openssl", code, "", REPLACES, at)
