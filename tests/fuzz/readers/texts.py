"""Text that people give or paste: hosts, error texts, proxies, headers, reports of interpreters, configuration."""

from __future__ import annotations

from functools import cache

from tests.fuzz.mutations import JSON, TEXT
from tests.fuzz.reader import PASSWORD, Reader
from tests.fuzz.readers.pki import NOW
from tests.fuzz.readers.scratch import holding
from tui_chain.clients.config_file import Syntax
from tui_chain.core.failure import Failure
from tui_chain.core.yaml_file import MAX_NODES, Value, documents
from tui_chain.diagnose.explain.explanation import explain, explain_code
from tui_chain.doctor.environment_report import read_report
from tui_chain.doctor.foreign_json import cleaned
from tui_chain.doctor.precedence import client_settings
from tui_chain.doctor.problems.catalogue import problems_of
from tui_chain.doctor.problems.problem import Evidence
from tui_chain.doctor.script.settings import files
from tui_chain.engine.activity import Entry
from tui_chain.engine.chain_files import chains_of
from tui_chain.livetest.choice import METHODS, RequestChoice, read_choice
from tui_chain.net.connection_text import shown_connection
from tui_chain.net.host_list import HostList, parse_arguments, parse_host_list
from tui_chain.net.host_table import TableColumns, parse_host_table
from tui_chain.net.kubeconfig import read_kubeconfig
from tui_chain.net.proxy import environment_proxy, read_proxy, shown_proxy
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.pasted import parse_additions, served_chain
from tui_chain.probe.tls_secrets import Manifest, patch, read_manifest


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def host_list(data: bytes) -> object:
    """A host list: every host reads back from how it is written, and from how it is shown."""
    text = _text(data)
    found = parse_host_list(text)
    for host in found.hosts:
        assert parse_target(str(host.target)) == host.target
        assert parse_target(host.target.display) == host.target, host.target.display
    return found, parse_arguments(text.split()), [(one.target.display, one.target.url) for one in found.hosts]


def host_table(data: bytes) -> object:
    """A table of hosts: each host has a cell of its own, and is one that reads back."""
    found = parse_host_table(_text(data), TableColumns("host", "label", "port"))
    if isinstance(found, HostList):
        assert all(parse_target(str(host.target)) == host.target for host in found.hosts)
        assert len({line.number for line in found.bad}) == len(found.bad), "a line is wrong once"
    return found


def yaml_file(data: bytes) -> object:
    """YAML or JSON: texts, lists and mappings; what its aliases stand for is counted."""
    found = documents(data, "file")
    if isinstance(found, Failure):
        return found
    texts = sum(map(_texts_in, found))
    assert texts <= MAX_NODES
    return texts


def _texts_in(value: Value) -> int:
    if isinstance(value, str):
        return 1
    return sum(map(_texts_in, value if isinstance(value, list) else value.values()))


def kubeconfig(data: bytes) -> object:
    """A kubeconfig: its cluster has a target that reads back, and nothing of its proxy's login is shown."""
    with holding(data, "config") as path:
        found = read_kubeconfig(path)
        if isinstance(found, Failure):
            return str(found).replace(str(path.parent), "")
    read = parse_target(str(found.target))
    assert isinstance(read, Target)
    assert read.is_same_server(found.target)
    assert PASSWORD not in f"{found}" or f"{PASSWORD}@".encode() not in data
    shown = (found.context, found.name, found.unverified, len(found.notices))
    return shown, shown_connection(found.target.connection), isinstance(found.authority, bytes)


def manifest(data: bytes) -> object:
    """A manifest of Kubernetes: a patch of each Secret reads back as that Secret with the new chain alone."""
    found = read_manifest(data, "manifest")
    if isinstance(found, Failure):
        return found
    for secret in found.secrets[:20]:
        again = read_manifest(patch(secret, b"chain").encode("ascii"), "patch")
        assert isinstance(again, Manifest)
        assert [str(one) for one in again.secrets] == [str(secret)]
        assert again.secrets[0].chain == b"chain"
        assert not again.problems
    chains = chains_of(data, "file")
    shown = chains if isinstance(chains, Failure) else [(one.name, one.hosts) for one in chains.chains]
    return found.problems, found.notices, [(str(one), one.certificate) for one in found.secrets], shown


def additions(data: bytes) -> object:
    """Pasted text: hosts, hosts with a file, one host with PEM below it."""
    found = parse_additions(_text(data))
    served = [served_chain(one, at=NOW) for one in found.chains]
    problems = [(one.target, one.source, one.problems) for one in found.chains]
    return found.hosts, found.bad, problems, [one if isinstance(one, Failure) else one.note for one in served]


def error_text(data: bytes) -> object:
    """An error text of any client."""
    text = data.decode("utf-8", "replace")
    found = explain(text)
    kind = explain_code(text)
    return found, None if kind is None else kind.code


def proxy(data: bytes) -> object:
    """A proxy's URL of the environment: its password is never shown."""
    text = _text(data)
    url = environment_proxy({"HTTPS_PROXY": text, "NO_PROXY": text[::-1]}, Target("host.test"))
    read = read_proxy(text)
    shown = [shown_proxy(text), str(read) if isinstance(read, Failure) else shown_proxy(read.url)]
    if text.count(PASSWORD) == 1 and "://" in text and f":{PASSWORD}@" in text:
        assert not any(PASSWORD in one for one in shown), shown
    return shown, url and shown_proxy(url)


def request(data: bytes) -> object:
    """The request of a live test, its path on the first line and its headers below."""
    first, *lines = _text(data).splitlines() or [""]
    found = [read_choice(method, first, lines) for method in METHODS]
    for one in found:
        if isinstance(one, RequestChoice):
            sent = (one.path, *(part for header in one.headers for part in header))
            assert all(part.isascii() and part.isprintable() for part in sent), "it would begin a line of its own"
            assert not {name.lower() for name, _ in one.headers} & {"authorization", "cookie", "host"}
    return found


def log_entry(data: bytes) -> object:
    """What is put into the log of what was done: no password of a URL gets in."""
    text = _text(data)
    entry = Entry(NOW, text, text)
    if f"//user:{PASSWORD}@" in text and text.count(PASSWORD) == 1:
        assert PASSWORD not in f"{entry.text}{entry.command}"
    return entry


def interpreter_report(data: bytes) -> object:
    """What the doctor's script printed in another interpreter, and what is said of it."""
    report = read_report(data, "report.json")
    if isinstance(report, Failure):
        return report
    return report, problems_of(Evidence(report, {}, "2026.1.1", NOW, None)), client_settings(report)


def client_config(data: bytes) -> object:
    """A configuration file of a client, in every syntax; credentials of URLs in it are never shown."""
    found = []
    with holding(data, "config") as path:
        for syntax in Syntax:
            table = {"client": "x", "places": [str(path)], "syntax": syntax.value, "keys": _keys()}
            found += cleaned(files([table]))
    values = [(entry["setting"], entry["key"], entry["value"]) for file in found for entry in file["entries"]]
    if f"//user:{PASSWORD}@".encode() in data and data.count(PASSWORD.encode()) == 1:
        assert PASSWORD not in str(values)
    return [file["error"] for file in found], values


@cache
def _keys() -> dict[str, str]:
    return {"*proxy*": "proxy", "*ca*": "ca", "*cert*": "cert", "*ssl*": "ssl", "*trust*": "trust"}


_HOSTS = (b"https://", b"smtp+starttls://", b"[::1]", b":443", b"%eth0", b"xn--", b"example.org", b" # ", b"//", b"@")
_LOGIN = f"http://user:{PASSWORD}@proxy.example:3128".encode()
_ERRORS = (
    b"certificate verify failed", b"unable to get local issuer certificate", b"(_ssl.c:1000)", b"x509: ", b"num=20",
    b"https://", b"PKIX path building failed", b"\\x1b[31m", b"&quot;", b"\\u0022", b"\\n", b"alert 48",
)  # fmt: skip

_YAML = (b"- ", b": ", b"&a ", b"*a", b"---\n", b"? ", b"!!binary ", b"|\n ", b"<<: ", b"{}", b"[", b"null", b'"\\e"')
_CONFIG = (
    b"current-context: ",
    b"certificate-authority-data: ",
    b"server: https://",
    b"tls-server-name: ",
    b"proxy-url: ",
)

_SECRET = (
    b"kind: Secret\n",
    b"tls.crt: ",
    b"stringData:\n",
    b"metadata: ",
    b"secretName: ",
    b"hosts: ",
    b"kind: List\n",
)

READERS = (
    Reader("host-list", host_list, TEXT, tokens=_HOSTS, line_share=200, count=150),
    Reader(
        "host-table",
        host_table,
        TEXT,
        tokens=(*_HOSTS, b'"', b'""', b";", b"\t", b"sep=;\n"),
        line_share=200,
        count=150,
    ),
    Reader("yaml-file", yaml_file, (*TEXT, *JSON), tokens=_YAML, line_share=200),
    Reader("kubeconfig", kubeconfig, TEXT, tokens=(*_YAML, *_CONFIG), line_share=200),
    Reader("manifest", manifest, TEXT, tokens=(*_YAML, *_SECRET), line_share=250, count=150),
    Reader("additions", additions, TEXT, tokens=(*_HOSTS, b"<", b"-----BEGIN CERTIFICATE-----\n"), line_share=200),
    Reader("error-text", error_text, TEXT, tokens=_ERRORS, line_base=400_000, line_share=100),
    Reader("proxy", proxy, TEXT, tokens=(*_HOSTS, _LOGIN, b"socks5://", b"%2F"), line_share=200),
    Reader("request", request, TEXT, tokens=(b"Host: x", b"Cookie: x", b"Authorization: x", b": ", b"/?q", b"#")),
    Reader("log-entry", log_entry, TEXT, tokens=(_LOGIN, b"tlschain check ", b"--proxy", b"password: ", b"Bearer ")),
    Reader("interpreter-report", interpreter_report, JSON),
    Reader(
        "client-config",
        client_config,
        TEXT,
        tokens=(_LOGIN, b'[section "x"]', b"cacert = ", b"-Djavax.net.ssl.trustStore="),
    ),
)
