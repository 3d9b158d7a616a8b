"""Runs programs over the cases and writes the result: `python -m tests.clients [--sample N] [-o FILE] [PROGRAM…]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.clients.cases import cases
from tests.clients.cases_mixed import drawn
from tests.clients.compare import Measurement, measure, spread, verdicts
from tests.clients.making import Case
from tests.clients.page import page
from tests.clients.programs import Program, programs
from tests.clients.serving import Serving, serve
from tui_chain.clients.verdict import Verdict


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    sample: int
    match: str
    output: Path | None
    random: int
    seed: int
    names: tuple[str, ...]


def options(arguments: Sequence[str]) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.clients")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="only N cases, well spread")
    parser.add_argument("--match", default="", metavar="TEXT", help="only cases with TEXT in their name")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="N freshly drawn mixed cases instead")
    parser.add_argument("--seed", type=int, default=2, metavar="S", help="the seed of --random")
    parser.add_argument("-o", "--output", type=Path, help="write the page there, not to standard output")
    parser.add_argument("programs", nargs="*", help="only these programs or families")
    read = parser.parse_args(arguments)
    return Options(read.sample, read.match, read.output, read.random, read.seed, tuple(read.programs))


def main(arguments: Sequence[str]) -> None:
    """Measure and write the page; progress goes to standard error."""
    asked = options(arguments)
    chosen = _chosen(asked)
    wanted = [one for one in programs() if not asked.names or {one.name, one.family} & set(asked.names)]
    installed = {one.name: one.version() for one in wanted}
    with tempfile.TemporaryDirectory() as folder:
        measurements = tuple(_measured(wanted, installed, chosen, Path(folder)))
    text = page(measurements, [name for name, version in installed.items() if version is None], len(chosen))
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def _chosen(asked: Options) -> tuple[Case, ...]:
    every = drawn(asked.random, asked.seed) if asked.random else cases()
    found = tuple(case for case in every if asked.match in case.name)
    return spread(found, asked.sample) if asked.sample else found


def _measured(
    wanted: Sequence[Program], installed: Mapping[str, str | None], chosen: Sequence[Case], folder: Path
) -> Iterator[Measurement]:
    (folder / "bundles").mkdir()
    judged: dict[str, Mapping[str, Verdict]] = {}
    with serve(chosen, folder / "bundles") as serving:
        for number, program in enumerate(wanted):
            version = installed[program.name]
            if version is not None:
                if program.family not in judged:
                    judged[program.family] = verdicts(chosen, program.family)
                yield _one(program, version, serving, judged[program.family], folder / str(number))


def _one(
    program: Program, version: str, serving: Serving, judged: Mapping[str, Verdict], folder: Path
) -> Measurement:
    folder.mkdir()
    start = time.monotonic()
    done = measure(program, version, serving, judged, folder)
    took = time.monotonic() - start
    sys.stderr.write(f"{program.name}: {done.run} run, agreement {done.agreement:.2%}, {took:.1f} s\n")
    return done


if __name__ == "__main__":
    main(sys.argv[1:])
