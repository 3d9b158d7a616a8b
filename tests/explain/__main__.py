"""Prints how many of the kept error texts `explain` answers right; `--write` makes the texts anew.

python -m tests.explain [FILE] [--wrong]
python -m tests.explain --write [--client LABEL] [--scenario NAME]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.explain", description=__doc__.splitlines()[0])
    parser.add_argument(
        "file", nargs="?", type=Path, help="a file of texts, one JSON object a line (default: the kept ones)"
    )
    parser.add_argument("--wrong", action="store_true", help="list what is answered wrong")
    parser.add_argument("--write", action="store_true", help="run the clients and write their texts; needs root")
    parser.add_argument("--client", action="append", default=[], help="with --write: only clients of this label")
    parser.add_argument("--scenario", action="append", default=[], help="with --write: only this situation")
    parser.add_argument("--raw", type=Path, help="with --write: a file for the texts before they are merged")
    parser.add_argument("--keep", nargs="+", type=Path, help="merge these raw files into the kept texts")
    parser.add_argument("--share", default="0/1", help="with --write: a share of the situations, as 0/2 and 1/2")
    given = parser.parse_args()
    if given.write:
        from tests.explain.making import libraries, machine, writing

        libraries.install()
        machine.enter(sys.argv[1:])
        number, _, of = given.share.partition("/")
        writing.write_raw(given.raw, given.client, given.scenario, (int(number), int(of)))
        return 0
    if given.keep:
        from tests.explain.making import writing

        writing.keep(given.keep)
        return 0
    from tests.explain import score

    return score.print_score(given.file, wrong=given.wrong)


if __name__ == "__main__":
    sys.exit(main())
