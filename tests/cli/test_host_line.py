"""`--format short`: a host is one line, whatever its texts are and however narrow the terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from tests.fleet.made import HOSTILE, hostile_result, joint_of, result_of
from tests.support.chains import NOW
from tests.support.cli import Done, tlschain
from tests.support.terminal import in_terminal
from tests.support.unsafe import unsafe_in
from tui_chain.cli.host_text import host_line, joint_line
from tui_chain.core.expiry import Threshold
from tui_chain.fleet.policy import Policy
from tui_chain.lab.internet import Lab, open_lab

GOOD = result_of()
GONE = replace(
    GOOD,
    target="gone.test:443",
    status="unreachable",
    headline="No answer.",
    path=(),
    served=(),
    blame="network",
)
WIDTHS = (80, 120, 48)


def plain(line: str) -> str:
    return click.unstyle(line)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(("complete", "leaf-only", "unknown-root", "no-tls")) as opened:
        yield opened


def check(lab: Lab, *names: str, more: tuple[str | Path, ...] = ()) -> Done:
    targets = [lab.host(name).target for name in names]
    return tlschain("check", "--trust", lab.trust_file, *targets, "--format", "short", *more)


def test_the_columns_stand_below_each_other() -> None:
    lines = [plain(host_line(one, Policy(), NOW)) for one in (GOOD, GONE, replace(GOOD, label="日本"))]
    assert lines == [
        "✓ complete        80 d  host.test:443                         accepted by all 9 client families",
        "⊘ unreachable           gone.test:443                         No answer. · fault: network",
        "✓ complete        80 d  host.test:443 (日本)                  accepted by all 9 client families",
    ]


@pytest.mark.parametrize(
    ("end", "policy", "colour"),
    [
        (80, Policy(), None),
        (5, Policy(), "yellow"),
        (-1, Policy(), "red"),
        (80, Policy(critical_days=Threshold(90)), "red"),
        (80, Policy(warn_days=Threshold(90)), "yellow"),
    ],
)
def test_days_have_a_colour_where_they_are_few(end: int, policy: Policy, colour: str | None) -> None:
    days = f"{end} d".rjust(7)
    assert f"  {click.style(days, fg=colour)}  " in host_line(result_of(leaf=(-90, end)), policy, NOW)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_of_hostile_texts_is_one_harmless_line_of_that_width(text: str, width: int) -> None:
    for line in (
        host_line(hostile_result(text), Policy(), NOW, width),
        host_line(hostile_result(text * 40), Policy(), NOW, width),
        joint_line(joint_of(text), width),
        host_line(hostile_result(text), Policy(), NOW),
        joint_line(joint_of(text)),
    ):
        assert "\n" not in line
        assert unsafe_in(plain(line)) == set()
    assert cell_len(plain(host_line(hostile_result(text * 40), Policy(), NOW, width))) <= width
    assert cell_len(plain(joint_line(joint_of(text * 40), width))) <= width


def test_what_fails_by_the_policy_has_no_tick_and_says_why() -> None:
    policy = Policy(critical_days=Threshold(90))
    line = plain(host_line(GOOD, policy, NOW))
    assert line.startswith("✗ complete        80 d  host.test:443 ")
    assert "--critical-days is 90 · accepted by all 9 client families" in line
    assert plain(host_line(result_of(leaf=(-90, 5)), Policy(), NOW)).startswith("! complete         5 d  ")


def test_a_long_label_is_cut_and_its_host_is_not() -> None:
    one = replace(GOOD, target="one-backend-broken.lab.test:35737", label="web shop in production")
    for width in (80, 64, 60):
        line = plain(host_line(one, Policy(), NOW, width))
        assert "one-backend-broken.lab.test:35737" in line
        assert cell_len(line) <= width
    assert "(web s…)  accepted by all…" in plain(host_line(one, Policy(), NOW, 84))


def test_the_name_keeps_its_port_and_the_headline_loses_its_end() -> None:
    long = replace(GOOD, target=f"{'a' * 90}.test:8443", headline="word " * 40)
    assert plain(host_line(long, Policy(), NOW, 80)).endswith(".test:8443")
    assert plain(host_line(replace(long, target="a.test:443"), Policy(), NOW, 80)).endswith("word word …")


def test_real_hosts_are_a_line_each_in_a_pipe_without_an_end(lab: Lab) -> None:
    done = check(lab, "complete", "leaf-only", "no-tls")
    first, second, third = done.out.splitlines()
    assert re.fullmatch(r"✓ complete +\d+ d  localhost:\d+ +accepted by all 9 client families", first)
    assert re.fullmatch(
        r"✗ incomplete +\d+ d  localhost:\d+ +the server does not send its intermediate certificate · fault: server",
        second,
    )
    assert re.fullmatch(
        r"⊘ unreachable +localhost:\d+ +what answers there does not speak TLS.* · fault: network", third
    )
    assert (done.code, done.err) == (1, "")


def test_what_changed_stands_below_a_host(lab: Lab, tmp_path: Path) -> None:
    target, before = lab.host("leaf-only").target, tmp_path / "before.jsonl"
    saved = tlschain("check", "--trust", lab.trust_file, target, "--json").out
    before.write_text(saved.replace('"status": "incomplete"', '"status": "complete"'))
    done = check(lab, "leaf-only", "complete", more=("--baseline", before))
    host, *changes, other, new = done.out.splitlines()
    assert host.startswith("✗ incomplete")
    assert changes[0] == "  The status changed from complete to incomplete."
    assert other.startswith("✓ complete")
    assert new == "  The baseline does not have this host."


def test_a_run_is_gone_on_with_and_merged_in_that_form(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    first = check(lab, "complete", more=("--resume", file))
    second = check(lab, "complete", "leaf-only", more=("--resume", file))
    merged = tlschain("merge", file, "--trust", lab.trust_file, "--format", "short")
    assert merged.out == first.out + second.out
    assert (first.code, second.code, merged.code) == (0, 1, 1)


@pytest.mark.parametrize("columns", WIDTHS)
def test_on_a_terminal_each_host_is_one_row(lab: Lab, columns: int, tmp_path: Path) -> None:
    targets = [lab.host(name).target for name in ("complete", "leaf-only", "no-tls")]
    options = ("--trust", lab.trust_file, "--format", "short")
    command: list[str | Path] = [sys.executable, "-m", "tui_chain.cli", "check", *options, *targets]
    with in_terminal(command, environment=os.environ, rows=20, columns=columns, folder=tmp_path) as program:
        program.shows("3 hosts probed in")
        rows = [row for row in program.text.splitlines() if row.strip()]
    assert [row.split()[1] for row in rows[:3]] == ["complete", "incomplete", "unreachable"]
    assert "hosts probed" in rows[3]
