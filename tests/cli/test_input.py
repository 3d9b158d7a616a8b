"""Bad input ends in one clear line on standard error, with the right exit code and no traceback."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.support.cli import tlschain
from tests.support.files import names_in
from tui_chain.lab.internet import Lab
from tui_chain.net.target import parse_target

USAGE, UNREACHED = 2, 3


def complaint(*words: str | Path) -> str:
    done = tlschain(*words)
    assert done.code == USAGE
    return done.complaint


@pytest.mark.parametrize("command", ["check", "fix"])
def test_no_target_is_wrong_usage(command: str) -> None:
    assert complaint(command).startswith("There is no host to probe. Name one")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("example.org:99999", "argument 1: 'example.org:99999' is not a target. The port '99999' is not a number"),
        ("exa mple", "There is white space in it."),
        ("http://example.org", "http:// has no TLS"),
        ("a..b", "is not a host name"),
        ("\x1b[31m", "is not a host name"),
    ],
)
def test_a_target_that_is_none_says_why(target: str, words: str) -> None:
    said = complaint("check", target)
    assert words in said
    assert said.isprintable()


def test_every_wrong_target_is_named_and_the_others_run(lab: Lab) -> None:
    done = tlschain("check", "a..b", str(lab.host("complete").target), "c:0", "--trust", lab.trust_file, "--json")
    assert done.code == USAGE
    assert done.err.splitlines() == [
        f"tlschain: argument 1: {parse_target('a..b')}",
        f"tlschain: argument 3: {parse_target('c:0')}",
    ]
    assert [one["status"] for one in done.objects] == ["complete"]


def test_where_every_target_is_wrong_nothing_runs() -> None:
    done = tlschain("check", "a..b", "c:0")
    assert (done.code, done.out) == (USAGE, "")
    assert done.err.count("is not a target") == 2


def test_one_wrong_line_of_many_is_named_with_its_number_and_the_others_run(lab: Lab, tmp_path: Path) -> None:
    lines = [f"{name}.invalid" for name in map("h{}".format, range(40))]
    lines[20:20] = ["the server does not answer", str(lab.host("complete").target)]
    hosts, bundle = tmp_path / "hosts", tmp_path / "bundle.pem"
    hosts.write_text("\n".join(lines))
    done = tlschain("fix", "--hosts", hosts, "--trust", lab.trust_file, "--json", "-o", bundle, "--timeout", "2")
    assert done.code == USAGE
    assert f"{hosts}, line 21: 'the server does not answer' is not a host with a label." in done.err
    assert len(done.objects) == 41


def test_an_unknown_host_is_unreachable() -> None:
    done = tlschain("check", "nowhere.invalid", "--json")
    assert done.code == UNREACHED
    assert done.objects[0]["status"] == "unreachable"
    assert done.objects[0]["findings"][0]["code"] == "name"


@pytest.mark.parametrize("content", ["", "# nothing\n"])
def test_an_empty_list_says_so(tmp_path: Path, content: str) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(content)
    assert complaint("check", "--hosts", hosts).startswith("There is no host to probe.")


def test_a_wrong_line_of_a_list_is_told_with_its_number(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("# ours\na..b\n")
    assert complaint("check", "--hosts", hosts).startswith(f"{hosts}, line 2: 'a..b' is not a target.")


FILES = {
    "missing": "cannot be read: no such file or directory.",
    "folder": "cannot be read: is a directory.",
    "empty": "there is nothing in it",
    "text": "which is no certificate",
}


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("hello")
    return tmp_path


@pytest.mark.parametrize("name", FILES)
def test_a_trust_store_that_is_none_says_why(odd: Path, name: str) -> None:
    assert FILES[name] in complaint("check", "example.org", "--trust", odd / name)


@pytest.mark.parametrize("name", FILES)
def test_a_served_file_that_is_none_says_why(odd: Path, name: str) -> None:
    assert FILES[name] in complaint("fix", "--served", odd / name, "--host", "example.org")


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_a_host_list_that_is_none_says_why(odd: Path, name: str) -> None:
    assert FILES[name] in complaint("check", "--hosts", odd / name)


def test_a_pool_that_is_not_there_says_so(odd: Path) -> None:
    assert FILES["missing"] in complaint("fix", "example.org", "--pool", odd / "missing")


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", ""])
def test_a_time_that_is_none_says_so(time: str) -> None:
    assert complaint("fix", "example.org", "--at", time).endswith("Write it as 2026-11-23 or 2026-11-23T12:00:00Z.")


@pytest.mark.parametrize(
    "words",
    [
        ("--served", "x"),
        ("--host", "example.org"),
        ("--served", "x", "--host", "example.org", "other.example.org"),
        ("--demo", "--served", "x", "--host", "example.org"),
        ("--demo", "--hosts", "x"),
    ],
)
def test_options_that_do_not_go_together(words: tuple[str, ...]) -> None:
    said = complaint("fix", *words)
    assert "go together" in said or "--demo takes names" in said


def test_a_demo_knows_its_hosts() -> None:
    assert "The lab has no host nonsense." in complaint("fix", "--demo", "nonsense")


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e9", "soon"])
def test_a_timeout_that_is_none_is_wrong_usage(seconds: str) -> None:
    done = tlschain("check", "example.org", "--timeout", seconds)
    assert done.code == USAGE
    assert "--timeout" in done.err


# the file to write


def fix(lab: Lab, output: Path, *more: str) -> tuple[int, str]:
    host = lab.host("leaf-only").target
    done = tlschain("fix", host, "--trust", lab.trust_file, "--no-pool", "-o", output, *more)
    assert "Traceback" not in done.err
    assert done.out == ""
    return done.code, done.err.splitlines()[-1]


def test_an_existing_file_is_shown_and_left(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    file.write_text("old \x1b[31m\n")
    code, last = fix(lab, file)
    assert (code, file.read_text()) == (USAGE, "old \x1b[31m\n")
    assert last == f"tlschain: {file} exists and differs; it was left as it is. Add --replace to replace it."
    code, last = fix(lab, file, "--replace")
    assert code == 0
    assert last.startswith(f"wrote {file}: ")
    assert fix(lab, file)[1].startswith(f"unchanged {file}: ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing/bundle.pem", "does not exist."),
        ("file/bundle.pem", "does not exist."),
        (".", "is a folder."),
        ("x" * 300, "file name too long."),
    ],
)
def test_a_place_that_cannot_be_written_says_why(lab: Lab, tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").touch()
    code, last = fix(lab, tmp_path / name)
    assert code == USAGE
    assert last.startswith("tlschain: ")
    assert words in last
    assert names_in(tmp_path) == ["file"]


@pytest.mark.parametrize("old", ["old\n", None])
def test_a_full_disk_leaves_the_old_file(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str | None
) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = tmp_path / "bundle.pem"
    if old is not None:
        file.write_text(old)
    monkeypatch.setattr(os, "fsync", fail)
    code, last = fix(lab, file, "--replace")
    assert code == USAGE
    assert last.startswith(f"tlschain: {file} cannot be written: no space left on device.")
    assert names_in(tmp_path) == (["bundle.pem"] if old else [])
    assert old is None or file.read_text() == old


def test_a_dash_is_standard_output(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("fix", lab.host("leaf-only").target, "--trust", lab.trust_file, "--no-pool", "-o", "-")
    assert tlschain(*words).out.startswith("# CA bundle for ")
    assert names_in(tmp_path) == []
