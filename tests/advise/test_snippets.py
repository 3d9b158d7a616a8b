"""Every snippet is taken out of the output and run as it stands, against real nginx that forgets a certificate."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import certifi
import pytest

from tests.advise.conftest import Site, Snippet, run
from tests.support.programs import require_program

_JAVA = """
import java.net.*;
public class Get { public static void main(String[] a) throws Exception {
  System.out.println(((HttpURLConnection) new URI(a[0]).toURL().openConnection()).getResponseCode()); } }
"""
_NODE = "require('https').get(process.argv[1], a => { console.log(a.statusCode); a.resume(); })"
_REQUESTS = "import sys, requests; print(requests.get(sys.argv[1]).status_code)"
_HTTPX = "import sys, httpx; print(httpx.get(sys.argv[1]).status_code)"

CALLS: Mapping[str, tuple[str, ...]] = {
    "requests, every host": (sys.executable, "-c", _REQUESTS),
    "httpx, every host": (sys.executable, "-c", _HTTPX),
    "pip": (sys.executable, "-m", "pip", "--retries=0", "index", "versions", "probe", "--index-url"),
    "Node": ("node", "-e", _NODE),
    "Java": ("java", "Get.java"),
    "git": ("git", "ls-remote"),
    "npm": ("npm", "--fetch-retries=0", "ping", "--registry"),
}
"""Clients whose snippet is a setting, and the client's own command, to which the URL is added."""
WORKED = {
    "pip": "Available versions: 1.0",
    "git": "not valid: is this a git repository",
    "npm": "PONG",
    "openssl": "Verify return code: 0 (ok)",
    "curl": "probe-1.0",
    "wget": "probe-1.0",
    "keytool": "trustedCertEntry",
}
"""What a client says that got through TLS; the others print the HTTP status."""
ABSENT = {"uv", "Go", "Ruby", "aws, boto3"}
"""Clients that are not on the build machines, and aws, which takes 16 s to see that this is no S3."""


def _clients(*languages: str) -> list[str]:
    python = ["requests", "requests with a context", "httpx", "Python ssl, urllib", "aiohttp", "urllib3"]
    return {"python": python, "js": ["Node, in code"], "sh": ["curl", "wget", "openssl", "keytool"]}[languages[0]]


def _of(site: Site, client: str) -> Snippet:
    return next(each for each in site.snippets if each.client == client and each.language != "make")


def _code(site: Site, client: str, prefix: str = "") -> tuple[int, str]:
    words = CALLS.get(client, ())
    (site.folder / "Get.java").write_text(_JAVA)
    call = "" if not words else '\n"$@" ' + f"'{site.url}'"
    done = run("bash", "-c", prefix + call, "bash", *words, cwd=site.folder)
    return done.returncode, done.stdout + done.stderr


def test_every_client_of_the_advice_is_run_or_named_as_absent(site: Site) -> None:
    told = {each.client for each in site.snippets}
    assert told == {*_clients("python"), *_clients("js"), *_clients("sh"), *CALLS, *ABSENT}


@pytest.mark.parametrize("client", _clients("python"))
def test_python_snippets_run_as_they_stand(site: Site, client: str) -> None:
    snippet = _of(site, client)
    assert snippet.language == "python"
    done = run(sys.executable, "-W", "error", "-c", snippet.code)
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


def test_the_context_snippet_runs_on_python_3_13(site: Site, tmp_path: Path) -> None:
    python = require_program("python3.13")
    (tmp_path / "certifi").symlink_to(Path(certifi.__file__).parent)
    env = {"PYENV_VERSION": "3.13.0", "PYTHONPATH": str(tmp_path)}
    done = run(str(python), "-c", _of(site, "Python ssl, urllib").code, env=env)
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


def test_the_adapter_keeps_certifi_out_of_the_context(site: Site) -> None:
    code = _of(site, "requests with a context").code
    own = code.replace("context = ssl.create_default_context(cafile=certifi.where())", "context = ssl.SSLContext(2)")
    own = own.replace("ssl.SSLContext(2)", "ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)")
    done = run(sys.executable, "-c", own + "\nprint(context.cert_store_stats()['x509'])")
    assert done.stdout == "200\n2\n", done.stderr


def test_a_context_as_verify_is_refused_as_the_note_says(site: Site) -> None:
    code = f"import ssl, requests; requests.get({site.url!r}, verify=ssl.create_default_context())"
    assert "TypeError" in run(sys.executable, "-c", code).stderr


def test_the_node_snippet_runs_as_it_stands(site: Site) -> None:
    require_program("node")
    done = run("node", "-e", _of(site, "Node, in code").code)
    assert done.stdout == "200\n", done.stderr


@pytest.mark.parametrize("client", _clients("sh"))
def test_commands_run_as_they_stand(site: Site, client: str) -> None:
    require_program(client)
    status, said = _code(site, client, _of(site, client).code)
    assert status == 0, said
    assert WORKED[client] in said


@pytest.mark.parametrize("client", sorted(CALLS))
def test_settings_work_and_without_them_the_client_fails(site: Site, client: str) -> None:
    require_program(Path(CALLS[client][0]).name)
    told = WORKED.get(client, "200")
    assert told not in _code(site, client)[1]
    said = _code(site, client, _of(site, client).code)[1]
    assert told in said, said
