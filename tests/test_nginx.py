"""The file that `tlschain fix` writes, against real nginx with real clients: curl, requests, httpx, openssl."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
import requests

from tests.support.cli import process
from tests.support.consumers import run
from tests.support.nginx import nginx
from tests.support.programs import require_program
from tui_chain.lab.authority import Template, key_to_pem, to_pem
from tui_chain.lab.internet import Lab

DEADLINE = 10.0


@pytest.fixture(scope="module")
def served(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A host of real nginx that forgets its intermediate; AIA is the lab's."""
    issuing = lab.hierarchy["issuing"]
    leaf = issuing.issue_leaf(template=Template(urls=(lab.publish("/nginx/issuing.cer", issuing.der),)))
    folder = tmp_path_factory.mktemp("nginx")
    with nginx(folder, to_pem([leaf.der]), key_to_pem(leaf.key)) as port:
        yield f"localhost:{port}"


@pytest.fixture(scope="module")
def bundle(lab: Lab, served: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bundle") / "ca.pem"
    done = process("fix", served, "--trust", lab.trust_file, "--no-pool", "-o", file)
    assert done.code == 0, done.err
    return file


def by_curl(host: str, trust: Path) -> bool:
    done = run(require_program("curl"), "-sS", "--cacert", trust, "--capath", "/dev/null", f"https://{host}/")
    assert done.returncode in {0, 60}, done.stderr
    return done.returncode == 0


def by_requests(host: str, trust: Path) -> bool:
    try:
        return requests.get(f"https://{host}/", verify=str(trust), timeout=DEADLINE).ok
    except requests.exceptions.SSLError:
        return False


def by_httpx(host: str, trust: Path) -> bool:
    context = ssl.create_default_context(cafile=trust)
    try:
        return httpx.get(f"https://{host}/", verify=context, trust_env=False).is_success
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" not in str(error):
            raise
        return False


def by_openssl(host: str, trust: Path) -> bool:
    own = ("-no-CApath", "-no-CAstore", "-CAfile", str(trust))
    name = ("-servername", "localhost", "-verify_hostname", "localhost")
    done = run(
        require_program("openssl"), "s_client", "-connect", host, *name, *own, "-verify_return_error", "-brief"
    )
    return done.returncode == 0 and b"Verification: OK" in done.stderr


CLIENTS: Mapping[str, Callable[[str, Path], bool]] = {
    "curl": by_curl,
    "requests": by_requests,
    "httpx": by_httpx,
    "openssl": by_openssl,
}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_fails_before_and_succeeds_with_the_file(lab: Lab, served: str, bundle: Path, client: str) -> None:
    ask = CLIENTS[client]
    assert not ask(served, lab.trust_file)
    assert ask(served, bundle)


def test_the_live_test_agrees(lab: Lab, served: str) -> None:
    done = process("check", served, "--trust", lab.trust_file, "--json")
    assert (done.code, done.objects[0]["status"]) == (1, "incomplete")
