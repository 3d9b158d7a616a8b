"""`python -m tests.soak`: work for minutes, and what the process holds meanwhile; 1 where it grows. Linux only."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.soak.growth import Growth, Sample, sample
from tests.soak.lab import OtherLab, lab_apart
from tests.soak.work import SERVED, WORKS, Work

SAMPLES = 40
"""How many are taken at least, where the work lets them."""
PRINTED = 8
"""How many of them are printed."""


def main() -> int:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="of all kinds of work together (20)")
    parser.add_argument("--only", choices=list(WORKS), help="one kind of work")
    given = parser.parse_args()
    if not Path("/proc/self/fd").is_dir():
        parser.error("only Linux shows in /proc what a process holds")
    chosen = [given.only] if given.only else list(WORKS)
    with lab_apart(SERVED) as lab:
        faults = [soaked(name, WORKS[name], lab, 60 * given.minutes / len(chosen)) for name in chosen]
    return 1 if any(faults) else 0


def soaked(name: str, work: Work, lab: OtherLab, seconds: float) -> tuple[str, ...]:
    """Do one kind of work, print samples and the growth; return what grew."""
    print(f"{name}: {seconds / 60:.1f} min")
    with own_world() as folder:
        samples = list(_samples(work, lab, folder, seconds))
    for one in samples[:: max(1, len(samples) // PRINTED)]:
        print(f"  {one}")
    growth = Growth.of(samples)
    print(f"  {growth}", flush=True)
    for fault in growth.faults:
        print(f"  FAULT: {fault} over the second half of {len(samples)} samples")
    return growth.faults


def _samples(work: Work, lab: OtherLab, folder: Path, seconds: float) -> Iterator[Sample]:
    begin = time.monotonic()
    due = begin
    for done in work(lab, folder, begin + seconds):
        now = time.monotonic()
        if now >= due:
            yield sample(now - begin, done)
            due = max(now, due + seconds / SAMPLES)


@contextmanager
def own_world() -> Iterator[Path]:
    """An empty folder to work in, with nothing of the user's: settings, proxies, clipboard, editor, names."""
    look_up, before, variables = socket.getaddrinfo, Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        try:
            _set_variables(Path(folder))
            socket.getaddrinfo = _only_loopback(look_up)
            os.chdir(folder)
            yield Path(folder)
        finally:
            os.chdir(before)
            socket.getaddrinfo = look_up
            os.environ.clear()
            os.environ.update(variables)


def _set_variables(folder: Path) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith(_TRUST)]:
        del os.environ[name]
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
    os.environ.update({name: str(folder / name.lower()) for name in names})
    os.environ.update(TERM="xterm-256color", PAGER="true", EDITOR="true", VISUAL="true")
    import pyperclip

    pyperclip.copy = _no_clipboard  # type: ignore[assignment]


_TRUST = ("SSL_CERT_", "REQUESTS_CA", "CURL_CA", "TEXTUAL", "SSH_")


def _no_clipboard(_: str) -> None:
    import pyperclip

    raise pyperclip.PyperclipException("none here")


def _only_loopback(look_up: Any) -> Any:
    def here(host: str | None, *given: Any, **named: Any) -> Any:
        if host in {"localhost", "::1", None} or str(host).startswith("127."):
            return look_up(host, *given, **named)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    return here


if __name__ == "__main__":
    sys.exit(main())
