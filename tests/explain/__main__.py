"""Prints how many of the kept error texts `explain` answers right; `--write` makes the texts anew.

    python -m tests.explain [FILE] [--wrong]
    python -m tests.explain --write [--client LABEL]

The second takes half an hour, and root. What it writes can be had in pieces too: `--raw FILE` takes the texts of some
situations (`--scenario`, `--share`) as they come, and `--keep FILE...` merges such files.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> int:
    given = _arguments()
    if given.write:
        from tests.explain.making import libraries, machine, writing

        libraries.install()
        machine.enter(sys.argv[1:])
        number, _, of = given.share.partition("/")
        raw = given.raw or machine.APP / "texts.jsonl"
        writing.write_raw(raw, given.client, given.scenario, (int(number), int(of)))
        given.keep = given.keep or ([] if given.raw else [raw])
    if given.keep:
        from tests.explain.making import writing

        writing.keep(given.keep)
    if given.write or given.keep:
        return 0
    from tests.explain import score

    return score.print_score(given.file, wrong=given.wrong)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.explain", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, help="one JSON object a line (default: the kept texts)")
    parser.add_argument("--wrong", action="store_true", help="list what is answered wrong")
    parser.add_argument("--write", action="store_true", help="run the clients, and keep their texts")
    parser.add_argument("--client", action="append", default=[], help="with --write: only clients of this label")
    parser.add_argument("--scenario", action="append", default=[], help="with --raw: only this situation")
    parser.add_argument("--share", default="0/1", help="with --raw: a share of the situations, as 0/2 and 1/2")
    parser.add_argument("--raw", type=Path, help="with --write: where texts go, in place of the kept ones")
    parser.add_argument("--keep", nargs="+", type=Path, help="merge these raw files into the kept texts")
    given = parser.parse_args()
    if given.scenario and not given.raw:
        parser.error("--scenario needs --raw: the causes of a text come from all situations")
    return given


if __name__ == "__main__":
    sys.exit(main())
