"""The lines of results that are merged: which one counts of a host, and what is said of those that are wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest

from tests.fleet.made import result_of
from tests.support.chains import NOW, store_of
from tui_chain.core.expiry import Threshold
from tui_chain.core.status import Severity, Status
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.fleet.merge import NAMED, MergedHost, Merging, ResultFiles
from tui_chain.fleet.policy import Policy
from tui_chain.fleet.source import MAX_SAID
from tui_chain.results.values import FindingResult, HostResult

GOOD = result_of()


def line_of(host: int = 0, moment: datetime = NOW, wrong: Mapping[str, object] = {}) -> str:
    made = replace(GOOD, target=f"host-{host}.test:443", time=moment)
    return json.dumps({**made.as_dict(), **wrong}) + "\n"


def files_of(*texts: str) -> ResultFiles:
    files = ResultFiles()
    for number, text in enumerate(texts, start=1):
        files.add(f"file {number}", BytesIO(text.encode()))
    return files


def test_of_a_host_whose_newest_line_is_wrong_inside_the_one_before_it_counts() -> None:
    old, newer, newest = (NOW + timedelta(hours=hours) for hours in range(3))
    wrong = line_of(moment=newest, wrong={"served": [{"pem": "nonsense"}]})
    files = files_of(line_of(moment=newer) + wrong, line_of(moment=old))
    assert [one.result.time for one in files.results()] == [newer]
    (said,) = files.wrong
    assert said.startswith(f"file 1, byte {len(line_of(moment=newer))}: ")


def test_what_a_host_served_is_known_though_its_newest_line_is_wrong() -> None:
    files = files_of(line_of(), line_of(moment=NOW + timedelta(hours=1), wrong={"clients": 3}))
    assert [one.certificates for one in files.served()] == [one.certificates for one in files_of(line_of()).served()]
    assert files.wrong == [], "it is named where the host is printed"


@pytest.mark.parametrize("value", [[], {}, 3, None, [[]] * 3])
@pytest.mark.parametrize("name", ["status", "time"])
def test_a_line_of_another_type_inside_is_named_and_no_crash(name: str, value: object) -> None:
    wrong = line_of(moment=NOW + timedelta(hours=1), wrong={"found": [], name: value})
    files = files_of(line_of(1) + wrong, line_of())
    assert sorted(one.result.target for one in files.results()) == ["host-0.test:443", "host-1.test:443"]
    assert len(files.wrong) == 1


def test_wrong_lines_are_named_up_to_a_limit_and_counted_beyond_it() -> None:
    several = "nonsense\n" * (NAMED + 1)
    inside = "".join(line_of(host, wrong={"blame": []}) for host in range(MAX_SAID + 20))
    files = files_of(line_of(MAX_SAID + 20) + inside, several)
    assert len(list(files.results())) == 1
    assert files.wrong[0] == f"file 2: {NAMED + 1} lines are no results of this version, line 1 first."
    assert len(files.wrong) == MAX_SAID + 1
    assert files.wrong[-1] == "21 lines more of the files are wrong."


def test_many_files_that_are_wrong_are_not_all_named_either() -> None:
    files = files_of(*["nonsense\n"] * MAX_SAID, "nonsense\n" * 50)
    assert len(files.wrong) == MAX_SAID + 1
    assert files.wrong[-1] == "50 lines more of the files are wrong."


def test_the_event_loop_goes_on_after_each_line_that_is_read() -> None:
    """It hears Ctrl-C only then; what all serve is gathered before the first host comes."""

    async def unhelped(state: HostState) -> HostState:
        return state

    count = 5
    files = files_of(*(line_of(host) for host in range(count)))
    journey = Journey(Context(store_of(), lambda: NOW, offline=True))
    merging = Merging(files, journey, unhelped, for_file=frozenset({Status.INCOMPLETE}))

    async def first() -> MergedHost:
        return await anext(merging.hosts())

    assert len(list(first().__await__())) == count + 1


def mended(severity: Severity = Severity.FATAL) -> HostResult:
    found = FindingResult("missing-issuer", severity, None, None, "", "")
    return replace(GOOD, status=Status.REPAIRABLE, findings=(found,))


@pytest.mark.parametrize(
    ("policy", "result", "fails"),
    [
        (Policy(), mended(), False),
        (Policy(Severity.RISK), mended(), True),
        (Policy(Severity.RISK), mended(Severity.COSMETIC), False),
        (Policy(Severity.COSMETIC), mended(Severity.COSMETIC), True),
        (Policy(critical_days=Threshold(79)), mended(), False),
        (Policy(critical_days=Threshold(81)), mended(), True),
        (Policy(), replace(mended(), status=Status.COMPLETE), True),
        (Policy(), replace(mended(), status=Status.INCOMPLETE), True),
        (Policy(Severity.COSMETIC), replace(mended(), status=Status.UNREACHABLE), False),
    ],
)
def test_a_proven_repair_helps_against_what_it_mends_alone(
    policy: Policy, result: HostResult, *, fails: bool
) -> None:
    assert bool(policy.reasons_beside_repair(result, NOW)) is fails


def test_a_repair_does_not_help_against_the_end_of_its_path() -> None:
    (reason,) = Policy().reasons_beside_repair(mended(), NOW + timedelta(days=81))
    assert "expired on" in reason
