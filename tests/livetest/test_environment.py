"""The environment's variables of trust: each is read as its clients read it, which is held against real ones."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.programs import require_program
from tui_chain.clients.advice import ADDS
from tui_chain.clients.client import Takes
from tui_chain.clients.registry import variables
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.livetest.environment import VariableTest, audit_environment, overriding_text, try_variables, uses
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.target import Target

_CLIENTS = {
    "requests": "import sys, requests; requests.get(sys.argv[1])",
    "httpx": "import sys, httpx; httpx.get(sys.argv[1])",
    "ssl": "import sys, urllib.request; urllib.request.urlopen(sys.argv[1])",
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete"]) as running:
        yield running


@pytest.fixture
def good(lab: Lab, tmp_path: Path) -> Path:
    file = tmp_path / "good.pem"
    file.write_bytes(to_pem([lab.hierarchy["root"].der]))
    return file


@pytest.fixture
def other(lab: Lab, tmp_path: Path) -> Path:
    file = tmp_path / "other.pem"
    file.write_bytes(to_pem([lab.hierarchy["stranger"].der]))
    return file


def hashed(folder: Path, *files: Path) -> Path:
    """A folder as `openssl rehash` makes it."""
    folder.mkdir()
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    subprocess.run((require_program("openssl"), "rehash", str(folder)), check=True, capture_output=True, timeout=20)
    return folder


def tried(lab: Lab, name: str, value: str) -> tuple[VariableTest, ...]:
    """What comes of a complete host with this variable, for clients whose own roots know it."""
    environment = {name: value}
    request = LiveRequest(Target("localhost", lab.host("complete").port))
    return asyncio.run(try_variables(request, audit_environment(environment), environment, lab.trust_pem))


def real(lab: Lab, client: str, name: str, value: str) -> bool:
    """Whether a real client reaches the host with this variable and no other."""
    clean = {known: text for known, text in os.environ.items() if known not in variables()}
    url = f"https://localhost:{lab.host('complete').port}/"
    command = (sys.executable, "-c", _CLIENTS[client], url)
    done = subprocess.run(command, env={**clean, name: value}, capture_output=True, timeout=30, check=False)
    return done.returncode == 0


def test_a_variable_that_is_used_alike_is_tried_once_for_all() -> None:
    for name in variables():
        found = [(use.effect, use.takes) for use in uses(name)]
        assert found
        assert len(found) == len(set(found))


@pytest.mark.parametrize("name", variables())
def test_who_replaces_fails_and_who_extends_works(
    lab: Lab, other: Path, good: Path, name: str, tmp_path: Path
) -> None:
    folder = uses(name)[0].takes is Takes.FOLDER
    strange = hashed(tmp_path / "other", other) if folder else other
    known = hashed(tmp_path / "good", good) if folder else good
    found = tried(lab, name, str(strange))
    assert [(one.adds, one.attempt.ok) for one in found] == [(use.effect is ADDS,) * 2 for use in uses(name)]
    assert all(one.attempt.ok for one in tried(lab, name, str(known)))


@pytest.mark.parametrize(
    ("client", "name"),
    [
        ("requests", "REQUESTS_CA_BUNDLE"),
        ("requests", "CURL_CA_BUNDLE"),
        ("httpx", "SSL_CERT_FILE"),
        ("ssl", "SSL_CERT_FILE"),
    ],
)
def test_real_clients_do_as_it_says(lab: Lab, good: Path, other: Path, client: str, name: str) -> None:
    for file in (good, other):
        replacing = next(one for one in tried(lab, name, str(file)) if not one.adds)
        # the lab's root is in nobody's own store: what they keep beside it does not help here
        assert real(lab, client, name, str(file)) is replacing.attempt.ok


def test_folders_are_read_as_openssl_reads_them(lab: Lab, good: Path, tmp_path: Path) -> None:
    made = hashed(tmp_path / "hashed", good)
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "good.pem").write_bytes(good.read_bytes())
    for value, works in ((f"{made}", True), (f"/nowhere{os.pathsep}{made}", True), (f"{plain}", False)):
        replacing = tried(lab, "SSL_CERT_DIR", value)[0]
        assert replacing.attempt.ok is works
        assert real(lab, "httpx", "SSL_CERT_DIR", value) is works
    (told,) = audit_environment({"SSL_CERT_DIR": str(plain)})
    assert "openssl rehash" in told.text


@pytest.mark.parametrize(("name", "kind"), [("AWS_CA_BUNDLE", "folder"), ("SSL_CERT_DIR", "file")])
def test_the_wrong_kind_of_thing_is_said(lab: Lab, good: Path, tmp_path: Path, name: str, kind: str) -> None:
    value = str(tmp_path if kind == "folder" else good)
    found = tried(lab, name, value)
    assert not any(one.attempt.ok for one in found)
    assert all(one.attempt.text.startswith(f"it names a {kind} where a ") for one in found)
    (told,) = audit_environment({name: value})
    assert f"It names a {kind} where a " in told.text


def test_a_file_that_openssl_cannot_read_is_said(lab: Lab, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_bytes(b"nonsense")
    assert tried(lab, "PIP_CERT", str(bad))[0].attempt.text == "OpenSSL cannot read what it names"


def test_the_clients_own_store_is_taken_as_its_owner_has_it(lab: Lab, other: Path) -> None:
    """pip keeps its own roots beside the file; where OpenSSL cannot read these, nothing is verified."""
    environment = {"PIP_CERT": str(other)}
    request = LiveRequest(Target("localhost", lab.host("complete").port))
    key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    (found,) = asyncio.run(try_variables(request, audit_environment(environment), environment, key + lab.trust_pem))
    assert (found.adds, found.attempt.ok) == (True, False)
    assert found.attempt.text.startswith("OpenSSL cannot read the trust store (")


def test_what_is_not_there_is_not_tried(lab: Lab) -> None:
    assert tried(lab, "PIP_CERT", "/nowhere") == ()
    (told,) = audit_environment({"SSL_CERT_DIR": f"/nowhere{os.pathsep}/nor/here"})
    assert told.exists is False


def test_one_line_says_which_variables_beat_the_bundle(good: Path) -> None:
    def words(*names: str, repaired: bool = True) -> str:
        return overriding_text(audit_environment(dict.fromkeys(names, str(good))), repaired=repaired)

    assert words() == ""
    assert words("PIP_CERT") == "PIP_CERT is set and beats the bundle in pip"
    assert words("PIP_CERT", repaired=False) == "PIP_CERT is set and decides in pip"
    assert (
        words("PIP_CERT", "GIT_SSL_CAINFO") == "PIP_CERT and GIT_SSL_CAINFO are set and beat the bundle in pip, git"
    )
    more = f"and {len(variables()) - 2} more are set and beat the bundle in "
    assert words(*variables()).startswith(f"REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE {more}")
    assert len(words(*variables())) < 120
    own = audit_environment({"PIP_CERT": str(good), "HTTPS_PROXY": "http://proxy"}, good)
    assert overriding_text(own, repaired=True) == ""


def test_a_variable_says_what_it_does_in_each_client(good: Path) -> None:
    (told,) = audit_environment({"REQUESTS_CA_BUNDLE": str(good)})
    assert told.text == (
        "In requests, Poetry, conda, niquests, boto3, aws it replaces the client's trust store; in pip it adds to "
        "the client's own trust store. It wins in requests, niquests over session.verify and CURL_CA_BUNDLE; in pip "
        "over --cert, PIP_CERT and cert of pip.conf; in conda over CURL_CA_BUNDLE, CONDA_SSL_VERIFY and ssl_verify."
    )


@pytest.mark.parametrize(("name", "value"), [("CONDA_SSL_VERIFY", "truststore"), ("PGSSLROOTCERT", "/nowhere")])
def test_what_names_no_file_and_what_no_client_of_https_reads_is_left_out(name: str, value: str) -> None:
    assert audit_environment({name: value}) == ()
