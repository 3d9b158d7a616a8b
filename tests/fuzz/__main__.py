"""`python -m tests.fuzz`: new inputs for every reader, for as long as one likes; what breaks a property is kept."""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings

from tests.fuzz.fuzzing import Fuzzing
from tests.fuzz.reader import Reader


def main() -> int:
    """Run as the command line says; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="of all readers together (300)")
    parser.add_argument("--seed", type=int, help="another number gives other inputs; by default any")
    parser.add_argument("--only", metavar="NAME", action="append", help="a reader; may be given several times")
    parser.add_argument(
        "--seeds", action="store_true", help="make the seeds of the corpus anew, or those of --only, and no more"
    )
    given = parser.parse_args()
    if given.seeds:
        from tests.fuzz import seeds

        seeds.write(given.only or ())
        return 0
    from tests.fuzz.table import READERS

    warnings.simplefilter("error")
    chosen = [reader for reader in READERS if not given.only or reader.name in given.only]
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}, {given.seconds:g} s for {len(chosen)} readers")
    failures = [_fuzzed(reader, seed, given.seconds / len(chosen)) for reader in chosen]
    return 1 if any(failures) else 0


def _fuzzed(reader: Reader, seed: int, seconds: float) -> int:
    """Fuzz one reader, print its figures, and keep what was found; return how much."""
    run = Fuzzing(reader, random.Random(f"{seed} {reader.name}"))  # noqa: S311 - a run that can be had again
    end = time.monotonic() + seconds
    run.run(lambda: time.monotonic() < end)
    print(figures(run), flush=True)
    for found in run.found:
        file = reader.folder / found.name
        file.write_bytes(found.data)
        print(
            f"  {file.name} ({len(found.data)} bytes): {found.broken.what[:400]!r} at {found.broken.where}",
            flush=True,
        )
    return len(run.found)


def figures(run: Fuzzing) -> str:
    """What a run did, in a line: inputs, their mean size, paths of lines that are new, work, failures."""
    new = len(run.lines.paths) - run.known
    size = run.size // max(1, run.inputs)
    return (
        f"{run.reader.name:20} {run.inputs:9,} inputs of {size:6,} bytes  {run.known:6,} paths + {new:5,} new"
        f"  work at most {run.most:4.0%} of its bound  {len(run.found)} failures"
    )


if __name__ == "__main__":
    sys.exit(main())
