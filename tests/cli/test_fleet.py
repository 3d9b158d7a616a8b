"""Lists of hosts that are interrupted, gone on with, divided and compared: each beside an undisturbed run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import PROGRAM, ROOT, SECONDS, Done, started, tlschain
from tests.support.posix import KILL, files_of_at_most, open_terminal, read_terminal
from tests.support.proxy import ConnectProxy, start
from tui_chain.lab.authority import Template, key_to_pem, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import DEFAULT_TLS, Credentials, make_context, tls_handler

COUNT = 40


def hosts_of(lab: Lab, count: int = COUNT) -> list[str]:
    """Lines of hosts that are told apart by their names, some complete, some without their intermediate."""
    names = ("complete", "leaf-only", "complete", "expired-leaf")
    lines = []
    for number in range(count):
        port = lab.host(names[number % len(names)]).port
        lines.append(f"host-{number}.example verify-name=localhost connect-to=127.0.0.1:{port} the label {number}")
    return lines


def with_identity(lab: Lab, tmp_path: Path, lines: list[str], place: int) -> None:
    """Have a host's line name a client's certificate with its key."""
    client, file = lab.hierarchy["issuing"].issue_leaf(("client.test",)), tmp_path / "client.pem"
    file.write_bytes(to_pem([client.der]) + key_to_pem(client.key))
    words = lines[place].split(" ")
    lines[place] = " ".join([*words[:3], f"cert={file}", *words[3:]])


@pytest.fixture
def listed(lab: Lab, tmp_path: Path) -> Path:
    path = tmp_path / "hosts.txt"
    path.write_text("\n".join(hosts_of(lab)) + "\n")
    return path


def timeless(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The objects of lines without what differs between any two runs."""
    found = [json.loads(line) for line in lines]
    return [{name: value for name, value in one.items() if name not in {"time", "timings"}} for one in found]


def in_order_of_hosts(lines: Iterable[str]) -> list[dict[str, Any]]:
    return sorted(timeless(lines), key=lambda one: int(one["label"].split()[-1]))


def check(lab: Lab, *words: str | Path, stdin: bytes = b"") -> Done:
    return tlschain("check", *words, "--trust", lab.trust_file, "--json", stdin=stdin)


def fix(lab: Lab, *words: str | Path) -> Done:
    return tlschain("fix", *words, "--trust", lab.trust_file, "--json", "--no-pool")


def test_results_keep_the_order_of_the_list(lab: Lab, listed: Path) -> None:
    done = check(lab, "--hosts", listed)
    assert done.code == 1
    assert [one["label"] for one in done.objects] == [f"the label {number}" for number in range(COUNT)]


def test_without_order_they_are_the_same(lab: Lab, listed: Path) -> None:
    ordered, any_order = check(lab, "--hosts", listed), check(lab, "--hosts", listed, "--unordered")
    assert in_order_of_hosts(any_order.out.splitlines()) == timeless(ordered.out.splitlines())


@pytest.mark.parametrize("command", [check, fix])
def test_the_parts_of_a_list_are_together_the_whole(lab: Lab, listed: Path, command: Any) -> None:
    whole = command(lab, "--hosts", listed)
    parts = [command(lab, "--hosts", listed, "--shard", f"{number}/3") for number in (1, 2, 3)]
    lines = [line for part in parts for line in part.out.splitlines()]
    assert [len(part.objects) for part in parts] == [14, 13, 13]
    together = in_order_of_hosts(lines)
    if command is fix:
        # where a link came from is another host in another part
        assert [one["status"] for one in together] == [one["status"] for one in whole.objects]
    else:
        assert together == timeless(whole.out.splitlines())


@pytest.mark.parametrize("words", ["0/2", "3/2", "x"])
def test_a_part_that_is_none_says_how_it_is_written(words: str) -> None:
    done = tlschain("check", "--shard", words, "a.test")
    assert done.code == 2
    assert f"{words} is no part of a list; write the second of five parts as 2/5." in done.err


def test_a_run_that_was_killed_is_gone_on_with(lab: Lab, listed: Path, tmp_path: Path) -> None:
    """By SIGKILL, in the middle; then its last line is torn as well."""
    whole, kept = check(lab, "--hosts", listed), tmp_path / "out.jsonl"
    words = ("check", "--hosts", listed, "--trust", lab.trust_file, "--json", "--resume", kept, "--jobs", "1")
    with started(*words) as running:
        assert running.stdout is not None
        for _ in range(5):
            assert running.stdout.readline()
        running.send_signal(KILL)
        running.communicate(timeout=SECONDS)
    data = kept.read_bytes()
    count = data.count(b"\n")
    assert 5 <= count < COUNT
    kept.write_bytes(data[: data.rindex(b"\n", 0, -1) + 100])
    rest = check(lab, "--hosts", listed, "--resume", kept)
    assert rest.code == 1
    assert len(rest.objects) == COUNT - (count - 1)
    assert "its last line was torn and is taken out; that host is done again." in rest.err
    first = min(one["time"] for one in map(json.loads, data.decode().splitlines()[: count - 1]))
    assert f"{count - 1} hosts of {kept} left out, probed from {first[:10]} on." in rest.err
    assert in_order_of_hosts(kept.read_text().splitlines()) == timeless(whole.out.splitlines())
    again = check(lab, "--hosts", listed, "--resume", kept)
    assert (again.code, again.out) == (1, ""), "the whole has one exit code, however often it was begun"


def test_a_repair_that_was_killed_is_gone_on_with(lab: Lab, listed: Path, tmp_path: Path) -> None:
    whole, kept = fix(lab, "--hosts", listed), tmp_path / "out.jsonl"
    kept.write_text("".join(f"{line}\n" for line in whole.out.splitlines()[:7]) + whole.out.splitlines()[7][:99])
    rest = fix(lab, "--hosts", listed, "--resume", kept)
    assert len(rest.objects) == COUNT - 7
    statuses = [(one["target"], one["status"]) for one in map(json.loads, kept.read_text().splitlines())]
    assert statuses == [(one["target"], one["status"]) for one in whole.objects]


def test_a_file_of_something_else_is_not_added_to(lab: Lab, listed: Path) -> None:
    before = listed.read_bytes()
    done = check(lab, "--hosts", listed, "--resume", listed)
    assert done.code == 2
    assert "holds no results of this version; nothing was added to it." in done.complaint
    assert listed.read_bytes() == before


def test_one_bundle_is_not_made_of_what_was_left(lab: Lab, listed: Path, tmp_path: Path) -> None:
    done = fix(lab, "--hosts", listed, "--resume", tmp_path / "x.jsonl", "-o", tmp_path / "b.pem")
    assert done.code == 2
    assert done.complaint.startswith("-o writes one file for all hosts, and --resume leaves some out.")
    assert not (tmp_path / "x.jsonl").exists()


def test_only_what_changed_is_printed_and_counts(lab: Lab, listed: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.jsonl"
    before.write_text(check(lab, "--hosts", listed).out)
    same = check(lab, "--hosts", listed, "--baseline", before)
    assert (same.code, same.out, same.err) == (0, "", "")
    lines = listed.read_text().splitlines()
    lines[1] = f"new.example connect-to=127.0.0.1:{lab.host('complete').port} verify-name=localhost"
    listed.write_text("\n".join(lines[1:]) + "\n")
    done = check(lab, "--hosts", listed, "--baseline", before)
    assert [(one["target"], one["changes"]) for one in done.objects] == [
        ("new.example:443", ["The baseline does not have this host."])
    ]
    assert done.code == 0
    assert "2 hosts of the baseline were not in this run: host-0.example:443, host-1.example:443." in done.err


def test_a_chain_that_broke_since_is_said_in_words(lab: Lab, tmp_path: Path) -> None:
    """The same host, which sends its intermediate no longer."""
    before, target = tmp_path / "before.jsonl", lab.host("leaf-only").target
    line = check(lab, target).objects[0]
    good = check(lab, lab.host("complete").target).objects[0]
    before.write_text(json.dumps(good | {"target": line["target"]}) + "\n")
    done = check(lab, target, "--baseline", before)
    (found,) = done.objects
    assert done.code == 1
    assert found["changes"][0] == "The status changed from complete to incomplete."
    assert found["changes"][-1].startswith("New finding: missing-issuer")
    text = tlschain("check", target, "--trust", lab.trust_file, "--baseline", before)
    assert "  changed   The status changed from complete to incomplete.\n" in text.out


def test_hosts_of_a_pipe_are_done_while_somebody_writes(lab: Lab) -> None:
    target = lab.host("complete").target
    command = ("check", "--hosts", "-", "--trust", str(lab.trust_file), "--json")
    with subprocess.Popen((*PROGRAM, *command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(f"{target}\n".encode())
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["target"] == target
        running.stdin.write(f"{lab.host('leaf-only').target}".encode())
        running.stdin.close()
        assert json.loads(running.stdout.readline())["status"] == "incomplete"
    assert running.returncode == 1


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("command", "count"), [("check", 6), ("fix", 3)])
def test_ctrl_c_keeps_what_is_done(lab: Lab, tmp_path: Path, command: str, count: int, ending: int) -> None:
    """The first host gives no answer: those behind it are done and wait for their turn.

    To a repair those are done that need none.
    """
    connected = threading.Event()

    async def stall(stream: Stream) -> None:
        while await stream.receive():
            connected.set()

    listed = tmp_path / "hosts"
    listed.write_text("\n".join([f"localhost:{lab.listen(stall)}", *hosts_of(lab, 6)]) + "\n")
    kept, log = tmp_path / "out.jsonl", tmp_path / "log"
    words = ("--hosts", listed, "--timeout", "60", "--resume", kept, "--log", log, "--jobs", "1000")
    with started(command, *words, "--trust", lab.trust_file, "--json") as running:
        assert connected.wait(SECONDS)
        deadline = threading.Event()
        while log.read_text().count(": ") < count and not deadline.wait(0.05):
            assert running.poll() is None
        running.send_signal(ending)
        out, err = running.communicate(timeout=SECONDS)
    code, word = (130, "interrupted") if ending == signal.SIGINT else (143, "terminated")
    next_step = f"tlschain: What is done is in {kept}; the same command goes on with it."
    assert (running.returncode, err.decode()) == (code, f"{next_step}\ntlschain: {word}\n")
    assert len(out.splitlines()) == count
    assert kept.read_bytes() == out


def progress_of(lab: Lab, wanted: bytes, *words: str | Path, columns: int = 120) -> bytes:
    """What a terminal shows of a run that is interrupted once `wanted` stands there."""
    master, slave = open_terminal(columns=columns)
    shown = b""
    with started(*words, "--timeout", "60", "--trust", lab.trust_file, stderr=slave) as running:
        os.close(slave)
        while wanted not in shown:
            shown += os.read(master, 65536)
        running.send_signal(signal.SIGINT)
        shown += read_terminal(master)
        running.communicate(timeout=SECONDS)
    os.close(master)
    return shown


async def _stall(stream: Stream) -> None:
    while await stream.receive():
        pass


@pytest.mark.parametrize("words", [("check",), ("fix", "--no-pool")])
def test_progress_counts_what_is_done_behind_a_slow_host(lab: Lab, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Blank lines, comments and what stands there twice are no hosts; the counts stay when it ends."""
    slow, *others = f"localhost:{lab.listen(_stall)}", *hosts_of(lab, 6)
    listed = tmp_path / "hosts"
    listed.write_text("\n".join(["# the fleet", "", slow, *others, others[0], "  # end"]) + "\n")
    shown = progress_of(lab, b" 6/7 hosts probed", *words, "--hosts", listed)
    assert b"\r\n" in shown.rpartition(b"6 hosts probed in ")[2], shown
    assert "· 3 complete · 2 incomplete · 1 invalid".encode() in shown


def test_progress_of_a_resumed_run_is_of_what_is_left(lab: Lab, tmp_path: Path) -> None:
    done, others = hosts_of(lab, 8)[:6], hosts_of(lab, 8)[6:]
    listed, kept = tmp_path / "hosts", tmp_path / "out.jsonl"
    listed.write_text("\n".join(done) + "\n")
    check(lab, "--hosts", listed, "--resume", kept)
    listed.write_text("\n".join([*done, f"localhost:{lab.listen(_stall)}", *others]) + "\n")
    progress_of(lab, b" 2/3 hosts probed", "check", "--hosts", listed, "--json", "--resume", kept)


@pytest.mark.parametrize("columns", [50, 140])
def test_progress_is_as_wide_as_its_own_terminal(lab: Lab, tmp_path: Path, columns: int) -> None:
    """Standard output is a pipe here, as where results go to a file."""
    listed = tmp_path / "hosts"
    listed.write_text("\n".join([*hosts_of(lab, 4), f"localhost:{lab.listen(_stall)}"]) + "\n")
    shown = progress_of(lab, b" 4/5 hosts probed \xc2\xb7 ", "check", "--hosts", listed, columns=columns)
    lines = [line.removeprefix("\x1b[K") for line in shown.decode().split("\r") if " 4/5 hosts" in line]
    assert all(len(line) < columns for line in lines), lines
    assert (columns > 80) == any(line.endswith("1 invalid") for line in lines), lines


def test_a_slow_host_lets_others_go_by_without_order(lab: Lab, tmp_path: Path) -> None:
    async def stall(stream: Stream) -> None:
        while await stream.receive():
            pass

    listed = tmp_path / "hosts"
    listed.write_text("\n".join([f"localhost:{lab.listen(stall)}", *hosts_of(lab, 3)]) + "\n")
    words = ("--hosts", listed, "--timeout", "60", "--unordered", "--trust", lab.trust_file, "--json")
    with started("check", *words) as running:
        assert running.stdout is not None
        targets = {json.loads(running.stdout.readline())["target"] for _ in range(3)}
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=SECONDS)
    assert targets == {f"host-{number}.example:443" for number in range(3)}


def test_a_root_that_nobody_knows_over_unrelated_hosts_is_a_line_of_its_own(lab: Lab, tmp_path: Path) -> None:
    """Behind a proxy no address is known, so that such hosts may be public ones."""
    names = ("shop.example", "bank.test", "mail.bank.test")
    proxy = start(lab, ConnectProxy(names=dict.fromkeys(names, "127.0.0.1")))
    listed, port = tmp_path / "hosts", lab.host("unknown-root-served").port
    listed.write_text("\n".join(f"{name}:{port} verify-name=localhost" for name in names) + "\n")
    words = ("--hosts", listed, "--proxy", proxy)
    done = check(lab, *words)
    *hosts, joint = done.objects
    assert [one["status"] for one in hosts] == ["untrusted"] * 3, hosts
    assert all(found["code"] != "shared-unknown-root" for one in hosts for found in one["findings"])
    assert (joint["kind"], joint["code"], joint["count"]) == ("shared-root", "shared-unknown-root", 3)
    text = tlschain("check", *words, "--trust", lab.trust_file).out
    assert "! shared-unknown-root" in text


def test_a_list_says_what_stands_in_it_twice(lab: Lab) -> None:
    target = lab.host("complete").target
    done = check(lab, "--hosts", "-", stdin=f"{target}\n{target}\n{target} again\n".encode())
    assert len(done.objects) == 1
    expected = f"tlschain: standard input, 2 lines name a host that stands above already, first line 2: {target}.\n"
    assert (done.code, done.err) == (0, expected)


def test_quiet_says_no_more_than_what_is_wrong(lab: Lab, tmp_path: Path) -> None:
    target = lab.host("leaf-only").target
    quiet = tlschain("fix", target, "--trust", lab.trust_file, "--no-pool", "-q", "-o", tmp_path / "b.pem")
    assert quiet.code == 0
    assert quiet.err.startswith("wrote ")
    wrong = check(lab, "--hosts", "-", "-q", stdin=f"..\n{target}\n{target}\n".encode())
    assert wrong.err.count("\n") == 1
    assert "line 1: '..' is not a target." in wrong.err


def test_a_log_has_each_host_with_the_time(lab: Lab, listed: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    loud = check(lab, "--hosts", listed, "-v", "--log", log)
    assert "host-0.example:443: complete, accepted by all 9 client families\n" in loud.err
    lines = log.read_text().splitlines()
    assert len([line for line in lines if " host-" in line]) == COUNT
    assert all(line[:4].isdigit() and line[23] == "Z" for line in lines), lines


def test_a_log_that_cannot_be_written_ends_the_command(lab: Lab, tmp_path: Path) -> None:
    done = check(lab, lab.host("complete").target, "--log", tmp_path)
    assert done.code == 2
    assert done.complaint == f"The log {tmp_path} cannot be written: is a directory. Check its path and rights."


def test_what_did_not_change_counts_as_little_when_it_is_gone_on_with(lab: Lab, listed: Path, tmp_path: Path) -> None:
    """Neither in the exit code, nor as hosts that the baseline alone has."""
    before, kept = tmp_path / "before.jsonl", tmp_path / "kept.jsonl"
    before.write_text(check(lab, "--hosts", listed).out)
    for _ in range(2):
        done = check(lab, "--hosts", listed, "--baseline", before, "--resume", kept)
        assert (done.code, done.out) == (0, "")
        assert "were not in this run" not in done.err
    lines = before.read_text().splitlines()
    before.write_text("\n".join(line for line in lines if "label 1" not in line) + "\n")
    assert check(lab, "--hosts", listed, "--baseline", before, "--resume", kept).code == 1, "some are new"


def test_a_wrong_line_in_what_is_gone_on_with_is_said(lab: Lab, listed: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    listed.write_text(listed.read_text().splitlines()[0])
    line = json.loads(check(lab, "--hosts", listed).out)
    kept.write_text(json.dumps({**line, "served": [7]}) + "\n")
    done = check(lab, "--hosts", listed, "--resume", kept)
    assert (done.code, done.out) == (2, "")
    assert f"tlschain: {kept}: 1 host of it has a line that is wrong.\n" in done.err


def test_a_host_is_one_whether_or_not_it_was_reached(lab: Lab, tmp_path: Path) -> None:
    """The options of the whole run are in its line either way, so that a merge sees one host."""
    names: dict[str, str] = {}
    proxy, port = start(lab, ConnectProxy(names=names)), lab.host("complete").port
    files, statuses = (tmp_path / "first", tmp_path / "second"), []
    for file in files:
        done = check(lab, f"shop.example:{port}", "--verify-name", "localhost", "--tls1.3", "--proxy", proxy)
        file.write_text(done.out)
        statuses.append(done.objects[0]["status"])
        names["shop.example"] = "127.0.0.1"
    assert statuses == ["unreachable", "complete"]
    merged = tlschain("merge", *files, "--trust", lab.trust_file, "--json")
    assert [one["status"] for one in merged.objects] == ["complete"]


@pytest.mark.parametrize("option", ["--resume", "--baseline"])
@pytest.mark.parametrize("there", [True, False])
def test_results_are_not_written_over_what_they_go_on_from(
    lab: Lab, listed: Path, tmp_path: Path, option: str, *, there: bool
) -> None:
    kept, other = tmp_path / "kept.jsonl", tmp_path / "other.jsonl"
    if there:
        kept.write_text(check(lab, "--hosts", listed).out)
        other.symlink_to(kept)
    before = kept.read_bytes() if there else None
    done = check(lab, "--hosts", listed, option, kept, "-o", other if there else kept, "--replace")
    assert done.code == 2
    expected = f"-o and {option} name one file, which would hold the hosts of this run alone."
    assert done.complaint == f"{expected} Name another with -o, or leave it out."
    assert (kept.read_bytes() if kept.exists() else None) == before


@pytest.mark.parametrize(
    ("command", "words", "shown"),
    [
        ("test", (), "✓ before"),
        ("advise", ("--only", "letter"), "does not send 1 intermediate"),
        ("report", (), "# TLS certificate report"),
        ("report", ("--format", "json"), '"status": "complete"'),
    ],
)
def test_ctrl_c_keeps_what_every_command_has_printed(
    lab: Lab, command: str, words: tuple[str, ...], shown: str
) -> None:
    """The second host's issuer is at an address that answers nobody: the first is printed before that ends."""
    asked = threading.Event()

    async def silent(stream: Stream) -> None:
        asked.set()
        while await stream.receive():
            pass

    url = f"http://127.0.0.1:{lab.listen(silent)}/issuer.cer"
    leaf = lab.hierarchy["lower-issuing"].issue_leaf(["localhost"], Template(urls=(url,)))
    serve = tls_handler(make_context(lab.folder, Credentials([leaf.der], leaf.key), DEFAULT_TLS), "")
    names = ("leaf-only",) if command == "advise" else ("complete",)
    targets = [*(lab.host(name).target for name in names), f"localhost:{lab.listen(serve)}"]
    private = ("--no-pool",) if command == "advise" else ()
    with started(command, *targets, "--trust", lab.trust_file, *private, "--timeout", "60", *words) as running:
        assert running.stdout is not None
        seen = b""
        while shown.encode() not in seen:
            piece = running.stdout.readline()
            assert piece, seen
            seen += piece
        assert asked.wait(SECONDS)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=SECONDS)
    assert running.returncode == 130
    assert err.endswith(b"tlschain: interrupted\n")


def test_a_log_is_added_to_no_other_file(lab: Lab, tmp_path: Path) -> None:
    """A private key above all."""
    file = tmp_path / "key.pem"
    file.write_bytes(key_to_pem(lab.hierarchy["issuing"].issue_leaf(("key.test",)).key))
    before = file.read_bytes()
    done = check(lab, lab.host("complete").target, "--log", file)
    assert (done.code, file.read_bytes()) == (2, before)
    assert done.complaint == f"{file} is no log of ours; nothing was added to it. Name a new file with --log."


@pytest.mark.parametrize("option", ["--resume", "--baseline"])
def test_no_bundle_of_the_rest_is_printed_as_if_it_were_the_whole(lab: Lab, tmp_path: Path, option: str) -> None:
    """The command that makes one for all is said, and does."""
    kept, target = tmp_path / "kept.jsonl", lab.host("leaf-only").target
    kept.write_text(fix(lab, lab.host("complete").target).out)
    done = tlschain("fix", target, "--trust", lab.trust_file, "--no-pool", option, kept)
    assert (done.code, done.out) == (0, "")
    assert "✚ repairable" in done.err
    merge = f"tlschain merge {kept if option == '--resume' else 'FILE'} -o BUNDLE"
    expected = f"No bundle is printed, since {option} leaves some hosts out; `{merge}` writes one for all."
    assert done.err.splitlines()[-1] == f"tlschain: {expected}"
    bundle = tmp_path / "bundle.pem"
    assert tlschain("merge", kept, "--trust", lab.trust_file, "-o", bundle).code == 0
    assert bundle.exists() == (option == "--resume")


def test_a_host_that_speaks_tls_at_once_is_done_though_its_protocol_was_to_be_found(lab: Lab, tmp_path: Path) -> None:
    kept, port = tmp_path / "kept.jsonl", lab.host("complete").port
    words = (f"localhost:{port}", "--starttls", "auto", "--timeout", "2")
    first = check(lab, *words, "--resume", kept)
    assert [one["target"] for one in first.objects] == [f"localhost:{port}"]
    again = check(lab, *words, "--resume", kept)
    assert (again.code, again.out) == (0, "")
    assert f"1 host of {kept} left out" in again.err
    compared = check(lab, *words, "--baseline", kept)
    assert (compared.code, compared.out, compared.err) == (0, "", "")


def test_a_full_disk_behind_the_results_is_told(lab: Lab, listed: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    with files_of_at_most(12 << 10):
        done = check(lab, "--hosts", listed, "--resume", kept)
    assert done.code == 2
    assert done.err.splitlines()[-1] == f"tlschain: {kept} cannot be written: file too large."
    rest = check(lab, "--hosts", listed, "--resume", kept)
    assert rest.code == 1
    assert len(kept.read_text().splitlines()) == COUNT


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_behind_the_log_is_told_once_and_ends_nothing(lab: Lab) -> None:
    done = check(lab, lab.host("complete").target, "--log", "/dev/full")
    assert (done.code, len(done.objects)) == (0, 1)
    assert done.err == "tlschain: The log cannot be written any more: no space left on device.\n"
