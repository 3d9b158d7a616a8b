"""What the notes say of Python's HTTP libraries, tried at the site that sends its leaf alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.advise.calls.call import PYTHON, apart
from tests.advise.calls.poetry import CALLS as POETRY
from tests.advise.conftest import Site, run
from tests.support.nginx import nginx
from tests.support.programs import require_program
from tui_chain.clients.advice import Deployment
from tui_chain.clients.conda import CLIENT as CONDA
from tui_chain.clients.requests import CLIENT as REQUESTS
from tui_chain.clients.urllib3 import CLIENT as URLLIB3
from tui_chain.lab.authority import Authority, key_to_pem, to_pem
from tui_chain.net.target import Target

# -- which setting wins


@dataclass(frozen=True)
class Precedence:
    """Code that prints 200 where it is verified; {good} and {bad} are files, {url} is the site."""

    name: str
    code: str
    variables: dict[str, str]
    works: bool
    python: str = sys.executable


_NIQUESTS = "import niquests; print(niquests.get('{url}'%s).status_code)"
_SESSION = "import niquests; s = niquests.Session(); s.verify = '{good}'; print(s.get('{url}').status_code)"
_HTTPLIB2 = "import httplib2; print(httplib2.Http(%s).request('{url}')[0].status)"
_GRPC = """import grpc
with grpc.secure_channel('{place}', grpc.ssl_channel_credentials(%s)) as channel:
    grpc.channel_ready_future(channel).result(timeout=2)
    print(200)"""
_READ = "root_certificates=open('{good}', 'rb').read()"
_OWN = apart("niquests")
_BOTH = {"REQUESTS_CA_BUNDLE": "{bad}", "CURL_CA_BUNDLE": "{good}"}
PRECEDENCES = (
    Precedence("niquests: verify=", _NIQUESTS % ", verify='{good}'", {"REQUESTS_CA_BUNDLE": "{bad}"}, True, _OWN),
    Precedence("niquests: a variable", _NIQUESTS % "", {"REQUESTS_CA_BUNDLE": "{good}"}, True, _OWN),
    Precedence(
        "niquests: variables",
        _NIQUESTS % "",
        {"REQUESTS_CA_BUNDLE": "{bad}", "CURL_CA_BUNDLE": "{good}"},
        False,
        _OWN,
    ),
    Precedence("niquests: a session", _SESSION, {"CURL_CA_BUNDLE": "{bad}"}, False, _OWN),
    Precedence("niquests: a session alone", _SESSION, {}, True, _OWN),
    Precedence("niquests: SSL_CERT_FILE", _NIQUESTS % "", {"SSL_CERT_FILE": "{good}"}, False, _OWN),
    Precedence("httplib2: ca_certs=", _HTTPLIB2 % "ca_certs='{good}'", {"HTTPLIB2_CA_CERTS": "{bad}"}, True),
    Precedence("httplib2: the variable", _HTTPLIB2 % "", {"HTTPLIB2_CA_CERTS": "{good}"}, True),
    Precedence("gRPC: the argument", _GRPC % _READ, {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": "{bad}"}, True),
    Precedence("gRPC: SSL_CERT_FILE", _GRPC % "", {"SSL_CERT_FILE": "{good}"}, False),
)


@pytest.fixture(scope="module")
def files(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the site is, a file that helps, and one that does not."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "good.pem").write_bytes(site.bundle.read_bytes())
    (folder / "bad.pem").write_bytes(to_pem([Authority.root("Elsewhere Root", now=datetime.now(UTC)).der]))
    return {
        "good": str(folder / "good.pem"),
        "bad": str(folder / "bad.pem"),
        "url": site.url,
        "place": site.target,
    }


@pytest.mark.parametrize("one", PRECEDENCES, ids=lambda one: one.name)
def test_one_setting_wins_over_another(files: dict[str, str], one: Precedence) -> None:
    require_program(one.python)
    variables = {name: value.format(**files) for name, value in one.variables.items()}
    done = run(one.python, "-c", one.code.format(**files), env=variables)
    assert ("200" in done.stdout) is one.works, done.stderr


@pytest.mark.parametrize(
    ("config", "variables", "works"),
    [
        ("bad", {"POETRY_CERTIFICATES_LOCALHOST_CERT": "{good}"}, True),
        ("good", {"REQUESTS_CA_BUNDLE": "{bad}"}, True),
        ("bad", {"REQUESTS_CA_BUNDLE": "{good}"}, False),
    ],
)
def test_one_setting_of_poetry_wins_over_another(
    files: dict[str, str], tmp_path: Path, config: str, variables: dict[str, str], works: bool
) -> None:
    (call,) = POETRY
    call.require()
    place = tmp_path / ".config/pypoetry"
    place.mkdir(parents=True)
    (place / "config.toml").write_text(f'[certificates.localhost]\ncert = "{files[config]}"\n')
    env = {**call.variables, **{name: value.format(**files) for name, value in variables.items()}}
    done = run(*call.words, files["url"], env=env, cwd=tmp_path)
    assert (call.told in done.stdout) is works, done.stdout + done.stderr


# -- an IP address and urllib3 1.26

_OLD = apart("urllib3")
_POOL = "import ssl, urllib3; print(urllib3.PoolManager({how}).request('GET', '{url}', retries=False).status)"
_CONTEXT = "ssl_context=ssl.create_default_context(cafile='{good}')"


@contextmanager
def named(names: tuple[str, ...], folder: Path) -> Iterator[tuple[str, str]]:
    """A server with a complete chain whose leaf has these names: its URL by address, and the file of its root."""
    root = Authority.root("Address Root", now=datetime.now(UTC))
    leaf = root.issue_leaf(names)
    (folder / "root.pem").write_bytes(to_pem([root.der]))
    with nginx(folder / "nginx", to_pem([leaf.der]), key_to_pem(leaf.key)) as port:
        yield f"https://127.0.0.1:{port}/", str(folder / "root.pem")


def test_urllib3_1_26_calls_an_address_with_a_file_alone(tmp_path: Path) -> None:
    require_program(_OLD)
    with named(("localhost", "127.0.0.1"), tmp_path) as (url, root):
        context = _POOL.format(how=_CONTEXT.format(good=root), url=url)
        file = _POOL.format(how=f"ca_certs='{root}'", url=url)
        refused = run(_OLD, "-c", context)
        assert "ValueError: check_hostname requires server_hostname" in refused.stderr
        assert run(_OLD, "-c", file).stdout == "200\n"
        assert run(*PYTHON, context).stdout == "200\n"


def test_requests_on_urllib3_1_26_calls_an_address_with_a_file(tmp_path: Path) -> None:
    require_program(_OLD)
    (packages,) = Path(_OLD).parents[1].glob("lib/python*/site-packages")
    with named(("localhost", "127.0.0.1"), tmp_path) as (url, root):
        call = f"requests.get('{url}', verify='{root}').status_code"
        code = f"import requests, urllib3; print(urllib3.__version__, {call})"
        assert run(sys.executable, "-c", code, env={"PYTHONPATH": str(packages)}).stdout == "1.26.20 200\n"


def test_urllib3_1_26_compares_the_address_with_the_certificate(tmp_path: Path) -> None:
    require_program(_OLD)
    with named(("localhost",), tmp_path) as (url, root):
        refused = run(_OLD, "-c", _POOL.format(how=f"ca_certs='{root}'", url=url))
        assert "doesn't match" in refused.stderr, refused


def test_that_is_in_the_advice_for_an_address_alone() -> None:
    for client in (URLLIB3, REQUESTS):
        assert client.advice is not None
        for host, noted in (("192.0.2.1", True), ("2001:db8::1", True), ("host.test", False)):
            notes = [one.note for one in client.advice(Deployment(Target(host), Path("/x.pem")))]
            assert any("urllib3 1.26" in note for note in notes) is noted


# -- conda, which no registry has


@pytest.mark.parametrize(
    ("name", "code"), [("a b.pem", "conda config --set ssl_verify"), ("$HOME.pem", "export REQ")]
)
def test_conda_is_given_no_path_in_which_it_replaces_a_variable(name: str, code: str) -> None:
    assert CONDA.advice is not None
    (advice,) = CONDA.advice(Deployment(Target("host.test"), Path("/x") / name))
    assert advice.code.startswith(code)
