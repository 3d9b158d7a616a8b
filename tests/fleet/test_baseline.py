"""What changed since an earlier run: in words, by the findings, and by the policy where only the date has changed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.fleet.made import result_of
from tests.support.chains import NOW
from tui_chain.core.expiry import Threshold
from tui_chain.core.failure import Failure
from tui_chain.fleet.baseline import NEW, Baseline
from tui_chain.fleet.formats.writer import changes_of
from tui_chain.fleet.policy import Policy
from tui_chain.fleet.result_files import ResultIndex, open_index
from tui_chain.net.connection_options import USUAL_CONNECTION
from tui_chain.net.target import Target
from tui_chain.results.values import HostResult, ProbeResult

TARGET = Target("host.test")


def changes(folder: Path, before: HostResult, after: HostResult, policy: Policy = Policy()) -> tuple[str, ...]:  # noqa: B008 - frozen
    file = folder / "before.jsonl"
    file.write_text(before.to_json() + "\n")
    with ExitStack() as stack:
        index = open_index(stack, file)
        assert isinstance(index, ResultIndex)
        found = Baseline(index, USUAL_CONNECTION, policy).changed(TARGET, after)
    return () if found is None else changes_of(found)


def out_of_reach(before: HostResult) -> HostResult:
    why = ProbeResult(Failure("timeout", "It gave no answer.", "Try again."))
    return replace(before, status="unreachable", served=(), path=(), clients=(), findings=(), probe=why)


def test_a_date_that_comes_nearer_is_no_change_until_the_level_is_another(tmp_path: Path) -> None:
    before = result_of(leaf=(-80, 10))
    later = replace(before, time=NOW + timedelta(days=2))
    assert changes(tmp_path, before, later) == ()
    assert changes(tmp_path, before, later, Policy(critical_days=Threshold(5))) == ()
    assert changes(tmp_path, before, later, Policy(critical_days=Threshold(9))) == (
        "The level changed from warning to critical.",
    )
    assert changes(tmp_path, later, before, Policy(critical_days=Threshold(9))) == (
        "The level changed from critical to warning.",
    )


def test_a_status_that_changed_says_enough_of_the_level(tmp_path: Path) -> None:
    before = result_of()
    found = changes(tmp_path, before, out_of_reach(before))
    assert found[0] == "The status changed from complete to unreachable."
    assert not [one for one in found if "level" in one]


def test_findings_of_a_host_that_is_not_reached_are_not_said_to_be_gone(tmp_path: Path) -> None:
    before = result_of(leaf=(-80, 5))
    assert [one.code for one in before.findings] == ["expires-soon"]
    assert not [one for one in changes(tmp_path, before, out_of_reach(before)) if "gone" in one]
    assert "Findings that are gone: expires-soon." in changes(tmp_path, before, replace(before, findings=()))
    assert "New finding: expires-soon." in changes(tmp_path, replace(before, findings=()), before)


def test_a_host_that_was_not_there_is_new(tmp_path: Path) -> None:
    assert changes(tmp_path, result_of(host="other.test"), result_of()) == (NEW,)
