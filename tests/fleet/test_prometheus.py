"""Metrics as Prometheus' own tool takes them, and what they say."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import text

from tests.fleet.made import HOSTILE, hostile_result, joint_of, result_of, written
from tests.support.chains import NOW
from tests.support.programs import require_program
from tui_chain.clients.families import FAMILIES
from tui_chain.core.expiry import Threshold
from tui_chain.core.status import Severity, Status
from tui_chain.fleet.policy import Policy
from tui_chain.results.values import HostResult

SAMPLE = re.compile(r'(tlschain_[a-z_]+)\{((?:[a-z0-9]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (-?[0-9.]+)\n')
LABEL = re.compile(r'([a-z0-9]+)="((?:[^"\\\n]|\\[\\"n])*)"')
Labels = frozenset[tuple[str, str]]


def metrics_of(output: str) -> dict[str, dict[Labels, float]]:
    """Read the text format: every sample once, those of a metric together and below its head."""
    found: dict[str, dict[Labels, float]] = defaultdict(dict)
    heads: list[str] = []
    for line in output.splitlines(keepends=True):
        if line.startswith("# HELP "):
            heads.append(line.split()[2])
            continue
        if line.startswith("# TYPE "):
            assert line == f"# TYPE {heads[-1]} gauge\n"
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample is not None, line
        assert sample[1] == heads[-1]
        labels = frozenset((name, unescaped(value)) for name, value in LABEL.findall(sample[2]))
        assert labels not in found[sample[1]], "no series comes twice"
        found[sample[1]][labels] = float(sample[3])
    assert len(heads) == len(set(heads))
    return found


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


def of(found: Mapping[Labels, float], **wanted: str) -> float:
    (value,) = [value for labels, value in found.items() if wanted.items() <= set(labels)]
    return value


def promtool(output: str) -> None:
    command = (require_program("promtool"), "check", "metrics")
    done = subprocess.run(command, input=output, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_prometheus_takes_every_state(results: Mapping[str, HostResult]) -> None:
    output = written("prometheus", results.values(), [joint_of(), joint_of("another")])
    promtool(output)
    metrics_of(output)


def test_prometheus_takes_no_host_at_all() -> None:
    output = written("prometheus", [])
    promtool(output)
    found = metrics_of(output)
    assert set(found) == {"tlschain_hosts", "tlschain_hosts_by_level"}
    assert set(found["tlschain_hosts"].values()) == {0.0}


def test_the_metrics_say_what_the_results_say(results: Mapping[str, HostResult]) -> None:
    chosen = [results[name] for name in ("complete", "repairable", "incomplete", "unreachable")]
    found = metrics_of(written("prometheus", chosen, [joint_of()]))
    complete, repairable, _, unreachable = (one.target for one in chosen)
    status = found["tlschain_status"]
    assert of(status, target=complete, status="complete") == 1
    assert of(status, target=complete, status="unreachable") == 0
    assert len(status) == len(chosen) * len(Status), "a state set has every state of every host"
    for target in (one.target for one in chosen):
        assert sum(value for labels, value in status.items() if ("target", target) in labels) == 1
    accepts = found["tlschain_family_accepts"]
    assert sum(accepts.values()) == len(FAMILIES), "of the one complete host"
    assert of(found["tlschain_family_accepts_with_bundle"], target=repairable, family="go") == 1
    assert not [one for one in found["tlschain_family_accepts_with_bundle"] if ("target", complete) in one]
    assert of(found["tlschain_hosts"], status="complete") == 1
    assert of(found["tlschain_hosts_by_level"], level="unknown") == 1
    assert not [one for one in found["tlschain_leaf_not_after_seconds"] if ("target", unreachable) in one]
    assert of(found["tlschain_joint_finding_hosts"], kind="shared-root") == 3
    assert of(found["tlschain_probe_time_seconds"], target=complete) == NOW.timestamp()


def test_the_first_end_of_the_path_and_that_of_the_leaf() -> None:
    found = metrics_of(written("prometheus", [result_of(issuing=(-700, 10))]))
    ends = {name: of(found[f"tlschain_{name}_not_after_seconds"]) for name in ("chain", "leaf")}
    assert ends["chain"] == (NOW + timedelta(days=10)).timestamp()
    assert ends["leaf"] == (NOW + timedelta(days=80)).timestamp()


def test_findings_are_counted_by_severity_and_steps_are_seconds() -> None:
    result = replace(result_of(leaf=(-80, 5)), timings={"connect": 1.5, "tls": 20.25})
    found = metrics_of(written("prometheus", [result]))
    assert {severity: of(found["tlschain_findings"], severity=severity) for severity in Severity} == {
        Severity.FATAL: 0,
        Severity.RISK: 1,
        Severity.COSMETIC: 0,
    }
    steps = found["tlschain_probe_duration_seconds"]
    assert (of(steps, step="connect"), of(steps, step="tls")) == (0.0015, 0.02025)
    assert len(steps) == 2


def test_a_target_that_comes_twice_is_two_series() -> None:
    """node_exporter refuses a file in which a series comes twice, with all that is in it."""
    output = written("prometheus", [result_of(), result_of(), replace(result_of(), label="x"), result_of()])
    promtool(output)
    labels = {dict(one)["label"] for one in metrics_of(output)["tlschain_chain_not_after_seconds"]}
    assert labels == {"", "#2", "#3", "x"}


def test_no_number_makes_a_host_that_is_there_already() -> None:
    results = [replace(result_of(), label=label) for label in ("#2", "", "", "x", "x #2", "x", "x")]
    output = written("prometheus", results)
    promtool(output)
    labels = [dict(one)["label"] for one in metrics_of(output)["tlschain_chain_not_after_seconds"]]
    assert labels == ["#2", "", "#3", "x", "x #2", "x #3", "x #4"]


def test_roots_of_one_name_without_a_fingerprint_are_two_series() -> None:
    """Their key ids differ, which no label has."""
    roots = [joint_of(count=3), joint_of(count=5), joint_of("another"), replace(joint_of(count=7), sha256="ab" * 32)]
    output = written("prometheus", [], roots)
    promtool(output)
    samples = metrics_of(output)["tlschain_joint_finding_hosts"]
    found = {(dict(one)["subject"], dict(one)["sha256"]): value for one, value in samples.items()}
    assert found == {
        ("CN=Corporate Root", ""): 3,
        ("CN=Corporate Root #2", ""): 5,
        ("another", ""): 3,
        ("CN=Corporate Root", "ab" * 32): 7,
    }


@pytest.mark.parametrize(
    ("policy", "failing"),
    [
        (Policy(), {"incomplete", "part"}),
        (Policy(fail_on=Severity.RISK), {"incomplete", "part", "soon"}),
        (Policy(critical_days=Threshold(7)), {"incomplete", "part", "soon"}),
        (Policy(critical_days=Threshold(90)), {"incomplete", "part", "soon", "good"}),
    ],
)
def test_whether_a_host_fails_is_one_sample_of_each(
    results: Mapping[str, HostResult], policy: Policy, failing: set[str]
) -> None:
    """One that was not reached fails by no policy: nothing is known of its chain."""
    good = result_of()
    hosts = {
        "good": good,
        "soon": result_of(leaf=(-80, 5)),
        "part": replace(good, status=Status.PARTIAL),
        "incomplete": results["incomplete"],
        "unreachable": results["unreachable"],
    }
    output = written("prometheus", [replace(one, target=name) for name, one in hosts.items()], policy=policy)
    promtool(output)
    fails = metrics_of(output)["tlschain_fails"]
    assert {dict(labels)["target"]: value for labels, value in fails.items()} == {
        name: float(name in failing) for name in hosts
    }


def test_a_family_that_a_line_has_twice_is_one_series(results: Mapping[str, HostResult]) -> None:
    """A line may be of anybody's making; a family without a verdict on the bundle moves no other one's."""
    first, second, *others = results["repairable"].clients
    clients = (replace(first, with_bundle=None), second, *others, second)
    output = written("prometheus", [replace(results["repairable"], clients=clients)])
    promtool(output)
    found = metrics_of(output)
    assert len(found["tlschain_family_accepts"]) == len(FAMILIES)
    bundled = {dict(one)["family"] for one in found["tlschain_family_accepts_with_bundle"]}
    assert bundled == {family.id for family in FAMILIES} - {first.id}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_labels(hostile: str) -> None:
    output = written("prometheus", [hostile_result(hostile)], [joint_of(hostile)])
    metrics_of(output)


def test_prometheus_takes_hostile_texts() -> None:
    hosts: Iterable[HostResult] = map(hostile_result, HOSTILE)
    promtool(written("prometheus", hosts, map(joint_of, HOSTILE)))


@given(text(max_size=30))
def test_any_text_is_a_label(given_text: str) -> None:
    metrics_of(written("prometheus", [hostile_result(given_text)]))
