"""Runs the commands that docs/comparison.md rests on, with those of the tools that are installed.

    python -m tests.comparison [--only TOOL]... [--program TOOL=PATH]... [--show]

Each command is run against the lab of broken servers on loopback, and judged by what its output has to show. With
`--keep` the run becomes the one that the document reports; `make docs` then writes the document.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.comparison.model import MEASURED, Command, Measured, Outcome, Tool, read
from tests.comparison.running import differences, found, places, run, version, words
from tui_chain.lab.internet import Lab, open_lab


def main() -> int:
    """Run as the command line says; 1 where an output is not as the document has it."""
    given, table = _arguments(), read()
    chosen = [tool for tool in table.tools if not given.only or tool.id in given.only]
    programs = {tool.id: found(tool, dict(given.program)) for tool in chosen if tool.programs}
    commands = [command for command in table.commands if programs.get(command.tool)]
    run_now = Measured(f"{datetime.now(UTC):%Y-%m-%d}", {}, {})
    with _world(commands) as (lab, folder):
        for tool in chosen:
            if programs.get(tool.id):
                run_now |= _measured(tool, programs[tool.id], commands, lab, folder, shown=given.show)
            else:
                print(f"{tool.name}: not installed here, so its commands are left out. {tool.got}")
    if given.keep:
        (Measured.read() | run_now).write()
    return 0 if all(outcome.held for outcome in run_now.outcomes.values()) else 1


def _measured(
    tool: Tool, program: tuple[str, ...], commands: Iterable[Command], lab: Lab, folder: Path, *, shown: bool
) -> Measured:
    called = version(tool, program, folder)
    print(f"{tool.name} {called}")
    outcomes = {
        command.id: _ran(command, program, lab, folder / command.id, shown=shown)
        for command in commands
        if command.tool == tool.id
    }
    return Measured("", {tool.id: called}, outcomes)


def _ran(command: Command, program: tuple[str, ...], lab: Lab, folder: Path, *, shown: bool) -> Outcome:
    folder.mkdir()
    known = places(command, lab, folder)
    printed = run(words(command, program, known), folder, Path(known["out"]))
    differing = differences(command, printed)
    answer = "; ".join(differing) or command.printed
    print(
        f"  {'✗' if differing else '✓'} {command.id}  {printed.seconds:.2f} s  exit {printed.exit}  {answer}",
        flush=True,
    )
    if shown:
        print(printed.text)
    return printed.judged(command)


@contextmanager
def _world(commands: Iterable[Command]) -> Iterator[tuple[Lab, Path]]:
    hosts = sorted({command.host for command in commands} - {""})
    with open_lab(hosts) as lab, tempfile.TemporaryDirectory(prefix="tlschain-comparison-") as folder:
        yield lab, Path(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.comparison", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", default=[], metavar="TOOL", help="run this tool, by its id")
    parser.add_argument("--program", action="append", default=[], type=_pair, metavar="TOOL=PATH", help="where it is")
    parser.add_argument("--show", action="store_true", help="print what each command printed")
    parser.add_argument("--keep", action="store_true", help=f"keep the run in {MEASURED.name}")
    return parser.parse_args()


def _pair(text: str) -> tuple[str, str]:
    tool, equals, path = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("say it as TOOL=PATH")
    return tool, path


if __name__ == "__main__":
    sys.exit(main())
