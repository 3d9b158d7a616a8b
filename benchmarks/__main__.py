"""`make bench`: speed as ratios within one run, with machine and date; not a test."""

from __future__ import annotations

import os
import platform
import ssl
from datetime import UTC, datetime

from benchmarks import auditing, explaining, paths, probing, processes, screen, verdicts


def main() -> None:
    """Measure everything and print it as a table."""
    print(f"{datetime.now(UTC):%Y-%m-%d} · {os.cpu_count()} cores · {platform.machine()} · {platform.system()}")
    print(f"CPython {platform.python_version()} · {ssl.OPENSSL_VERSION}\n")
    for measure in (screen, processes, probing, verdicts, paths, auditing, explaining):
        for name, figure in measure.run():
            print(f"{name:<72} {figure}", flush=True)


if __name__ == "__main__":
    main()
