"""Holds the audit's readers against the programs: `python -m tests.audit [--files N] [--seed S] [PROGRAM…]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.audit.measured import BATCHES, differences, installed
from tests.audit.odd_files import odd_files


def show(text: str) -> None:
    """Print a line at once: programs take minutes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> None:
    """Print a line a program, and the files of which a reader says something else; `--keep` writes those down."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit")
    parser.add_argument("--files", type=int, default=8000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the files that differ there")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="differences to print for each program")
    parser.add_argument("programs", nargs="*", help="only these")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder, files = Path(name), dict[str, Path]()
        for number, file in enumerate(odd_files(asked.files, asked.seed)):
            files[file.name] = folder / f"{number}.pem"
            files[file.name].write_bytes(file.data)
        for batch in BATCHES:
            if installed(batch) and (not asked.programs or batch.name in asked.programs):
                start = time.monotonic()
                found = differences(batch, files, folder)
                run, took = len(batch.sample(files)), time.monotonic() - start
                show(f"{batch.name} {len(found)} of {run} files differ, {len(found) / run:.2%}, {took:.0f} s")
                for one in found[: asked.show]:
                    show(f"  {one.file}: reader {one.reader.number}, program {one.program.number}")
                if asked.keep:
                    asked.keep.mkdir(exist_ok=True)
                    for one in found:
                        (asked.keep / f"{batch.name}-{files[one.file].name}").write_bytes(
                            files[one.file].read_bytes()
                        )


if __name__ == "__main__":
    main(sys.argv[1:])
