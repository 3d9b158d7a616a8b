"""Lists of hosts as files, tables and on standard input, in every command that takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import tlschain
from tui_chain.lab.internet import Lab


@pytest.mark.parametrize("command", ["check", "fix", "test", "advise", "report"])
def test_every_command_on_hosts_reads_them_from_standard_input(lab: Lab, command: str) -> None:
    stdin = f"# ours\n{lab.host('complete').target}  the label\n".encode()
    form = ("--format", "json") if command == "report" else ("--json",)
    words = () if command in {"check", "test", "report"} else ("--offline", "--no-pool")
    done = tlschain(command, "--hosts", "-", "--trust", lab.trust_file, *form, *words, stdin=stdin)
    assert done.code == 0, done.err
    (found,) = done.objects
    assert found["target"] == lab.host("complete").target
    assert found.get("label", "the label") == "the label"


def test_wrong_lines_of_standard_input_are_named(lab: Lab) -> None:
    stdin = f"no host here\n{lab.host('complete').target}\n".encode()
    done = tlschain("check", "--hosts", "-", "--trust", lab.trust_file, "--json", stdin=stdin)
    assert done.code == 2
    assert "tlschain: standard input, line 1: 'no host here'" in done.err
    assert len(done.objects) == 1


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        (b"", "There is no host to probe."),
        (b"caf\xe9.test\n", "standard input, line 1: It is not UTF-8 text."),
        ("a.test\n".encode("utf-16"), "The host list standard input is not UTF-8 text."),
        (b'{"target": "a.test"}\n', "What is on standard input is no host list: it holds JSON"),
        (b"\0" * (17 << 20), "standard input, line 1: It is longer than 1 MiB, and what follows is not read."),
    ],
    ids=["empty", "no text", "another encoding", "results", "endless"],
)
def test_standard_input_without_hosts_says_why(stdin: bytes, words: str) -> None:
    done = tlschain("check", "--hosts", "-", stdin=stdin)
    assert done.code == 2
    assert done.complaint.startswith(words)


def test_a_table_names_its_hosts_in_a_column(lab: Lab, tmp_path: Path) -> None:
    host, _, port = lab.host("complete").target.rpartition(":")
    fleet = tmp_path / "fleet.csv"
    fleet.write_text(f'name;where;port\nshop;{host};{port}\n"a ""bad"" one";no host;\n', encoding="utf-8")
    columns = ("--column", "where", "--label-column", "name", "--port-column", "port")
    done = tlschain("check", "--hosts", fleet, *columns, "--trust", lab.trust_file, "--json")
    assert done.code == 2
    assert [(one["target"], one["label"]) for one in done.objects] == [(f"{host}:{port}", "shop")]
    assert f"tlschain: {fleet}, line 3: 'no host' is not a target." in done.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--column", "host"), "--column names a column of the file of --hosts."),
        (("--hosts", "-", "--label-column", "x"), "--label-column and --port-column go with --column."),
        (("--hosts", "-", "--column", "owner"), "There is no column 'owner' in the table; its columns are: host."),
    ],
)
def test_columns_that_do_not_fit_say_why(words: tuple[str, ...], complaint: str) -> None:
    assert tlschain("check", *words, stdin=b"host\na.test\n").complaint.startswith(complaint)


def test_a_chain_at_hand_takes_no_list() -> None:
    done = tlschain("fix", "--served", "x.pem", "--host", "a.test", "--hosts", "-", stdin=b"b.test\n")
    assert done.complaint.startswith("--served and --host go together and take the place of TARGET.")


def test_a_table_without_its_column_says_what_to_do(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.csv"
    fleet.write_text("id,host\n1,a.test\n", encoding="utf-8")
    complaint = tlschain("check", "--hosts", fleet).complaint
    assert complaint.startswith(f"{fleet} has no line that begins with a host; it looks like a table.")
    assert "--column" in complaint


def test_a_list_of_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("# none yet\n")
    done = tlschain("check", "--hosts", tmp_path / "hosts")
    assert done.complaint.startswith(f"There is no host to probe. The host list {tmp_path / 'hosts'} names none.")
