"""JSON lines, CSV and the output of a monitoring plugin: each read back by the rules of its form."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import text

from tests.fleet.made import HOSTILE, hostile_result, joint_of, result_of, written
from tests.support.chains import NOW
from tests.support.unsafe import unsafe_in
from tui_chain.core.expiry import Threshold
from tui_chain.core.status import Status
from tui_chain.fleet.formats.csv_rows import COLUMNS
from tui_chain.fleet.formats.html_page import MAX_DETAILS
from tui_chain.fleet.formats.nagios import CODES, MAX_OUTPUT
from tui_chain.fleet.formats.registry import FORMATS, result_writer
from tui_chain.fleet.policy import Level, Policy
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import HostResult

GOOD = result_of()
SOON = replace(result_of(leaf=(-80, 5)), target="soon.test:443")
GONE = replace(
    GOOD, target="gone.test:443", status=Status.UNREACHABLE, headline="No answer.", path=(), served=(), clients=()
)


def test_there_is_no_other_form() -> None:
    with pytest.raises(ValueError, match="no form 'xml'; there are json, csv"):
        result_writer("xml", Policy(), NOW)


@pytest.mark.parametrize("form", FORMATS)
def test_a_writer_keeps_what_it_has_to_and_no_results(form: str, results: Mapping[str, HostResult]) -> None:
    writer = result_writer(form, Policy(), NOW)
    for result in results.values():
        list(writer.add(result))
    rows = getattr(writer, "_rows", [])
    assert not [row for row in rows if any(isinstance(one, HostResult) for one in row)]
    assert form in {"json", "csv"} or rows


@pytest.mark.parametrize("form", FORMATS)
def test_of_a_host_that_needs_work_less_than_a_kilobyte_is_kept(form: str, results: Mapping[str, HostResult]) -> None:
    """Once a page has as many hosts with details as it may."""
    writer, result = result_writer(form, Policy(), NOW), results["incomplete"]
    for number in range(MAX_DETAILS):
        list(writer.add(replace(result, target=f"first{number:06}.test:443")))
    tracemalloc.start()
    try:
        for number in range(1000):
            list(writer.add(replace(result, target=f"host{number:06}.test:443")))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1000 * 1024


@pytest.mark.parametrize("form", FORMATS)
def test_no_form_lets_an_unsafe_character_through(form: str, results: Mapping[str, HostResult]) -> None:
    found = unsafe_in(written(form, results.values(), [joint_of(text) for text in HOSTILE]))
    # JSON is ASCII, and has controls as escapes
    assert found == set()


@pytest.mark.parametrize("moment", [datetime.min, datetime(9999, 12, 31, 23, 59, 59), datetime.max])  # noqa: DTZ001, DTZ901
@pytest.mark.parametrize("form", FORMATS)
def test_every_form_has_a_word_for_the_first_and_the_last_time(form: str, moment: datetime) -> None:
    """The last one of a certificate stands for no end at all (RFC 5280 section 4.1.2.5)."""
    when = moment.replace(tzinfo=UTC)
    ending = replace(GOOD, path=tuple(replace(one, not_after=when) for one in GOOD.path))
    assert written(form, [ending, replace(GOOD, time=when)])


# JSON lines


def test_a_line_is_the_json_of_a_host_or_of_a_joint_finding() -> None:
    hosts = (GOOD, SOON, GONE)
    lines = written("json", hosts, [joint_of()]).splitlines()
    assert [HostResult.from_json(line) for line in lines[:-1]] == list(hosts)
    assert JointFinding.from_json(lines[-1]) == joint_of()
    assert [json.loads(line).get("kind") for line in lines] == [None, None, None, "shared-root"]


# CSV


def rows_of(output: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output), strict=True))


def test_a_row_has_what_is_known_of_a_host(results: Mapping[str, HostResult]) -> None:
    output = written("csv", results.values(), [joint_of()])
    found = rows_of(output)
    assert len(found) == len(results) + 1
    assert tuple(found[0]) == COLUMNS
    by_target = {row["target"]: row for row in found}
    complete = by_target[results["complete"].target]
    assert (complete["status"], complete["level"], complete["accepting"], complete["families"]) == (
        *("complete", "ok", "9", "9"),
    )
    path = results["complete"].path
    ends = [one.not_after for one in path if one.not_after is not None]
    assert complete["expires"] == f"{min(ends):%Y-%m-%dT%H:%M:%SZ}"
    assert complete["days"] == f"{(min(ends) - NOW).days}"
    unreached = by_target[results["unreachable"].target]
    assert (unreached["level"], unreached["expires"], unreached["days"], unreached["families"]) == (
        "unknown",
        "",
        "",
        "0",
    )
    assert found[-1]["kind"] == "shared-root"
    assert found[-1]["target"].split("; ") == list(joint_of().hosts)


def test_the_issuer_that_ends_first_is_in_the_row() -> None:
    (row,) = rows_of(written("csv", [result_of(issuing=(-700, 10))]))
    assert (row["days"], row["expires_first"]) == ("10", "CN=Issuing,O=tlschain lab")
    assert row["leaf_expires"] > row["expires"]


def test_a_year_has_four_digits() -> None:
    (row,) = rows_of(written("csv", [replace(GOOD, time=datetime(1, 1, 1, 0, 0, 1, 5, tzinfo=UTC))]))
    assert row["time"] == "0001-01-01T00:00:01Z"


def spreadsheet_cells(line: str, separator: str) -> list[str]:
    """What a spreadsheet makes of a line that it parts at `separator`."""
    return next(csv.reader([line], delimiter=separator))


@given(text(max_size=30))
def test_no_text_is_a_formula_to_a_spreadsheet(given_text: str) -> None:
    assert_no_formula(given_text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_hostile_text_is_a_formula(hostile: str) -> None:
    assert_no_formula(hostile)


def assert_no_formula(hostile: str) -> None:
    output = written("csv", [hostile_result(hostile)], [joint_of(hostile)])
    assert output.count("\n") == 3, "every row is one line"
    for line in output.splitlines()[1:]:
        for separator in ",;":
            for cell in spreadsheet_cells(line, separator):
                assert re.match(r"\s*[=+\-@]", cell) is None or re.fullmatch(r"-?\d+", cell), (separator, cell)


# a monitoring plugin


PERFORMANCE = re.compile(
    r"(?:'([^'=|]+)'|([^\s'=|]+))=(-?[\d.]+)(s|us|ms|%|B|KB|MB|TB|c)?;([^;\s]*);([^;\s]*)"
    r"(?:;([^;\s]*))?(?:;([^;\s]*))?(?: |$)"
)
"""A value by the guidelines: 'label'=value[UOM];[warn];[crit];[min];[max]."""


def performance(output: str) -> dict[str, tuple[str, ...]]:
    first, *rest = output.splitlines()
    assert output.count("|") == 1, "no text has the separator"
    assert all("|" not in line for line in rest)
    data = first.partition(" | ")[2]
    found = list(PERFORMANCE.finditer(data))
    assert "".join(one[0] for one in found) == data
    return {one[1] or one[2]: (one[3], one[5], one[6]) for one in found}


def test_one_host_is_one_line() -> None:
    policy = Policy(critical_days=Threshold(7))
    output = written("nagios", [GOOD], policy=policy)
    end = f"{NOW + timedelta(days=80):%Y-%m-%d}"
    assert output == (
        "TLSCHAIN OK: host.test:443 complete: accepted by all 9 client families; "
        f"host.test expires in 80 days, {end} | 'host.test:443 days'=80;14:;7:\n"
    )
    assert performance(output) == {"host.test:443 days": ("80", "14:", "7:")}


def test_what_is_wrong_with_one_host_is_below_it(results: Mapping[str, HostResult]) -> None:
    first, *rest = written("nagios", [results["incomplete"]]).splitlines()
    assert first.startswith("TLSCHAIN CRITICAL: ")
    assert any("missing-issuer" in line for line in rest)
    assert rest[-1].startswith("refused by requests, Python ≤ 3.12; ")


def test_shares_of_a_life_are_days_in_the_line() -> None:
    policy = Policy(warn_days=Threshold(33, percent=True), critical_days=Threshold(10, percent=True))
    assert performance(written("nagios", [GOOD], policy=policy)) == {"host.test:443 days": ("80", "29:", "9:")}


def test_many_hosts_are_counted_and_those_named_that_are_not_ok() -> None:
    others = [replace(GOOD, target=f"host{number}.test:443") for number in range(5)]
    output = written("nagios", [*others, SOON, GONE, replace(GOOD, target="part.test:443", status=Status.PARTIAL)])
    first, *rest = output.splitlines()
    assert first.startswith(
        "TLSCHAIN CRITICAL: 8 hosts: 1 critical, 1 warning, 1 unknown, 5 ok; the first certificate expires in 5 days"
    )
    assert [line.split()[0] for line in rest] == ["CRITICAL", "WARNING", "UNKNOWN"]
    found = performance(output)
    assert {name: value for name, (value, *_) in found.items()} == {
        "first days": "5",
        "hosts": "8",
        "ok": "5",
        "warning": "1",
        "critical": "1",
        "unknown": "1",
    }


def test_what_hosts_have_in_common_counts() -> None:
    output = written("nagios", [GOOD], [joint_of()])
    assert output.startswith("TLSCHAIN WARNING: 1 host: 1 ok")
    assert "WARNING shared-unknown-root" in output
    assert written("nagios", [GOOD], [joint_of(severity="fatal")]).startswith("TLSCHAIN CRITICAL")


def test_nothing_checked_is_not_known() -> None:
    assert written("nagios", []).splitlines()[0].startswith("TLSCHAIN UNKNOWN: no host was checked")
    assert CODES == {Level.OK: 0, Level.WARNING: 1, Level.CRITICAL: 2, Level.UNKNOWN: 3}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_separates_or_ends_a_line(hostile: str) -> None:
    for hosts in ([hostile_result(hostile)], [hostile_result(hostile), hostile_result(hostile), GOOD]):
        output = written("nagios", hosts, [joint_of(hostile)])
        assert output.splitlines()[0].startswith("TLSCHAIN CRITICAL: ")
        performance(output)
        assert not {"<", ">"} & set(output)
        assert output.count("\n") <= 12


def test_a_monitor_reads_it_whole() -> None:
    """Nagios takes 8 KiB, and cuts what is more anywhere."""
    hosts = [replace(SOON, target=f"host{number:05}.test:443") for number in range(2000)]
    output = written("nagios", hosts)
    lines = output.splitlines()
    assert len(output.encode()) < MAX_OUTPUT + 1000
    assert lines[-1] == f"and {2000 - (len(lines) - 2)} lines more"
