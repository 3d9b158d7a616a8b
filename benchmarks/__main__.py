"""`make bench`: speed as ratios within one run, with machine and date; not a test.

`python -m benchmarks screen paths` measures those alone.
"""

from __future__ import annotations

import os
import platform
import ssl
import sys
from datetime import UTC, datetime

from benchmarks import (
    api,
    auditing,
    explaining,
    fleet,
    many_hosts,
    paths,
    probing,
    processes,
    screen,
    turns,
    verdicts,
)

MEASURES = (screen, many_hosts, fleet, turns, processes, api, probing, verdicts, paths, auditing, explaining)


def main() -> None:
    """Measure everything, or what is named, and print it as a table."""
    print(f"{datetime.now(UTC):%Y-%m-%d} · {os.cpu_count()} cores · {platform.machine()} · {platform.system()}")
    print(f"CPython {platform.python_version()} · {ssl.OPENSSL_VERSION}\n")
    named = sys.argv[1:]
    for measure in MEASURES:
        if named and measure.__name__.rpartition(".")[2] not in named:
            continue
        for name, figure in measure.run():
            print(f"{name:<72} {figure}", flush=True)


if __name__ == "__main__":
    main()
