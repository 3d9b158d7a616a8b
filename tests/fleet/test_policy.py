"""What counts as a failure: the usual policy is what `check` always said, and every other is stricter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import builds, integers, just, none, one_of, sampled_from

from tests.fleet.made import joint_of, result_of
from tests.support.chains import NOW
from tui_chain.core.expiry import Threshold
from tui_chain.core.status import Severity, Status
from tui_chain.fleet.policy import Level, Policy, first_to_expire, worst_level
from tui_chain.results.values import HostResult

THIRD = Threshold(33, percent=True)
THRESHOLDS = one_of(
    none(),
    builds(Threshold, integers(0, 3650), just(value=False)),
    builds(Threshold, integers(0, 100), just(value=True)),
)
POLICIES = builds(Policy, sampled_from(Severity), THRESHOLDS, THRESHOLDS)


def usual(result: HostResult) -> Level:
    """The exit codes that `check` had before there was a policy, as levels."""
    if result.status == Status.UNREACHABLE:
        return Level.UNKNOWN
    fine = result.status == Status.COMPLETE and all(one.severity != Severity.FATAL for one in result.findings)
    return Level.OK if fine else Level.CRITICAL


def test_the_usual_policy_fails_what_always_failed(results: Mapping[str, HostResult]) -> None:
    levels = {Policy().level_of(one) for one in results.values()}
    assert levels >= {Level.OK, Level.CRITICAL, Level.UNKNOWN}
    for name, result in results.items():
        level = Policy().level_of(result)
        assert (Level.OK if level is Level.WARNING else level) == usual(result), name


@given(POLICIES)
def test_every_policy_is_as_strict_at_least(policy: Policy) -> None:
    for result in SAMPLES:
        assert policy.fails(result) or not Policy().fails(result)
        assert (policy.level_of(result) is Level.UNKNOWN) == (result.status == Status.UNREACHABLE)
        assert bool(policy.stricter_reasons(result, NOW)) == (policy.fails(result) and not Policy().fails(result))


GOOD = result_of()
SAMPLES = (
    GOOD,
    result_of(leaf=(-80, 5)),
    result_of(issuing=(-700, 10)),
    replace(GOOD, status=Status.PARTIAL),
    replace(GOOD, status=Status.UNREACHABLE, path=(), served=(), findings=()),
    replace(GOOD, path=(), served=()),
)


@pytest.mark.parametrize(
    ("severity", "fail_on", "level"),
    [
        (Severity.FATAL, Severity.FATAL, Level.CRITICAL),
        (Severity.RISK, Severity.FATAL, Level.WARNING),
        (Severity.COSMETIC, Severity.FATAL, Level.OK),
        (Severity.RISK, Severity.RISK, Level.CRITICAL),
        (Severity.COSMETIC, Severity.RISK, Level.OK),
        (Severity.COSMETIC, Severity.COSMETIC, Level.CRITICAL),
        ("of another version", Severity.COSMETIC, Level.WARNING),
    ],
)
def test_a_finding_fails_from_the_severity_on_that_is_wanted(severity: str, fail_on: Severity, level: Level) -> None:
    found = [one for one in result_of(leaf=(-80, 5)).findings if one.code == "expires-soon"]
    assert len(found) == 1
    result = replace(GOOD, findings=(replace(found[0], severity=severity),))
    assert Policy(fail_on).level_of(result) is level
    assert Policy(fail_on).level_of_joint(joint_of(severity=severity)) is level


@pytest.mark.parametrize(
    ("leaf", "issuing", "critical", "fails"),
    [
        ((-10, 80), (-700, 1100), None, False),
        ((-10, 80), (-700, 1100), Threshold(79), False),
        ((-10, 80), (-700, 1100), Threshold(80), True),
        ((-10, 80), (-700, 20), Threshold(30), True),
        ((-10, 80), (-700, 40), Threshold(30), False),
        # a third of the leaf's 90 days, also for a CA certificate of twenty years
        ((-50, 40), (-700, 1100), THIRD, False),
        ((-61, 29), (-700, 1100), THIRD, True),
        ((-10, 80), (-7000, 300), THIRD, False),
        ((-10, 80), (-7000, 29), THIRD, True),
    ],
)
def test_the_first_end_of_the_path_is_critical(
    leaf: tuple[float, float], issuing: tuple[float, float], critical: Threshold | None, fails: bool
) -> None:
    result = result_of(leaf=leaf, issuing=issuing)
    assert result.status == Status.COMPLETE
    assert Policy(critical_days=critical).fails(result) is fails


def test_the_issuer_that_ends_first_is_named() -> None:
    result = result_of(issuing=(-700, 10))
    first = first_to_expire(result)
    assert first is not None
    assert (first.label, first.leaf) == ("Issuing", False)
    (reason,) = Policy(critical_days=Threshold(30)).stricter_reasons(result, NOW)
    assert reason == f"Issuing expires in 10 days, {NOW + timedelta(days=10):%Y-%m-%d}; --critical-days is 30."
    own = first_to_expire(result_of(leaf=(-10, 10)))
    assert own is not None
    assert own.leaf


def test_it_is_judged_at_the_time_that_is_wanted() -> None:
    """A line that was saved a while ago says what was found then; its dates say more by now."""
    assert Policy().level_of(GOOD) is Level.OK
    assert Policy().level_of(GOOD, NOW + timedelta(days=70)) is Level.WARNING
    assert Policy().level_of(GOOD, NOW + timedelta(days=81)) is Level.CRITICAL
    assert Policy(warn_days=Threshold(50, percent=True)).level_of(GOOD, NOW + timedelta(days=36)) is Level.WARNING


def test_a_warning_by_the_policy_is_a_finding_too() -> None:
    """What the diagnosis finds with --warn-days and what the policy says of the dates are one rule."""
    for leaf in ((-80, 13.5), (-80, 14.5), (-4, 1.9), (-4, 2.1)):
        result = result_of(leaf=leaf)
        codes = {one.code for one in result.findings}
        assert ("expires-soon" in codes) == (Policy().level_of(replace(result, findings=())) is Level.WARNING), leaf
    for end in (29.0, 31.0):
        result = result_of(issuing=(-700, end))
        codes = {one.code for one in result.findings}
        assert ("ca-expires-soon" in codes) == (Policy().level_of(replace(result, findings=())) is Level.WARNING), end


def test_the_worst_level_is_what_is_known_to_be_wrong() -> None:
    assert worst_level([Level.UNKNOWN, Level.OK, Level.WARNING]) is Level.WARNING
    assert worst_level([Level.UNKNOWN, Level.CRITICAL]) is Level.CRITICAL
    assert worst_level([Level.UNKNOWN, Level.OK]) is Level.UNKNOWN
    assert worst_level([]) is Level.UNKNOWN
