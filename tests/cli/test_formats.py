"""`check` in every form, against real servers: what comes out, with which exit code, and where `-o` puts it."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cli import Done, process, tlschain
from tests.support.posix import mkfifo
from tests.support.programs import require_program
from tui_chain.cli.forms import PEOPLE
from tui_chain.engine.command_options import CHECK_FORMATS
from tui_chain.fleet.formats.registry import FORMATS
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.repair.write import StreamPlan, plan_stream, streamed
from tui_chain.results.values import HostResult

FORMS = tuple(form for form in CHECK_FORMATS if form not in PEOPLE)


HOSTS = ("complete", "leaf-only", "no-tls", "root-sent-too", "expires-soon", "ca-expires-soon")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(HOSTS) as opened:
        yield opened


def check(lab: Lab, *names: str, form: str = "text", more: tuple[str | Path, ...] = ()) -> Done:
    targets = [lab.host(name).target for name in names]
    return tlschain("check", "--trust", lab.trust_file, *targets, "--format", form, *more)


def codes(lab: Lab, *names: str, more: tuple[str, ...] = ()) -> tuple[int, int]:
    """The exit code, and that of a plugin."""
    return check(lab, *names, more=more).code, check(lab, *names, form="nagios", more=more).code


def test_every_form_but_html_is_one_of_check() -> None:
    assert {*FORMS, "html"} == set(FORMATS)


def test_csv_and_json_say_the_same(lab: Lab) -> None:
    names = ("complete", "leaf-only", "ca-expires-soon", "no-tls")
    rows = list(csv.DictReader(check(lab, *names, form="csv").out.splitlines()))
    hosts = [HostResult.from_json(line) for line in check(lab, *names, form="json").out.splitlines()]
    assert [(row["target"], row["status"]) for row in rows] == [(host.target, host.status) for host in hosts]
    assert [row["level"] for row in rows] == ["ok", "critical", "warning", "unknown"]
    assert rows[2]["expires_first"] == "CN=Lab Odd CA ca-expires-soon,O=tlschain lab"


def test_promtool_takes_the_metrics_of_the_whole_lab() -> None:
    done = tlschain("check", "--demo", "--format", "prometheus")
    assert done.code == 1
    promtool = (require_program("promtool"), "check", "metrics")
    checked = subprocess.run(promtool, input=done.out, capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert 'tlschain_hosts{status="complete"} ' in done.out


def test_junit_is_read_by_a_parser(lab: Lab) -> None:
    done = check(lab, "complete", "leaf-only", "no-tls", "expires-soon", form="junit")
    suite = ET.fromstring(done.out)[0]  # noqa: S314 - of what was just written
    outcomes = [[child.tag for child in case] for case in suite]
    assert outcomes == [[], ["failure"], ["error"], ["system-out"]]


@pytest.mark.parametrize(
    ("names", "more", "expected"),
    [
        (("complete",), (), (0, 0)),
        (("expires-soon",), (), (0, 1)),
        (("ca-expires-soon",), (), (0, 1)),
        (("leaf-only",), (), (1, 2)),
        (("no-tls",), (), (3, 3)),
        (("complete", "no-tls"), (), (3, 3)),
        (("expires-soon", "no-tls"), (), (3, 1)),
        (("leaf-only", "no-tls"), (), (1, 2)),
        (("expires-soon",), ("--fail-on", "risk"), (1, 2)),
        (("root-sent-too",), ("--fail-on", "risk"), (0, 0)),
        (("root-sent-too",), ("--fail-on", "cosmetic"), (1, 2)),
        (("leaf-only",), ("--fail-on", "fatal"), (1, 2)),
        (("complete",), ("--critical-days", "20"), (0, 0)),
        (("complete",), ("--critical-days", "40"), (1, 2)),
        (("complete",), ("--critical-days", "100%"), (1, 2)),
        (("complete",), ("--critical-days", "33%"), (0, 0)),
        # the leaf has thirty days and its CA ten
        (("ca-expires-soon",), ("--critical-days", "11"), (1, 2)),
        (("ca-expires-soon",), ("--critical-days", "9"), (0, 1)),
        (("complete",), ("--warn-days", "40"), (0, 1)),
        (("complete",), ("--warn-days", "100%"), (0, 1)),
        (("expires-soon",), ("--warn-days", "0"), (0, 0)),
    ],
)
def test_the_exit_code_is_that_of_the_policy(
    lab: Lab, names: tuple[str, ...], more: tuple[str, ...], expected: tuple[int, int]
) -> None:
    assert codes(lab, *names, more=more) == expected


def test_text_says_why_a_good_host_fails(lab: Lab) -> None:
    done = check(lab, "ca-expires-soon", more=("--critical-days", "11", "--fail-on", "risk"))
    lines = [line.strip() for line in done.out.splitlines() if line.startswith("  fails ")]
    assert lines[0] == "fails     It has 1 finding of --fail-on risk: ca-expires-soon."
    assert lines[1].startswith("fails     Lab Odd CA ca-expires-soon expires in 10 days, ")
    assert not [line for line in check(lab, "leaf-only").out.splitlines() if line.startswith("  fails ")]


def test_a_share_counts_in_the_findings_of_every_command(lab: Lab) -> None:
    words = ("--trust", lab.trust_file, lab.host("complete").target, "--warn-days")
    for share, expected in (("100%", True), ("10%", False)):
        (host,) = tlschain("check", *words, share, "--json").objects
        assert ("expires-soon" in {one["code"] for one in host["findings"]}) is expected
    (fixed,) = tlschain("fix", "--no-pool", *words, "100%", "--json").objects
    assert "expires-soon" in {one["code"] for one in fixed["findings"]}


# a plugin that is used wrongly, or cannot look


WRONG = (
    (),
    ("a.test", "--no-such-option"),
    ("a.test", "--warn-days", "soon"),
    ("a.test", "--json"),
    ("a..b",),
    ("a.test", "a..b"),
    ("a.test", "--trust", "/none/here.pem"),
    ("--hosts", "/none/here"),
    ("a.test", "--replace"),
    ("a.test", "-o", "/none/here/file"),
    ("a.test", "--sni", "noon | evil=1"),
    ("a.test", "--dask", "local:0"),
)
OF_A_WHOLE_RUN = (("--resume", "x.jsonl"), ("--baseline", "x.jsonl"))


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
@pytest.mark.parametrize("spelling", [("--format", "nagios"), ("--format=nagios",)], ids=" ".join)
def test_a_plugin_that_cannot_look_does_not_know(words: tuple[str, ...], spelling: tuple[str, ...]) -> None:
    done = tlschain("check", *words, *spelling)
    assert done.code == 3
    assert done.out.startswith("TLSCHAIN UNKNOWN: ")
    assert done.out.count("\n") == 1
    assert len(done.out) > len("TLSCHAIN UNKNOWN: ") + 10
    assert "|" not in done.out
    other = tlschain("check", *words)
    assert other.code == 2 or words == ("a.test", "--json"), "in every other form it is wrong usage"


@pytest.mark.parametrize("words", OF_A_WHOLE_RUN, ids=" ".join)
def test_what_is_of_a_whole_run_goes_with_no_part_of_one(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").touch()
    given = ("a.test", words[0], tmp_path / words[1])
    plugin, metrics = (tlschain("check", *given, "--format", form) for form in ("nagios", "prometheus"))
    assert (plugin.code, metrics.code) == (3, 2)
    why = f"is of a whole run, and {words[0]} prints"
    assert plugin.out.startswith(f"TLSCHAIN UNKNOWN: --format nagios {why}")
    assert f"--format prometheus {why}" in metrics.complaint


def test_a_merge_that_cannot_look_does_not_know_either(tmp_path: Path) -> None:
    done = tlschain("merge", tmp_path / "none.jsonl", "--format", "nagios")
    assert done.code == 3
    assert done.out.startswith("TLSCHAIN UNKNOWN: The file of results ")
    assert done.out.count("\n") == 1


def test_a_wrong_line_of_a_list_hides_no_critical_host(lab: Lab, tmp_path: Path) -> None:
    listed, good = tmp_path / "hosts.txt", lab.host("complete").target
    listed.write_text(f"{good}\n{lab.host('leaf-only').target}\nlocalhots typo\n")
    done = tlschain("check", "--trust", lab.trust_file, "--hosts", listed, "--format", "nagios")
    assert done.code == 2
    first, *rest = done.out.splitlines()
    assert first.startswith("TLSCHAIN CRITICAL: 2 hosts: 1 critical, 1 ok")
    assert "; 1 line of no host |" in first
    assert rest[0].startswith("CRITICAL localhost:")
    assert rest[1].startswith(f"UNKNOWN {listed}, line 3: 'localhots typo' is not a host")
    listed.write_text(f"{good}\nlocalhots typo\n")
    done = tlschain("check", "--trust", lab.trust_file, "--hosts", listed, "--format", "nagios")
    assert done.code == 3
    assert done.out.startswith("TLSCHAIN UNKNOWN: 1 host: 1 ok")
    assert "UNKNOWN " in done.out.splitlines()[1]


def test_a_failure_behind_the_status_line_is_not_known(lab: Lab, tmp_path: Path) -> None:
    results, bundle = tmp_path / "x.jsonl", tmp_path / "b.pem"
    target = lab.host("leaf-only").target
    results.write_text(tlschain("fix", "--no-pool", "--trust", lab.trust_file, target, "--json").out)
    bundle.write_text("mine\n")
    done = tlschain("merge", results, "--trust", lab.trust_file, "-o", bundle, "--format", "nagios")
    assert done.code == 3
    assert done.out.count("TLSCHAIN") == 1
    assert bundle.read_text() == "mine\n"


def test_a_fault_of_the_product_is_not_known_either(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object) -> None:
        raise RuntimeError("of the test")

    monkeypatch.setattr("tui_chain.cli.forms.result_writer", faulty)
    assert check(lab, "complete", form="nagios").code == 3
    assert check(lab, "complete", form="csv").code == 70


def test_help_is_no_state_of_a_host() -> None:
    done = tlschain("check", "--format", "nagios", "--help")
    assert (done.code, done.out.partition(":")[0]) == (0, "Usage")


def test_one_line_with_performance_data(lab: Lab) -> None:
    done = process("check", "--trust", lab.trust_file, lab.host("complete").target, "--format", "nagios")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        f"TLSCHAIN OK: {lab.host('complete').target} complete: accepted by all 9 client families;"
    )
    assert done.out.endswith(f"| '{lab.host('complete').target} days'=29;10:;\n"), "ten days are a third of its life"


# to a file


def without_numbers(output: str) -> str:
    """An output without times, which differ from one run to the next."""
    return re.sub(r"\d+(?:[.:]\d+)*", "0", output)


@pytest.mark.parametrize("form", CHECK_FORMATS)
def test_a_file_has_what_standard_output_would(lab: Lab, tmp_path: Path, form: str) -> None:
    file = tmp_path / "results"
    done = check(lab, "complete", "no-tls", form=form, more=("-o", file))
    assert (done.out, done.err) == ("", "")
    printed = check(lab, "complete", "no-tls", form=form)
    assert without_numbers(file.read_text(encoding="utf-8")) == without_numbers(printed.out)
    assert done.code == printed.code
    assert [one.name for one in tmp_path.iterdir()] == ["results"], "no temporary file is left"


def test_a_file_is_replaced_with_consent_alone(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "tls.prom"
    file.write_text("old\n")
    file.chmod(0o640)
    refused = check(lab, "complete", form="prometheus", more=("-o", file))
    assert (refused.code, refused.complaint) == (2, f"{file} exists. Add --replace to replace it.")
    assert file.read_text() == "old\n"
    done = check(lab, "complete", form="prometheus", more=("-o", file, "--replace"))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert file.read_text().startswith("# HELP tlschain_")
    assert file.stat().st_mode & 0o777 == 0o640, "its rights are kept"


def test_a_reader_never_sees_half_a_file(lab: Lab, tmp_path: Path) -> None:
    """A file that is open stays the old one; the new one comes in its place."""
    file = tmp_path / "tls.prom"
    file.write_text("old\n")
    with file.open() as reader:
        assert check(lab, "complete", form="prometheus", more=("-o", file, "--replace")).code == 0
        assert reader.read() == "old\n"


def test_a_link_is_followed_and_stays(lab: Lab, tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old\n")
    link.symlink_to(real)
    assert check(lab, "complete", form="csv", more=("-o", link, "--replace")).code == 0
    assert link.is_symlink()
    assert real.read_text().startswith("kind,target")


def test_what_is_no_file_for_results_is_refused_before_a_host_is_asked(tmp_path: Path) -> None:
    key, pipe = tmp_path / "key.pem", tmp_path / "pipe"
    key.write_text("-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n")
    mkfifo(pipe)
    for path, words in (
        (key, "holds a private key"),
        (pipe, "is no regular file"),
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "x", "The folder of"),
        (tmp_path / "x\ny", "control characters"),
    ):
        done = tlschain("check", "no.such.host.invalid", "--format", "csv", "-o", path, "--replace")
        assert done.code == 2
        assert words in done.complaint
    assert key.read_text().startswith("-----BEGIN PRIVATE")


def test_a_run_that_fails_leaves_the_old_file(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "results.csv"
    file.write_text("old\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("os.fsync", full)
    done = check(lab, "complete", form="csv", more=("-o", file, "--replace"))
    assert (done.code, done.complaint) == (
        *(2, f"{file} cannot be written: no space left on device. Name another file."),
    )
    assert file.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [file]


def _both(add: Callable[[bytes], None], file: Path) -> None:
    add(b"mine\n")
    file.write_text("theirs\n")


def test_a_file_that_somebody_else_makes_meanwhile_is_left(tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    plan = plan_stream(file, replace=True)
    assert isinstance(plan, StreamPlan)
    with pytest.raises(FileExistsError), streamed(plan) as add:
        _both(add, file)
    assert file.read_text() == "theirs\n"
    assert list(tmp_path.iterdir()) == [file]


# one page


def test_a_report_of_several_hosts_is_one_page(lab: Lab) -> None:
    targets = [lab.host(name).target for name in ("complete", "leaf-only", "no-tls")]
    done = tlschain("report", "--trust", lab.trust_file, *targets, "--format", "html")
    assert done.code == 0
    assert "<title>TLS fleet report: 3 hosts</title>" in done.out
    assert all(target in done.out for target in targets)
    assert "repairable" in done.out
    alone = tlschain("report", "--trust", lab.trust_file, targets[0], "--format", "html")
    assert f"<title>TLS certificate report: {targets[0]}</title>" in alone.out


def test_json_is_as_it_was(lab: Lab) -> None:
    (first,) = check(lab, "complete", form="json").objects
    (second,) = tlschain("check", "--trust", lab.trust_file, lab.host("complete").target, "--json").objects
    assert list(first) == list(second)
    assert first["served"] == second["served"]
