"""Every broken server of the lab through `tlschain check` and `fix`, and the JSON that is promised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.cli import Done, process, tlschain
from tests.support.journeys import patience
from tests.support.schema import faults
from tui_chain.clients.families import FAMILIES
from tui_chain.core.status import Blame, Status
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.scenario import Scenario
from tui_chain.lab.scenarios.usual import USUAL

ACCEPTED = {"ok": True, "code": None, "error": None, "certificate": None}
BY_NAME = pytest.mark.parametrize("scenario", USUAL, ids=lambda each: each.name)
OK, FOUND, UNREACHED = 0, 1, 3


def arguments(lab: Lab, name: str) -> tuple[str, ...]:
    host = lab.host(name)
    return (host.target, "--trust", str(lab.trust_file), "--timeout", str(patience(host)))


def expected_code(status: Status, *, fixed: bool) -> int:
    if status is Status.UNREACHABLE:
        return UNREACHED
    fine = {Status.COMPLETE, Status.REPAIRABLE} if fixed else {Status.COMPLETE}
    return OK if status in fine else FOUND


@BY_NAME
def test_check_says_what_is_declared(lab: Lab, scenario: Scenario) -> None:
    done = tlschain("check", *arguments(lab, scenario.name), "--json")
    (host,) = done.objects
    expected = scenario.expected
    assert (host["status"], host["blame"]) == (expected.status, expected.blame)
    assert {found["code"] for found in host["findings"]} == expected.findings
    assert done.code == expected_code(expected.status, fixed=False)
    assert (host["bundle"], host["written"]) == (None, None)
    assert faults(host) == []
    reached = expected.status is not Status.UNREACHABLE
    refusing = {one["id"]: one["as_served"]["code"] for one in host["clients"] if not one["as_served"]["ok"]}
    assert refusing == (dict(expected.refused_by) if reached else {})
    assert [one["id"] for one in host["clients"]] == [family.id for family in FAMILIES] * reached
    assert {one["with_bundle"] for one in host["clients"]} <= {None}


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
        assert all(one["with_bundle"] == ACCEPTED for one in host["clients"])
    assert faults(host) == []


@BY_NAME
def test_the_words_tell_the_verdict_first(lab: Lab, scenario: Scenario) -> None:
    done = tlschain("check", *arguments(lab, scenario.name))
    first, second, *_ = done.out.splitlines()
    assert first == lab.host(scenario.name).target
    assert second.split()[1] == scenario.expected.status
    blame = scenario.expected.blame
    assert second.endswith(f"fault: {blame}") or blame is Blame.NOBODY
    for code in scenario.expected.findings:
        assert re.search(rf"^  [✗!·] {code}  \S.*: [A-Z].*\.$", done.out, re.MULTILINE)


def test_a_hint_that_many_findings_have_stands_once() -> None:
    with open_lab(["many-unrelated"]) as lab:
        out = tlschain("check", lab.host("many-unrelated").target, "--trust", lab.trust_file).out
    assert out.count("stranger  Lab Unrelated CA") == 20
    assert out.count("Remove it from the chain file") == 1
    lines = out.splitlines()
    last = max(at for at, line in enumerate(lines) if "stranger  Lab Unrelated CA" in line)
    assert lines[last + 1].startswith("      Remove it from the chain file")


def test_a_finding_names_its_certificate_and_the_hint_stands_below(lab: Lab) -> None:
    done = tlschain("check", *arguments(lab, "two-links-one-served"))
    lines = done.out.splitlines()
    (place,) = (number for number, line in enumerate(lines) if line.startswith("  ✗ issuer-unknown  "))
    assert lines[place].startswith(
        "  ✗ issuer-unknown  Lab Issuing CA G3: The issuer of the topmost served certificate"
    )
    assert lines[place + 1].startswith("      Most likely its root is not in this trust store")


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
    """What is broken wins over what was not reached."""
    targets = [lab.host(name).target for name in ("leaf-only", "no-tls", "complete")]
    done = tlschain("check", *targets, "--trust", lab.trust_file, "--json")
    assert [host["target"] for host in done.objects] == targets
    assert done.code == FOUND
    assert tlschain("check", targets[0], targets[2], "--trust", lab.trust_file, "--json").code == FOUND
    assert tlschain("check", targets[1], targets[2], "--trust", lab.trust_file, "--json").code == UNREACHED
    assert tlschain("check", targets[2], "--trust", lab.trust_file, "--json").code == OK


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("leaf-only", "complete"), OK),
        (("leaf-only", "no-tls"), UNREACHED),
        (("aia-dead", "no-tls"), FOUND),
        (("leaf-only", "expired-leaf"), FOUND),
    ],
)
def test_a_fix_of_several_ends_with_what_counts_most(lab: Lab, names: tuple[str, ...], code: int) -> None:
    targets = [lab.host(name).target for name in names]
    assert tlschain("fix", *targets, "--trust", lab.trust_file, "--no-pool", "--json").code == code


def test_wrong_usage_wins_over_everything(lab: Lab) -> None:
    done = tlschain("check", lab.host("leaf-only").target, "a..b", "--trust", lab.trust_file)
    assert done.code == 2, "though a host that is not complete gives 1"
    assert "a..b" in done.err
    assert "incomplete" in done.out


def test_the_form_json_is_what_json_is(lab: Lab) -> None:
    one, other = (
        tlschain("check", *arguments(lab, "wrong-order"), *form).objects[0]
        for form in (["--json"], ["--format", "json"])
    )
    for changing in ("time", "timings"):
        del one[changing], other[changing]
    assert one == other


def test_a_label_of_the_list_is_in_the_json(lab: Lab, tmp_path: Path) -> None:
    target = lab.host("complete").target
    hosts = tmp_path / "hosts"
    hosts.write_text(f"{target}  the shop\n")
    for words in ((), (target,)):
        (host,) = tlschain("check", *words, "--hosts", hosts, "--trust", lab.trust_file, "--json").objects
        assert host["label"] == "the shop"


# a few as real processes


def real(lab: Lab, command: str, name: str, *more: str) -> Done:
    return process(command, *arguments(lab, name), *more)


@pytest.mark.parametrize(("name", "code"), [("complete", 0), ("leaf-only", 1), ("no-tls", 3)])
def test_a_process_checks(lab: Lab, name: str, code: int) -> None:
    done = real(lab, "check", name, "--json")
    assert (done.code, done.err) == (code, "")
    assert done.objects[0]["status"] == lab.host(name).scenario.expected.status


def test_a_process_fixes_and_keeps_data_and_words_apart(lab: Lab, tmp_path: Path) -> None:
    done = real(lab, "fix", "leaf-only", "--no-pool")
    assert done.code == 0
    assert done.out.startswith("# CA bundle for localhost:")
    assert done.out.endswith("-----END CERTIFICATE-----\n")
    assert "✚ repairable · the server does not send Lab Issuing CA G2; works for 9 of 9 client families" in done.err
    file = tmp_path / "bundle.pem"
    written = real(lab, "fix", "leaf-only", "--no-pool", "-o", str(file))
    assert (written.code, written.out) == (0, "")
    assert file.read_text("ascii") == done.out.replace("tlschain refresh FILE", f"tlschain refresh {file}")
    assert f"wrote {file}: " in written.err


def test_a_process_that_finds_no_repair_exits_1(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    done = real(lab, "fix", "aia-dead", "--no-pool", "-o", str(file))
    assert (done.code, done.out, file.exists()) == (1, "", False)
    assert f"There is nothing to write; {file} was not made." in done.err
