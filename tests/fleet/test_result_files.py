"""Files of JSON lines: which hosts are in them, what a torn line loses, and what is no such file."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui_chain.core.failure import Failure
from tui_chain.fleet.result_files import HostKey, ResumeFile, key_of, open_index, open_resume
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.target import AUTO, Target
from tui_chain.results.values import HostResult, TLSResult


def line(target: str, status: str = "complete", **connection: str) -> str:
    moment = datetime(2026, 11, 27, tzinfo=UTC)
    result = HostResult(target, "", None, moment, status, "nobody", "", TLSResult())
    return replace(result, connection=connection).to_json()


A, B, C = (line(f"{name}.test:443") for name in "abc")
JOINT = '{"schema": 1, "kind": "shared-root", "hosts": []}'


def resumed(path: Path, text: str | bytes, *more: str) -> ResumeFile | Failure:
    """A file as it is gone on with; `more` lines are appended."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with ExitStack() as stack:
        found = open_resume(stack, path)
        if isinstance(found, ResumeFile):
            for each in more:
                found.append(each)
        return found


def known(path: Path, text: str | bytes, *more: str) -> tuple[set[str], str]:
    found = resumed(path, text, *more)
    assert isinstance(found, ResumeFile), found
    return {key.target for key in found.done}, path.read_text()


def test_what_is_in_a_file_is_done_and_new_lines_come_behind(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert known(path, f"{A}\n{B}\n", C) == ({"a.test:443", "b.test:443"}, f"{A}\n{B}\n{C}\n")


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with ExitStack() as stack:
        found = open_resume(stack, path)
        assert isinstance(found, ResumeFile)
        found.append(A)
        assert path.read_text() == f"{A}\n", "a line is there as soon as it was appended"


def test_a_torn_last_line_is_taken_out_wherever_it_was_torn(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    for cut in range(1, len(B)):
        done, text = known(path, f"{A}\n{B[:cut]}", C)
        assert (done, text) == ({"a.test:443"}, f"{A}\n{C}\n"), cut


def test_a_torn_line_alone_is_one_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    for cut in (1, 5, 11, 12, len(A) - 1):
        assert known(path, A[:cut], C) == (set(), f"{C}\n"), cut


def test_a_last_line_that_lacks_its_line_break_alone_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert known(path, f"{A}\n{B}", C) == ({"a.test:443", "b.test:443"}, f"{A}\n{B}\n{C}\n")


def test_lines_that_are_no_results_stay_and_are_said(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    found = resumed(path, f"{A}\nnonsense\n[]\n{JOINT}\n\n", C)
    assert isinstance(found, ResumeFile)
    assert [key.target for key in found.done] == ["a.test:443"]
    assert found.joint == [json.loads(JOINT)]
    assert found.notices == [f"{path}: 2 lines of it are no results; they stay as they are."]
    assert path.read_text() == f"{A}\nnonsense\n[]\n{JOINT}\n\n{C}\n"


@pytest.mark.parametrize(
    "text",
    ["a.test\nb.test\n", "a.test", '{"schema": 2, "target": "a.test:443"}\n', '{"name": 1}\n', b"\xff\xfea\0", "{}"],
)
def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "out.jsonl"
    found = resumed(path, text, A)
    assert isinstance(found, Failure)
    assert f"{path} holds no results of this version; nothing was added to it." in found.message
    assert path.read_bytes() == (text if isinstance(text, bytes) else text.encode())


def test_a_folder_cannot_be_gone_on_with(tmp_path: Path) -> None:
    with ExitStack() as stack:
        found = open_resume(stack, tmp_path)
    assert isinstance(found, Failure)
    assert "cannot be gone on with: Is a directory." in found.message


def test_two_ways_to_one_name_are_two_hosts(tmp_path: Path) -> None:
    found = resumed(tmp_path / "x", f"{line('a.test:443', sni='b.test')}\n")
    assert isinstance(found, ResumeFile)
    assert Target("a.test") not in found
    assert Target("a.test", connection=ConnectionOptions(sni="b.test")) in found


def test_options_of_the_whole_run_stand_in_the_lines_of_hosts_that_were_reached_alone(tmp_path: Path) -> None:
    usual = ConnectionOptions(tls="TLSv1.2")
    (tmp_path / "x").write_text(f"{line('a.test:443', tls='1.2')}\n{line('down.test:443')}\n")
    with ExitStack() as stack:
        found = open_resume(stack, tmp_path / "x", usual)
        assert isinstance(found, ResumeFile)
        assert Target("a.test") in found
        assert Target("down.test") in found
        assert Target("c.test") not in found


def test_a_protocol_that_was_found_out_is_the_host_whose_protocol_was_to_be_found(tmp_path: Path) -> None:
    found = resumed(tmp_path / "x", f"{line('smtp+starttls://mail.test:25')}\n")
    assert isinstance(found, ResumeFile)
    assert Target("mail.test", 25, AUTO) in found
    assert Target("mail.test", 25, "smtp") in found
    assert Target("mail.test", 25) not in found


def test_the_newest_line_of_a_host_counts(tmp_path: Path) -> None:
    path = tmp_path / "x"
    newer = line("a.test:443", "incomplete")
    path.write_text(f"{A}\n{B}\nnonsense\n{newer}\n{JOINT}\n")
    with ExitStack() as stack:
        index = open_index(stack, path)
        assert not isinstance(index, Failure)
        assert set(index.places) == {HostKey("a.test:443"), HostKey("b.test:443")}
        assert index.line(key_of(Target("a.test"))) == f"{newer}\n"
        assert index.line(key_of(Target("c.test"))) is None


@pytest.mark.parametrize(
    ("text", "words"), [("", "holds no results"), ("a.test\n", "holds no results"), (b"\xff\xfe{", "is UTF-16")]
)
def test_a_file_without_results_is_nothing_to_compare_with(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with ExitStack() as stack:
        found = open_index(stack, path)
    assert isinstance(found, Failure)
    assert words in found.message


def test_a_line_longer_than_any_of_ours_is_skipped_as_a_whole(tmp_path: Path) -> None:
    """Also where its rest looks like a line of ours."""
    path = tmp_path / "x"
    path.write_text(f"{A}\n{' ' * (5 << 20)}{B}\n{C}\n")
    with ExitStack() as stack:
        index = open_index(stack, path)
        assert not isinstance(index, Failure)
        assert set(index.places) == {HostKey("a.test:443"), HostKey("c.test:443")}
        assert index.line(HostKey("c.test:443")) == f"{C}\n"
