"""How commands end: what their last words and exit codes say is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.cli import Done, tlschain
from tests.support.servers import refused_port
from tui_chain.clients.registry import variables
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)


def fix(lab: Lab, name: str, *words: str | Path) -> Done:
    return tlschain("fix", lab.host(name).target, "--trust", lab.trust_file, *words)


def test_a_leaf_in_the_trust_store_serves_those_clients_that_take_one(lab: Lab, tmp_path: Path) -> None:
    """Its owner put it there; no path of ours ends there, and no bundle of ours holds it."""
    port = lab.host("leaf-only").port
    store = tmp_path / "store.pem"
    (leaf,) = lab.host("leaf-only").served_der
    store.write_bytes(lab.trust_pem + to_pem([leaf]))
    done = tlschain("check", f"localhost:{port}", "--trust", store)
    assert done.code == 1
    assert "partial · accepted by 6 of 9 client families" in done.out
    refusing = {
        line.strip(" ✗").partition(":")[0] for line in done.out.splitlines() if line.startswith(" " * 12 + "✗")
    }
    assert refusing == {"requests, Python ≤ 3.12", "Python ≤ 3.12", "uv, rustls (model)"}
    assert f"tlschain: The trust store {store} has 1 certificate that is no CA's; no path ends there." in done.err
    store.write_bytes(to_pem([leaf]))
    refused = tlschain("check", f"localhost:{port}", "--trust", store)
    assert (refused.code, refused.complaint) == (
        2,
        f"{store} has no CA certificate. `tlschain audit {store}` says more.",
    )


def test_the_same_fix_twice_changes_nothing(lab: Lab, tmp_path: Path) -> None:
    """The second run has the link from the pool and no longer from AIA: that alone is no other file."""
    file = tmp_path / "a.pem"
    assert fix(lab, "leaf-only", "-o", file).code == 0
    old = file.read_text()
    assert "# Source: AIA" in old
    file.write_text(re.sub("(?m)^# Made by tlschain-tui .*$", "# Made by tlschain-tui 0.0.1", old))
    stands = file.read_bytes()
    again = fix(lab, "leaf-only", "-o", file)
    assert again.code == 0, again.err
    assert f"unchanged {file}: " in again.err
    assert file.read_bytes() == stands
    file.write_text(old + "# mine\n")
    assert fix(lab, "leaf-only", "-o", file).code == 2


def test_a_host_behind_a_confirmed_root_forgot_nothing(lab: Lab) -> None:
    root = Certificate(lab.host("unknown-root-served").served_der[-1])
    done = fix(lab, "unknown-root-served", "--trust-root", root.sha256)
    assert done.code == 0, done.err
    assert "0 certificates" not in done.err
    assert "repairable · works for 9 of 9 client families with the bundle · fault: client store" in done.err


def test_a_server_that_no_bundle_helps_gets_its_chain_file(tmp_path: Path) -> None:
    file = tmp_path / "made.pem"
    with open_lab(["leaf-not-first"]) as lab:
        given = (lab.host("leaf-not-first").target, "--trust", lab.trust_file, "--json", "-o", file)
        bundle = tlschain("fix", *given)
        assert (bundle.code, bundle.objects[0]["written"], file.exists()) == (1, None, False)
        done = tlschain("fix", *given, "--as", "server")
    assert (done.code, done.objects[0]["written"]) == (0, str(file))
    assert (done.objects[0]["status"], done.objects[0]["bundle"]) == ("invalid", None)
    made = read_certificates(file.read_bytes()).certificates
    assert [one.label for one in made] == ["leaf-not-first.lab.test", "Lab Issuing CA F1"]


def test_a_file_for_some_of_the_hosts_says_for_whom_not(lab: Lab, tmp_path: Path) -> None:
    file, bad = tmp_path / "multi.pem", lab.host("expired-leaf").target
    done = fix(lab, "leaf-only", bad, "-o", file)
    assert done.code == 1
    assert f"wrote {file}: " in done.err
    assert f" for 1 of 2 hosts that need it; not for {bad}" in done.err


def test_a_file_for_all_hosts_needs_no_such_words(lab: Lab, tmp_path: Path) -> None:
    done = fix(lab, "leaf-only", lab.host("complete").target, "-o", tmp_path / "multi.pem")
    assert done.code == 0
    assert "not for" not in done.err


def run_test(lab: Lab, name: str, *words: str | Path, **env: str) -> Done:
    return tlschain("test", lab.host(name).target, "--trust", lab.trust_file, *words, env=env)


def test_variables_in_the_way_do_not_hide_that_it_works(lab: Lab, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(to_pem([lab.hierarchy["private-root"].der]))
    done = run_test(lab, "leaf-only", REQUESTS_CA_BUNDLE=str(other), PIP_CERT=str(other))
    assert done.code == 0
    last = done.out.splitlines()[-1].split(maxsplit=1)[1]
    assert last.startswith("verdict   works with the bundle; 2 variables of this environment get in the way: ")
    assert last.endswith(": REQUESTS_CA_BUNDLE, PIP_CERT")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leaf-only", "works with the bundle"),
        ("complete", "works with the trust store"),
        ("expired-leaf", "does not work"),
    ],
)
def test_the_last_line_of_a_test_is_its_verdict(lab: Lab, name: str, words: str) -> None:
    done = run_test(lab, name)
    assert done.code == (1 if words.startswith("does not") else 0)
    assert done.out.splitlines()[-1].split(maxsplit=1)[1].startswith(f"verdict   {words}")


def test_a_proxy_that_is_not_there_is_told_as_such(lab: Lab) -> None:
    with refused_port() as closed:
        proxy = f"http://127.0.0.1:{closed}"
        done = run_test(lab, "leaf-only", "--proxy", https_proxy=proxy)
    assert done.code == 3
    assert f"By the proxy {proxy}: the proxy is not reached: connection refused" in done.err
