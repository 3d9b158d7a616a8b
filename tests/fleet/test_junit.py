"""JUnit XML by the rules of Jenkins' schema (junit-10.xsd), which GitLab reads too, and by a real parser."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis.strategies import text

from tests.fleet.made import HOSTILE, hostile_result, joint_of, result_of, written
from tests.support.chains import NOW
from tui_chain.core.expiry import Threshold
from tui_chain.core.status import Severity
from tui_chain.fleet.formats.junit import MAX_TEXT, JUnitWriter
from tui_chain.fleet.policy import Policy
from tui_chain.results.values import HostResult

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase", "system-out", "system-err"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
    **{name: set() for name in ("failure", "error", "system-out", "skipped")},
}
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package"},
    "testcase": {"name", "assertions", "time", "classname", "status"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "system-out": set[str](),
}
REQUIRED = {"testsuite": {"name", "tests"}, "testcase": {"name"}}
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for (section 2.2)."""


def suite_of(output: str) -> ET.Element:
    """Parse, and hold it against the schema."""
    assert FORBIDDEN.search(output) is None
    whole = ET.fromstring(output)  # noqa: S314 - of what was just written
    assert whole.tag == "testsuites"
    for element in whole.iter():
        assert {child.tag for child in element} <= CHILDREN[element.tag]
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert set(element.attrib) >= REQUIRED.get(element.tag, set())
        assert float(element.get("time", "0")) >= 0
    (suite,) = whole
    cases = suite.findall("testcase")
    for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert suite.get(name) == str(sum(case.find(tag) is not None for case in cases))
    assert suite.get("tests") == str(len(cases))
    assert all(len(case) <= 1 for case in cases)
    datetime.fromisoformat(suite.attrib["timestamp"])
    return suite


def test_a_host_is_a_test_that_fails_where_it_does(results: Mapping[str, HostResult]) -> None:
    chosen = {name: results[name] for name in ("complete", "incomplete", "unreachable")}
    complete, incomplete, unreachable = suite_of(written("junit", chosen.values())).findall("testcase")
    assert list(complete) == []
    assert complete.get("name") == results["complete"].target
    (failure,) = incomplete
    assert (failure.tag, failure.get("type")) == ("failure", "incomplete")
    assert failure.get("message") == results["incomplete"].headline
    assert "fatal missing-issuer" in (failure.text or "")
    (error,) = unreachable
    assert (error.tag, error.get("type")) == ("error", "timeout")
    assert {case.get("classname") for case in (complete, incomplete, unreachable)} == {"tlschain.check"}


def test_a_warning_passes_and_says_why() -> None:
    (case,) = suite_of(written("junit", [result_of(leaf=(-80, 5))])).findall("testcase")
    (output,) = case
    assert output.tag == "system-out"
    assert "risk expires-soon" in (output.text or "")


def test_why_a_host_fails_by_the_policy_is_said() -> None:
    policy = Policy(Severity.RISK, critical_days=Threshold(30))
    (case,) = suite_of(written("junit", [result_of(issuing=(-700, 10))], policy=policy)).findall("testcase")
    said = case[0].text or ""
    assert "It has 1 finding of --fail-on risk: ca-expires-soon." in said
    assert "Issuing expires in 10 days" in said


def test_a_joint_finding_is_a_test() -> None:
    suite = suite_of(written("junit", [result_of()], [joint_of(), joint_of(severity="fatal")]))
    assert [len(case) and case[0].tag for case in suite.findall("testcase")] == [0, "system-out", "failure"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_texts(hostile: str) -> None:
    suite = suite_of(written("junit", [hostile_result(hostile)], [joint_of(hostile)]))
    assert len(suite) == 2


@given(text(max_size=30))
def test_any_text_is_well_formed(given_text: str) -> None:
    suite_of(written("junit", [hostile_result(given_text)]))


def test_a_row_is_small() -> None:
    writer = JUnitWriter(Policy(), NOW)
    finding = hostile_result("W" * 10_000).findings[0]
    list(writer.add(replace(hostile_result("x"), findings=(finding,) * 100)))
    (row,) = writer._rows
    assert len(row.text) == MAX_TEXT
    assert sum(map(sys.getsizeof, row)) < 2000


def test_a_label_is_in_the_name() -> None:
    (case,) = suite_of(written("junit", [replace(result_of(), label="the shop")])).findall("testcase")
    assert case.get("name") == "host.test:443 (the shop)"
