"""Files of JSON lines: which hosts are in them, what a torn line loses, and what is no such file."""

from __future__ import annotations

import json
import os
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.limits import own_seconds
from tests.support.posix import files_of_at_most, mkfifo
from tui_chain.core.failure import Failure
from tui_chain.core.system import lock_where_possible, try_lock, unlock
from tui_chain.fleet import result_files
from tui_chain.fleet.baseline import Baseline
from tui_chain.fleet.merge import ResultFiles, open_results
from tui_chain.fleet.result_files import HostKey, ResultIndex, ResumeFile, key_of, open_index, open_resume
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.target import AUTO, Target
from tui_chain.results.values import HostResult, ProbeResult, TLSResult

NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)  # Windows has no pipe with a name in a folder either


def line(target: str, status: str = "complete", **connection: str) -> str:
    moment = datetime(2026, 11, 27, tzinfo=UTC)
    why = ProbeResult(Failure("timeout", "It gave no answer.", "Try again."))
    result = HostResult(target, "", None, moment, status, "nobody", "", TLSResult(), probe=why)
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
    return {key.target for key in found.places}, path.read_text()


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
    assert [key.target for key in found.places] == ["a.test:443"]
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
    assert "cannot be gone on with: is a directory." in found.message


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


def test_a_host_that_spoke_tls_at_once_is_the_host_whose_protocol_was_to_be_found(tmp_path: Path) -> None:
    """Its line says no more than that it was reached; of one that was not, nothing was found out."""
    lines = (line("reached.test:25"), line("down.test:25", "unreachable"), line("[::1]:25"))
    found = resumed(tmp_path / "x", "".join(f"{one}\n" for one in lines))
    assert isinstance(found, ResumeFile)
    assert Target("reached.test", 25, AUTO) in found
    assert Target("::1", 25, AUTO) in found
    assert Target("reached.test", 25, "smtp") not in found
    assert Target("down.test", 25, AUTO) not in found
    assert Target("down.test", 25) in found


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


BOM = b"\xef\xbb\xbf"


def test_a_byte_order_mark_hides_no_host(tmp_path: Path) -> None:
    """As an editor, or PowerShell, puts it before the first line."""
    path, data = tmp_path / "x", BOM + f"{line('a.test:443', 'incomplete')}\r\n{B}\r\n".encode()
    found = resumed(path, data)
    assert isinstance(found, ResumeFile)
    with ExitStack() as stack:
        again, index = open_resume(stack, path), open_index(stack, path)
        results = open_results(stack, [path], None)
        assert isinstance(again, ResumeFile)
        assert isinstance(index, ResultIndex)
        assert isinstance(results, ResultFiles)
        assert [*again.earlier()] == [], "hosts that this run has left out count, and no others"
        assert all(Target(f"{name}.test") in again for name in "ab")
        assert [result is not None for _, result in again.earlier()] == [True, True]
        assert [json.loads(one)["target"] for one in again.pathless_lines()] == ["a.test:443"]
        assert json.loads(index.line(HostKey("a.test:443")) or "")["target"] == "a.test:443"
        assert [one.result.target for one in results.results()] == ["a.test:443", "b.test:443"]


def test_an_object_that_lacks_what_every_result_has_is_none(tmp_path: Path) -> None:
    """Its host is done again; in the files of a merge it takes nobody's place."""
    short = '{"schema": 1, "target": "a.test:443", "time": "2027-01-01T00:00:00+00:00"}'
    found = resumed(tmp_path / "x", f"{short}\n{B}\n")
    assert isinstance(found, ResumeFile)
    assert Target("a.test") not in found
    (tmp_path / "y").write_text(f"{A}\n{short}\n")
    with ExitStack() as stack:
        results = open_results(stack, [tmp_path / "y"], None)
        assert isinstance(results, ResultFiles)
        assert [one.result.target for one in results.results()] == ["a.test:443"]
        assert results.wrong == [f"{tmp_path / 'y'}, line 2: it is no result of this version."]


def test_two_runs_may_go_on_with_one_file_at_once(tmp_path: Path) -> None:
    """As the parts of one list: what one adds, the other does not write over."""
    path = tmp_path / "x"
    with ExitStack() as stack:
        first, second = open_resume(stack, path), open_resume(stack, path)
        assert isinstance(first, ResumeFile)
        assert isinstance(second, ResumeFile)
        for number in range(20):
            first.append(line(f"first-{number}.test:443"))
            second.append(line(f"second-{number}.test:443"))
    found = resumed(path, path.read_bytes())
    assert isinstance(found, ResumeFile)
    assert len(found.places) == 40
    assert found.notices == []


@pytest.mark.parametrize("name", ["pipe", "link"])
def test_a_pipe_cannot_be_gone_on_with(tmp_path: Path, name: str) -> None:
    mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with ExitStack() as stack:
        found = open_resume(stack, tmp_path / name)
    assert isinstance(found, Failure)
    assert found.message == f"{tmp_path / name} is no regular file."


def test_a_pipe_is_read_as_a_file_is(tmp_path: Path) -> None:
    """As `<(zcat results.gz)` names one."""
    pipe = tmp_path / "pipe"
    mkfifo(pipe)
    with ExitStack() as stack:
        for opened in (lambda: open_index(stack, pipe), lambda: open_results(stack, [pipe], None)):
            writer = threading.Thread(target=pipe.write_text, args=(f"{A}\n{B}\n",))
            writer.start()
            found = opened()
            writer.join()
            assert not isinstance(found, Failure), found
            if isinstance(found, ResultFiles):
                assert [one.result.target for one in found.results()] == ["a.test:443", "b.test:443"]
            else:
                assert found.line(HostKey("b.test:443")) == f"{B}\n"


def test_a_pipe_that_was_read_is_closed(tmp_path: Path) -> None:
    """Who writes to it next waits for a reader, and is not lost with what nobody reads."""
    pipe = tmp_path / "pipe"
    mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(f"{A}\n",))
    writer.start()
    with ExitStack() as stack:
        assert isinstance(open_index(stack, pipe), ResultIndex)
        writer.join()
        with pytest.raises(OSError, match="No such device or address"):
            os.open(pipe, os.O_WRONLY | NONBLOCK)


def test_a_file_of_another_encoding_is_not_merged(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(f"{A}\n", encoding="utf-16")
    with ExitStack() as stack:
        found = open_results(stack, [tmp_path / "x"], None)
    assert isinstance(found, Failure)
    assert found.message == f"{tmp_path / 'x'} is UTF-16."


SOUGHT, FOUND, OTHER = (line(f"{name}+starttls://mail.test:25") for name in ("auto", "smtp", "imap"))
AT_ONCE, REFUSED = (line("mail.test:25", status) for status in ("complete", "unreachable"))


@pytest.mark.parametrize(
    ("lines", "targets"),
    [
        ([SOUGHT, B, FOUND], ["smtp", "b"]),
        ([FOUND, B, SOUGHT], ["auto", "b"]),
        ([FOUND, SOUGHT, FOUND], ["smtp"]),
        ([SOUGHT, FOUND, SOUGHT], ["auto"]),
        ([FOUND, OTHER, B], ["smtp", "imap", "b"]),
        ([SOUGHT, FOUND, OTHER], ["smtp", "imap"]),
        ([SOUGHT, B, AT_ONCE], ["mail", "b"]),
        ([AT_ONCE, B, SOUGHT], ["auto", "b"]),
        ([REFUSED, FOUND, SOUGHT], ["mail", "auto"]),
        ([SOUGHT, REFUSED, FOUND], ["smtp", "mail"]),
    ],
)
def test_a_host_is_one_before_and_after_its_protocol_was_found_out(
    tmp_path: Path, lines: list[str], targets: list[str]
) -> None:
    """It was not reached in one run, which has the newest line last."""
    (tmp_path / "x").write_text("".join(f"{one}\n" for one in lines))
    with ExitStack() as stack:
        results = open_results(stack, [tmp_path / "x"], None)
        assert isinstance(results, ResultFiles)
        found = [one.result.target for one in results.results()]
    assert [one.partition("+")[0].partition(".")[0] for one in found] == targets


def test_what_was_sought_is_found_in_a_baseline_without_going_through_it(tmp_path: Path) -> None:
    count = 3_000
    (tmp_path / "x").write_text("".join(f"{line(f'smtp+starttls://auto-{one}.test:25')}\n" for one in range(count)))
    with ExitStack() as stack:
        index = open_index(stack, tmp_path / "x")
        assert isinstance(index, ResultIndex)
        baseline = Baseline(index, USUAL_CONNECTION)
        with own_seconds(20):
            for number in range(count):
                target = Target(f"auto-{number}.test", 25, AUTO)
                result = HostResult.from_json(line(f"smtp+starttls://auto-{number}.test:25"))
                assert baseline.changed(target, result) is None
    assert baseline.missing == ""


@pytest.mark.parametrize("lines", [[AT_ONCE], [REFUSED, FOUND], [FOUND, REFUSED], [REFUSED, AT_ONCE]])
def test_what_was_sought_is_compared_with_the_line_of_a_host_that_was_reached(
    tmp_path: Path, lines: list[str]
) -> None:
    (tmp_path / "x").write_text("".join(f"{one}\n" for one in lines))
    with ExitStack() as stack:
        index = open_index(stack, tmp_path / "x")
        assert isinstance(index, ResultIndex)
        baseline = Baseline(index, USUAL_CONNECTION)
        reached = next(one for one in lines if one != REFUSED)
        assert baseline.changed(Target("mail.test", 25, AUTO), HostResult.from_json(reached)) is None
        left = {"mail.test:25"} if FOUND in lines and REFUSED in lines else set()
        assert ("mail.test:25." in baseline.missing) == bool(left)


def test_a_line_that_another_run_is_just_writing_is_not_taken_for_a_torn_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one has come half way when the file is read, and to its end when that one asks for the lock."""
    path = tmp_path / "out.jsonl"
    path.write_text(f"{A}\n{B[:100]}")
    with ExitStack() as stack, path.open("ab") as other:
        assert try_lock(other.fileno())

        def wait(descriptor: int, seconds: float) -> bool:
            monkeypatch.undo()
            assert not try_lock(descriptor)
            other.write(f"{B[100:]}\n".encode())
            other.flush()
            unlock(other.fileno())
            return lock_where_possible(descriptor, seconds)

        monkeypatch.setattr(result_files, "lock_where_possible", wait)
        found = open_resume(stack, path)
        assert isinstance(found, ResumeFile)
        found.append(C)
    assert path.read_text() == f"{A}\n{B}\n{C}\n"
    assert {key.target for key in found.places} == {"a.test:443", "b.test:443"}
    assert found.notices == []


def test_a_run_that_hangs_while_it_writes_is_said_and_nothing_is_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text(f"{A}\n{B[:100]}")
    monkeypatch.setattr(result_files, "LOCK_SECONDS", 0.1)
    with ExitStack() as stack, path.open("ab") as other:
        assert try_lock(other.fileno())
        found = open_resume(stack, path)
    assert isinstance(found, Failure)
    assert found.message == f"The file {path} cannot be gone on with: it is in use by another program."
    assert found.hint == "Try again when that has ended."
    assert path.read_text() == f"{A}\n{B[:100]}"


def test_a_full_disk_is_said_once_and_what_was_torn_is_mended(tmp_path: Path) -> None:
    """Closing the file tries nothing again."""
    path = tmp_path / "out.jsonl"
    with files_of_at_most(len(A) + 100), ExitStack() as stack:
        found = open_resume(stack, path)
        assert isinstance(found, ResumeFile)
        found.append(A)
        with pytest.raises(OSError, match="File too large"):
            found.append(B)
    assert path.read_text() == f"{A}\n{B[:99]}"
    assert known(path, path.read_bytes(), C) == ({"a.test:443"}, f"{A}\n{C}\n")


def test_a_line_that_another_run_left_torn_meanwhile_ends_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with ExitStack() as stack:
        found = open_resume(stack, path)
        assert isinstance(found, ResumeFile)
        found.append(A)
        with path.open("a") as other:
            other.write(B[:100])
        found.append(C)
        found.append(B)
    assert path.read_text() == f"{A}\n{B[:100]}\n{C}\n{B}\n"


@pytest.mark.parametrize("text", ["# a note", '{"schema": 2, "target": "x.test:443"}', '{"schema": 12', "[1]", "{}"])
def test_a_last_line_of_somebody_else_stays_though_it_lacks_its_line_break(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.jsonl"
    found = resumed(path, f"{A}\n{text}", C)
    assert isinstance(found, ResumeFile)
    assert path.read_text() == f"{A}\n{text}\n{C}\n"
    assert found.notices == [f"{path}: 1 line of it is no result; it stays as it is."]


def test_a_last_line_of_another_version_alone_is_refused(tmp_path: Path) -> None:
    text = '{"schema": 2, "target": "x.test:443"}'
    assert isinstance(resumed(tmp_path / "x", text), Failure)
    assert (tmp_path / "x").read_text() == text


@pytest.mark.parametrize(("key", "value"), [("tls", 5), ("served", None), ("status", {}), ("time", 1)])
def test_a_host_whose_line_is_wrong_is_done_again(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / "x"
    found = resumed(path, json.dumps({**json.loads(A), key: value}) + "\n")
    assert isinstance(found, ResumeFile)
    assert Target("a.test") not in found
    assert found.notices == [f"{path}: 1 line of it is no result; it stays as it is."]


def test_of_several_lines_of_a_host_the_newest_counts_when_it_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("".join(f"{one}\n" for one in (line("a.test:443", "incomplete"), B, A)))
    with ExitStack() as stack:
        found = open_resume(stack, path)
        assert isinstance(found, ResumeFile)
        assert Target("a.test") in found
        assert [(key.target, result and result.status) for key, result in found.earlier()] == [
            ("a.test:443", "complete")
        ]
        assert [*found.pathless_lines()] == []
