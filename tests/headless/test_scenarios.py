"""Every broken server of the lab through `tlschain check` and `fix`, and the JSON that is promised."""

from __future__ import annotations

import re
import ssl
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Done, process, tlschain
from tests.support.journeys import patience
from tui_chain.diagnose.words import Blame, Severity, Status
from tui_chain.lab.internet import Lab
from tui_chain.lab.scenarios import SCENARIOS, Scenario
from tui_chain.paths.profiles import PROFILES

BY_NAME = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
KEYS = {
    "target",
    "status",
    "blame",
    "served",
    "path",
    "missing",
    "findings",
    "profiles",
    "bundle",
    "written",
}
CERTIFICATE = {"sha256", "subject", "issuer", "not_after", "source", "pem"}
DIGEST = re.compile(r"[0-9a-f]{64}")


def arguments(lab: Lab, name: str) -> tuple[str, ...]:
    host = lab.host(name)
    return (host.target, "--trust", str(lab.trust_file), "--timeout", str(patience(host)))


def expected_code(status: Status, *, fixed: bool) -> int:
    if status is Status.UNREACHABLE:
        return 2
    fine = {Status.COMPLETE, Status.REPAIRABLE} if fixed else {Status.COMPLETE}
    return 0 if status in fine else 1


@BY_NAME
def test_check_says_what_is_declared(lab: Lab, scenario: Scenario) -> None:
    done = tlschain("check", *arguments(lab, scenario.name), "--json")
    (host,) = done.objects
    expected = scenario.expected
    assert (host["status"], host["blame"]) == (expected.status, expected.blame)
    assert {found["code"] for found in host["findings"]} == expected.findings
    assert done.code == expected_code(expected.status, fixed=False)
    assert (host["bundle"], host["written"]) == (None, None)
    assert_promised(host)


@BY_NAME
def test_fix_ends_as_declared(lab: Lab, scenario: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    done = tlschain("fix", *arguments(lab, scenario.name), "--no-pool", "--json", "-o", file)
    (host,) = done.objects
    after = scenario.expected.after
    assert host["status"] == after
    assert done.code == expected_code(after, fixed=True)
    repaired = after is Status.REPAIRABLE
    assert file.exists() == repaired
    assert host["written"] == (str(file) if repaired else None)
    assert (host["bundle"] is not None) == repaired
    if repaired:
        assert file.read_text("ascii") == host["bundle"]
        assert all(profile["ok"] for profile in host["profiles"].values())
    assert_promised(host)


@BY_NAME
def test_the_words_tell_the_verdict_first(lab: Lab, scenario: Scenario) -> None:
    done = tlschain("check", *arguments(lab, scenario.name))
    first, second, *_ = done.out.splitlines()
    assert first == lab.host(scenario.name).target
    assert second.split()[1] == scenario.expected.status
    blame = scenario.expected.blame
    assert second.endswith(f"fault: {blame}") or blame is Blame.NOBODY
    for code in scenario.expected.findings:
        assert f" {code}  " in done.out


def assert_promised(host: dict[str, Any]) -> None:
    """The keys and types of design.md."""
    assert host.keys() == KEYS
    assert isinstance(host["target"], str)
    assert host["status"] in set(Status)
    assert host["blame"] in set(Blame)
    for certificate in (*host["served"], *host["path"]):
        assert_certificate(certificate)
    for missing in host["missing"]:
        assert missing.keys() == {"subject", "key_id", "wanted_by"}
        assert missing["key_id"] is None or re.fullmatch(r"[0-9a-f]+", missing["key_id"])
        assert DIGEST.fullmatch(missing["wanted_by"])
    for found in host["findings"]:
        assert found.keys() == {"code", "severity", "at", "message", "hint"}
        assert found["severity"] in set(Severity)
        assert found["at"] is None or DIGEST.fullmatch(found["at"])
        assert found["message"]
        assert found["hint"]
    assert host["profiles"].keys() in ({profile.name for profile in PROFILES}, set())
    for profile in host["profiles"].values():
        assert profile.keys() == {"ok", "error"}
        assert (profile["error"] is None) == profile["ok"]


def assert_certificate(certificate: dict[str, Any]) -> None:
    assert certificate.keys() == CERTIFICATE
    assert DIGEST.fullmatch(certificate["sha256"])
    assert "=" in certificate["subject"]
    moment = datetime.fromisoformat(certificate["not_after"])
    assert moment.utcoffset() is not None
    assert ssl.PEM_cert_to_DER_cert(certificate["pem"])
    assert certificate["source"]


def test_the_path_runs_from_leaf_to_anchor(lab: Lab) -> None:
    (host,) = tlschain("fix", *arguments(lab, "two-links-missing"), "--no-pool", "--json").objects
    path = host["path"]
    assert path[0] == host["served"][0]
    assert [each["issuer"] for each in path[:-1]] == [each["subject"] for each in path[1:]]
    assert path[-1]["subject"] == path[-1]["issuer"]
    kinds = [each["source"].split()[0] for each in path]
    assert kinds == ["served", "AIA", "AIA", "trust"]


@pytest.mark.parametrize("command", ["check", "fix"])
def test_an_anchor_is_told_with_its_store(lab: Lab, command: str) -> None:
    options = ("--no-pool",) if command == "fix" else ()
    (host,) = tlschain(command, *arguments(lab, "complete"), *options, "--json").objects
    assert [each["source"] for each in host["path"]] == ["served", "served", f"trust store {lab.trust_file}"]


def test_several_targets_are_told_in_their_order_and_the_worst_counts(lab: Lab) -> None:
    targets = [lab.host(name).target for name in ("leaf-only", "no-tls", "complete")]
    done = tlschain("check", *targets, "--trust", lab.trust_file, "--json")
    assert [host["target"] for host in done.objects] == targets
    assert done.code == 2
    without = tlschain("check", targets[0], targets[2], "--trust", lab.trust_file, "--json")
    assert without.code == 1


def test_a_label_of_the_list_is_in_the_json(lab: Lab, tmp_path: Path) -> None:
    target = lab.host("complete").target
    hosts = tmp_path / "hosts"
    hosts.write_text(f"{target}  the shop\n")
    for words in ((), (target,)):
        (host,) = tlschain("check", *words, "--hosts", hosts, "--trust", lab.trust_file, "--json").objects
        assert host["label"] == "the shop"
        assert host.keys() - KEYS == {"label"}


# a few as real processes


def real(lab: Lab, command: str, name: str, *more: str) -> Done:
    return process(command, *arguments(lab, name), *more)


@pytest.mark.parametrize(("name", "code"), [("complete", 0), ("leaf-only", 1), ("no-tls", 2)])
def test_a_process_checks(lab: Lab, name: str, code: int) -> None:
    done = real(lab, "check", name, "--json")
    assert (done.code, done.err) == (code, "")
    assert done.objects[0]["status"] == lab.host(name).scenario.expected.status


def test_a_process_fixes_and_keeps_data_and_words_apart(lab: Lab, tmp_path: Path) -> None:
    done = real(lab, "fix", "leaf-only", "--no-pool")
    assert done.code == 0
    assert done.out.startswith("# CA bundle for localhost:")
    assert done.out.endswith("-----END CERTIFICATE-----\n")
    assert "✚ repairable · the server forgot 1 certificate" in done.err
    file = tmp_path / "bundle.pem"
    written = real(lab, "fix", "leaf-only", "--no-pool", "-o", str(file))
    assert (written.code, written.out) == (0, "")
    assert file.read_text("ascii") == done.out
    assert f"wrote {file}: " in written.err


def test_a_process_that_finds_no_repair_exits_1(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    done = real(lab, "fix", "aia-dead", "--no-pool", "-o", str(file))
    assert (done.code, done.out, file.exists()) == (1, "", False)
    assert f"There is nothing to write; {file} was left as it is." in done.err
