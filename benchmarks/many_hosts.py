"""The screen with 5,000 hosts, in a real terminal, beside a bare app of the same toolkit with a table as long.

CPU is that of the whole process, from the key to the output with which the answer stands on the screen.
"""

from __future__ import annotations

import os
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bare_app import HELP
from benchmarks.ground import ADDRESSES, Ground, ground
from benchmarks.timing import as_installed
from tests.support.posix import cpu_seconds, memory_bytes
from tests.support.terminal import Program, in_terminal

ROWS, COLUMNS = 40, 120
WHOLE, ALONE = 80, 20
"""Ports that serve a whole chain and a leaf alone: on 50 addresses they are 5,000 hosts."""
STALLED_PORTS = 20
"""On 50 addresses: 1,000 hosts that accept and never answer."""
TRIES = 24
SECONDS = 60.0
"""How long one key may take."""
START_SECONDS = 300.0
"""How long the first probes may take to begin."""
LOADED_SECONDS = 120.0
"""How long the tries while hosts are probed may take altogether."""
PROBED_SECONDS = 900.0
"""How long all hosts may take."""
PAUSE = 0.5
"""Seconds between two tries, in which some hosts are probed."""
QUIET = 0.25
"""Seconds without output after which a screen stands still."""
DIALOGS = {
    "a": "add",
    "w": "write",
    "x": "instructions",
    "E": "explain",
    "b": "audit",
    "s": "report",
    "m": "request",
}


@dataclass
class Figures:
    """CPU seconds by what was done, and resident bytes at the end."""

    cpu: dict[str, list[float]] = field(default_factory=dict)
    memory: int = 0

    def add(self, what: str, seconds: float) -> None:
        """Take one more measurement."""
        self.cpu.setdefault(what, []).append(seconds)


def run() -> Iterator[tuple[str, str]]:
    """Measure keys, dialogs and memory with 5,000 hosts, then how soon 1,000 stalled ones are left."""
    bare = _bare()
    yield from _rows(_ours(), bare)
    yield _quit_row()


# what is measured


def _ours() -> Figures:
    with ground(WHOLE, ALONE) as there:
        ports = sorted((*there.incomplete, *there.ports), key=lambda port: port not in there.incomplete)
        hosts = [f"{address}:{port}" for port, address in product(ports, ADDRESSES)]
        with _screen(hosts, trust=there.trust) as program:
            figures = Figures()
            _loaded(program, there, hosts, figures)
            _probed(program, there, len(hosts))
            _idle(program, hosts, figures)
            _dialogs(program, figures)
            figures.memory = memory_bytes(program.process.pid)
    return figures


def _bare() -> Figures:
    labels = [f"host{number}" for number in range((WHOLE + ALONE) * len(ADDRESSES))]
    command = [sys.executable, "-m", "benchmarks.bare_app", str(len(labels))]
    with _terminal(command) as program:
        program.shows(f"{labels[-1]} ")
        program.rests(QUIET)
        figures = Figures()
        for _ in range(TRIES):
            figures.add("help", _help(program))
        _idle(program, labels, figures)
        figures.add("dialog", _until_still(program, "a"))
        figures.memory = memory_bytes(program.process.pid)
    return figures


def _loaded(program: Program, there: Ground, hosts: list[str], figures: Figures) -> None:
    """Press keys while hosts are probed; where all have been, probe them again."""
    deadline = time.monotonic() + LOADED_SECONDS
    program.until(lambda: there.count() > len(hosts) // 50, "for the first probes", START_SECONDS)
    for place in range(1, len(hosts)):
        before = there.count()
        opened = _help(program)
        program.until(_after(PAUSE), "")  # the help has been left by then
        moved = _move(program, hosts[place])
        program.until(_after(PAUSE), "")
        if there.count() > before:
            figures.add("help while probing", opened)
            figures.add("j while probing", moved)
        else:
            program.send("R")
            program.until(lambda before=before: there.count() > before, "for more probes", START_SECONDS)  # type: ignore[misc]
        if len(figures.cpu.get("help while probing", ())) == TRIES or time.monotonic() > deadline:
            break


def _after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have passed from now."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _probed(program: Program, there: Ground, hosts: int) -> None:
    """Wait until no host is probed any more."""
    deadline = time.monotonic() + PROBED_SECONDS
    before = -1
    while (now := there.count()) != before or now < hosts:
        if time.monotonic() > deadline:
            raise SystemExit(f"not all are probed: {now}\n{program.text}")
        before = now
        program.rests(1.0, seconds=2.0)
    program.rests(QUIET)


def _idle(program: Program, labels: list[str], figures: Figures) -> None:
    """Move down from the first row, once the screen stands still."""
    program.send("g")
    program.until(lambda: labels[0] in _headline(program), "for the first host")
    program.rests(QUIET)
    for label in labels[1 : TRIES + 1]:
        figures.add("j", _until_still(program, "j"))
        if label not in _headline(program):
            raise SystemExit(f"j did not lead to {label}\n{program.text}")


def _dialogs(program: Program, figures: Figures) -> None:
    """Open each dialog once on a host that was repaired."""
    program.send("g", "f")
    program.rests(QUIET)
    program.send("1")
    program.rests(QUIET)
    for key, name in DIALOGS.items():
        before = program.text
        figures.add(name, _until_still(program, key))
        if program.text == before:
            raise SystemExit(f"{key} opened nothing\n{program.text}")
        program.send("escape")
        program.rests(QUIET)


def _help(program: Program) -> float:
    """Open the help, and close it again; return the CPU seconds of the opening."""
    taken = _until(program, "question_mark", lambda: HELP in program.text)
    program.send("escape")
    program.until(lambda: HELP not in program.text, "for the end of the help")
    return taken


def _move(program: Program, label: str) -> float:
    return _until(program, "j", lambda: label in _headline(program))


def _headline(program: Program) -> str:
    return f"{program.screen.lines[0]} "


def _until(program: Program, key: str, condition: Callable[[], bool]) -> float:
    """CPU seconds from a key to the output after which a condition holds."""
    while program.take(0):
        pass
    deadline = time.monotonic() + SECONDS
    pid = program.process.pid
    before = after = cpu_seconds(pid)
    program.send(key)
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{key} has no answer\n{program.text}")
        program.wait(1.0)
        after = cpu_seconds(pid)
        program.take(0)
    return after - before


def _until_still(program: Program, key: str) -> float:
    """CPU seconds from a key to the last output, of a screen that stood still and does so again."""
    before = cpu_seconds(program.process.pid)
    program.send(key)
    if not program.wait(SECONDS):
        raise SystemExit(f"{key} paints nothing\n{program.text}")
    return program.rests(QUIET) - before


# the end


def _quit_row() -> tuple[str, str]:
    with _stalled() as hosts, _screen(hosts) as program:
        program.until(lambda: "TLS" in program.text, "for the first handshakes")
        program.rests(QUIET, seconds=2.0)
        started = time.monotonic()
        program.send("q")
        program.end()
        ours = time.monotonic() - started
    with _terminal([sys.executable, "-m", "benchmarks.bare_app", str(len(hosts))]) as program:
        program.shows("host0")
        program.rests(QUIET)
        started = time.monotonic()
        program.send("q")
        program.end()
        bare = time.monotonic() - started
    name = f"q with {len(hosts):,} stalled hosts, to the end / bare app"
    return name, f"{1000 * ours:7.1f} ms / {1000 * bare:6.1f} ms = {ours / bare:5.2f}  (at most 1000 ms)"


@contextmanager
def _stalled() -> Iterator[list[str]]:
    """Listeners that the system alone answers: connections are taken, and nothing ever comes."""
    with ExitStack() as stack:
        hosts = []
        for address, _ in product(ADDRESSES, range(STALLED_PORTS)):
            listener = stack.enter_context(socket.create_server((address, 0), backlog=8))
            hosts.append(f"{address}:{listener.getsockname()[1]}")
        yield hosts


# programs in terminals


@contextmanager
def _screen(hosts: list[str], trust: Path | None = None) -> Iterator[Program]:
    """`tlschain-tui` on these hosts, the cursor on the first."""
    with TemporaryDirectory(prefix="tlschain-bench-") as folder:
        listed = Path(folder, "hosts.txt")
        listed.write_text("\n".join(hosts), encoding="ascii")
        chosen: list[str | Path] = ["--trust", trust] if trust is not None else []
        command = [sys.executable, "-m", "tui_chain.tui.start", "--no-pool", "--hosts", listed, *chosen]
        with _terminal(command, Path(folder)) as program:
            program.until(lambda: hosts[0] in _headline(program), "for the first host")
            yield program


@contextmanager
def _terminal(command: Sequence[str | Path], home: Path | None = None) -> Iterator[Program]:
    """A program in a terminal of 120x40, whose folders of the user are in `home`; a failure is one of the run."""
    kinds = ("CONFIG", "DATA", "STATE", "CACHE") if home is not None else ()
    folders = {f"XDG_{kind}_HOME": str(home) for kind in kinds}
    environment = as_installed() | folders | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with in_terminal(command, environment=environment, rows=ROWS, columns=COLUMNS) as program:
        try:
            yield program
        except AssertionError as error:
            raise SystemExit(str(error)) from None


# the table


def _rows(ours: Figures, bare: Figures) -> Iterator[tuple[str, str]]:
    hosts = (WHOLE + ALONE) * len(ADDRESSES)
    loaded = f"{hosts:,} hosts being probed"
    yield _row(f"?, p50, {loaded} / bare app", _half(ours, "help while probing"), _half(bare, "help"), "")
    yield _row(
        f"?, p95, {loaded} / bare app", _most(ours, "help while probing"), _most(bare, "help"), "at most 50 ms"
    )
    yield _row(f"j, p50, {loaded} / bare app", _half(ours, "j while probing"), _half(bare, "j"), "")
    yield _row(f"j, p95, {loaded} / bare app", _most(ours, "j while probing"), _most(bare, "j"), "at most 15 ms")
    yield _row(f"j, p50, {hosts:,} hosts, idle / bare app", _half(ours, "j"), _half(bare, "j"), "")
    yield _row(f"j, p95, {hosts:,} hosts, idle / bare app", _most(ours, "j"), _most(bare, "j"), "at most 15 ms")
    for key, name in DIALOGS.items():
        what = f"first opening of a dialog: {key} {name} / bare app"
        yield _row(what, ours.cpu[name][0], bare.cpu["dialog"][0], "at most 100 ms")
    ratio = ours.memory / bare.memory
    figure = f"{ours.memory / 2**20:7.1f} MB / {bare.memory / 2**20:6.1f} MB = {ratio:5.2f}  (at most 150 MB)"
    yield f"memory with {hosts:,} hosts, all probed / bare app", figure


def _row(name: str, ours: float, bare: float, bound: str) -> tuple[str, str]:
    within = f"  ({bound})" if bound else ""
    return name, f"{1000 * ours:7.1f} ms / {1000 * bare:6.1f} ms = {ours / bare:5.2f}{within}"


def _half(figures: Figures, what: str) -> float:
    return statistics.median(figures.cpu[what])


def _most(figures: Figures, what: str) -> float:
    """The 95th percentile."""
    return statistics.quantiles(figures.cpu[what], n=20, method="inclusive")[-1]
