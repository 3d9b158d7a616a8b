"""A list on a Dask cluster: real workers, one of which is killed, beside an undisturbed run without a cluster."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.test_fleet import check, fix, hosts_of, timeless, with_identity
from tests.support.cli import SECONDS, process, started, tlschain
from tests.support.cluster import RunningCluster, cluster
from tests.support.posix import KILL, interrupt_all
from tests.support.proxy import LOGIN, ConnectProxy, start
from tui_chain.cli.commands import fix as fix_command
from tui_chain.cli.commands.check import CheckWork
from tui_chain.cli.options import CommandOptions
from tui_chain.cli.output import OutputLost
from tui_chain.cli.results import Results
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.engine.signals import Terminated
from tui_chain.fleet.dask_cluster import (
    DaskCluster,
    DaskWorkers,
    cluster_workers,
    do_part,
    part_size,
    parts,
    read_cluster,
)
from tui_chain.fleet.stages import Outcome
from tui_chain.fleet.work import WorkFailure
from tui_chain.lab.hierarchy import Leaf
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import DEFAULT_TLS, Credentials, make_context, tls_handler
from tui_chain.net.target import Target
from tui_chain.results.values import HostResult
from tui_chain.x509.formats.readers import read_certificates


@pytest.fixture(scope="module")
def running() -> Iterator[RunningCluster]:
    with cluster() as found:
        yield found


def listed(lab: Lab, tmp_path: Path, count: int = 60) -> Path:
    path = tmp_path / "hosts.txt"
    path.write_text("\n".join(hosts_of(lab, count)) + "\n")
    return path


def test_a_cluster_finds_what_one_process_finds(lab: Lab, tmp_path: Path, running: RunningCluster) -> None:
    hosts = listed(lab, tmp_path)
    alone, together = check(lab, "--hosts", hosts), check(lab, "--hosts", hosts, "--dask", running.address)
    assert (together.code, together.err) == (alone.code, "")
    assert timeless(together.out.splitlines()) == timeless(alone.out.splitlines()), "in the order of the list"


def test_processes_of_this_machine_are_a_cluster_too(lab: Lab, tmp_path: Path) -> None:
    hosts = listed(lab, tmp_path, 30)
    words = ("--hosts", hosts, "--trust", lab.trust_file, "--json")
    alone, together = process("check", *words), process("check", *words, "--dask", "local:2")
    assert (together.code, together.err) == (alone.code, "")
    assert timeless(together.out.splitlines()) == timeless(alone.out.splitlines())


def test_the_part_of_a_worker_that_is_killed_is_done_again_and_counted_once(lab: Lab, tmp_path: Path) -> None:
    """By SIGKILL, while its part is half done: a host in it gives no answer until then."""
    killed, waiting = threading.Event(), threading.Event()
    leaf = lab.hierarchy.issue_leaf(Leaf(names=("localhost",)), "gated")
    chain = [leaf.der, lab.hierarchy["issuing"].der]
    serve = tls_handler(make_context(lab.folder, Credentials(chain, leaf.key), DEFAULT_TLS), "")

    async def gated(stream: Stream) -> None:
        waiting.set()
        while not killed.is_set():  # noqa: ASYNC110 - set by another thread
            await asyncio.sleep(0.01)
        await serve(stream)

    port = lab.listen(gated)
    hosts = listed(lab, tmp_path, 40)
    lines = hosts.read_text().splitlines()
    # the last of the first part: what stands before it is done by then
    lines[9] = f"host-9.example verify-name=localhost connect-to=127.0.0.1:{port} the label 9"
    hosts.write_text("\n".join(lines) + "\n")
    words = ("--hosts", hosts, "--timeout", "30", "--jobs", "2")
    with cluster() as running:
        command = ("check", *words, "--trust", lab.trust_file, "--json", "--dask", running.address)
        with started(*command) as running_check:
            assert waiting.wait(SECONDS)
            for pid in running.workers:
                os.kill(pid, KILL)
            killed.set()
            out, err = running_check.communicate(timeout=SECONDS)
    assert err == b""
    undisturbed = check(lab, *words)
    assert running_check.returncode == undisturbed.code == 1
    found = timeless(out.decode().splitlines())
    assert found == timeless(undisturbed.out.splitlines()), "not one host is lost, and none is there twice"


def test_ctrl_c_leaves_the_cluster_clean(lab: Lab, tmp_path: Path, running: RunningCluster) -> None:
    connected = threading.Event()

    async def stall(stream: Stream) -> None:
        connected.set()
        while await stream.receive():
            pass

    port = lab.listen(stall)
    hosts = tmp_path / "hosts.txt"
    hosts.write_text("".join(f"host-{number}.example connect-to=127.0.0.1:{port}\n" for number in range(200)))
    words = ("--hosts", hosts, "--trust", lab.trust_file, "--json", "--timeout", "2", "--jobs", "200")
    with started("check", *words, "--dask", running.address) as running_check:
        assert connected.wait(SECONDS)
        running_check.send_signal(signal.SIGINT)
        _, err = running_check.communicate(timeout=SECONDS)
    assert (running_check.returncode, err) == (130, b"tlschain: interrupted\n")
    after = check(lab, lab.host("complete").target, "--dask", running.address)
    assert (after.code, len(after.objects)) == (0, 1), "the workers take the next run's hosts"
    assert tasks_of(running) == set()


def test_ctrl_c_of_a_terminal_ends_local_processes_without_a_word(lab: Lab, tmp_path: Path) -> None:
    """A terminal sends it to all processes: those of `local:N`, too, which end because this one does."""
    connected = threading.Event()

    async def stall(stream: Stream) -> None:
        connected.set()
        while await stream.receive():
            pass

    hosts = tmp_path / "hosts.txt"
    port = lab.listen(stall)
    hosts.write_text("".join(f"host-{number}.example connect-to=127.0.0.1:{port}\n" for number in range(40)))
    words = ("--hosts", hosts, "--trust", lab.trust_file, "--json", "--timeout", "2")
    with started("check", *words, "--dask", "local:2", group=True) as running_check:
        assert connected.wait(SECONDS)
        interrupt_all(running_check)
        _, err = running_check.communicate(timeout=SECONDS)
    assert (running_check.returncode, err) == (130, b"tlschain: interrupted\n")


def tasks_of(running: RunningCluster) -> set[str]:
    """What the scheduler still knows of tasks, once it has had time to forget them."""
    from distributed import Client

    async def ask() -> set[str]:
        async with Client(running.address, asynchronous=True) as client:  # type: ignore[no-untyped-call]
            end, tasks = time.monotonic() + SECONDS, {"not asked"}
            while tasks and time.monotonic() < end:
                tasks = set(
                    await client.run_on_scheduler(lambda dask_scheduler: list(map(str, dask_scheduler.tasks)))
                )
            return tasks

    return asyncio.run(asyncio.wait_for(ask(), 2 * SECONDS))


def test_a_scheduler_that_dies_ends_the_run_with_a_sentence(lab: Lab, tmp_path: Path) -> None:
    """What is done is printed before."""
    waiting = threading.Event()

    async def stall(stream: Stream) -> None:
        waiting.set()
        while await stream.receive():
            pass

    hosts = listed(lab, tmp_path, 60)
    with hosts.open("a") as file:
        file.write(f"late.example connect-to=127.0.0.1:{lab.listen(stall)}\n")
    with cluster() as running:
        words = ("--hosts", hosts, "--trust", lab.trust_file, "--json", "--timeout", "30", "--dask", running.address)
        with started("check", *words) as running_check:
            assert waiting.wait(SECONDS)
            assert running_check.stdout is not None
            first = running_check.stdout.readline()
            os.kill(running.scheduler, KILL)
            out, err = running_check.communicate(timeout=SECONDS)
        for pid in running.workers:
            with suppress(ProcessLookupError):
                os.kill(pid, KILL)
    assert running_check.returncode == 2
    assert b"Traceback" not in err
    assert err.count(b"\n") == 1, err
    assert err.endswith(b"Continue with --resume, or without --dask.\n")
    assert len((first + out).splitlines()) >= 20, "the first part was done"


def test_limits_that_were_set_are_kept_together(running: RunningCluster) -> None:
    """Those that nobody set are of each process: a cluster is there to work on more hosts at once."""

    async def spread(work: CheckWork) -> tuple[int | None, float | None, int]:
        async with cluster_workers(DaskCluster(running.address), work, nothing) as workers:
            assert isinstance(workers.work, CheckWork)
            return workers.work.options.jobs, workers.work.options.rate, workers.threads

    jobs, rate, threads = asyncio.run(spread(CheckWork(CommandOptions(jobs=10, rate=9.0))))
    assert threads > 1
    assert (jobs, rate) == (-(-10 // threads), 9.0 / threads)
    assert asyncio.run(spread(CheckWork(CommandOptions())))[:2] == (None, None)


def test_no_more_parts_are_given_away_than_hosts_may_be_worked_on_at_once() -> None:
    begun, most = 0, 0

    async def submit(_: tuple[HostState, ...]) -> list[Outcome]:
        nonlocal begun, most
        begun, most = begun + 1, max(most, begun + 1)
        await asyncio.sleep(0)
        begun -= 1
        return []

    async def hosts() -> AsyncIterator[HostState]:
        for number in range(200):
            yield HostState(Target(f"host-{number}.test"))

    def given(most_at_once: int | None) -> int:
        nonlocal most
        most, work = 0, CheckWork(CommandOptions())
        workers = DaskWorkers(None, work, work.facts(), 4, nothing)
        workers._given_away = submit  # type: ignore[method-assign, assignment]
        asyncio.run(workers.through(hosts(), 200, lambda _: None, lambda _: None, most=most_at_once))
        return most

    assert given(None) == 8
    assert given(3) == 3


async def nothing(_: HostState) -> Outcome:
    raise NotImplementedError


def test_hosts_with_a_key_or_a_login_of_their_own_are_done_here(
    lab: Lab, tmp_path: Path, running: RunningCluster
) -> None:
    """A list may name them for each host; the cluster gets the others, and the order is that of the list."""
    hosts = listed(lab, tmp_path, 30)
    lines, proxy = hosts.read_text().splitlines(), start(lab, ConnectProxy(login=LOGIN))
    with_identity(lab, tmp_path, lines, 3)
    words = lines[11].split(" ")
    login = proxy.replace("//", "//joe:s3cret%26%2F@")
    lines[11] = " ".join([*words[:3], f"proxy={login}", *words[3:]])
    hosts.write_text("\n".join(lines))
    alone, together = check(lab, "--hosts", hosts), check(lab, "--hosts", hosts, "--dask", running.address)
    assert (together.code, together.err) == (alone.code, "")
    assert timeless(together.out.splitlines()) == timeless(alone.out.splitlines())


def test_workers_of_another_version_are_refused(lab: Lab, running: RunningCluster) -> None:
    """And so are those that have another trust store under that name."""
    options = CommandOptions(trust=(str(lab.trust_file),))

    async def use(work: CheckWork) -> None:
        async with cluster_workers(DaskCluster(running.address), work, nothing):
            raise AssertionError("used")

    work = CheckWork(options)
    facts = work.facts()
    for wrong, words in (
        (replace(facts, version="0.0.1"), "and this is 0.0.1"),
        (replace(facts, store="0" * 64), "has another trust store of that name"),
    ):
        part = do_part(work, wrong, ())
        assert part.refused is not None
        assert words in part.refused.message
    missing = CheckWork(replace(options, trust=(f"{lab.trust_file}.not-there",)))
    with pytest.raises(WorkFailure, match="cannot load the trust store"):
        asyncio.run(use(missing))


@pytest.mark.parametrize("words", ["", "x", "local:", "local:0", "local:x", "local:1000", "local:-1"])
def test_what_is_no_cluster_is_refused(words: str) -> None:
    found = read_cluster(words)
    assert isinstance(found, Failure)
    assert "is no Dask cluster." in found.message


def test_a_scheduler_that_is_not_there_is_a_sentence(lab: Lab) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    done = check(lab, lab.host("complete").target, "--dask", address)
    assert done.code == 2
    assert done.complaint.startswith(f"No Dask scheduler answers at {address}: ")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--cert", "x.pem", "a.test"), "A private key and the login of a proxy stay on this machine"),
        (("--proxy", "http://joe:secret@127.0.0.1:1", "a.test"), "A private key and the login of a proxy stay"),
        (("--demo",), "The lab of --demo is on this machine alone."),
    ],
)
def test_secrets_are_given_to_no_cluster(words: tuple[str, ...], complaint: str) -> None:
    done = tlschain("check", *words, "--dask", "tcp://127.0.0.1:1")
    assert done.code == 2
    assert done.complaint.startswith(complaint)
    assert "secret" not in done.err


def test_a_list_is_divided_into_parts_of_one_size() -> None:
    async def run(count: int, size: int) -> list[int]:
        async def hosts() -> AsyncIterator[HostState]:
            for number in range(count):
                yield HostState(Target(f"host-{number}.test"))

        return [len(part) async for part in parts(hosts(), size)]

    assert asyncio.run(run(10, 4)) == [4, 4, 2]
    assert asyncio.run(run(8, 4)) == [4, 4]
    assert asyncio.run(run(0, 4)) == []
    assert [part_size(about, 4) for about in (None, 1, 1600, 1_000_000)] == [500, 20, 100, 500]


def test_outcomes_are_json_lines_of_their_own(lab: Lab, running: RunningCluster) -> None:
    done = check(lab, lab.host("leaf-only").target, "--dask", running.address)
    assert json.loads(done.out)["status"] == "incomplete"


def test_a_repair_by_a_cluster_is_as_one_by_one_process(lab: Lab, tmp_path: Path, running: RunningCluster) -> None:
    """What a worker cannot find, not knowing what others serve, is found at the end; one file is for all."""
    hosts, alone, together = listed(lab, tmp_path, 30), tmp_path / "alone.pem", tmp_path / "together.pem"
    first = fix(lab, "--hosts", hosts, "--offline", "-o", alone)
    second = fix(lab, "--hosts", hosts, "--offline", "-o", together, "--dask", running.address)
    assert second.code == first.code, second.err
    assert {one["status"] for one in first.objects} == {"complete", "repairable", "invalid"}
    keys = ("target", "status", "headline", "findings", "clients")
    assert [[one[key] for key in keys] for one in second.objects] == [
        [one[key] for key in keys] for one in first.objects
    ]
    written = [(one["target"], one["written"] is not None) for one in second.objects]
    assert written == [(one["target"], one["written"] is not None) for one in first.objects]
    assert read_certificates(together.read_bytes()) == read_certificates(alone.read_bytes())


def test_a_repair_by_a_cluster_prints_the_bundle_alone(lab: Lab, running: RunningCluster) -> None:
    words = (lab.host("leaf-only").target, "--trust", lab.trust_file, "--no-pool", "--dask", running.address)
    done = tlschain("fix", *words)
    assert done.code == 0
    assert done.out.startswith("# CA bundle for ")
    assert "✚ repairable" in done.err
    refused = tlschain("fix", *words, "--crl")
    assert refused.complaint.startswith("--crl gathers the lists of all hosts in one process")


def test_what_a_worker_alone_could_not_repair_counts_as_it_is_in_the_end(
    lab: Lab, tmp_path: Path, running: RunningCluster
) -> None:
    """What one host serves is what the other lacks; hosts of an earlier run count by their lines."""
    targets, kept = [lab.host(name).target for name in ("complete", "leaf-only")], tmp_path / "kept.jsonl"
    words = ("--offline", "--resume", kept, "--dask", running.address)
    done = fix(lab, *targets, *words)
    assert ([one["status"] for one in done.objects], done.code) == (["complete", "repairable"], 0), done.err
    again = fix(lab, *targets, lab.host("expired-leaf").target, *words)
    assert ([one["status"] for one in again.objects], again.code) == (["invalid"], 1)


def test_no_bundle_of_the_rest_is_printed_by_a_cluster_either(
    lab: Lab, tmp_path: Path, running: RunningCluster
) -> None:
    words = (lab.host("leaf-only").target, "--trust", lab.trust_file, "--no-pool", "--dask", running.address)
    done = tlschain("fix", *words, "--resume", tmp_path / "kept.jsonl")
    assert (done.code, done.out) == (0, "")
    assert "✚ repairable" in done.err
    assert done.err.splitlines()[-1].startswith(
        "tlschain: No bundle is printed, since --resume leaves some hosts out"
    )


@pytest.mark.parametrize(
    ("ending", "code", "last"),
    [
        (KeyboardInterrupt(), 130, "tlschain: interrupted"),
        (Terminated(signal.SIGTERM), 143, "tlschain: terminated"),
        (OutputLost("x cannot be written: no space left on device."), 2, "tlschain: x cannot be written"),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_what_came_from_workers_is_printed_where_a_repair_is_interrupted(
    lab: Lab,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: BaseException,
    code: int,
    last: str,
    *,
    as_json: bool,
) -> None:
    """No file is written: it would be of some hosts alone."""
    lines = fix(lab, *(lab.host(name).target for name in ("complete", "leaf-only"))).out.splitlines()

    def interrupted(_: object, __: object, ___: object, ____: object, results: Results) -> None:
        for line in lines:
            result = HostResult.from_json(line)
            results.take(Outcome(Target("localhost"), line, 0, result.status))
        raise ending

    monkeypatch.setattr(fix_command, "run_each", interrupted)
    words = ("--trust", lab.trust_file, "--no-pool", "--dask", "local:1", *(("--json",) if as_json else ()))
    done = tlschain("fix", "localhost", *words, "-o", tmp_path / "bundle.pem")
    assert done.code == code
    assert done.err.splitlines()[-1].startswith(last)
    assert not (tmp_path / "bundle.pem").exists()
    if as_json:
        assert [one["status"] for one in done.objects] == ["complete", "repairable"]
    else:
        assert (done.out, "✚ repairable" in done.err) == ("", True)


def test_a_terminal_that_is_gone_ends_a_repair_as_what_ended_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    line = fix(lab, lab.host("complete").target).out.rstrip("\n")

    def terminated(_: object, __: object, ___: object, ____: object, results: Results) -> None:
        results.take(Outcome(Target("localhost"), line, 0, "complete"))
        raise Terminated(signal.SIGTERM)

    def gone(*_: object, **__: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fix_command, "run_each", terminated)
    monkeypatch.setattr(fix_command, "print_merged", gone)
    assert tlschain("fix", "localhost", "--trust", lab.trust_file, "--no-pool", "--dask", "local:1").code == 143


def test_ctrl_c_keeps_what_a_cluster_has_repaired(lab: Lab, tmp_path: Path, running: RunningCluster) -> None:
    """The last host gives no answer; those of the parts before it are printed as they are with one another."""

    async def stall(stream: Stream) -> None:
        while await stream.receive():
            pass

    hosts, kept, pause = listed(lab, tmp_path, 60), tmp_path / "kept.jsonl", threading.Event()
    with hosts.open("a") as file:
        file.write(f"late.example connect-to=127.0.0.1:{lab.listen(stall)}\n")
    words = ("--hosts", hosts, "--trust", lab.trust_file, "--json", "--no-pool", "--offline", "--resume", kept)
    with started("fix", *words, "--timeout", "30", "--dask", running.address) as running_fix:
        while not (kept.exists() and kept.read_bytes().count(b"\n") >= 40):
            assert running_fix.poll() is None
            pause.wait(0.05)
        running_fix.send_signal(signal.SIGINT)
        out, err = running_fix.communicate(timeout=SECONDS)
    assert (running_fix.returncode, err.decode().splitlines()[-1]) == (130, "tlschain: interrupted")
    printed = [json.loads(line) for line in out.splitlines()]
    assert len(printed) == kept.read_bytes().count(b"\n") >= 40
    assert {one["status"] for one in printed} == {"complete", "repairable", "invalid"}
