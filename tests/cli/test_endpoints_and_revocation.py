"""`tlschain check` with further questions, from the command line to words, JSON and exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.support.chains import NOW, served_by, store_of
from tests.support.journeys import walk
from tui_chain.cli.hosts import repairs_of
from tui_chain.cli.main import main
from tui_chain.core.failure import Failure
from tui_chain.core.status import Blame
from tui_chain.diagnose.findings.endpoints import EndpointResult, Servers
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.engine.shared_roots import root_of, with_shared_roots
from tui_chain.lab.authority import Authority
from tui_chain.lab.internet import Lab
from tui_chain.net.lookup import Address
from tui_chain.net.target import Target
from tui_chain.probe.variants import Variant, VariantResult
from tui_chain.repair.output import make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates


def check(*words: str) -> Result:
    return CliRunner().invoke(main, ["check", "--demo", *words])


def host(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(check("--json", *words).stdout)
    return found


def test_all_addresses_in_words() -> None:
    done = check("one-backend-broken", "--all-addresses")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert "one of several servers is broken" in lines[1]
    assert "  servers   ✓ 127.0.0.1  2 sent, complete" in lines
    assert any(line.startswith("            ✗ 127.0.0.3  1 sent, incomplete: ") for line in lines)


def test_all_addresses_in_json() -> None:
    found = host("one-backend-broken", "--all-addresses")
    assert [(one["address"], one["status"]) for one in found["servers"]] == [
        ("127.0.0.1", "complete"), ("127.0.0.2", "complete"), ("127.0.0.3", "incomplete"),
    ]  # fmt: skip
    assert [len(one["served"]) for one in found["servers"]] == [2, 2, 1]
    assert found["status"] == "incomplete"
    assert found["findings"][0]["code"] == "backend-broken"


@pytest.mark.parametrize(("name", "flag"), [("one-backend-broken", "--all-addresses"), ("rsa-broken", "--key-types")])
def test_what_check_finds_broken_fix_repairs(tmp_path: Path, name: str, flag: str) -> None:
    """The hint of `check` leads to a repair of the chain that needs one, which holds for the good ones too."""
    assert f"`tlschain fix --demo {name} {flag}` looks for what is missing" in check(name, flag).stdout
    file = tmp_path / "bundle.pem"
    done = CliRunner().invoke(main, ["fix", "--demo", name, flag, "-o", str(file)])
    assert done.exit_code == 0, done.stderr
    assert "repairable" in done.stderr
    assert len(read_certificates(file.read_bytes()).certificates) == 2


def test_a_repair_holds_for_the_servers_that_need_none(lab: Lab) -> None:
    """Backends under two roots: with the broken one's bundle alone the good one would fail from then on."""
    store = load_trust_store(str(lab.trust_file))
    assert isinstance(store, TrustStore)
    other = Authority.root("Other Backend Root", now=lab.hierarchy["root"].now)
    good = other.issue_leaf(["localhost"])
    anchors = (*store.anchors, Certificate(other.der))
    journey = Journey(Context(TrustStore("both", anchors)))
    state = walk(HostState(Target("localhost", lab.host("leaf-only").port)), journey.probe, journey.fix)
    assert state.reached is not None
    chain = replace(state.reached, certificates=(Certificate(good.der),))
    answer = VariantResult(Variant(Address("127.0.0.9", 4)), chain)
    row = EndpointResult(answer, journey.diagnoser.diagnose(chain, at=journey.clock()))
    asked = replace(state, servers=Servers((row,)))
    assert row.good
    now = journey.clock()
    made = make_output(OutputKind.CLIENT, repairs_of([asked], OutputKind.CLIENT, now), journey.trust, at=now)
    assert not isinstance(made, Failure)
    assert Certificate(other.der) in made.certificates
    assert made.hosts == (str(state.target),)
    assert len(repairs_of([asked], OutputKind.SERVER, now)) == 1


def test_key_types_say_which_were_asked() -> None:
    rows = host("rsa-broken", "--key-types")["servers"]
    assert [(one["key_type"], one["tls"]) for one in rows] == [
        ("any", None), ("ECDSA", "TLSv1.2"), ("ECDSA", "TLSv1.3"), ("RSA", "TLSv1.2"), ("RSA", "TLSv1.3"),
    ]  # fmt: skip


def test_servers_that_agree_take_one_line() -> None:
    done = check("complete", "--all-addresses", "--key-types", "--no-sni", "--repeat", "2")
    assert done.exit_code == 0
    assert "not offered" in done.stdout
    assert "all 3 answers agree" in check("complete", "--repeat", "3").stdout


def test_the_dead_backend_is_an_exit_code() -> None:
    done = check("one-backend-dead", "--all-addresses")
    assert done.exit_code == 1
    assert "127.0.0.2  unreachable: " in done.stdout


def test_revocation_in_words_and_json() -> None:
    done = check("ocsp-revoked", "--revocation")
    assert done.exit_code == 1
    assert "invalid · a certificate was revoked · fault: server" in done.stdout
    assert "revoked?  ✗ ocsp-revoked.lab.test  OCSP http://127.0.0.1:" in done.stdout
    found = host("crl-revoked", "--revocation")
    assert [check["status"] for check in found["revocation"]] == ["revoked", "unknown"]
    answer = found["revocation"][0]["answers"][0]
    assert (answer["means"], answer["reason"]) == ("CRL", "superseded")


def test_nothing_further_is_said_where_nothing_was_asked() -> None:
    found = host("complete")
    assert "servers" not in found
    assert "revocation" not in found


@pytest.mark.parametrize("wrong", ["0", "51", "x"])
def test_the_bounds_of_repeat(wrong: str) -> None:
    assert check("complete", "--repeat", wrong).exit_code == 2


ROOT = Authority.root("Quiet Box CA", now=NOW)


def state(host: str, address: str = "192.88.99.5") -> HostState:
    journey = Journey(Context(store_of(Authority.root("Trusted", now=NOW)), clock=lambda: NOW))
    served = served_by(ROOT.issue_leaf([host]), ROOT, host=host, address=address)
    return journey.diagnose(HostState(Target(host)), served)


def test_unrelated_hosts_at_one_unknown_root_are_told() -> None:
    states = with_shared_roots([state("a.example", "93.184.215.14"), state("b.test", "93.184.215.15")])
    for one, other in zip(states, ("b.test", "a.example"), strict=True):
        assert one.diagnosis is not None
        assert one.diagnosis.blame is Blame.INTERCEPTION
        told = [found for found in one.diagnosis.findings if found.code == "shared-unknown-root"]
        assert told[0].message.endswith(f"{other} ends there too.")


def test_hosts_inside_are_not_suspected() -> None:
    states = [state("a.example", "10.0.0.1"), state("b.test", "192.168.1.1")]
    assert [root_of(one) for one in states] == [None, None]
    assert with_shared_roots(states) == tuple(states)
