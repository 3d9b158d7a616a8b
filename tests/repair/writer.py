"""A program for test_write_processes: writes a file as the limits and rights of a process allow."""

from __future__ import annotations

import os
import sys
from itertools import cycle
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.repair.write import plan_write, write

SIZE = 1 << 20
CONTENTS = (b"a" * SIZE, b"b" * SIZE)

assert sys.platform != "win32", "Windows has no such limits and users"
import resource  # noqa: E402 - Windows has none


def write_once(path: Path, data: bytes) -> str:
    plan = plan_write(path, data)
    result = plan if isinstance(plan, Failure) else write(plan, replace=True)
    return str(result) if isinstance(result, Failure) else "written"


def main(mode: str, path: Path) -> None:
    if mode == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE // 2, SIZE // 2))
    if mode == "nobody":
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    for data in cycle(CONTENTS) if mode == "for ever" else CONTENTS[:1]:
        sys.stdout.write(write_once(path, data) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
