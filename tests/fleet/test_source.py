"""Where hosts come from: a list of any length, its wrong lines, what stands twice, and parts of it."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from tests.support.posix import mkfifo
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.engine.option_entry import read_shard
from tui_chain.fleet.source import MAX_SAID, HostSource, Shard
from tui_chain.net import host_stream
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.host_stream import HostStream, open_host_list
from tui_chain.net.target import Target


def all_of(source: HostSource) -> list[str]:
    async def run() -> list[str]:
        return [f"{state.target} {state.label}".strip() async for state in source.states()]

    return asyncio.run(run())


def opened(stack: ExitStack, path: Path) -> HostStream:
    stream = open_host_list(stack, path)
    assert isinstance(stream, HostStream), stream
    return stream


def listed(tmp_path: Path, text: str | bytes, **more: object) -> tuple[list[str], HostSource, list[str]]:
    path, wrong = tmp_path / "hosts", list[str]()
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with ExitStack() as stack:
        source = HostSource((), wrong.append, opened(stack, path))
        source = replace(source, **more)  # type: ignore[arg-type]
        return all_of(source), source, wrong


def test_every_host_comes_once_with_its_label(tmp_path: Path) -> None:
    hosts, source, wrong = listed(tmp_path, "\ufeffa.test  the shop\n# none\n\nb.test:8443\r\na.test:443 again\n")
    assert hosts == ["a.test:443 the shop", "b.test:8443"]
    assert (source.found, wrong) == (2, [])
    assert source.repeats == f"{tmp_path / 'hosts'}, line 5: a.test:443 stands above already; it is taken once."


def test_a_line_is_whole_wherever_a_piece_of_the_file_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"host-{number}.test label {number}\n" for number in range(200)) + "last.test"
    expected = [f"host-{number}.test:443 label {number}" for number in range(200)] + ["last.test:443"]
    for size in (1, 7, 64, 65_536):
        monkeypatch.setattr(host_stream, "_PIECE", size)
        assert listed(tmp_path, text)[0] == expected


def test_a_list_is_longer_than_any_bound_that_it_had(tmp_path: Path) -> None:
    hosts, source, _ = listed(tmp_path, "".join(f"host-{number}.test\n" for number in range(30_000)))
    assert (len(hosts), source.found, source.about) == (30_000, 30_000, 30_000)


def test_wrong_lines_lose_nothing_but_themselves(tmp_path: Path) -> None:
    hosts, source, wrong = listed(tmp_path, b"a..b\nb.test\ncaf\xe9.test\n*\nc.test\n")
    assert hosts == ["b.test:443", "c.test:443"]
    assert source.wrong_lines == 3
    assert [one.removeprefix(f"{tmp_path / 'hosts'}, ")[:7] for one in wrong] == ["line 1:", "line 3:", "line 4:"]
    assert "It is not UTF-8 text." in wrong[1]


def test_no_more_wrong_lines_are_said_than_somebody_reads(tmp_path: Path) -> None:
    hosts, _, wrong = listed(tmp_path, "a..b\n" * 5000 + "b.test\n")
    assert hosts == ["b.test:443"]
    assert len(wrong) == MAX_SAID + 1
    assert wrong[-1] == f"{tmp_path / 'hosts'}: {5000 - MAX_SAID} lines more name no host."


def test_a_line_without_end_ends_the_list(tmp_path: Path) -> None:
    hosts, _, wrong = listed(tmp_path, b"a.test\n" + b"x" * (3 << 20) + b"\nb.test\n")
    assert hosts == ["a.test:443"]
    assert "line 2: It is longer than 1 MiB, and what follows is not read." in wrong[0]


def test_a_device_without_end_is_no_list() -> None:
    wrong: list[str] = []
    with ExitStack() as stack:
        assert all_of(HostSource((), wrong.append, opened(stack, Path("/dev/zero")))) == []
    assert "It is longer than 1 MiB" in wrong[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: no such file or directory."),
        (b'{"schema": 1}\n', "is no host list: it holds JSON, as of saved results."),
        ("a.test\n".encode("utf-16"), "is not UTF-8 text."),
    ],
)
def test_what_is_no_list_is_refused_at_once(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "hosts"
    if content is not None:
        path.write_bytes(content)
    with ExitStack() as stack:
        failure = open_host_list(stack, path)
    assert isinstance(failure, Failure)
    assert failure.message.endswith(words)


def test_hosts_of_a_pipe_come_before_it_ends(tmp_path: Path) -> None:
    """Somebody still writes: what is there is worked on, and the event loop does not wait."""
    path = tmp_path / "pipe"
    mkfifo(path)
    answered = threading.Event()

    def write() -> None:
        descriptor = os.open(path, os.O_WRONLY)
        os.write(descriptor, b"a.test\nb.te")
        answered.wait(20)
        os.write(descriptor, b"st\n")
        os.close(descriptor)

    writer = threading.Thread(target=write)
    writer.start()

    async def run() -> list[str]:
        found = []
        with ExitStack() as stack:
            source = HostSource((), list[str]().append, opened(stack, path))
            assert source.about is None
            async for state in source.states():
                found.append(str(state.target))
                answered.set()
        return found

    assert asyncio.run(run()) == ["a.test:443", "b.test:443"]
    writer.join()


def test_known_hosts_come_first_and_options_hold_for_those_without_their_own(tmp_path: Path) -> None:
    own = ConnectionOptions(sni="other.test")
    known = (HostState(Target("first.test"), "known"), HostState(Target("first.test")))
    hosts, _, _ = listed(tmp_path, "a.test\na.test sni=b.test\n", hosts=known, own=own)
    assert hosts == ["first.test:443 known", "a.test:443", "a.test:443"]


@pytest.mark.parametrize("of", [1, 2, 3, 7, 40])
def test_the_parts_of_a_list_are_the_whole_and_have_nothing_in_common(tmp_path: Path, of: int) -> None:
    text = "".join(f"host-{number}.test\nhost-{number // 2}.test\n" for number in range(30))
    whole = listed(tmp_path, text)[0]
    parts = [listed(tmp_path, text, shard=Shard(number, of))[0] for number in range(1, of + 1)]
    assert sorted(chain.from_iterable(parts)) == sorted(whole)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1/", "/2", "١/٢", " 1/2"])
def test_what_is_no_part_is_refused(text: str) -> None:
    assert read_shard(text) is None


def test_hosts_that_are_done_are_left_out_and_counted(tmp_path: Path) -> None:
    hosts, source, _ = listed(tmp_path, "a.test\nb.test\nc.test\n", done={Target("b.test"), Target("z.test")})
    assert (hosts, source.left_out) == (["a.test:443", "c.test:443"], 1)
