"""The whole live test: client families, times, the environment, a proxy, and real programs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.limits import no_wait
from tests.support.nginx import nginx
from tests.support.programs import require_program
from tui_chain.clients.families import FAMILIES, FamilyId
from tui_chain.clients.program import Program
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import key_to_pem, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.livetest.choice import read_header_line
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.environment import audit_environment
from tui_chain.livetest.programs import run_program
from tui_chain.livetest.request import LiveRequest
from tui_chain.livetest.tester import LiveTester, LiveTestResult
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.x509.formats.readers import read_certificates


@pytest.fixture(scope="module")
def port(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx that forgets its intermediate."""
    leaf = lab.hierarchy["issuing"].issue_leaf(["localhost"])
    with nginx(tmp_path_factory.mktemp("nginx"), to_pem([leaf.der]), key_to_pem(leaf.key)) as listening:
        yield listening


def bundle_of(lab: Lab) -> bytes:
    return to_pem([lab.hierarchy["issuing"].der, lab.hierarchy["root"].der])


def run(
    lab: Lab, port: int, pem: bytes | None, environment: Mapping[str, str] | None = None, *, programs: bool = False
) -> LiveTestResult:
    store = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    tester = LiveTester(store, datetime.now(UTC), environment or {"PATH": os.environ["PATH"]})
    tested = asyncio.run(tester.test(LiveRequest(Target("localhost", port)), pem, with_programs=programs))
    assert isinstance(tested, LiveTestResult)
    return tested


def test_before_after_families_and_facts(lab: Lab, port: int) -> None:
    tested = run(lab, port, bundle_of(lab))
    assert tested.ok
    assert (tested.live.before.ok, tested.live.before.code) == (False, 20)
    assert tested.live.after is not None
    assert (tested.live.after.status, tested.live.after.tls_version) == (200, "TLSv1.3")
    assert tested.live.after.cipher
    times = tested.live.after.times
    assert all(value is not None for value in (times.lookup, times.connect, times.tls, times.first_byte))
    assert {client.id: client.ok for client in tested.clients} == dict.fromkeys(FamilyId, True)
    assert [client.name for client in tested.clients] == [family.name for family in FAMILIES]
    assert all(client.emulated and client.cipher and client.times.tls is not None for client in tested.clients)
    assert {client.tls_version for client in tested.clients} == {"TLSv1.3"}
    assert tested.http2 is True


def test_families_differ_as_the_table_of_the_field_says(lab: Lab, port: int) -> None:
    """domain.md section 1, the column `intermediate only`: code 2 up to Python 3.12, fine elsewhere."""
    tested = run(lab, port, to_pem([lab.hierarchy["issuing"].der]))
    refusing = {client.id: client.code for client in tested.clients if not client.ok}
    assert refusing == {FamilyId.REQUESTS: 2, FamilyId.PYTHON: 2}
    assert tested.refusing == ("requests, Python ≤ 3.12", "Python ≤ 3.12")
    assert not tested.ok


def test_without_a_bundle_the_store_is_tested(lab: Lab, port: int) -> None:
    tested = run(lab, port, None)
    assert tested.live.after is None
    assert {client.id: client.ok for client in tested.clients} == dict.fromkeys(FamilyId, False)


def test_a_bundle_that_openssl_cannot_read_is_a_failure(port: int) -> None:
    tester = LiveTester(TrustStore("lab", ()), datetime.now(UTC), {})
    said = asyncio.run(tester.test(LiveRequest(Target("localhost", port)), b"nonsense", with_programs=False))
    assert isinstance(said, Failure)


def test_the_environment_is_told_and_tried(lab: Lab, port: int, tmp_path: Path) -> None:
    good, other = tmp_path / "good.pem", tmp_path / "other.pem"
    good.write_bytes(bundle_of(lab))
    other.write_bytes(to_pem([lab.hierarchy["other-root"].der]))
    set_ = {"REQUESTS_CA_BUNDLE": str(other), "SSL_CERT_FILE": str(good), "PIP_CERT": "/nowhere", "PATH": "/bin"}
    tested = run(lab, port, bundle_of(lab), set_)
    assert tested.with_environment is not None
    assert {name: one.ok for name, one in tested.with_environment.items()} == {
        "REQUESTS_CA_BUNDLE": False,
        "SSL_CERT_FILE": True,
    }
    assert [(one.name, one.exists) for one in tested.environment] == [
        ("REQUESTS_CA_BUNDLE", True),
        ("SSL_CERT_FILE", True),
        ("PIP_CERT", False),
    ]


def test_the_repair_s_own_file_beats_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    file.write_bytes(b"")
    link = tmp_path / "link.pem"
    link.symlink_to(file)
    (found,) = audit_environment({"GIT_SSL_CAINFO": str(link)}, file)
    assert found.beats == ""


def test_a_proxy_s_password_is_not_shown() -> None:
    variables = {"HTTPS_PROXY": "http://joe:secret@proxy.test:3128", "no_proxy": "a\x1b[31m", "EMPTY": ""}
    proxy, direct = audit_environment(variables)
    assert proxy.value == "http://proxy.test:3128"
    assert direct.value.isprintable()


def test_real_programs_are_run_with_the_bundle(lab: Lab, port: int) -> None:
    for name in ("curl", "openssl", "git", "wget", "node", "java"):
        require_program(name)
    hostile = {
        "PATH": os.environ["PATH"],
        "CURL_CA_BUNDLE": "/nowhere",
        "NODE_OPTIONS": "--bad",
        "GIT_SSL_CAINFO": "/no",
    }
    good = {one.name: one.ok for one in run(lab, port, bundle_of(lab), hostile, programs=True).programs}
    assert all(good[name] for name in ("curl", "openssl", "git", "wget", "node", "java"))
    bad = run(lab, port, to_pem([lab.hierarchy["other-root"].der]), programs=True).programs
    assert not any(one.ok for one in bad)
    assert all(one.text.isprintable() for one in bad)


def test_a_program_that_does_not_end_is_ended() -> None:
    with no_wait():
        sleeper = Program("sleeper", "sh", ("-c", "sleep 60 & wait"))
        tested = asyncio.run(run_program(sleeper, {"PATH": os.environ["PATH"]}, seconds=0.2))
        assert (tested.ok, tested.text) == (False, "no end within 0.2 s")


def test_a_program_that_floods_is_read_to_its_end() -> None:
    flood = Program("flood", "sh", ("-c", "yes | head -c 3000000; exit 3"))
    assert asyncio.run(run_program(flood, {"PATH": os.environ["PATH"]})).ok is False


def test_a_missing_program_is_said() -> None:
    assert asyncio.run(run_program(Program("none", "no-such-program", ()), {"PATH": "/bin"})).ok is None


@pytest.mark.parametrize(
    "line", ["Authorization: Bearer x", "cookie: a=b", "Host: evil", "nothing", "A b: c", "X: é"]
)
def test_headers_that_are_refused(line: str) -> None:
    assert isinstance(read_header_line(line), Failure)


def test_a_header_is_read() -> None:
    assert read_header_line("X-Tenant:  a b ") == ("X-Tenant", "a b")


def test_a_dead_proxy_is_gone_through_and_told(lab: Lab, port: int) -> None:
    request = LiveRequest(Target("localhost", port), proxy="http://127.0.0.1:1")
    attempt = asyncio.run(request.send(bundle_context(bundle_of(lab)), "test"))
    assert (attempt.ok, attempt.text) == (False, "the proxy is not reached: connection refused")
